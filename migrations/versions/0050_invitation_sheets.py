"""Sheets of one-time links, sealed between the job that makes them and who takes them."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId, Instant

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invitation_sheet",
        sa.Column("batch_id", BigId, nullable=False, autoincrement=False),
        sa.Column("lines_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("batch_id", name="pk_invitation_sheet"),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["invitation_batch.id"],
            name="fk_invitation_sheet_batch_id_invitation_batch",
        ),
    )


def downgrade() -> None:
    op.drop_table("invitation_sheet")
