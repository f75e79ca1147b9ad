"""How busy each minute was."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

COUNTS = ("starts", "saves", "submits", "refusals", "errors", "running")


def upgrade() -> None:
    op.create_table(
        "minute_count",
        sa.Column("contest_id", BigId, nullable=False, autoincrement=False),
        sa.Column("minute", BigId, nullable=False, autoincrement=False),
        *(sa.Column(name, BigId, nullable=False, server_default="0") for name in COUNTS),
        sa.PrimaryKeyConstraint("contest_id", "minute", name="pk_minute_count"),
    )


def downgrade() -> None:
    op.drop_table("minute_count")
