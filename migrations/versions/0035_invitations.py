"""People invited by a sheet."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId, Instant

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invitation_batch",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.LargeBinary(), nullable=False),
        sa.Column("organiser_id", BigId, nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("rows_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("sheet_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "length(public_id) = 16", name="ck_invitation_batch_public_id_is_random_128_bits"
        ),
        sa.CheckConstraint(
            "(rows_sealed IS NULL) = (sent_at IS NOT NULL)",
            name="ck_invitation_batch_sealed_until_sent",
        ),
        sa.CheckConstraint(
            "sheet_at IS NULL OR sent_at IS NOT NULL", name="ck_invitation_batch_sheet_after_sent"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_invitation_batch"),
        sa.UniqueConstraint("public_id", name="uq_invitation_batch_public_id"),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organiser.id"], name="fk_invitation_batch_organiser_id_organiser"
        ),
    )
    op.create_index("ix_invitation_batch_organiser_id", "invitation_batch", ["organiser_id"])
    op.create_table(
        "invitation",
        sa.Column("batch_id", BigId, nullable=False, autoincrement=False),
        sa.Column("line", BigId, nullable=False, autoincrement=False),
        sa.Column("organiser_id", BigId, nullable=False),
        sa.Column("unit_id", BigId, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "line", name="pk_invitation"),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["invitation_batch.id"], name="fk_invitation_batch_id_invitation_batch"
        ),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organiser.id"], name="fk_invitation_organiser_id_organiser"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_invitation_unit_id_unit"),
    )


def downgrade() -> None:
    op.drop_table("invitation")
    op.drop_table("invitation_batch")
