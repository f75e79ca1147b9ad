"""Pictures of questions, kept under the digest of their bytes."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId, Instant

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A plain ALTER: a batch would drop the triggers of the table on SQLite.
    op.execute("ALTER TABLE question ADD COLUMN pictures JSON DEFAULT '[]' NOT NULL")
    op.create_table(
        "picture",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", Instant(), nullable=False),
        sa.CheckConstraint("length(digest) = 64", name="ck_picture_digest_in_hex"),
        sa.CheckConstraint(
            "media_type IN ('image/png', 'image/jpeg')", name="ck_picture_media_type_known"
        ),
        sa.CheckConstraint(
            "length(body) BETWEEN 1 AND 400000", name="ck_picture_body_is_small"
        ),
        sa.PrimaryKeyConstraint("digest", name="pk_picture"),
    )
    op.create_index("ix_picture_kept_at", "picture", ["kept_at"])
    op.create_table(
        "version_picture",
        sa.Column("bank_version_id", BigId, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("bank_version_id", "digest", name="pk_version_picture"),
        sa.ForeignKeyConstraint(
            ["bank_version_id"],
            ["bank_version.id"],
            name="fk_version_picture_bank_version_id_bank_version",
        ),
        sa.ForeignKeyConstraint(
            ["digest"], ["picture.digest"], name="fk_version_picture_digest_picture"
        ),
    )
    op.create_index("ix_version_picture_digest", "version_picture", ["digest"])


def downgrade() -> None:
    """Refuse while questions have pictures: without them they cannot be answered."""
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM version_picture")):
        raise RuntimeError("published questions have pictures; the version before knows none")
    op.drop_table("version_picture")
    op.drop_table("picture")
    op.execute("ALTER TABLE question DROP COLUMN pictures")
