"""What the close adds to a standing, and what keys beyond one attempt need."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId, Instant

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("standing", sa.Column("started_at", Instant(), nullable=True))
    op.add_column(
        "standing", sa.Column("perfect", BigId, nullable=False, server_default=sa.text("0"))
    )
    op.add_column("standing", sa.Column("error", BigId, nullable=True))
    op.add_column("standing", sa.Column("rank", BigId, nullable=True))


def downgrade() -> None:
    for column in ("rank", "error", "perfect", "started_at"):
        op.drop_column("standing", column)
