"""Attempts: limits and states as constraints."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId, Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

RUNNING = sa.text("state = 'running'")


def upgrade() -> None:
    op.create_table(
        "attempt",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.LargeBinary(), nullable=False),
        sa.Column("round_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("number", BigId, nullable=False),
        sa.Column("number_limit", BigId, nullable=False),
        sa.Column("unit_declared_id", BigId, nullable=True),
        sa.Column("unit_assigned_id", BigId, nullable=True),
        sa.Column("paper", sa.LargeBinary(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("deadline_at", Instant(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("last_op", BigId, nullable=False),
        sa.Column("last_body", sa.LargeBinary(), nullable=True),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("prediction", BigId, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("submitted_at", Instant(), nullable=True),
        sa.Column("right_count", BigId, nullable=True),
        sa.Column("points_milli", BigId, nullable=True),
        sa.Column("duration_ms", BigId, nullable=True),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('running', 'submitted', 'expired', 'void')", name="ck_attempt_state_known"
        ),
        sa.CheckConstraint(
            "number BETWEEN 1 AND number_limit", name="ck_attempt_number_within_limit"
        ),
        sa.CheckConstraint(
            "(state = 'running') = (submitted_at IS NULL)", name="ck_attempt_over_when_not_running"
        ),
        sa.CheckConstraint(
            "state NOT IN ('submitted', 'expired')"
            " OR (points_milli IS NOT NULL AND right_count IS NOT NULL"
            " AND duration_ms IS NOT NULL AND receipt IS NOT NULL)",
            name="ck_attempt_scored_when_final",
        ),
        sa.CheckConstraint("started_at < deadline_at", name="ck_attempt_starts_before_deadline"),
        sa.CheckConstraint("duration_ms >= 0", name="ck_attempt_duration_from_0"),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
        sa.UniqueConstraint("public_id", name="uq_attempt_public_id"),
        sa.UniqueConstraint(
            "round_id", "person_id", "number", name="uq_attempt_round_id_person_id_number"
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_attempt_round_id_round"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_attempt_person_id_person"),
        sa.ForeignKeyConstraint(
            ["unit_declared_id"], ["unit.id"], name="fk_attempt_unit_declared_id_unit"
        ),
        sa.ForeignKeyConstraint(
            ["unit_assigned_id"], ["unit.id"], name="fk_attempt_unit_assigned_id_unit"
        ),
        # Saves rewrite the row in place: room on its page keeps them off the indexes.
        postgresql_with={"fillfactor": 80},
    )
    op.create_index("ix_attempt_person_id", "attempt", ["person_id"])
    op.create_index(
        "ix_attempt_one_running",
        "attempt",
        ["round_id", "person_id"],
        unique=True,
        sqlite_where=RUNNING,
        postgresql_where=RUNNING,
    )
    op.create_index(
        "ix_attempt_due",
        "attempt",
        ["deadline_at"],
        sqlite_where=RUNNING,
        postgresql_where=RUNNING,
    )


def downgrade() -> None:
    op.drop_table("attempt")
