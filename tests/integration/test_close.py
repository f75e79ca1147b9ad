"""A round is closed once: final ranks with the prediction in them, flipped in as a whole."""

import hashlib
import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from quizapp.attempts import service as attempt_service
from quizapp.attempts.errors import RoundIsFinal
from quizapp.attempts.models import Attempt
from quizapp.attempts.service import For, Why
from quizapp.audit.models import AuditEntry
from quizapp.contests.service import get_contest
from quizapp.db import db, transaction
from quizapp.results import service
from quizapp.results.errors import (
    AlreadyClosed,
    AlreadyPublished,
    IsPaused,
    NotClosed,
    NotOverYet,
    StillRunning,
    TakenOver,
)
from quizapp.results.models import RoundClose
from quizapp.results.service import bulk, final
from quizapp.standings.models import Standing
from tests.making import attempts, contests, people
from tests.making.boards import rolled_up
from tests.making.contests import NOON, ROUND
from tests.making.kills import stopped_at

WHY = Why(actor="system", reason="hết vòng")
GRACE = timedelta(seconds=15)
OVER = ROUND.closes_at + GRACE + timedelta(milliseconds=1)
NEXT = type(ROUND)(opens_at=ROUND.closes_at, closes_at=ROUND.closes_at + timedelta(days=5))


@pytest.fixture
def noon(in_app, freeze):
    freeze(NOON)


def entered(contest, n):
    return people.person(contest.id, phone=f"0912{n:06d}", source=f"198.51.100.{n}")


def taken_part(contest, people_of, *, number=1, at=NOON):
    """Let each person finish: (right, minutes, prediction); return nothing, all are rolled up."""
    for person, (right, minutes, prediction) in people_of.items():
        fields = {} if prediction is None else {"prediction": prediction}
        attempts.finished(
            contest, person, right=right, minutes=minutes, number=number, at=at, **fields
        )


@pytest.fixture
def contest(noon, freeze):
    """A round that is over: of five people three have everything right."""
    made = contests.contest()
    given = [(20, 5, 9), (20, 5, 4), (20, 5, None), (19, 1, 3), (20 - 2, 1, 3)]
    taken_part(made, {entered(made, n): one for n, one in enumerate(given, start=1)})
    rolled_up()
    freeze(OVER)
    return get_contest("tim-hieu")


def board(client, **query):
    return client.get("/c/tim-hieu/boards/people.json", query_string=query).get_json()


def ranks(number=1):
    """Return (person, rank, error) of the shown standings, best first."""
    shown = get_contest("tim-hieu")
    generation = shown.rounds[number - 1].generation if number else shown.generation
    rows = db.session.execute(
        select(Standing.person_id, Standing.rank, Standing.error)
        .where(Standing.round_number == number, Standing.generation == generation)
        .order_by(Standing.rank_key, Standing.person_id)
    ).all()
    db.session.rollback()
    return [tuple(row) for row in rows]


def closed(number=1):
    db.session.rollback()
    return service.close_round("tim-hieu", number, WHY)


def undone(number=1, reason="đóng nhầm"):
    db.session.rollback()
    with transaction():
        why = Why(actor="system", reason=reason)
        service.undo_close("tim-hieu", number, why, at=OVER)


def agrees(run):
    db.session.rollback()
    outcome = run("standings", "verify", "tim-hieu")
    return outcome.exit_code == 0 or outcome.output


def test_the_close_puts_the_nearer_prediction_first_and_none_last(contest, client):
    assert [row["rank"] for row in board(client, round=1)["rows"]] == [1, 1, 1, 4, 5]

    found = closed()

    assert (found.people, found.truth) == (5, 3)
    assert ranks() == [(2, 1, 1), (1, 2, 6), (3, 3, None), (4, 4, 0), (5, 5, 0)]
    assert [row["rank"] for row in board(client, round=1)["rows"]] == [1, 2, 3, 4, 5]


