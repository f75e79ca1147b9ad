"""Extra time, interruptions, and answers that came too late."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId, Instant
from quizapp.insert_only import guard, unguard

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Plain ALTERs: a batch would rebuild the table on SQLite and drop its triggers.
    op.add_column("round", sa.Column("paused_at", Instant(), nullable=True))
    op.add_column(
        "attempt", sa.Column("paused_ms", BigId, nullable=False, server_default=sa.text("0"))
    )
    create_time_grant()
    create_interruption()
    create_late_sheet()


def create_time_grant() -> None:
    op.create_table(
        "time_grant",
        sa.Column("id", BigId, nullable=False),
        sa.Column("round_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("unit_id", BigId, nullable=True),
        sa.Column("seconds", BigId, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_at", Instant(), nullable=False),
        sa.CheckConstraint("seconds BETWEEN 1 AND 86400", name="ck_time_grant_seconds_of_a_day"),
        sa.CheckConstraint(
            "person_id IS NULL OR unit_id IS NULL", name="ck_time_grant_person_or_unit"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_time_grant"),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_time_grant_round_id_round"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_time_grant_person_id_person"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_time_grant_unit_id_unit"),
    )
    op.create_index("ix_time_grant_round_id", "time_grant", ["round_id"])
    guard("time_grant")


def create_interruption() -> None:
    op.create_table(
        "interruption",
        sa.Column("id", BigId, nullable=False),
        sa.Column("round_id", BigId, nullable=False),
        sa.Column("began_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("began_at < ended_at", name="ck_interruption_begins_before_end"),
        sa.PrimaryKeyConstraint("id", name="pk_interruption"),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_interruption_round_id_round"),
    )
    op.create_index("ix_interruption_round_id", "interruption", ["round_id"])
    guard("interruption")


def create_late_sheet() -> None:
    op.create_table(
        "late_sheet",
        sa.Column("attempt_id", BigId, nullable=False),
        sa.Column("op", BigId, nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("prediction", BigId, nullable=True),
        sa.PrimaryKeyConstraint("attempt_id", name="pk_late_sheet"),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name="fk_late_sheet_attempt_id_attempt"
        ),
    )


def downgrade() -> None:
    op.drop_table("late_sheet")
    unguard("interruption")
    op.drop_table("interruption")
    unguard("time_grant")
    op.drop_table("time_grant")
    op.drop_column("attempt", "paused_ms")
    op.drop_column("round", "paused_at")
