"""How many people stand in each block of rank keys, so that a rank need not count everybody."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tally", sa.Column("division", BigId, nullable=True))
    op.add_column("tally", sa.Column("rank_key", sa.LargeBinary(), nullable=True))
    op.create_table(
        "rank_count",
        sa.Column("contest_id", BigId, nullable=False),
        sa.Column("round_number", BigId, nullable=False),
        sa.Column("division", BigId, nullable=False),
        sa.Column("from_key", sa.LargeBinary(), nullable=False),
        sa.Column("people", BigId, nullable=False),
        sa.PrimaryKeyConstraint(
            "contest_id", "round_number", "division", "from_key", name="pk_rank_count"
        ),
        postgresql_with={"fillfactor": "50"},
    )


def downgrade() -> None:
    op.drop_table("rank_count")
    with op.batch_alter_table("tally") as table:
        table.drop_column("rank_key")
        table.drop_column("division")
