"""Every migration goes down and up again with rows in the tables, and gives up on a held lock."""

import psycopg
import pytest
from alembic.script import ScriptDirectory
from flask_migrate import upgrade as upgrade_with
from pyrage import encrypt_io, x25519
from sqlalchemy import text

from quizapp.backups.service.facts import TABLES
from quizapp.backups.service.tools import connection_words
from quizapp.config import ROOT
from quizapp.contests import service as contests
from quizapp.db import db
from quizapp.schema import downgrade, upgrade
from tests.databases import require_pg_dump
from tests.integration.test_backups import empty_machine, released, restored
from tests.making import people, studying, tickets, wishes

# What a step down throws away for good, for the tables before have no place for it, beside tables
# that it drops: revision → tables whose rows are others once it was gone up again.
LOST = {
    "0028": {"tally"},  # the rank of each person's tally; 0029 counts it anew
    "0013": {"contest"},  # how often a contest was changed
    "0012": {"typed_unit"},  # what was proposed and decided about units in free words
    "0010": {"standing"},  # final ranks of closed rounds
    "0009": {"person"},  # of whom a person is a second entry
}


@pytest.fixture
def filled(database, tmp_path):
    """An installation of an earlier release, brought to today's tables and used a little more."""
    if database.name == "postgresql":
        require_pg_dump()
    identity = x25519.Identity.generate()
    path = tmp_path / "x.age"
    with released(database.name)[0].open("rb") as source, path.open("wb") as target:
        encrypt_io(source, target, [identity.to_public()])
    with restored(lambda: empty_machine(database, tmp_path / "new"), path, identity) as (_, app):
        contest = contests.get_contest("thi-thu")
        db.session.rollback()
        studying.made_to_study(contest)
        somebody = people.person(contest.id)
        tickets.answered(contest, somebody)
        wishes.correction(somebody)
        db.session.rollback()
        yield app


@pytest.fixture
def reader(filled):
    """A reader who holds a table for as long as the test runs."""
    with psycopg.connect(**connection_words(db.engine.url)) as connection:
        connection.execute("SELECT 1 FROM contest")
        yield connection


def tables():
    with db.engine.connect() as connection:
        return {row[0] for row in connection.execute(text(TABLES[db.engine.dialect.name]))}


def everything():
    """Return table → its rows, in an order that does not depend on the database."""
    names = tables()
    with db.engine.connect() as connection:
        return {
            name: sorted(
                repr(sorted(row.items()))
                for row in connection.execute(text(f'SELECT * FROM "{name}"')).mappings()
            )
            for name in names
        }


def changed(before, after):
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


def test_each_migration_goes_down_and_up_again_and_loses_only_what_is_known(filled, monkeypatch):
    scripts = ScriptDirectory(str(ROOT / "migrations"))
    # Read once, not for each of 150 steps.
    monkeypatch.setattr(ScriptDirectory, "from_config", lambda _config: scripts)
    lost = {}
    for script in list(scripts.walk_revisions()):
        before = everything()
        downgrade(revision=script.down_revision or "base")
        had = tables()
        upgrade(revision=script.revision)
        if others := changed(before, everything()) & had:
            lost[script.revision] = others
        downgrade(revision=script.down_revision or "base")

    assert set(everything()) == {"alembic_version"}
    assert lost == LOST


@pytest.mark.only("postgresql")
def test_a_migration_behind_a_long_reader_gives_up_and_leaves_nothing_half_done(
    filled, caplog, reader
):
    reader.rollback()
    downgrade(revision="0042")
    before = everything()
    reader.execute("SELECT 1 FROM contest")

    with pytest.raises(SystemExit):
        upgrade_with(revision="0043", x_arg=["tries=1"])

    assert "Cơ sở dữ liệu đang bận" in caplog.text
    assert everything() == before
    reader.rollback()
    upgrade(revision="0043")
    assert "banner" in everything()
