"""Files on their way to becoming a bank's version, and whose bank it is."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId, Instant

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    # A plain ALTER: a batch would rebuild the table, to which versions refer, on SQLite.
    op.execute(
        f"ALTER TABLE bank ADD COLUMN owner_unit_id {big}"
        " CONSTRAINT fk_bank_owner_unit_id_unit REFERENCES unit (id)"
    )
    op.create_table(
        "bank_upload",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.LargeBinary(), nullable=False),
        sa.Column("organiser_id", BigId, nullable=False),
        sa.Column("unit_id", BigId, nullable=False),
        sa.Column("bank_code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "length(public_id) = 16", name="ck_bank_upload_public_id_is_random_128_bits"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_bank_upload"),
        sa.UniqueConstraint("public_id", name="uq_bank_upload_public_id"),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organiser.id"], name="fk_bank_upload_organiser_id_organiser"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_bank_upload_unit_id_unit"),
    )
    op.create_index("ix_bank_upload_organiser_id", "bank_upload", ["organiser_id"])


def downgrade() -> None:
    """Forget uploads; a bank that belongs to a unit would become everybody's, so it stays."""
    owned = op.get_bind().scalar(sa.text("SELECT count(*) FROM bank WHERE owner_unit_id > 0"))
    if owned:
        raise RuntimeError(f"{owned} banks belong to units; the version before knows no owners")
    op.drop_table("bank_upload")
    op.execute("ALTER TABLE bank DROP COLUMN owner_unit_id")
