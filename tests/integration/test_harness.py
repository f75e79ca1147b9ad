"""The net under all other tests: a write that nobody commits or that begins too late is caught."""

import pytest
from flask import request
from sqlalchemy import String, column, func, insert, select, table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from quizapp.app import create_app
from quizapp.db import db, transaction, writes
from quizapp.errors import Refusal
from tests.integration.conftest import CarefulClient
from tests.integration.harness import watch_writes
from tests.making import contests, people


class Own(DeclarativeBase):
    """Tables of this file only: no migration and no other test knows them."""


class Probe(Own):
    __tablename__ = "harness_probe"

    word: Mapped[str] = mapped_column(String, primary_key=True)


class Counted(Refusal):
    status = 403
    text = "đếm rồi"
    is_recorded = True


class NotCounted(Refusal):
    status = 403
    text = "không đếm"


def with_the_orm():
    db.session.add(Probe(word="orm"))
    db.session.flush()


def with_core():
    db.session.execute(insert(Probe).values(word="core"))


def with_raw_sql():
    db.session.execute(text("INSERT INTO harness_probe (word) VALUES ('raw')"))


def with_raw_sql_behind_a_comment():
    db.session.execute(text("/* why */ INSERT INTO harness_probe (word) VALUES ('raw')"))


def with_a_common_table():
    one = "WITH one AS (SELECT 'cte' AS word) INSERT INTO harness_probe SELECT word FROM one"
    db.session.execute(text(one))


def with_its_own_connection():
    with db.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO harness_probe (word) VALUES ('own')")


WAYS = [
    with_the_orm,
    with_core,
    with_raw_sql,
    with_raw_sql_behind_a_comment,
    with_a_common_table,
]


@pytest.fixture
def plant(app):
    """Return a function that makes a client of an application whose `/planted` is the view."""
    with app.app_context():
        Own.metadata.create_all(db.engine)
    apps = []

    def make(view):
        other = create_app(app.config["SETTINGS"])
        other.add_url_rule("/planted", view_func=view, endpoint="planted", methods=["GET", "POST"])
        other.test_client_class = CarefulClient
        apps.append(other)
        return other.test_client()

    yield make
    for other in apps:
        with other.app_context():
            db.engine.dispose()
    with app.app_context():
        db.session.rollback()
        Own.metadata.drop_all(db.engine)


@pytest.fixture
def words(app):
    """Return a function that reads what is stored, on a connection of its own."""

    def read():
        with app.app_context(), db.engine.connect() as connection:
            return list(connection.scalars(select(Probe.word).order_by(Probe.word)))

    return read


@pytest.mark.parametrize("write", WAYS)
def test_a_view_that_writes_outside_a_write_transaction_is_caught(plant, words, write):
    client = plant(lambda: write() or "ok")

    with pytest.raises(AssertionError, match="wrote in a transaction that began as a read"):
        client.post("/planted")

    assert words() == []


def test_a_view_that_commits_on_a_connection_of_its_own_is_caught(plant):
    client = plant(lambda: with_its_own_connection() or "ok")

    with pytest.raises(AssertionError, match="wrote in a transaction that began as a read"):
        client.post("/planted")


def test_a_view_that_reads_first_and_then_writes_is_caught(plant, words):
    def view():
        db.session.scalar(select(func.count()).select_from(Probe))
        with_core()
        db.session.commit()
        return "ok"

    with pytest.raises(AssertionError, match="wrote in a transaction that began as a read"):
        plant(view).post("/planted")


@pytest.mark.parametrize("write", WAYS)
def test_a_view_that_begins_a_write_and_commits_nothing_is_caught(plant, words, write):
    def view():
        with transaction() as turn:
            write()
            turn.undo()
        return "ok"

    with pytest.raises(AssertionError, match="nobody committed; add @writes"):
        plant(view).post("/planted")

    assert words() == []


def test_a_view_that_writes_when_it_is_read_is_caught_too(plant):
    with pytest.raises(AssertionError, match="began as a read"):
        plant(lambda: with_core() or "ok").get("/planted")


@pytest.mark.parametrize("write", WAYS)
def test_a_view_with_writes_keeps_what_it_wrote(plant, words, write):
    response = plant(writes(lambda: write() or "ok")).post("/planted")

    assert response.status_code == 200
    assert len(words()) == 1


@pytest.mark.parametrize("write", WAYS)
def test_a_view_with_writes_that_answers_400_leaves_nothing(plant, words, write):
    response = plant(writes(lambda: (write() or "no", 400))).post("/planted")

    assert response.status_code == 400
    assert words() == []


@pytest.mark.parametrize(
    ("status", "kept"), [(200, 1), (204, 1), (303, 1), (399, 1), (400, 0), (500, 0)]
)
def test_what_is_kept_is_told_by_the_status_alone(plant, words, status, kept):
    plant(writes(lambda: (with_core() or "", status))).post("/planted")

    assert len(words()) == kept


def test_a_refusal_leaves_nothing_unless_it_says_that_it_is_recorded(plant, words):
    def view():
        with_core()
        raise (Counted if "counted" in request.args else NotCounted)

    client = plant(writes(view))

    assert client.post("/planted", json={}).status_code == 403
    assert words() == []
    assert client.post("/planted?counted=1", json={}).status_code == 403
    assert words() == ["core"]


def test_a_crash_leaves_nothing_and_the_next_request_can_write(plant, words):
    def view():
        with_core()
        if "crash" in request.args:
            raise ZeroDivisionError
        return "ok"

    client = plant(writes(view))
    with pytest.raises(ZeroDivisionError):
        client.post("/planted?crash=1")

    assert words() == []
    assert client.post("/planted").status_code == 200
    assert words() == ["core"]


def test_a_write_transaction_after_a_read_is_refused_at_once(plant):
    def view():
        db.session.scalar(select(func.count()).select_from(Probe))
        with transaction():
            with_core()
        return "ok"

    with pytest.raises(RuntimeError, match="before the first statement"):
        plant(view).post("/planted")


def test_reading_is_never_taken_for_writing(app):
    probe = table("harness_probe", column("word"))
    with watch_writes(app) as watch, app.app_context():
        db.session.scalar(select(func.count()).select_from(select(1).subquery()))
        db.session.scalar(text("SELECT 'insert into ' || 'update x set y'"))
        str(insert(probe))

    watch.check(200)
    assert len(watch.statements) == 2


def test_statements_and_commits_are_counted_alike_on_both(plant):
    client = plant(writes(lambda: with_core() or "ok"))
    with watch_writes(client.application) as watch:
        client.post("/planted")

    assert watch.commits == 1
    assert [sql.split()[0] for sql in watch.statements] == ["INSERT"]


def test_a_stage_is_put_back_as_it_was_made(database, app):
    def make():
        with app.app_context():
            return contests.contest().id

    def standing():
        with db.engine.connect() as connection:
            return {
                one.name: sorted(map(repr, connection.execute(one.select())))
                for one in db.metadata.sorted_tables
            }

    made = database.staged("harness", make)
    with app.app_context():
        first = standing()
        contests.contest("khac")
        people.person(made, at=contests.NOON)
        assert standing() != first
    database.empty()

    assert database.staged("harness", lambda: pytest.fail("made twice")) == made
    with app.app_context():
        assert standing() == first
        assert contests.contest("khac").id > made  # ids go on where they stood
        with pytest.raises(DBAPIError, match="insert-only"):
            db.session.execute(text("DELETE FROM question"))
        db.session.rollback()
