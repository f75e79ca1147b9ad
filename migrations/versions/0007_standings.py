"""Standings, result events written by a trigger, tallies, counts, snapshots."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId, Instant
from quizapp.insert_only import guard, unguard

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# What of an attempt changes the boards: it became final or void, or moved, or was marked again.
CHANGED = (
    "OLD.state <> NEW.state"
    " OR (NEW.state <> 'running' AND ("
    "OLD.points_milli IS {not_the_same} NEW.points_milli"
    " OR OLD.duration_ms IS {not_the_same} NEW.duration_ms"
    " OR OLD.unit_assigned_id IS {not_the_same} NEW.unit_assigned_id))"
)


def upgrade() -> None:
    create_standing()
    create_result_event()
    create_counts()
    op.create_table(
        "snapshot",
        sa.Column("id", BigId, nullable=False),
        sa.Column("contest_id", BigId, nullable=False),
        sa.Column("round_number", BigId, nullable=False),
        sa.Column("board", sa.Text(), nullable=False),
        sa.Column("units_as", sa.Text(), nullable=False),
        sa.Column("generation", BigId, nullable=False),
        sa.Column("as_of", Instant(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_snapshot"),
        sa.ForeignKeyConstraint(["contest_id"], ["contest.id"], name="fk_snapshot_contest_id_contest"),
    )
    op.create_index(
        "ix_snapshot_newest", "snapshot", ["contest_id", "round_number", "board", "units_as", "id"]
    )


def create_standing() -> None:
    op.create_table(
        "standing",
        sa.Column("contest_id", BigId, nullable=False),
        sa.Column("round_number", BigId, nullable=False),
        sa.Column("generation", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("unit_id", BigId, nullable=False),
        sa.Column("attempt_id", BigId, nullable=False),
        sa.Column("attempts", BigId, nullable=False),
        sa.Column("count_key", sa.LargeBinary(), nullable=False),
        sa.Column("rank_key", sa.LargeBinary(), nullable=False),
        sa.Column("points_milli", BigId, nullable=False),
        sa.Column("all_right", BigId, nullable=False),
        sa.Column("duration_ms", BigId, nullable=False),
        sa.Column("submitted_at", Instant(), nullable=False),
        sa.CheckConstraint("round_number >= 0", name="ck_standing_round_number_from_0"),
        sa.CheckConstraint("attempts >= 1", name="ck_standing_attempts_from_1"),
        sa.PrimaryKeyConstraint(
            "contest_id", "round_number", "generation", "person_id", name="pk_standing"
        ),
        sa.ForeignKeyConstraint(["contest_id"], ["contest.id"], name="fk_standing_contest_id_contest"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_standing_person_id_person"),
    )
    op.create_index(
        "ix_standing_board", "standing", ["contest_id", "round_number", "generation", "rank_key"]
    )


def create_result_event() -> None:
    op.create_table(
        "result_event",
        sa.Column("id", BigId, nullable=False),
        sa.Column("xid", BigId, nullable=True),
        sa.Column("round_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("attempt_id", BigId, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_result_event"),
    )
    op.create_index("ix_result_event_xid_id", "result_event", ["xid", "id"])
    guard("result_event")
    if op.get_bind().dialect.name == "sqlite":
        insert = (
            "BEGIN INSERT INTO result_event (round_id, person_id, attempt_id)"
            " VALUES (NEW.round_id, NEW.person_id, NEW.id); END"
        )
        changed = CHANGED.format(not_the_same="NOT")
        op.execute(f"CREATE TRIGGER attempt_changed AFTER UPDATE ON attempt WHEN {changed} {insert}")
        op.execute(
            f"CREATE TRIGGER attempt_came AFTER INSERT ON attempt WHEN NEW.state <> 'running' {insert}"
        )
        return
    op.execute(
        "CREATE FUNCTION attempt_is_result() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "INSERT INTO result_event (xid, round_id, person_id, attempt_id) VALUES "
        "(pg_current_xact_id()::text::bigint, NEW.round_id, NEW.person_id, NEW.id); "
        "RETURN NULL; END $$"
    )
    changed = CHANGED.format(not_the_same="DISTINCT FROM")
    call = "EXECUTE FUNCTION attempt_is_result()"
    op.execute(
        f"CREATE TRIGGER attempt_changed AFTER UPDATE ON attempt FOR EACH ROW WHEN ({changed}) {call}"
    )
    op.execute(
        "CREATE TRIGGER attempt_came AFTER INSERT ON attempt FOR EACH ROW"
        f" WHEN (NEW.state <> 'running') {call}"
    )


def create_counts() -> None:
    counted = ("people", "attempts", "points_milli", "all_right")
    op.create_table(
        "tally",
        sa.Column("contest_id", BigId, nullable=False),
        sa.Column("round_number", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("unit_id", BigId, nullable=False),
        *(sa.Column(name, BigId, nullable=False) for name in counted[1:]),
        sa.PrimaryKeyConstraint("contest_id", "round_number", "person_id", name="pk_tally"),
    )
    op.create_table(
        "unit_count",
        sa.Column("contest_id", BigId, nullable=False),
        sa.Column("round_number", BigId, nullable=False),
        sa.Column("unit_id", BigId, nullable=False),
        *(sa.Column(name, BigId, nullable=False) for name in counted),
        sa.PrimaryKeyConstraint("contest_id", "round_number", "unit_id", name="pk_unit_count"),
    )
    mark = op.create_table(
        "rollup_mark",
        sa.Column("id", BigId, nullable=False),
        sa.Column("event_id", BigId, nullable=False),
        sa.Column("event_xid", BigId, nullable=False),
        sa.Column("as_of", Instant(), nullable=True),
        sa.Column("seen_at", Instant(), nullable=True),
        sa.CheckConstraint("id = 1", name="ck_rollup_mark_one_row"),
        sa.PrimaryKeyConstraint("id", name="pk_rollup_mark"),
    )
    op.bulk_insert(mark, [{"id": 1, "event_id": 0, "event_xid": 0}])


def downgrade() -> None:
    for table in ("snapshot", "rollup_mark", "unit_count", "tally"):
        op.drop_table(table)
    for trigger in ("attempt_changed", "attempt_came"):
        on = "" if op.get_bind().dialect.name == "sqlite" else " ON attempt"
        op.execute(f"DROP TRIGGER {trigger}{on}")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION attempt_is_result()")
    unguard("result_event")
    op.drop_table("result_event")
    op.drop_table("standing")
