"""Who reached the pass mark, of a person and counted for units; no rules had one before."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TABLES = ("standing", "tally", "unit_count")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("passed", BigId, nullable=False, server_default="0"))


def downgrade() -> None:
    """Refused where it would lose something: the version before knows no such thing."""
    lost = op.get_bind().scalar(sa.text("SELECT count(*) FROM standing WHERE passed > 0"))
    if lost:
        raise RuntimeError(f"{lost} results that passed would be lost")
    for table in TABLES:
        op.drop_column(table, "passed")
