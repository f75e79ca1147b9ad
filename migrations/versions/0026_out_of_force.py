"""What organisers decided about questions out of force on a day of a round."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "round",
        sa.Column("out_of_force", sa.JSON(), nullable=False, server_default=sa.text("'{}'")),
    )


def downgrade() -> None:
    op.execute("ALTER TABLE round DROP COLUMN out_of_force")
