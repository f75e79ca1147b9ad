"""Tables whose rows are never changed: guards in the database itself, for migrations to install."""

from collections.abc import Mapping, Sequence

from alembic import op

# Table → the sets of columns that identify a row, each of which an insert may not meet again.
# The test of the migrated schema reads this: a batch migration of SQLite drops triggers.
GUARDED: Mapping[str, Sequence[Sequence[str]]] = {
    "audit_entry": (("id",),),
    "bank_version": (("id",), ("bank_id", "number"), ("bank_id", "digest")),
    "question": (("id",), ("bank_version_id", "number"), ("bank_version_id", "code")),
    "cited_provision": (("bank_version_id", "question_number", "number"),),
    "rule_set": (("id",), ("contest_id", "number")),
    "time_grant": (("id",),),
    "time_withdrawal": (("grant_id",),),
    "interruption": (("id",),),
    "result_event": (("id",),),
    "signed_regulation": (("id",),),
    "rules_change": (("id",), ("round_id", "rule_set_id")),
    "notice": (("id",),),
    "press_report": (("id",), ("contest_id", "round_number", "morning_of")),
}


def guard(table: str) -> None:
    """Make the database refuse UPDATE, DELETE, TRUNCATE and inserts over a row of `table`."""
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite(table)
    else:
        _guard_postgresql(table)


def unguard(table: str) -> None:
    """Take the guards of `table` away again (for the downgrade)."""
    if op.get_bind().dialect.name == "sqlite":
        for name in trigger_names(table, "sqlite"):
            op.execute(f"DROP TRIGGER {name}")
    else:
        for name in trigger_names(table, "postgresql"):
            op.execute(f"DROP TRIGGER {name} ON {table}")
        op.execute(f"DROP FUNCTION {table}_is_insert_only()")


def trigger_names(table: str, dialect: str) -> list[str]:
    """Return the names of the triggers that guard `table`, in alphabetical order."""
    kinds = ("delete", "insert", "update") if dialect == "sqlite" else ("change", "truncate")
    return [f"{table}_no_{kind}" for kind in kinds]


def _guard_sqlite(table: str) -> None:
    no = f"SELECT RAISE(ABORT, '{table} is insert-only')"
    for verb in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} BEGIN {no}; END"
        )
    # REPLACE INTO deletes silently where recursive_triggers is off, as in a plain sqlite3 shell.
    met = " OR ".join(
        "(" + " AND ".join(f"{column} = NEW.{column}" for column in key) + ")"
        for key in GUARDED[table]
    )
    exists = f"EXISTS (SELECT 1 FROM {table} WHERE {met})"
    op.execute(
        f"CREATE TRIGGER {table}_no_insert BEFORE INSERT ON {table} WHEN {exists} BEGIN {no}; END"
    )


def _guard_postgresql(table: str) -> None:
    op.execute(
        f"CREATE FUNCTION {table}_is_insert_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is insert-only' USING ERRCODE = '23001'; END $$"
    )
    call = f"EXECUTE FUNCTION {table}_is_insert_only()"
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {call}"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {call}"
    )
