"""A contest has a number that its people may call."""

from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A plain ALTER: a batch would drop the triggers of the table on SQLite.
    op.execute("ALTER TABLE contest ADD COLUMN hotline TEXT")


def downgrade() -> None:
    op.execute("ALTER TABLE contest DROP COLUMN hotline")
