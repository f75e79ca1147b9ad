"""When the first and the newest save of a paper came, for who is asked what became of it."""

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

MOMENTS = ("first_saved_at", "last_saved_at")


def upgrade() -> None:
    """Add columns by a plain ALTER: a batch would rebuild the table, which has triggers."""
    instant = "TIMESTAMPTZ" if op.get_bind().dialect.name == "postgresql" else "DATETIME"
    for name in MOMENTS:
        op.execute(f"ALTER TABLE attempt ADD COLUMN {name} {instant}")


def downgrade() -> None:
    for name in MOMENTS:
        op.execute(f"ALTER TABLE attempt DROP COLUMN {name}")
