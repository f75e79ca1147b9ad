"""Tallies are looked up by rank key, to count inside one block: indexed once they are filled."""

from alembic import op

from quizapp.online_indexes import create_index

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

OF_DIVISION = "division IS NOT NULL"


def upgrade() -> None:
    create_index("ix_tally_rank", "tally", ["contest_id", "round_number", "rank_key"])
    create_index(
        "ix_tally_division",
        "tally",
        ["contest_id", "round_number", "division", "rank_key"],
        where=OF_DIVISION,
    )


def downgrade() -> None:
    op.drop_index("ix_tally_division", "tally")
    op.drop_index("ix_tally_rank", "tally")
