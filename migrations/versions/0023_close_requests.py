"""What organisers ask the worker to close, or to open again."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId, Instant

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "close_request",
        sa.Column("round_id", BigId, nullable=False),
        sa.Column("undoes", sa.Boolean(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("refused", sa.Text(), nullable=True),
        sa.CheckConstraint("reason <> ''", name="ck_close_request_has_reason"),
        sa.PrimaryKeyConstraint("round_id", name="pk_close_request"),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_close_request_round_id_round"),
    )


def downgrade() -> None:
    op.drop_table("close_request")
