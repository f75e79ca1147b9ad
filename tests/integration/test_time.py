"""Extra time, pauses, outages, and answers that come too late."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from quizapp.attempts.errors import NotOpenYet, RoundClosed, RoundPaused
from quizapp.attempts.models import LateSheet, TimeGrant
from quizapp.attempts.service import Saved, outcome, time
from quizapp.audit.models import AuditEntry
from quizapp.contests.service import get_contest
from quizapp.db import db, transaction
from tests.integration.cost import counted
from tests.integration.test_journey import JOIN, begun, joined
from tests.making import attempts, contests, people, units
from tests.making.boards import rolled_up
from tests.making.contests import NOON, ROUND

MINUTE = timedelta(minutes=1)
GRACE = timedelta(seconds=15)
WHY = ("--reason", "mất điện")


@pytest.fixture
def contest(in_app, freeze):
    freeze(NOON)
    return contests.contest()


def fresh():
    db.session.rollback()
    found = get_contest("tim-hieu")
    db.session.rollback()
    return found


def entered(contest, n=1, **fields):
    return people.person(
        contest.id, **{"phone": f"0912{n:06d}", "source": f"198.51.100.{n}"} | fields
    )


def command(run, *arguments):
    db.session.rollback()
    answer = run("attempts", *arguments, *WHY)
    assert answer.exit_code == 0, answer.output
    return answer.output


def deadline_of(public_id):
    row = attempts.attempt_row(public_id)
    db.session.rollback()
    return row.deadline_at


def test_extra_time_for_one_person_moves_a_running_paper_and_no_other(contest, run):
    one, other = entered(contest, 1), entered(contest, 2)
    mine, theirs = attempts.started(contest, one), attempts.started(contest, other)

    output = command(run, "extend", "tim-hieu", 1, "--minutes", 7, "--phone", "0912 000 001")

    assert "Bài đang làm được thêm giờ: 1" in output
    assert deadline_of(mine) == NOON + 27 * MINUTE
    assert deadline_of(theirs) == NOON + 20 * MINUTE


def test_extra_time_given_before_is_there_at_the_start(contest, run):
    person = entered(contest)

    command(run, "extend", "tim-hieu", 1, "--minutes", 5, "--phone", "0912000001")
    command(run, "extend", "tim-hieu", 1, "--minutes", 1, "--all")

    assert deadline_of(attempts.started(contest, person)) == NOON + 26 * MINUTE


def test_extra_time_of_a_unit_reaches_all_below_it(contest, run):
    made = units.made_units(
        units.unit_row("P_HUE"),
        units.unit_row("U_HUE_1", parent_code="P_HUE"),
        units.unit_row("P_X"),
    )
    below = entered(contest, 1, unit_id=made["U_HUE_1"].id, unit_text=None)
    beside = entered(contest, 2, unit_id=made["P_X"].id, unit_text=None)
    running = attempts.started(contest, below)

    command(run, "extend", "tim-hieu", 1, "--minutes", 3, "--unit", "P_HUE")

    assert deadline_of(running) == NOON + 23 * MINUTE
    assert deadline_of(attempts.started(contest, beside)) == NOON + 20 * MINUTE


def test_extra_time_goes_past_the_end_of_the_round_and_answers_wait_for_it(contest, run, client):
    late, early = entered(contest, 1), entered(contest, 2)
    before = ROUND.closes_at - 5 * MINUTE
    done = attempts.finished(contest, early, at=before - MINUTE, minutes=1)
    command(run, "extend", "tim-hieu", 1, "--minutes", 10, "--phone", "0912000001")
    public_id = attempts.started(contest, late, at=before)
    assert deadline_of(public_id) == ROUND.closes_at + 10 * MINUTE
    after = ROUND.closes_at + 5 * MINUTE

    shown = outcome.get_outcome(done, attempts.phone_of(early), at=after)
    assert shown.lines == ()
    db.session.rollback()
    attempts.submitted(public_id, late, {}, at=after)
    assert attempts.attempt_row(public_id).state == "submitted"
    shown = outcome.get_outcome(done, attempts.phone_of(early), at=after)
    assert len(shown.lines) == 20


def test_what_others_were_given_costs_a_start_nothing(contest, app):
    one, person = contest.rounds[0], entered(contest, 1)
    others = [{"person_id": entered(contest, n).id} for n in range(2, 8)]
    give_one(person.id)

    with counted(app) as alone:
        assert time.get_extra(one, person) == 5 * MINUTE
    db.session.rollback()
    for other in others * 20:
        give_one(**other)
    with counted(app) as among_many:
        assert time.get_extra(one, person) == 5 * MINUTE

    assert among_many.is_no_more_than(alone), (alone, among_many)


def give_one(person_id):
    given = {"round_id": 1, "seconds": 300, "reason": "mất điện", "granted_at": NOON}
    with transaction():
        db.session.add(TimeGrant(person_id=person_id, **given))


def test_while_a_round_is_paused_no_paper_runs_out_and_none_begins(contest, run, freeze):
    one, other = entered(contest, 1), entered(contest, 2)
    public_id = attempts.started(contest, one)
    freeze(NOON + 10 * MINUTE)
    command(run, "pause", "tim-hieu", 1)
    later = NOON + 60 * MINUTE
    freeze(later)

    rolled_up()

    assert attempts.attempt_row(public_id).state == "running"
    db.session.rollback()
    assert attempts.saved(public_id, one, {1: "B"}, at=later).saved == Saved.DONE
    with pytest.raises(RoundPaused):
        attempts.started(fresh(), other, at=later)


def test_after_a_pause_everybody_has_the_time_that_was_left(contest, run, freeze):
    person = entered(contest)
    public_id = attempts.started(contest, person)
    freeze(NOON + 10 * MINUTE)
    command(run, "pause", "tim-hieu", 1)
    freeze(NOON + 40 * MINUTE)
    command(run, "resume", "tim-hieu", 1)

    assert deadline_of(public_id) == NOON + 50 * MINUTE
    assert fresh().rounds[0].window.closes_at == ROUND.closes_at + 30 * MINUTE
    db.session.rollback()
    attempts.submitted(public_id, person, {}, at=NOON + 45 * MINUTE)
    assert attempts.attempt_row(public_id).duration_ms == 15 * 60_000
    db.session.rollback()
    rolled_up()
    db.session.rollback()
    assert run("standings", "verify", "tim-hieu").exit_code == 0


def test_a_round_is_paused_once_and_resumed_once(contest, run):
    command(run, "pause", "tim-hieu", 1)
    db.session.rollback()
    assert "đang tạm dừng rồi" in run("attempts", "pause", "tim-hieu", 1, *WHY).output
    command(run, "resume", "tim-hieu", 1)
    db.session.rollback()
    assert "không tạm dừng" in run("attempts", "resume", "tim-hieu", 1, *WHY).output


def test_a_round_that_has_not_opened_is_not_paused_by_command_either(contest, run, freeze):
    freeze(ROUND.opens_at - MINUTE)

    refused = run("attempts", "pause", "tim-hieu", 1, *WHY)

    assert refused.exit_code != 0
    assert "chưa có đồng hồ nào chạy để dừng" in refused.output
    db.session.rollback()
    assert fresh().rounds[0].paused_at is None
    freeze(ROUND.opens_at)
    command(run, "pause", "tim-hieu", 1)


def test_an_outage_is_taken_off_running_and_finished_papers_and_boards_follow(
    contest, run, freeze, client
):
    slow, quick, running = (entered(contest, n) for n in (1, 2, 3))
    hurt = attempts.finished(contest, slow, minutes=12)
    attempts.finished(contest, quick, minutes=3)
    public_id = attempts.started(contest, running, at=NOON + 5 * MINUTE)
    rolled_up()
    freeze(NOON + 15 * MINUTE)

    output = command(
        run, "compensate", "tim-hieu", 1, "--from", "2026-11-23 12:02", "--to", "2026-11-23 12:12"
    )

    assert "Đã bù cho 3 bài" in output
    assert attempts.attempt_row(hurt).duration_ms == 2 * 60_000
    assert deadline_of(public_id) == NOON + 32 * MINUTE
    rolled_up()
    board = client.get("/c/tim-hieu/boards/people.json?round=1").get_json()["rows"]
    assert [row["duration_ms"] for row in board] == [120_000, 120_000]
    db.session.rollback()
    answer = run("standings", "verify", "tim-hieu")
    assert answer.exit_code == 0, answer.output


def test_an_outage_that_is_not_over_cannot_be_compensated(contest, run):
    db.session.rollback()
    answer = run(
        "attempts", "compensate", "tim-hieu", 1,
        "--from", "2026-11-23 12:00", "--to", "2026-11-23 12:01", *WHY,
    )  # fmt: skip

    assert answer.exit_code == 1
    assert "trước lúc này" in answer.output


def test_every_decision_about_time_is_in_the_audit_log(contest, run):
    command(run, "extend", "tim-hieu", 1, "--minutes", 5, "--all")
    command(run, "pause", "tim-hieu", 1)
    command(run, "resume", "tim-hieu", 1)
    db.session.rollback()

    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()

    actions = [(entry.action, entry.reason) for entry in entries if "round." in entry.action]
    assert actions == [
        ("round.grant_time", "mất điện"),
        ("round.pause", "mất điện"),
        ("round.resume", "mất điện"),
    ]


@pytest.mark.parametrize("arguments", [(), ("--all", "--phone", "0912000001")])
def test_extra_time_is_for_exactly_one_kind(contest, run, arguments):
    db.session.rollback()
    answer = run("attempts", "extend", "tim-hieu", 1, "--minutes", 5, *arguments, *WHY)

    assert answer.exit_code == 2
    assert "chọn đúng một" in answer.output


def test_answers_that_come_after_the_grace_are_kept_aside_and_count_for_nothing(contest, client):
    person = entered(contest)
    public_id = attempts.started(contest, person)
    attempts.saved(public_id, person, {1: "B"}, op=1)
    too_late = NOON + 20 * MINUTE + GRACE + timedelta(milliseconds=1)

    refused = attempts.saved(public_id, person, {1: "C", 2: "D"}, op=2, at=too_late)

    assert refused.saved == Saved.OVER
    late = db.session.scalars(select(LateSheet)).one()
    assert (late.op, late.received_at) == (2, too_late)
    row = attempts.attempt_row(public_id)
    assert (row.last_op, row.answers[2]) == (1, 0)
    assert late.answers != row.answers


def test_a_late_submit_is_scored_with_what_was_saved_and_kept_aside(contest):
    person = entered(contest)
    public_id = attempts.started(contest, person)
    right = attempts.right_letters(public_id)
    too_late = NOON + 20 * MINUTE + GRACE + timedelta(milliseconds=1)

    attempts.submitted(public_id, person, right, at=too_late)

    row = attempts.attempt_row(public_id)
    assert (row.state, row.points_milli) == ("expired", 0)
    assert db.session.scalar(select(LateSheet.attempt_id)) == row.id


def test_a_save_after_handing_in_is_no_late_answer(contest):
    person = entered(contest)
    public_id = attempts.started(contest, person)
    attempts.submitted(public_id, person, {})

    attempts.saved(public_id, person, {1: "C"}, op=2)

    assert db.session.scalar(select(LateSheet.attempt_id)) is None


def test_late_answers_are_kept_over_http_although_the_save_is_refused(contest, client, freeze):
    joined(client)
    path = begun(client)
    freeze(NOON + 20 * MINUTE + GRACE + MINUTE)

    refused = client.put(f"{path}/answers", json={"op": 1, "answers": {"1": "B"}})

    assert refused.status_code == 410
    assert db.session.execute(text("SELECT count(*) FROM late_sheet")).scalar() == 1


def test_a_clock_that_jumps_back_gives_no_negative_duration(contest):
    person = entered(contest)
    public_id = attempts.started(contest, person)

    attempts.submitted(public_id, person, {}, at=NOON - 5 * MINUTE)

    assert attempts.attempt_row(public_id).duration_ms == 0


def test_no_round_opens_early_or_late_whatever_was_granted(contest, run):
    person = entered(contest)
    command(run, "extend", "tim-hieu", 1, "--minutes", 60, "--all")

    with pytest.raises(NotOpenYet):
        attempts.started(contest, person, at=ROUND.opens_at - timedelta(milliseconds=1))
    db.session.rollback()
    with pytest.raises(RoundClosed):
        attempts.started(contest, person, at=ROUND.closes_at)


def promised(client):
    """Return the time at which a paper begun now would be over, as the page before it says."""
    page = client.get("/c/tim-hieu/rounds/1").text
    return re.search(
        r'hết giờ lúc <span id="ends">(\d\d:\d\d)</span> \(giờ Việt Nam\), không tạm', page
    )[1]


def test_the_end_is_told_before_the_tap_that_starts(contest, client):
    joined(client)

    assert promised(client) == "12:20"
    assert '<strong id="short" hidden>' in client.get("/c/tim-hieu/rounds/1").text
    assert 'Hết giờ lúc <span id="until">12:20:00</span>' in client.get(begun(client)).text


def test_who_starts_near_the_close_is_warned_that_the_time_is_short(contest, client, freeze):
    joined(client)
    freeze(ROUND.closes_at - 20 * MINUTE)
    assert '<strong id="short" hidden>' in client.get("/c/tim-hieu/rounds/1").text
    freeze(ROUND.closes_at - 20 * MINUTE + timedelta(seconds=1))

    page = client.get("/c/tim-hieu/rounds/1").text
    assert '<strong id="short">Không đủ 20 phút vì vòng thi sắp đóng.' in page
    assert promised(client) == "12:00"
    assert 'Hết giờ lúc <span id="until">12:00:00</span>' in client.get(begun(client)).text


def test_extra_time_is_in_the_end_that_is_told(contest, client, run):
    joined(client)
    command(run, "extend", "tim-hieu", 1, "--minutes", 5, "--phone", JOIN["phone"])

    assert promised(client) == "12:25"
    assert 'Hết giờ lúc <span id="until">12:25:00</span>' in client.get(begun(client)).text
