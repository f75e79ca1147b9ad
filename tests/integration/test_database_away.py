"""While the database is away, or too busy, people are told to try again; nothing is confirmed."""

from contextlib import ExitStack

import pytest
from sqlalchemy import text

from quizapp.app import create_app
from quizapp.db import db
from tests.making import contests

ENDED = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
PAPER = "/a/AAAAAAAAAAAAAAAAAAAAAAAAAAA"


@pytest.fixture
def lost(app, tmp_path):
    """Return a client of an installation whose database nobody answers for."""
    settings = app.config["SETTINGS"]
    (tmp_path / "a-folder.sqlite3").mkdir()
    nowhere = {
        "sqlite": f"sqlite:///{tmp_path}/a-folder.sqlite3",
        "postgresql+psycopg": "postgresql+psycopg://postgres@127.0.0.1:1/quizapp",
    }[settings.database_url.partition(":")[0]]
    given = {"instance": tmp_path, "database_url": nowhere, "testing": True}
    return create_app(type(settings)(**given)).test_client()


def assert_asked_to_try_again(response):
    assert response.status_code == 503
    assert 1 <= int(response.headers["Retry-After"]) <= 10
    assert response.headers["Cache-Control"] == "no-store"
    assert "thử lại" in response.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/", "/c/tim-hieu", "/units.json?q=may"])
def test_a_page_asks_to_try_again(lost, path):
    assert_asked_to_try_again(lost.get(path))


def test_a_save_is_told_to_try_again_in_words_its_script_can_read(lost):
    response = lost.put(f"{PAPER}/answers", json={"op": 1, "answers": {"1": "A"}})

    assert_asked_to_try_again(response)
    assert "chưa xác nhận" in response.json["error"]


def test_a_submit_is_told_to_try_again(lost):
    assert_asked_to_try_again(lost.post(f"{PAPER}/submit", json={"answers": {}}))


def test_requests_that_get_no_connection_are_told_to_try_again(app, client):
    with app.app_context():
        contests.contest()
        pool = db.engine.pool
    with ExitStack() as stack:
        waits, pool._timeout = pool._timeout, 0.01
        stack.callback(setattr, pool, "_timeout", waits)
        while pool.overflow() < pool._max_overflow:
            stack.callback(pool.connect().close)

        assert_asked_to_try_again(client.get("/c/tim-hieu"))

    assert client.get("/c/tim-hieu").status_code == 200


@pytest.fixture
def ended(app):
    """End the connections that the application's pool holds, behind its back."""
    with app.app_context():
        contests.contest()
        db.session.remove()
        # The one that ends the others comes back last, so that the next request meets an ended one.
        with db.engine.connect() as last, db.engine.connect():
            last.exec_driver_sql(ENDED)


@pytest.mark.only("postgresql")
def test_connections_that_ended_while_they_rested_are_replaced(monkeypatch, client, ended):
    monkeypatch.setattr("quizapp.db.engines.RESTED_SECONDS", 0)

    assert client.get("/c/tim-hieu").status_code == 200


@pytest.mark.only("postgresql")
def test_connections_that_ended_in_use_cost_one_request_a_second_try(monkeypatch, client, ended):
    monkeypatch.setattr("quizapp.db.engines.RESTED_SECONDS", 3600)

    assert_asked_to_try_again(client.get("/c/tim-hieu"))
    assert client.get("/c/tim-hieu").status_code == 200


@pytest.mark.only("postgresql")
def test_a_page_that_was_read_in_time_is_shown_though_its_connection_then_ended(in_app):
    mine = db.session.scalar(text("SELECT pg_backend_pid()"))
    with db.engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:mine)"), {"mine": mine})

    db.session.remove()  # what the end of a request does

    assert not db.session.registry.has()
    assert db.session.scalar(text("SELECT pg_backend_pid()")) != mine
    assert db.engine.pool.checkedout() == 1
