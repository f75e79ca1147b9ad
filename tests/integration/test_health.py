"""What a load balancer asks: is the process up, and may it be given requests."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from quizapp import clock
from quizapp.app import create_app
from quizapp.db import db, transaction
from quizapp.schema import head
from quizapp.standings.service.rollup import roll_up
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
    assert len(response.data) < 200


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


def test_a_database_that_does_not_answer_is_not_ready_but_the_process_is_up(tmp_path, app):
    settings = app.config["SETTINGS"]
    nowhere = {
        "sqlite": f"sqlite:///{tmp_path}/no/such/folder/quizapp.sqlite3",
        "postgresql+psycopg": "postgresql+psycopg://postgres@127.0.0.1:1/quizapp",
    }[settings.database_url.partition(":")[0]]
    lost = create_app(type(settings)(instance=tmp_path, database_url=nowhere, testing=True))

    response = lost.test_client().get("/readyz")

    assert (response.status_code, response.json["why"]) == (503, "database")
    assert lost.test_client().get("/healthz").status_code == 200


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
    assert client.get("/readyz").json == {"status": "ready", "worker_age_s": None}
    with app.app_context(), transaction():
        roll_up(at=clock.now() - timedelta(hours=1))

    response = client.get("/readyz")

    assert response.status_code == 200
    assert 3600 <= response.json["worker_age_s"] < 3700
