"""What a load balancer asks: is the process up, and may it be given requests."""

import shutil
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from quizapp import clock
from quizapp.app import create_app
from quizapp.db import db, transaction
from quizapp.schema import head
from quizapp.standings.models import RollupMark
from quizapp.web.health import report
from tests.integration.harness import watch_writes


@pytest.fixture
def at_revision(in_app):
    """Return a function that lets the database stand at another revision until the test ends."""

    def move(revision):
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})

    yield move
    move(head())


def test_a_process_that_is_up_says_so_without_asking_the_database(app, client):
    with watch_writes(app) as watch:
        response = client.get("/healthz")

    assert (response.status_code, response.json) == (200, {"status": "ok"})
    assert watch.statements == []


def test_a_migrated_database_with_the_same_clock_is_ready(client):
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json["status"] == "ready"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_nobody_keeps_the_answers_and_they_are_small(client, path):
    response = client.get(path)

    assert response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response.headers
    assert len(response.data) < 500


@pytest.mark.parametrize("revision", ["0001", "9999"])
def test_a_database_of_another_revision_is_not_ready(client, at_revision, revision):
    at_revision(revision)

    response = client.get("/readyz")

    assert (response.status_code, response.json["why"]) == (503, "schema")


@pytest.mark.parametrize("seconds", [-1, 1])
def test_a_clock_that_differs_from_the_database_is_not_ready(client, freeze, seconds):
    freeze(clock.now() + timedelta(seconds=seconds))

    response = client.get("/readyz")

    assert (response.status_code, response.json["why"]) == (503, "clock")


@pytest.fixture
def lost(tmp_path, app):
    """Return a client of an installation whose database nobody answers for."""
    settings = app.config["SETTINGS"]
    (tmp_path / "a-folder.sqlite3").mkdir()
    nowhere = {
        "sqlite": f"sqlite:///{tmp_path}/a-folder.sqlite3",
        "postgresql+psycopg": "postgresql+psycopg://postgres@127.0.0.1:1/quizapp",
    }[settings.database_url.partition(":")[0]]
    given = {"instance": tmp_path, "database_url": nowhere, "testing": True}
    return create_app(type(settings)(**given)).test_client()


def test_a_database_that_does_not_answer_is_not_ready_but_the_process_is_up(lost):
    response = lost.get("/readyz")

    assert (response.status_code, response.json["why"]) == (503, "database")
    assert lost.get("/healthz").status_code == 200


def test_a_fact_of_a_feature_is_shown_and_decides_nothing(app):
    other = create_app(app.config["SETTINGS"])
    report(other, "year", lambda now: now.year)

    response = other.test_client().get("/readyz")
    with other.app_context():
        db.engine.dispose()

    assert response.status_code == 200
    assert response.json["year"] == clock.now().year


def test_the_age_of_the_workers_last_pass_is_shown_and_a_dead_worker_takes_nothing_away(
    app, client
):
    assert client.get("/readyz").json["worker"] == {"ok": False, "why": "never"}
    for ago, is_well in ((timedelta(seconds=1), True), (timedelta(hours=1), False)):
        with app.app_context(), transaction():
            db.session.execute(update(RollupMark).values(seen_at=clock.now() - ago))

        response = client.get("/readyz")

        assert response.status_code == 200
        assert response.json["worker"]["ok"] is is_well
        assert ago.total_seconds() <= response.json["worker"]["age_s"] < ago.total_seconds() + 60


def test_each_part_is_told_apart(client):
    told = client.get("/readyz").json

    assert told.pop("status") == "ready"
    assert set(told) == {
        *("web", "database", "schema", "clock"),
        *("worker", "disk", "keys", "backup"),
    }
    assert all("ok" in part for part in told.values())
    assert {name for name in told if told[name]["ok"] is False} <= {"worker", "backup", "disk"}


def test_a_backup_is_well_for_a_day_and_two_hours(app):
    other = create_app(app.config["SETTINGS"])
    for hours, is_well in ((25.9, True), (26.1, False)):
        report(other, "backup_age_s", lambda _, hours=hours: hours * 3600)
        response = other.test_client().get("/readyz")
        assert response.status_code == 200
        assert response.json["backup"]["ok"] is is_well
    with other.app_context():
        db.engine.dispose()


def test_a_database_that_is_away_leaves_the_others_told(lost):
    told = lost.get("/readyz").json

    assert (told["status"], told["database"]) == ("not ready", {"ok": False})
    assert told["worker"] == told["clock"] == {"ok": None, "why": "unknown"}
    assert told["web"] == told["keys"] == {"ok": True}
    assert "free_percent" in told["disk"]


@pytest.mark.parametrize(("free", "is_well"), [(15, True), (14, False), (0, False)])
def test_a_disk_with_little_room_is_told_and_takes_nothing_away(client, monkeypatch, free, is_well):
    usage = shutil._ntuple_diskusage(100, 100 - free, free)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)

    response = client.get("/readyz")

    assert response.status_code == 200
    assert (response.json["disk"]["ok"], response.json["disk"]["free_percent"]) == (is_well, free)


def test_keys_that_were_taken_away_are_told_and_nothing_stops(app, client):
    path = app.config["SETTINGS"].instance / "keys.json"
    body = path.read_text()
    try:
        for change in (path.unlink, lambda: path.write_text(body.replace("a", "b"))):
            change()
            response = client.get("/readyz")
            assert response.status_code == 200
            assert response.json["keys"] == {"ok": False, "why": "missing or changed"}
            assert client.get("/signin").status_code == 200
    finally:
        path.write_text(body)
        path.chmod(0o600)

    assert client.get("/readyz").json["keys"] == {"ok": True}
