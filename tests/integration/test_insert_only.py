"""Rows that must never change do not, whatever SQL is sent, on the migrated database itself."""

import sqlite3

import pytest
from sqlalchemy import UniqueConstraint, inspect, text
from sqlalchemy.exc import DBAPIError

from quizapp.db import db
from quizapp.insert_only import GUARDED, trigger_names
from tests.making.banks import published

TABLES = ("bank_version", "question")
CHANGES = [
    "UPDATE bank_version SET title = 'x'",
    "UPDATE bank_version SET id = id + 100",
    "UPDATE question SET right_mask = 1",
    "UPDATE question SET stem = stem",
    "DELETE FROM question",
    "DELETE FROM question WHERE number = 1",
    "DELETE FROM bank_version",
]
COLUMNS = {
    "bank_version": "bank_id, number, digest, title, question_count, published_at",
    "question": (
        "bank_version_id, number, code, kind, stem, options, right_mask, fixed_order, citations"
    ),
}
# Table, columns of a unique key, what would take the place of the other columns of that row.
OVER = [
    ("bank_version", "id", {"number": "77", "digest": f"'{7:064d}'"}),
    ("bank_version", "bank_id, number", {"digest": f"'{7:064d}'"}),
    ("bank_version", "bank_id, digest", {"number": "77"}),
    ("question", "id", {"number": "77", "code": "'X'"}),
    ("question", "bank_version_id, number", {"code": "'X'"}),
    ("question", "bank_version_id, code", {"number": "77"}),
]
ON_SQLITE = ("INSERT OR REPLACE INTO", "REPLACE INTO", "INSERT OR IGNORE INTO")


def refused(statement):
    """Run raw SQL in a transaction of its own; return whether the guard said no."""
    try:
        with db.engine.begin() as connection:
            connection.exec_driver_sql(statement)
    except DBAPIError as error:
        return "insert-only" in str(error.orig)
    return False


def rows():
    with db.engine.connect() as connection:
        return [
            connection.execute(text(f"SELECT * FROM {table} ORDER BY id")).all() for table in TABLES
        ]


def copy_of_a_row(table, verb, new, *, with_id):
    """Return SQL that inserts a copy of the table's first row with some columns new."""
    names = [*(["id"] if with_id else []), *COLUMNS[table].split(", ")]
    values = ", ".join(new.get(name, name) for name in names)
    return f"{verb} {table} ({', '.join(names)}) SELECT {values} FROM {table} WHERE number = 1"


@pytest.fixture
def version(in_app):
    return published(3)


@pytest.mark.parametrize("statement", CHANGES)
def test_no_statement_changes_or_deletes_a_published_row(version, statement):
    before = rows()
    assert refused(statement)
    assert rows() == before


@pytest.mark.parametrize(("table", "key", "new"), OVER)
def test_no_insert_takes_the_place_of_a_published_row(version, table, key, new):
    before = rows()
    upsert = copy_of_a_row(table, "INSERT INTO", new, with_id=key == "id")
    update = "stem = 'x'" if table == "question" else "title = 'x'"
    assert refused(f"{upsert} ON CONFLICT ({key}) DO UPDATE SET {update}")
    if db.engine.dialect.name == "sqlite":
        for verb in ON_SQLITE:
            assert refused(copy_of_a_row(table, verb, new, with_id=key == "id"))
    assert rows() == before


@pytest.mark.parametrize(("table", "key", "new"), OVER)
def test_a_plain_sqlite_shell_cannot_change_them_either(version, table, key, new):
    """There `recursive_triggers` is off, and REPLACE deletes without asking a DELETE trigger."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("only SQLite has this door")
    before = rows()
    shell = sqlite3.connect(db.engine.url.database)
    assert shell.execute("PRAGMA recursive_triggers").fetchone() == (0,)
    statements = [copy_of_a_row(table, verb, new, with_id=key == "id") for verb in ON_SQLITE[:2]]
    for statement in (*statements, *CHANGES, f"UPDATE OR REPLACE {table} SET number = 2"):
        with pytest.raises(sqlite3.IntegrityError, match="insert-only"):
            shell.execute(statement)
        shell.rollback()
    shell.close()
    assert rows() == before


@pytest.mark.parametrize("table", ["question", "bank_version", "bank"])
def test_no_truncate_empties_them(version, table):
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    before = rows()
    assert refused(f"TRUNCATE {table} CASCADE")
    assert rows() == before


def test_new_rows_are_still_accepted(version):
    assert published(4).number == version.number + 1


def _tables():
    return sorted(GUARDED.keys() & set(inspect(db.engine).get_table_names()))


def _triggers(table):
    if db.engine.dialect.name == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"
    else:
        query = (
            "SELECT tgname FROM pg_trigger WHERE tgrelid = CAST(:table AS regclass)"
            " AND NOT tgisinternal AND tgenabled IN ('O', 'A')"
        )
    with db.engine.connect() as connection:
        return sorted(connection.scalars(text(query), {"table": table}))


def test_every_guarded_table_has_its_triggers_after_all_migrations(in_app):
    """A batch migration copies a SQLite table and leaves its triggers behind."""
    tables = _tables()
    assert {"bank_version", "question"} <= set(tables)
    dialect = db.engine.dialect.name
    expected = {table: trigger_names(table, dialect) for table in tables}
    assert {table: _triggers(table) for table in tables} == expected


def test_the_guards_know_every_unique_key_of_their_tables(in_app):
    """Else REPLACE INTO over the key left out would delete a row unseen."""
    for table in _tables():
        looked_at = inspect(db.engine)
        keys = {tuple(looked_at.get_pk_constraint(table)["constrained_columns"])}
        keys |= {tuple(one["column_names"]) for one in looked_at.get_unique_constraints(table)}
        keys |= {
            tuple(one["column_names"]) for one in looked_at.get_indexes(table) if one["unique"]
        }
        assert {tuple(sorted(key)) for key in keys} == {
            tuple(sorted(key)) for key in GUARDED[table]
        }
        declared = db.metadata.tables[table].constraints
        assert sum(isinstance(one, UniqueConstraint) for one in declared) == len(keys) - 1
