"""A backup taken beside writes, restored on an empty machine: everything is as it was then.

Both engines make copies and take them in; what lies around that is tried on the quicker one.
"""

import json
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask_migrate import check
from pyrage import encrypt_io, x25519
from sqlalchemy import event, func, select

from quizapp import clock
from quizapp.app import create_app
from quizapp.attempts.models import Attempt
from quizapp.audit.service import get_head, has_head, verify_chain
from quizapp.backups import service
from quizapp.backups.errors import (
    Differs,
    NewerFormat,
    NoRoom,
    NotEmpty,
    NoTool,
    OtherEngine,
    ToolFailed,
    ToolTooOld,
)
from quizapp.backups.models import BackupRun
from quizapp.backups.rules import file_name
from quizapp.backups.service import engines, restoring, tools
from quizapp.backups.service.packing import open_package
from quizapp.config import ROOT, Settings
from quizapp.db import db, transaction
from quizapp.keys import open_keys
from quizapp.people.service import find_person_by_phone
from quizapp.people.service.contestants import return_by_pin
from quizapp.results.service import verify_contest
from quizapp.schema import head, know_migrations
from tests.databases import empty_postgresql, require_pg_dump
from tests.integration.test_organisers import sign_in
from tests.making import attempts, contests, people, studying
from tests.making.boards import rolled_up
from tests.making.contests import NOON

BOARD = "/c/tim-hieu/boards/people.json"
RELEASED = ROOT / "tests" / "fixtures" / "released"


@pytest.fixture
def code(in_app):
    """The recovery code of the installation."""
    identity = x25519.Identity.generate()
    path = service.public_file(in_app.config["SETTINGS"].instance)
    path.write_text(f"# của buổi thử\n{identity.to_public()}\n", "utf-8")
    if db.engine.dialect.name == "postgresql":
        require_pg_dump()
    yield identity
    path.unlink(missing_ok=True)


@pytest.fixture
def contest(database, code, freeze):
    """A contest with a document to study and three results."""
    freeze(NOON)
    return database.staged("backups", _held)


def _held():
    made = contests.contest()
    studying.made_to_study(made)
    for n in range(1, 4):
        entered(made, n)
    rolled_up()
    db.session.rollback()
    return made


def entered(contest, n, **fields):
    person = people.person(contest.id, phone=f"0912{n:06d}", source=f"198.51.100.{n}")
    attempts.finished(contest, person, right=5 * n, minutes=n, **fields)
    db.session.rollback()
    return person


@contextmanager
def empty_machine(database, folder):
    """Yield an application of another installation, where nothing was ever done."""
    folder.mkdir()
    if database.name == "sqlite":
        url = nullcontext(f"sqlite:///{folder}/quizapp.sqlite3")
    else:
        url = empty_postgresql()
    with url as address:
        ours = address.replace("postgresql://", "postgresql+psycopg://")
        with started(Settings(instance=folder, database_url=ours, testing=True)) as app:
            yield app


@pytest.fixture
def machine(database, tmp_path):
    """A new machine. What is asked of the database inside is asked of this one."""
    return lambda: empty_machine(database, tmp_path / "new")


@contextmanager
def restored(machine, path, code):
    """Yield what the new machine was told, and its program started anew after the restore."""
    with machine() as there:
        told = service.restore(path, code, actor="command:thu")
        db.session.remove()
        db.engine.dispose()
        with started(there.config["SETTINGS"]) as again:
            yield told, again


@contextmanager
def started(settings):
    app = create_app(settings)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def count(model):
    found = db.session.scalar(select(func.count()).select_from(model))
    db.session.rollback()
    return found


def test_a_backup_beside_writes_comes_back_with_everything(
    in_app, contest, code, tmp_path, machine, client
):
    board = client.get(BOARD).data
    path = tmp_path / "x.age"
    later = iter(range(4, 9))

    def somebody_hands_in():
        for n in later:
            entered(contest, n)
            return

    made = service.back_up(path, actor="command:thu", tell=somebody_hands_in)

    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]
    assert count(Attempt) > made.facts.rows["attempt"] >= 3  # both: before the moment and after it
    head_then, keys = made.facts.log, open_keys(in_app.config["SETTINGS"].instance)
    with restored(machine, path, code) as (told, there):
        assert told.facts == made.facts
        assert count(Attempt) == made.facts.rows["attempt"]
        number, digest = head_then.split(":")
        assert has_head(int(number), digest)
        assert verify_chain() == []
        assert get_head()[0] == int(number) + 1  # and that it was restored
        assert verify_contest("tim-hieu").problems == []
        assert there.test_client().get(BOARD).data == board
        document = there.test_client().get("/c/tim-hieu/documents/1")
        assert document.data == studying.PDF
        folder = there.config["SETTINGS"].instance
        assert open_keys(folder) == keys
        assert {
            one.name: one.stat().st_mode & 0o777 for one in folder.iterdir() if "key" in one.name
        } == {"keys.json": 0o600, "backup-keys.txt": 0o600}
        db.session.rollback()
        with transaction():
            known = {"phone": "0912000001", "pin": people.PIN}
            back = return_by_pin(contest.id, **known, source="198.51.100.9", at=NOON)
        assert back.id == find_person_by_phone(contest.id, "0912000001").id


