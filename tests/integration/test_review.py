"""What a reader of the code found: each was seen to go wrong before it was mended."""

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from quizapp.contests.rules.schedule import Window
from quizapp.contests.service import get_contest
from quizapp.db import db, transaction
from quizapp.standings.models import RollupMark
from quizapp.standings.service.boards import scopes_of
from quizapp.standings.service.rollup import roll_up
from quizapp.units.kinds import UnitKind
from tests.integration.test_journey import begun, handed_in, joined, right_letters
from tests.making import attempts, contests, people, units
from tests.making.boards import rolled_up
from tests.making.contests import NOON

MINUTE = timedelta(minutes=1)


@pytest.fixture
def contest(in_app, freeze):
    freeze(NOON)
    return contests.contest()


class SlowBody(io.BytesIO):
    """A request body that notes whether a transaction is open while it is read."""

    was_open = ()

    def _note(self):
        self.was_open = (*self.was_open, db.session().in_transaction())

    def read(self, *size):
        self._note()
        return super().read(*size)

    def readinto(self, buffer):
        self._note()
        return super().readinto(buffer)


def test_a_body_that_comes_slowly_holds_no_lock(client, contest):
    joined(client)
    path = begun(client)
    body = SlowBody(b'{"op": 1, "answers": {"1": "B"}}')

    answer = client.put(
        f"{path}/answers",
        input_stream=body,
        content_type="application/json",
    )

    assert answer.status_code == 200
    assert body.was_open
    assert not any(body.was_open)


@pytest.mark.parametrize("prediction", ["1000.0", "1e3", "true", '"12"', "-1"])
def test_a_prediction_that_is_no_whole_number_is_refused(client, contest, prediction):
    joined(client)
    path = begun(client)

    answer = client.put(
        f"{path}/answers",
        data=f'{{"op": 1, "answers": {{}}, "prediction": {prediction}}}',
        content_type="application/json",
    )

    assert answer.status_code == 422


def test_brackets_nested_too_deep_are_refused(client, contest):
    joined(client)
    path = begun(client)

    answer = client.put(f"{path}/answers", data="[" * 100_000, content_type="application/json")

    assert answer.status_code == 422


def test_days_of_a_round_are_vietnams():
    first = datetime(2026, 6, 30, 17, 0, tzinfo=UTC)  # 00:00 on 1 July in Vietnam
    last = datetime(2026, 7, 7, 17, 0, tzinfo=UTC)  # 24h00 on 7 July

    assert Window(opens_at=first, closes_at=last).days() == (date(2026, 7, 1), date(2026, 7, 7))


def test_one_outage_is_compensated_once(contest, run, freeze):
    person = people.person(contest.id)
    public_id = attempts.started(contest, person)
    freeze(NOON + 15 * MINUTE)
    outage = ("--from", "2026-11-23 12:02", "--to", "2026-11-23 12:12", "--reason", "mất mạng")
    db.session.rollback()
    run("attempts", "compensate", "tim-hieu", 1, *outage)
    db.session.rollback()

    again = run("attempts", "compensate", "tim-hieu", 1, *outage)

    assert again.exit_code == 1
    assert "đã được bù" in again.output
    db.session.rollback()
    assert attempts.attempt_row(public_id).deadline_at == NOON + 30 * MINUTE


def test_while_paused_the_phone_is_told_a_deadline_that_does_not_come(client, contest, run, freeze):
    joined(client)
    path = begun(client)
    freeze(NOON + 10 * MINUTE)
    db.session.rollback()
    run("attempts", "pause", "tim-hieu", 1, "--reason", "mất điện")
    freeze(NOON + 30 * MINUTE)

    saved = client.put(f"{path}/answers", json={"op": 1, "answers": {}}).get_json()

    assert saved["deadline"] - saved["now"] == 10 * 60 * 1000


def test_points_that_the_rules_keep_back_are_on_no_page_of_others(client, in_app, freeze):
    freeze(NOON)
    made = contests.contest(reveal={"score": "after_round_close"})
    joined(client, consent_show_name="y")
    path = begun(client)
    handed_in(client, path, right_letters(path))
    rolled_up()
    closes = made.rounds[0].window.closes_at

    for query in ("", "?round=1"):
        assert client.get(f"/c/tim-hieu/boards/people.json{query}").get_json()["rows"] == []
    assert "chưa được công bố" in client.get("/c/tim-hieu/boards/people").text
    assert "20" not in client.get("/c/tim-hieu/me?round=1").text.partition("<main")[2].partition(
        "Các lượt"
    )[0].replace("2026", "")

    freeze(closes + timedelta(seconds=16))
    (row,) = client.get("/c/tim-hieu/boards/people.json?round=1").get_json()["rows"]
    assert row["points"] == 20


def test_boards_as_now_follow_a_unit_to_another_parent(client, contest, freeze):
    group, until = {"kind": UnitKind.UPPER}, {"valid_to": date(2026, 12, 31)}
    made = units.made_units(
        units.unit_row("P_A"),
        units.unit_row("P_B"),
        units.unit_row("G_1", **group, parent_code="P_A", successor_code="G_2", **until),
        units.unit_row("G_2", **group, parent_code="P_B", valid_from=date(2027, 1, 1)),
    )
    person = people.person(contest.id, unit_id=made["G_1"].id, unit_text=None)
    attempts.finished(contest, person)
    rolled_up()

    def people_on(board, units_as):
        shown = client.get(f"/c/tim-hieu/boards/{board}.json?units={units_as}").get_json()["rows"]
        return [(row["unit"]["code"], row["people"]) for row in shown]

    assert people_on("provinces", "now") == [("P_A", 1)]
    freeze(datetime(2027, 1, 2, 5, 0, tzinfo=UTC))
    scopes = frozenset(_scopes())
    rolled_up(known=scopes)

    assert people_on("provinces", "now") == [("P_B", 1)]
    assert people_on("units/P_B", "now") == [("G_2", 1)]
    assert people_on("units/P_A", "now") == []
    assert people_on("provinces", "then") == [("P_A", 1)]
    assert people_on("units/P_A", "then") == [("G_1", 1)]


@pytest.mark.only("postgresql")
def test_a_mark_from_another_cluster_is_set_back(contest, client):
    db.session.rollback()
    with transaction():
        mark = db.session.scalar(select(RollupMark))
        mark.event_xid = 1 << 50
    attempts.finished(contest, people.person(contest.id))

    rolled_up()

    rows = client.get("/c/tim-hieu/boards/people.json?round=1").get_json()["rows"]
    assert len(rows) == 1


def test_the_time_on_a_board_is_of_what_it_shows(contest, client, freeze):
    rolled_up()
    first = client.get("/c/tim-hieu/boards/people.json").get_json()["as_of"]
    freeze(NOON + MINUTE)
    attempts.finished(contest, people.person(contest.id))
    with transaction():
        roll_up(at=NOON + MINUTE)  # a worker that was killed before it made the boards

    assert client.get("/c/tim-hieu/boards/people.json").get_json()["as_of"] == first


def test_a_long_reason_is_refused_in_words(contest, run):
    db.session.rollback()
    answer = run("attempts", "pause", "tim-hieu", 1, "--reason", "x" * 400)

    assert answer.exit_code == 2
    assert "nhiều nhất 300 ký tự" in answer.output


def _scopes():
    found = scopes_of(get_contest("tim-hieu")).values()
    db.session.rollback()
    return found