def test_equal_results_share_a_final_rank(noon, freeze, client):
    made = contests.contest()
    given = [(20, 5, 4), (20, 5, 2), (20, 6, 3), (20, 5, 4)]  # truth 4: errors 0, 2, 1, 0
    taken_part(made, {entered(made, n): one for n, one in enumerate(given, start=1)})
    freeze(OVER)

    closed()

    assert ranks() == [(1, 1, 0), (4, 1, 0), (3, 3, 1), (2, 4, 2)]


def test_boards_say_whether_they_are_final(contest, client):
    before = client.get("/c/tim-hieu/boards/people?round=1").text
    assert ("Tạm xếp" in before, "đã chốt" in before) == (True, False)
    assert board(client, round=1)["final"] is False

    closed()

    after = client.get("/c/tim-hieu/boards/people?round=1").text
    assert ("Tạm xếp" in after, "đã chốt" in after) == (False, True)
    assert board(client, round=1)["final"] is True
    assert board(client)["final"] is True


def test_the_digest_is_of_the_whole_order_and_anyone_can_recompute_it(contest):
    found = closed()

    rows = db.session.scalars(
        select(Standing)
        .where(Standing.round_number == 1, Standing.rank.is_not(None))
        .order_by(Standing.rank, Standing.person_id)
    )
    lines = [
        f"{row.rank} {row.person_id} {row.attempt_id} {row.points_milli} {row.duration_ms}\n"
        for row in rows
    ]
    assert found.digest == hashlib.sha256("".join(lines).encode()).hexdigest()


@pytest.mark.parametrize(
    ("ranking", "first"),
    [
        (["score desc", "prediction_error asc", "duration asc"], 2),
        (["score desc", "duration asc", "prediction_error asc"], 1),
        (["prediction_error asc", "score desc"], 3),
        (["score desc", "submitted_at asc"], 1),
    ],
)
def test_the_prediction_weighs_where_the_ranking_puts_it(noon, freeze, run, ranking, first):
    made = contests.contest(ranking=ranking)
    given = [(20, 4, 9), (20, 5, 3), (10, 5, 2)]  # truth 2
    taken_part(made, {entered(made, n): one for n, one in enumerate(given, start=1)})
    freeze(OVER)

    closed()

    assert ranks()[0][0] == first
    assert agrees(run) is True


def test_papers_that_ran_out_are_made_final_first(noon, freeze):
    made = contests.contest()
    attempts.started(made, entered(made, 1))
    taken_part(made, {entered(made, 2): (20, 5, None)})
    freeze(OVER)

    assert closed().people == 2
    assert set(db.session.scalars(select(Attempt.state))) == {"submitted", "expired"}


@pytest.mark.parametrize("early", [timedelta(), timedelta(seconds=15)])
def test_a_round_is_not_closed_while_answers_may_come(contest, freeze, early):
    freeze(ROUND.closes_at + GRACE - early)

    with pytest.raises(NotOverYet):
        closed()


def test_a_paused_round_is_not_closed(contest):
    db.session.rollback()
    with transaction():
        attempt_service.pause_round(contest.rounds[0], WHY, at=ROUND.closes_at)

    with pytest.raises(IsPaused):
        closed()


def test_somebody_with_extra_time_is_waited_for(noon, freeze):
    made = contests.contest()
    person = entered(made, 1)
    late = ROUND.closes_at - timedelta(minutes=1)
    attempts.started(made, person, at=late)
    with transaction():
        who = For(person_id=person.id)
        attempt_service.grant_time(made.rounds[0], who, 600, WHY, at=late)
    freeze(OVER)

    with pytest.raises(StillRunning):
        closed()
    freeze(OVER + timedelta(minutes=10))
    assert closed().people == 1


def test_closing_again_is_refused_and_changes_nothing(contest):
    closed()
    before = ranks()

    with pytest.raises(AlreadyClosed):
        closed()

    assert ranks() == before


