"""Tallies are looked up by rank key, to count inside one block: indexed once they are filled."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

OF_DIVISION = "division IS NOT NULL"


def upgrade() -> None:
    op.create_index("ix_tally_rank", "tally", ["contest_id", "round_number", "rank_key"])
    op.create_index(
        "ix_tally_division",
        "tally",
        ["contest_id", "round_number", "division", "rank_key"],
        sqlite_where=sa.text(OF_DIVISION),
        postgresql_where=sa.text(OF_DIVISION),
    )


def downgrade() -> None:
    op.drop_index("ix_tally_division", "tally")
    op.drop_index("ix_tally_rank", "tally")
