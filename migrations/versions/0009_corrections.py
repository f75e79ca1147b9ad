"""Units assigned to people, entries merged into others, and what an attempt was before it was void."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId, Instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# An attempt that goes over to another person changes what both of them bring.
MOVED = "OLD.person_id <> NEW.person_id AND NEW.state <> 'running'"


def upgrade() -> None:
    big = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    # Plain ALTERs: a batch would rebuild the table on SQLite.
    op.execute(
        f"ALTER TABLE person ADD COLUMN unit_assigned_id {big}"
        " CONSTRAINT fk_person_unit_assigned_id_unit REFERENCES unit (id)"
    )
    op.execute(
        f"ALTER TABLE person ADD COLUMN merged_into_id {big}"
        " CONSTRAINT ck_person_merged_is_not_active"
        " CHECK (merged_into_id IS NULL OR state <> 'active')"
        " CONSTRAINT fk_person_merged_into_id_person REFERENCES person (id)"
    )
    op.create_table(
        "attempt_void",
        sa.Column("attempt_id", BigId, nullable=False),
        sa.Column("was", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("voided_at", Instant(), nullable=False),
        sa.CheckConstraint("was IN ('submitted', 'expired')", name="ck_attempt_void_was_final"),
        sa.CheckConstraint(
            "cause IN ('attempt', 'person', 'merge')", name="ck_attempt_void_cause_known"
        ),
        sa.PrimaryKeyConstraint("attempt_id", name="pk_attempt_void"),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name="fk_attempt_void_attempt_id_attempt"
        ),
    )
    create_trigger()


def create_trigger() -> None:
    columns = "(round_id, person_id, attempt_id) VALUES (NEW.round_id, {}.person_id, NEW.id)"
    if op.get_bind().dialect.name == "sqlite":
        both = "; ".join(f"INSERT INTO result_event {columns.format(row)}" for row in ("OLD", "NEW"))
        op.execute(
            f"CREATE TRIGGER attempt_moved AFTER UPDATE ON attempt WHEN {MOVED} BEGIN {both}; END"
        )
        return
    columns = (
        "(xid, round_id, person_id, attempt_id) VALUES"
        " (pg_current_xact_id()::text::bigint, NEW.round_id, {}.person_id, NEW.id)"
    )
    both = "; ".join(f"INSERT INTO result_event {columns.format(row)}" for row in ("OLD", "NEW"))
    op.execute(
        "CREATE FUNCTION attempt_has_moved() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {both}; RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER attempt_moved AFTER UPDATE ON attempt FOR EACH ROW"
        f" WHEN ({MOVED}) EXECUTE FUNCTION attempt_has_moved()"
    )


def downgrade() -> None:
    on = "" if op.get_bind().dialect.name == "sqlite" else " ON attempt"
    op.execute(f"DROP TRIGGER attempt_moved{on}")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION attempt_has_moved()")
    op.drop_table("attempt_void")
    op.execute("ALTER TABLE person DROP COLUMN merged_into_id")
    op.execute("ALTER TABLE person DROP COLUMN unit_assigned_id")
