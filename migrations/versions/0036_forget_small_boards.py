"""Boards of the units below one are read from the counts: what was stored of them is not shown."""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM snapshot WHERE board LIKE 'units/%'")


def downgrade() -> None:
    """Nothing to bring back: the worker of the version before makes every board when it starts."""