@pytest.mark.only("sqlite")
def test_a_restored_installation_is_backed_up_in_its_turn(in_app, contest, code, tmp_path, machine):
    service.back_up(tmp_path / "x.age", actor="command:thu")
    with restored(machine, tmp_path / "x.age", code):
        assert service.backup_age_s(NOON) == 0
        db.session.rollback()
        made = service.back_up(tmp_path / "y.age", actor="command:thu")

    assert service.check_backup(tmp_path / "y.age", code).facts == made.facts


def test_where_something_is_nothing_is_restored(in_app, contest, code, tmp_path):
    service.back_up(tmp_path / "x.age", actor="command:thu")
    before = engines.facts_of_database()

    with pytest.raises(NotEmpty, match="1 cuộc thi, 3 người dự thi, 3 lượt thi"):
        service.restore(tmp_path / "x.age", code, actor="command:thu")

    assert engines.facts_of_database() == before


@pytest.mark.parametrize(
    "refused",
    [
        ({"facts": {"head": "9999"}}, NewerFormat),
        ({"format": 2}, NewerFormat),
        ({"engine": "other"}, OtherEngine),
        ({"facts": {"log": "1:" + "0" * 64}}, Differs),
    ],
)
def test_what_does_not_fit_is_refused_and_leaves_the_machine_empty(
    contest, code, tmp_path, machine, monkeypatch, refused
):
    change, refusal = refused
    if change.get("engine"):
        change = {"engine": {"sqlite": "postgresql"}.get(db.engine.dialect.name, "sqlite")}
    changed = restoring._contents

    def told_otherwise(manifest, path):
        facts = manifest["facts"] | change.get("facts", {})
        members = {
            engines.MEMBERS[change["engine"]]
            if "database" in name and "engine" in change
            else name: one
            for name, one in manifest["members"].items()
        }
        return changed(manifest | change | {"facts": facts, "members": members}, path)

    service.back_up(tmp_path / "x.age", actor="command:thu")
    monkeypatch.setattr(restoring, "_contents", told_otherwise)
    with machine():
        with pytest.raises(refusal):
            service.restore(tmp_path / "x.age", code, actor="command:thu")
        if refusal is not Differs or db.engine.dialect.name == "sqlite":
            assert engines.rows_in_use() == {}


def test_an_interrupted_restore_is_run_again(in_app, contest, code, tmp_path, machine):
    made = service.back_up(tmp_path / "x.age", actor="command:thu")
    interrupt = {"at": 3}

    def tell():
        interrupt["at"] -= 1
        if not interrupt["at"]:
            raise KeyboardInterrupt

    def die_at_the_end(_connection, _cursor, statement, *_rest):
        if "INSERT INTO audit_entry" in statement:
            raise KeyboardInterrupt

    with machine() as there:
        with pytest.raises(KeyboardInterrupt):
            service.restore(tmp_path / "x.age", code, actor="command:thu", tell=tell)
        assert engines.rows_in_use() == {}
        event.listen(db.engine, "before_cursor_execute", die_at_the_end)
        with pytest.raises(KeyboardInterrupt):
            service.restore(tmp_path / "x.age", code, actor="command:thu")
        event.remove(db.engine, "before_cursor_execute", die_at_the_end)
        db.session.remove()

        told = service.restore(tmp_path / "x.age", code, actor="command:thu")

        assert told.facts == made.facts
        assert not list(there.config["SETTINGS"].instance.glob(".backup-*"))
        with pytest.raises(NotEmpty):
            service.restore(tmp_path / "x.age", code, actor="command:thu")


