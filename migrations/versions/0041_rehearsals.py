"""Contests that are only rehearsed: marked for good, never closed, emptied in the end."""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

OF_ROUND = "(SELECT kind FROM contest WHERE id = NEW.contest_id) = 'rehearsal'"
OF_CLOSE = (
    "(SELECT kind FROM contest JOIN round ON round.contest_id = contest.id"
    " WHERE round.id = NEW.round_id) = 'rehearsal'"
)
IS_CLOSED = "(NEW.closing_at IS NOT NULL OR NEW.closed_at IS NOT NULL)"
# Name → table, what happens to it, when that is refused, and how.
REFUSED = {
    "contest_kind_is_fixed": (
        "contest",
        "UPDATE",
        "NEW.kind <> OLD.kind",
        "the kind of a contest never changes",
    ),
    "rehearsal_is_not_made_closed": (
        "round",
        "INSERT",
        f"{IS_CLOSED} AND {OF_ROUND}",
        "a rehearsal is never closed",
    ),
    "rehearsal_is_not_closed": (
        "round",
        "UPDATE",
        f"{IS_CLOSED} AND {OF_ROUND}",
        "a rehearsal is never closed",
    ),
    "rehearsal_has_no_close": (
        "round_close",
        "INSERT",
        OF_CLOSE,
        "a rehearsal is never closed",
    ),
}


def upgrade() -> None:
    """Add columns by a plain ALTER: a batch would rebuild the table, which has triggers."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    instant = "TIMESTAMPTZ" if is_postgresql else "DATETIME"
    op.execute(
        "ALTER TABLE contest ADD COLUMN kind TEXT DEFAULT 'real' NOT NULL"
        " CONSTRAINT ck_contest_kind_known CHECK (kind IN ('real', 'rehearsal'))"
    )
    op.execute(
        f"ALTER TABLE contest ADD COLUMN emptied_at {instant}"
        " CONSTRAINT ck_contest_only_rehearsals_are_emptied CHECK"
        " (emptied_at IS NULL OR (kind = 'rehearsal' AND archived_at IS NOT NULL))"
    )
    for name, refused in REFUSED.items():
        (_refuse_postgresql if is_postgresql else _refuse_sqlite)(name, *refused)


def _refuse_sqlite(name: str, table: str, verb: str, when: str, why: str) -> None:
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {verb} ON {table} WHEN {when}"
        f" BEGIN SELECT RAISE(ABORT, '{why}'); END"
    )


def _refuse_postgresql(name: str, table: str, verb: str, when: str, why: str) -> None:
    # A WHEN of PostgreSQL may not ask another table.
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {when} THEN"
        f" RAISE EXCEPTION '{why}' USING ERRCODE = '23514'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )


def downgrade() -> None:
    """Refuse to let rehearsals count."""
    made = op.get_bind().exec_driver_sql("SELECT count(*) FROM contest WHERE kind <> 'real'")
    if made.scalar():
        raise RuntimeError("rehearsals would become contests that count")
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for name, (table, *_) in REFUSED.items():
        op.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if is_postgresql else ""))
        if is_postgresql:
            op.execute(f"DROP FUNCTION {name}()")
    op.execute("ALTER TABLE contest DROP COLUMN emptied_at")
    op.execute("ALTER TABLE contest DROP COLUMN kind")
