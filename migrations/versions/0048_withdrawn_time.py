"""Extra time that was taken back for papers not begun yet."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId, Instant
from quizapp.insert_only import guard, unguard

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "time_withdrawal",
        sa.Column("grant_id", BigId, nullable=False, autoincrement=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("grant_id", name="pk_time_withdrawal"),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["time_grant.id"], name="fk_time_withdrawal_grant_id_time_grant"
        ),
    )
    guard("time_withdrawal")


def downgrade() -> None:
    unguard("time_withdrawal")
    op.drop_table("time_withdrawal")
