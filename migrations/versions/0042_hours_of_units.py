"""How many people and attempts a unit had at the end of each hour."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

KEY = ("contest_id", "round_number", "unit_id", "hour")


def upgrade() -> None:
    op.create_table(
        "unit_hour",
        *(sa.Column(name, BigId, nullable=False, autoincrement=False) for name in KEY),
        *(sa.Column(name, BigId, nullable=False) for name in ("people", "attempts")),
        sa.PrimaryKeyConstraint(*KEY, name="pk_unit_hour"),
    )


def downgrade() -> None:
    op.drop_table("unit_hour")
