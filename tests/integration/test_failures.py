"""What breaks around the product, and that each failure is as docs/failures.md says."""

import json
import os
import random
import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from quizapp import worker
from quizapp.config import ROOT
from quizapp.db import db
from tests.faults import check
from tests.faults.disk import NoCompiler, find_compiler
from tests.faults.options import checked
from tests.faults.stage import stage
from tests.integration.test_journey import begun, handed_in, joined
from tests.integration.test_metrics import RULES, scraped, value
from tests.load.people import SLUG, Person, expected, expected_path, joins
from tests.load.wire import Line
from tests.making import attempts, contests
from tests.making.boards import rolled_up
from tests.making.contests import NOON

TABLE = ROOT / "docs" / "failures.md"
BOARD = "/c/tim-hieu/boards/people"
FAULT = {"database": "sqlite", "faults": ("disk-full",), "control": None}
SMALL = {"clients": 1, "seconds": 1, "every": 1, "share": 0, "minutes": 20, "writes": 0}


@pytest.fixture(scope="module")
def served():
    """The product on SQLite as it is run, on a disk that can be filled."""
    try:
        find_compiler()
    except NoCompiler as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))
    with stage(checked(**FAULT, **SMALL), random.Random(1)) as place:
        yield place


class Browser:
    """One person who asks the product itself, one request after another."""

    def __init__(self, port):
        address = f"127.0.0.1:{port}"
        self.person = Person(number=1, units=("VGCL",), address=address)
        self._line = Line("127.0.0.1", port)
        self._line.open()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._line.close()

    def ask(self, request):
        self._line.send(request)
        while (reply := self._line.receive()) is None:
            pass
        return reply

    def get(self, path):
        return self.ask(self.person.ask("get", "GET", path))

    def join(self):
        script, reply = joins(self.person), None
        try:
            while True:
                reply = self.ask(script.send(reply))
        except StopIteration:
            return

    def start(self):
        path = f"/c/{SLUG}/rounds/1/attempts"
        return self.ask(self.person.form("start", path, self.person.start_form))

    def save(self, path, op):
        fields = {"answers": {"1": "A"}, "op": op}
        return self.ask(self.person.json("save", "PUT", f"{path}/answers", fields))

    def submit(self, path):
        return self.ask(self.person.json("submit", "POST", f"{path}/submit", {"answers": {}}))


def assert_to_be_sent_again(reply):
    assert reply.status == 503
    assert 1 <= int(reply.header("retry-after")) <= 10


@pytest.mark.only("sqlite")
def test_a_full_disk_acknowledges_nothing_and_stops_nothing(served, database):
    before = served.served.background()
    with Browser(served.served.port) as browser:
        browser.join()
        path = expected_path(expected(browser.start(), 303))
        assert browser.save(path, 1).status == 200

        with served.disk.full():
            refused = browser.save(path, 2)
            assert_to_be_sent_again(refused)
            assert "chưa xác nhận" in json.loads(refused.content)["error"]
            assert_to_be_sent_again(browser.submit(path))
            for page in (path, f"/c/{SLUG}", f"/c/{SLUG}/boards/people", "/readyz", "/healthz"):
                assert browser.get(page).status == 200, page
            figures = browser.get("/metrics").text
            assert re.search(r'quizapp_saves_total{outcome="failed"} [1-9]', figures)
        [row] = check.stored(served.app)[1]
        assert (row.last_op, row.state) == (1, "running")

        assert browser.save(path, 2).status == 200
        assert browser.submit(path).status == 200
        [row] = check.stored(served.app)[1]
        assert (row.last_op, row.state) == (2, "submitted")
        assert check.verify(served)[1]  # the worker has counted it
        assert served.served.background() == before != []


NO_ROOM = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER no_room BEFORE UPDATE ON attempt FOR EACH ROW EXECUTE FUNCTION no_room();
"""


@pytest.fixture
def noon(in_app, freeze):
    freeze(NOON)
    return contests.contest()


@pytest.fixture
def no_room(in_app):
    """Let PostgreSQL say at every change of a paper that its disk is full, once it is called.

    That returns what ends it.
    """

    def end():
        with db.engine.begin() as connection:
            connection.execute(text("DROP FUNCTION IF EXISTS no_room CASCADE"))

    def begin():
        with db.engine.begin() as connection:
            connection.execute(text(NO_ROOM))
        return end

    yield begin
    end()


@pytest.mark.only("postgresql")
def test_postgresql_without_room_acknowledges_nothing(noon, client, no_room):
    joined(client)
    path = begun(client)
    save = {"op": 1, "answers": {"1": "A"}}
    there_is_room = no_room()

    refused = client.put(f"{path}/answers", json=save)

    assert refused.status_code == 503
    assert 1 <= int(refused.headers["Retry-After"]) <= 10
    assert client.get(path).status_code == client.get("/c/tim-hieu").status_code == 200
    there_is_room()
    assert client.put(f"{path}/answers", json=save).status_code == 200


def test_a_dead_worker_stops_no_answer_and_is_told_everywhere(noon, client, freeze):
    joined(client)
    path = begun(client)
    rolled_up()
    assert client.get("/readyz").json["worker"]["ok"]
    assert "cập nhật chậm" not in client.get(BOARD).text
    freeze(NOON + timedelta(minutes=10))

    assert client.put(f"{path}/answers", json={"op": 1, "answers": {"1": "A"}}).status_code == 200
    assert (
        handed_in(client, path, attempts.right_letters(path.removeprefix("/a/"))).status_code == 303
    )
    assert "20/20" in client.get(f"{path}/result").text

    assert client.get("/readyz").json["worker"] == {"ok": False, "why": "too old", "age_s": 600.0}
    found = scraped(client)
    assert value(found, "part_ok", part="worker") == 0
    assert value(found, "rollup_waiting_events") == 1
    assert "cập nhật chậm" in client.get(BOARD).text
    assert client.get(f"{BOARD}.json").json["rows"] == []

    worker.run_once()  # it is started again

    assert client.get("/readyz").json["worker"]["ok"]
    assert len(client.get(f"{BOARD}.json").json["rows"]) == 1


def test_every_alert_and_every_part_is_explained():
    said = TABLE.read_text("utf-8")

    alerts = re.findall(r"alert: (\w+)", RULES.read_text("utf-8"))
    assert [one for one in alerts if one not in said] == []
    parts = ("database", "schema", "clock", "worker", "disk", "keys", "backup")
    assert [part for part in parts if f"`{part}`" not in said] == []