@pytest.mark.only("sqlite")
def test_keys_that_were_there_before_are_never_thrown_away(
    in_app, contest, code, tmp_path, database
):
    service.back_up(tmp_path / "x.age", actor="command:thu")
    folder = tmp_path / "new"
    folder.mkdir(mode=0o700)
    others = open_keys(folder)
    folder.rename(tmp_path / "kept")
    with empty_machine(database, folder):
        pass
    (tmp_path / "kept" / "keys.json").replace(folder / "keys.json")
    app = create_app(replace(in_app.config["SETTINGS"], instance=folder))
    with app.app_context():
        restoring._put_keys(folder, _unpacked(tmp_path, code))
        db.engine.dispose()

    aside = list(folder.glob("keys.before-restore-*.json"))
    assert [json.loads(one.read_text())["current"] for one in aside] == [others.key_id]
    assert open_keys(folder) == open_keys(in_app.config["SETTINGS"].instance)


def _unpacked(folder, code):
    target = folder / "unpacked"
    target.mkdir()
    with open_package(folder / "x.age", code) as package:
        for name, file in package.members:
            (target / name).write_bytes(file.read())
    return target


@pytest.mark.only("sqlite")
def test_the_commands_say_what_they_did(in_app, contest, run, tmp_path, code, machine):
    service.public_file(in_app.config["SETTINGS"].instance).unlink()
    path = tmp_path / "x.age"
    made = run("backup", path)
    assert made.exit_code == 0, made.output
    shown = next(line.strip() for line in made.output.splitlines() if "AGE-SECRET" in line)
    (tmp_path / "code").write_text(shown, "utf-8")
    again = run("backup", tmp_path / "y.age")
    assert "AGE-SECRET" not in again.output

    check = run("backup", "--check", path, "--code-file", tmp_path / "code")
    assert (check.exit_code, "Bản sao lưu đọc được đến hết." in check.output) == (0, True)
    assert run("backup", path).exit_code == 1  # is there
    renewed = run("backup", "--new-code")
    assert "AGE-SECRET" in renewed.output
    assert shown not in renewed.output
    with machine() as there:
        runner = there.test_cli_runner()
        wrong = runner.invoke(args=["restore", str(path)], input="AGE-SECRET-KEY-1ABC\n")
        assert (wrong.exit_code, "không phải mã khôi phục" in wrong.output) == (1, True)
        done = runner.invoke(args=["restore", str(path)], input=f"{shown}\n")
        assert done.exit_code == 0, done.output
        assert "3 người dự thi" not in done.output
        verify = runner.invoke(args=["audit", "verify"])
        assert verify.exit_code == 0, verify.output


@pytest.mark.only("sqlite")
def test_an_unfinished_backup_leaves_nothing_and_is_noted(in_app, contest, tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _place: type("usage", (), {"free": 1_000_000}))
    monkeypatch.setattr("quizapp.backups.service.making.size_of_database", lambda: 5 * 2**30)

    with pytest.raises(NoRoom, match="cần khoảng 10,0 GB, còn 977 KB"):
        service.back_up(tmp_path / "x.age", actor="command:thu")

    assert list(tmp_path.iterdir()) == []
    latest = service.get_latest(at=clock.now())
    assert latest.is_late
    assert "Không đủ chỗ trống" in latest.problem


@pytest.fixture
def scheduled(in_app, contest, tmp_path, monkeypatch):
    """The installation with a folder for nightly backups; return the folder."""
    settings = in_app.config["SETTINGS"]
    folder = tmp_path / "nightly"
    given = replace(settings, backup_folder=folder, backup_days=2, backup_weeks=0)
    monkeypatch.setitem(in_app.config, "SETTINGS", given)
    return folder


def nightly(freeze, at):
    freeze(at)
    return service.back_up_when_due(at=at, tell=lambda: None)


@pytest.mark.only("sqlite")
def test_the_worker_makes_one_a_day_and_keeps_the_newest(scheduled, freeze, code):
    day = timedelta(days=1)
    assert nightly(freeze, NOON) is not None
    assert nightly(freeze, NOON + timedelta(hours=13)) is None
    for n in (1, 2):
        assert nightly(freeze, NOON + n * day) is not None

    assert sorted(one.name for one in scheduled.iterdir()) == [
        file_name(NOON + n * day) for n in (1, 2)
    ]
    assert service.check_backup(scheduled / file_name(NOON + 2 * day), code)


@pytest.mark.only("sqlite")
def test_a_night_that_failed_takes_no_older_backup_away(scheduled, freeze, monkeypatch):
    day = timedelta(days=1)
    for n in (0, 1):
        nightly(freeze, NOON + n * day)
    monkeypatch.setattr("quizapp.backups.service.making.size_of_database", lambda: 2**60)

    with pytest.raises(NoRoom):
        nightly(freeze, NOON + 2 * day)
    assert nightly(freeze, NOON + 2 * day + timedelta(minutes=30)) is None
    with pytest.raises(NoRoom):
        nightly(freeze, NOON + 2 * day + timedelta(hours=1))

    assert len(list(scheduled.iterdir())) == 2
    assert service.get_latest(at=NOON + 2 * day).age == day