def test_a_closed_result_changes_only_after_the_close_was_undone(contest):
    closed()
    db.session.rollback()

    with pytest.raises(RoundIsFinal), transaction():
        attempt_service.void_attempt(2, WHY, at=OVER)
    undone()
    with transaction():
        attempt_service.void_attempt(2, WHY, at=OVER)
    rolled_up()
    found = closed()

    assert (found.people, found.truth) == (4, 2)
    assert [person for person, _, _ in ranks()] == [1, 3, 4, 5]


@pytest.mark.parametrize(
    "decide",
    [
        lambda one: attempt_service.grant_time(one, For(), 60, WHY, at=OVER),
        lambda one: attempt_service.pause_round(one, WHY, at=OVER),
        lambda one: attempt_service.compensate_outage(
            one, NOON, NOON + timedelta(minutes=1), WHY, at=OVER
        ),
    ],
)
def test_nobodys_time_changes_once_a_round_is_closed(contest, decide):
    closed()
    db.session.rollback()

    with pytest.raises(RoundIsFinal), transaction():
        decide(contest.rounds[0])


def test_a_board_without_a_prediction_does_not_speak_of_one(noon, client):
    made = contests.contest(prediction=None, ranking=["score desc", "duration asc"])
    taken_part(made, {entered(made, 1): (20, 5, None)})
    rolled_up()

    page = client.get("/c/tim-hieu/boards/people?round=1").text

    assert "Tạm xếp đến khi chốt kết quả." in page
    assert "dự đoán" not in page


def test_an_undone_close_shows_what_was_shown_before_and_is_audited(contest, client, run):
    before = board(client, round=1)
    closed()

    db.session.rollback()
    refused = run("contests", "close", "tim-hieu", 1, "--undo")
    outcome = run("contests", "close", "tim-hieu", 1, "--undo", "--reason", "đóng nhầm vòng")

    assert refused.exit_code != 0
    assert "bỏ chốt" in outcome.output, outcome.output
    assert board(client, round=1)["rows"] == before["rows"]
    assert board(client, round=1)["final"] is False
    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    deeds = [(entry.action, entry.reason) for entry in entries if "close" in entry.action]
    assert deeds == [
        ("round.begin_close", "hết vòng"),
        ("round.close", "hết vòng"),
        ("round.undo_close", "đóng nhầm vòng"),
    ]
    assert entries[-1].before_digest == entries[-2].after_digest
    assert agrees(run) is True


def notices(client, **address):
    page = html.unescape(client.get("/c/tim-hieu", query_string=address).text)
    return page.partition('id="notices"')[2].partition("</section>")[0]


def test_the_page_tells_what_was_predicted_and_what_order_was_closed(contest, client):
    assert notices(client) == ""

    digest = closed().digest

    told = notices(client)
    assert "con số đúng của câu dự đoán là 3" in told
    assert f"Dấu của thứ tự: {digest}" in told
    assert "the right number of the prediction is 3" in notices(client, lang="en")
    page = client.get("/c/tim-hieu/boards/people?round=1").text
    assert [int(n) for n in re.findall(r"dự đoán lệch (\d+)", page)] == [1, 6, 0, 0]


def test_that_a_close_was_undone_is_told_with_the_reason(contest, client):
    closed()

    undone()
    service.refresh_round("tim-hieu", 1)

    told = notices(client)
    assert told.index("bỏ chốt kết quả") < told.index("đã chốt kết quả")
    assert "đóng nhầm" in told
    assert "dự đoán lệch" not in client.get("/c/tim-hieu/boards/people?round=1").text


def test_what_was_published_is_not_undone(contest):
    closed()
    with transaction():
        db.session.execute(text("UPDATE round_close SET published_at = done_at"))

    with pytest.raises(AlreadyPublished):
        undone()


def test_there_is_nothing_to_undo_before_the_close(contest):
    with pytest.raises(NotClosed):
        undone()


