"""Find one person's extra time: each start asks for it, and a round may have thousands."""

from alembic import op

from quizapp.online_indexes import create_index

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_index("ix_time_grant_person_id_round_id", "time_grant", ["person_id", "round_id"])
    # What is for nobody alone is found by the new one too; beside it this one misleads the planner.
    op.drop_index("ix_time_grant_round_id", "time_grant")


def downgrade() -> None:
    create_index("ix_time_grant_round_id", "time_grant", ["round_id"])
    op.drop_index("ix_time_grant_person_id_round_id", "time_grant")