@pytest.mark.only("sqlite")
def test_without_a_code_the_worker_makes_none(scheduled, freeze, in_app):
    service.public_file(in_app.config["SETTINGS"].instance).unlink()

    assert nightly(freeze, NOON) is None
    assert count(BackupRun) == 0


@pytest.mark.only("sqlite")
def test_the_age_stands_on_the_home_of_who_answers_for_all(
    in_app, contest, client, freeze, tmp_path
):
    people.organiser(phone=people.PHONE)
    db.session.rollback()
    sign_in(client)
    assert "Chưa có bản sao lưu nào." in client.get("/admin").text
    service.back_up(tmp_path / "x.age", actor="command:thu")

    assert "Bản sao lưu gần nhất: 12:00 ngày 23/11/2026." in client.get("/admin").text
    freeze(NOON + timedelta(hours=27))
    sign_in(client)
    assert "Bản sao lưu gần nhất đã cũ: 12:00 ngày 23/11/2026." in client.get("/admin").text
    assert service.backup_age_s(clock.now()) == 27 * 3600


@pytest.mark.only("postgresql")
class TestTools:
    @pytest.fixture
    def tool(self, tmp_path, monkeypatch):
        """Return a function that puts a `pg_dump` of a version before all others."""
        monkeypatch.setattr(tools, "DEBIANS", tmp_path / "none")
        monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")

        def put(version, body="exit 0"):
            path = tmp_path / "pg_dump"
            said = f'echo "pg_dump (PostgreSQL) {version}"; exit 0'
            path.write_text(f'#!/bin/sh\ncase "$1" in --version) {said};; esac\n{body}\n')
            path.chmod(0o700)

        return put

    def test_a_tool_that_is_not_there_or_too_old_is_named_with_what_to_install(
        self, in_app, contest, tmp_path, tool, monkeypatch
    ):
        tool("9.6.24")
        with pytest.raises(ToolTooOld, match="sudo apt install postgresql-client-"):
            service.back_up(tmp_path / "x.age", actor="command:thu")
        monkeypatch.setenv("PATH", str(tmp_path / "none"))
        with pytest.raises(NoTool, match="Chưa có pg_dump"):
            service.back_up(tmp_path / "x.age", actor="command:thu")

    def test_what_a_tool_says_is_passed_on(self, in_app, contest, tmp_path, tool):
        tool("99.1", "echo 'server closed' >&2; exit 1")

        with pytest.raises(ToolFailed, match="pg_dump báo lỗi: server closed"):
            service.back_up(tmp_path / "x.age", actor="command:thu")

    def test_the_password_is_no_word_of_the_command(self, in_app, tmp_path, tool):
        tool("99.1", f'echo "$@" > {tmp_path}/words; env > {tmp_path}/env')
        url = db.engine.url.set(password="bí:mật\\")

        tools.run_tool([str(tmp_path / "pg_dump")], url, folder=tmp_path, tell=lambda: None)

        assert "bí" not in (tmp_path / "words").read_text() + (tmp_path / "env").read_text()
        passfile = tmp_path / "passfile"
        assert str(passfile) in (tmp_path / "words").read_text()
        assert passfile.read_text() == "*:*:*:*:bí\\:mật\\\\\n"
        assert passfile.stat().st_mode & 0o777 == 0o600


def released(name):
    return sorted(RELEASED.glob(f"*-{name}.tar.gz"))


def test_the_backup_of_every_release_comes_to_todays_tables(
    in_app, database, machine, tmp_path, code
):
    assert released(database.name)
    for packed in released(database.name):
        path = tmp_path / f"{packed.name}.age"
        with packed.open("rb") as source, path.open("wb") as target:
            encrypt_io(source, target, [code.to_public()])
        with restored(machine, path, code) as (told, there):
            assert packed.name.startswith(f"{told.facts.head}-")
            assert told.facts.head < head()
            assert count(Attempt) == told.facts.rows["attempt"] > 20
            assert verify_contest("thi-thu").problems == []
            assert verify_chain() == []
            know_migrations(there)
            check()  # ends the process where a table is not as the models say
            board = there.test_client().get("/c/thi-thu/boards/people.json").json
            assert len(board["rows"]) > 10
        _clear(tmp_path / "new")


def _clear(folder):
    for one in Path(folder).rglob("*"):
        one.unlink()
    folder.rmdir()