def test_a_close_killed_at_any_commit_leaves_the_boards_and_is_finished_by_the_next(
    contest, client, run, monkeypatch
):
    monkeypatch.setattr(bulk, "batch_size", lambda: 2)
    shown = ranks(), ranks(0), board(client, round=1)["rows"]
    nth = 0
    while stopped_at(nth := nth + 1, closed):
        final_ranks = ranks()
        if final_ranks[0][1] is not None:
            break  # killed while boards were being made, after the flip
        assert (final_ranks, ranks(0), board(client, round=1)["rows"]) == shown, nth
        undo_every_other_time(nth)
    with pytest.raises(AlreadyClosed):
        closed()  # which makes the boards that the killed run did not

    assert nth > 6
    assert [person for person, _, _ in ranks()] == [2, 1, 3, 4, 5]
    assert [rank for _, rank, _ in ranks(0)] == [1, 2, 3, 4, 5]
    assert agrees(run) is True


def undo_every_other_time(nth):
    if nth % 2 and db.session.scalar(select(RoundClose.id).where(RoundClose.state == "running")):
        undone()


def test_a_close_that_was_given_up_meanwhile_stops(contest, monkeypatch):
    if bulk.is_postgresql():  # which writes at once, after the old rows were deleted
        place, name = final.bulk, "delete_in_batches"
    else:
        place, name = final.bulk, "batches"
    work = getattr(place, name)

    def given_up_meanwhile(*given):
        undone()
        return work(*given)

    monkeypatch.setattr(place, name, given_up_meanwhile)

    with pytest.raises(TakenOver):
        closed()

    assert [rank for _, rank, _ in ranks()] == [None] * 5


def test_the_last_round_closes_the_whole_contest_with_the_errors_added_up(
    noon, freeze, client, run
):
    made = contests.contest(windows=(ROUND, NEXT))
    one, other, third = (entered(made, n) for n in (1, 2, 3))
    # Round 1, truth 3: errors 0, 7, 2; round 2, truth 2: errors 5, 0, and nobody.
    taken_part(made, {one: (20, 5, 3), other: (20, 5, 10), third: (20, 5, 5)})
    taken_part(made, {one: (20, 5, 7), other: (20, 5, 2)}, number=2, at=NEXT.opens_at)
    rolled_up()
    freeze(NEXT.closes_at + GRACE * 2)

    assert closed(2).truth == 2
    assert board(client)["final"] is False
    assert closed(1).truth == 3

    assert ranks(0) == [(1, 1, 5), (2, 2, 7), (3, 3, 2)]
    assert board(client)["final"] is True
    assert agrees(run) is True
    undone(2)
    assert [rank for _, rank, _ in ranks(0)] == [None] * 3
    closed(2)
    assert ranks(0) == [(1, 1, 5), (2, 2, 7), (3, 3, 2)]
    assert agrees(run) is True


@pytest.mark.parametrize(("scope", "first"), [("round", 1), ("contest", 2)])
def test_a_prediction_of_the_contest_is_counted_over_all_rounds(noon, freeze, run, scope, first):
    over = {"prediction": {"target": "unique_all_correct", "scope": scope}}
    made = contests.contest(windows=(ROUND, NEXT), **over)
    one, other, third = (entered(made, n) for n in (1, 2, 3))
    # All right: 3 in round 1, 2 in round 2, 2 in both rounds they took; the latest guess counts.
    taken_part(made, {one: (20, 5, 3), other: (20, 5, 9), third: (20, 5, 3)})
    second = {one: (20, 5, 4), other: (20, 5, 2), third: (19, 5, 2)}
    taken_part(made, second, number=2, at=NEXT.opens_at)
    rolled_up()
    freeze(NEXT.closes_at + GRACE * 2)

    closed(1)
    closed(2)

    assert ranks(0)[0][0] == first
    assert agrees(run) is True


def test_the_command_says_what_was_closed(contest, run):
    db.session.rollback()

    outcome = run("contests", "close", "tim-hieu", 1)

    assert outcome.exit_code == 0, outcome.output
    assert "Đã chốt vòng 1: 5 người." in outcome.output
    assert "Con số đúng của câu dự đoán: 3" in outcome.output
    again = run("contests", "close", "tim-hieu", 1)
    assert again.exit_code == 1
    assert "đã chốt kết quả lúc" in again.output
