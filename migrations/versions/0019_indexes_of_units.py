"""Units by kind, and those that ended: what boards ask for, a few among very many."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_unit_kind", "unit", ["kind"])
    ended = sa.text("valid_to IS NOT NULL")
    op.create_index(
        "ix_unit_ended", "unit", ["valid_to"], sqlite_where=ended, postgresql_where=ended
    )


def downgrade() -> None:
    op.drop_index("ix_unit_ended", "unit")
    op.drop_index("ix_unit_kind", "unit")
