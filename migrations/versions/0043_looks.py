"""A contest has its colour and its banner."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

COLUMNS = ("colour TEXT", "banner_digest TEXT", "banner_width {whole}", "banner_height {whole}")


def upgrade() -> None:
    # A plain ALTER: a batch would drop the triggers of the table on SQLite.
    whole = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    for column in COLUMNS:
        op.execute(f"ALTER TABLE contest ADD COLUMN {column.format(whole=whole)}")
    op.create_table(
        "banner",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(digest) = 64", name="ck_banner_digest_in_hex"),
        sa.CheckConstraint(
            "media_type IN ('image/png', 'image/jpeg')", name="ck_banner_media_type_known"
        ),
        sa.CheckConstraint("length(body) BETWEEN 1 AND 100000", name="ck_banner_body_is_small"),
        sa.PrimaryKeyConstraint("digest", name="pk_banner"),
    )


def downgrade() -> None:
    op.drop_table("banner")
    for column in reversed(COLUMNS):
        op.execute(f"ALTER TABLE contest DROP COLUMN {column.partition(' ')[0]}")
