"""Closing rounds: when, with what numbers, and which generation holds the final ranks."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId, Instant

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("round", sa.Column("closing_at", Instant(), nullable=True))
    op.add_column("round", sa.Column("closed_at", Instant(), nullable=True))
    op.create_table(
        "round_close",
        sa.Column("id", BigId, nullable=False),
        sa.Column("round_id", BigId, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("run", BigId, nullable=False),
        sa.Column("generation", BigId, nullable=False),
        sa.Column("before", BigId, nullable=False),
        sa.Column("whole_generation", BigId, nullable=True),
        sa.Column("whole_before", BigId, nullable=True),
        sa.Column("truth", BigId, nullable=True),
        sa.Column("whole_truth", BigId, nullable=True),
        sa.Column("people", BigId, nullable=True),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("whole_digest", sa.Text(), nullable=True),
        sa.Column("begun_at", Instant(), nullable=False),
        sa.Column("done_at", Instant(), nullable=True),
        sa.Column("published_at", Instant(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('running', 'done', 'undone')", name="ck_round_close_state_known"),
        sa.CheckConstraint(
            "state <> 'done' OR (digest IS NOT NULL AND people IS NOT NULL AND done_at IS NOT NULL)",
            name="ck_round_close_counted_when_done",
        ),
        sa.CheckConstraint(
            "state <> 'undone' OR reason IS NOT NULL", name="ck_round_close_reason_when_undone"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_round_close"),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_round_close_round_id_round"),
    )
    op.create_index(
        "ix_round_close_one_live",
        "round_close",
        ["round_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'undone'"),
        postgresql_where=sa.text("state <> 'undone'"),
    )
    op.create_table(
        "place_by_hand",
        sa.Column("contest_id", BigId, nullable=False),
        sa.Column("round_number", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("place", BigId, nullable=False),
        sa.CheckConstraint("place >= 1", name="ck_place_by_hand_place_from_1"),
        sa.PrimaryKeyConstraint(
            "contest_id", "round_number", "person_id", name="pk_place_by_hand"
        ),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name="fk_place_by_hand_contest_id_contest"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_place_by_hand_person_id_person"
        ),
    )


def downgrade() -> None:
    op.drop_table("place_by_hand")
    op.drop_table("round_close")
    op.drop_column("round", "closed_at")
    op.drop_column("round", "closing_at")
