"""An approved contest changes only as a new version, with a reason that its page tells."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from quizapp.attempts import service as attempts
from quizapp.attempts.service import Why
from quizapp.audit.models import AuditEntry
from quizapp.contests import service
from quizapp.contests.errors import CannotChange, NothingChanged, ReasonMissing
from quizapp.contests.models import RuleSet
from quizapp.contests.rules.drafts import rounds_typed
from quizapp.contests.rules.schedule import Window
from quizapp.contests.service import changing
from quizapp.db import db, transaction
from tests.integration.test_drafts import form_of, text_of, values_of
from tests.integration.test_organisers import sign_in
from tests.making import contests, drafts, people
from tests.making.contests import NOON, ROUND

NEXT = Window(opens_at=NOON + timedelta(days=6), closes_at=NOON + timedelta(days=12))
PATH = "/admin/c/tim-hieu/rules"


@pytest.fixture
def contest(in_app, freeze):
    """A contest whose first round is open and whose second is not."""
    freeze(NOON)
    made = contests.contest(windows=[ROUND, NEXT])
    people.organiser(at=NOON)
    db.session.rollback()
    return made


def planned(contest, **typed):
    change = changing.plan_change(contest, changing.typed_contest(contest) | typed, at=NOON)
    db.session.rollback()
    return change


def changed(contest, *, reason="Theo văn bản số 15", at=NOON, **typed):
    with transaction():
        change = changing.plan_change(contest, changing.typed_contest(contest) | typed, at=at)
        changing.change_contest(drafts.runner(), contest, change, reason=reason, at=at)
        return service.get_contest(contest.slug)


def test_a_paper_changes_for_rounds_that_are_not_open_and_for_no_other(contest):
    after = changed(contest, **{"paper.minutes": "25"})

    assert [one.rules.minutes for one in after.rounds] == [20, 25]
    (notice,) = after.notices
    assert notice.reason == "Theo văn bản số 15"
    assert notice.lines[0].startswith("Đề thi (vòng 2): Mỗi bài 20 câu trắc nghiệm, làm trong 25")
    assert len(notice.lines) == 1
    kept = db.session.scalars(select(RuleSet).order_by(RuleSet.number)).all()
    assert [json.loads(one.body)["paper.minutes"] for one in kept] == [20, 25]
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions[-1] == "contest.change"


def test_more_attempts_reach_the_round_that_runs_and_the_version_of_each_stays_known(contest):
    after = changed(contest, at=NOON + timedelta(hours=1), **{"attempts.max": "3"})

    assert [one.rules.attempts_max for one in after.rounds] == [3, 3]
    one = after.rounds[0]
    assert changing.rules_number_at(one, NOON) == 1
    assert changing.rules_number_at(one, NOON + timedelta(hours=1)) == 2
    assert changing.rules_number_at(one, NOON + timedelta(hours=2)) == 2


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"attempts.max": "1"}, "Số lượt mỗi người: đã có vòng mở"),
        ({"score.per_correct": "2"}, "Điểm một câu đúng: đã có vòng mở"),
        ({"ranking:2": "duration asc", "ranking:3": ""}, "Thứ tự xét khi xếp hạng: đã có"),
        ({"prediction:target": ""}, "Câu dự đoán: đã có vòng mở"),
        ({"paper.questions": "31"}, "Vòng 2: đề cần 31 câu, có 30"),
        ({"paper.questions": "nhiều"}, "Số câu mỗi đề: hãy ghi một số nguyên"),
        ({"rounds-0-closes": "30/11/2026 12:00"}, "Vòng 1: đã mở"),
        ({"rounds-1-opens": "23/11/2026 11:00"}, "Vòng 2: giờ mở trước lúc này"),
        ({"rounds-1-opens": "27/11/2026 11:00"}, "chồng lên nhau"),
        ({"rounds-1-opens": "", "rounds-1-closes": ""}, "cần đúng 2 vòng"),
    ],
)
def test_what_may_not_change_any_more_is_refused_by_name(contest, typed, words):
    with pytest.raises(CannotChange) as refused:
        planned(contest, **typed)

    assert words in str(refused.value)


def test_before_the_first_round_every_rule_may_change(contest):
    coming = contests.contest("sap-mo", windows=[NEXT])

    after = changed(coming, **{"score.per_correct": "2", "attempts.max": "1"})

    assert after.rounds[0].rules.right_milli == 2000


def test_hours_of_a_round_to_come_move_with_a_notice_and_without_new_rules(contest):
    later = replace(NEXT, closes_at=NEXT.closes_at + timedelta(days=1))
    typed = rounds_typed([ROUND, later])

    after = changed(contest, **typed)

    assert after.rounds[1].window == later
    assert after.notices[0].lines == (
        "Vòng 2: từ 12h00 ngày 29/11/2026 đến 12h00 ngày 06/12/2026.",
    )
    assert after.rounds[1].rule_set_id == contest.rounds[1].rule_set_id


def test_after_a_pause_that_ended_within_a_second_rules_still_change(contest):
    one = contest.rounds[0]
    why = Why(actor="system", reason="mất điện")
    with transaction():
        attempts.pause_round(one, why, at=NOON)
    with transaction():
        attempts.resume_round(one, why, at=NOON + timedelta(milliseconds=90_250))
    paused = service.get_contest(contest.slug)
    assert paused.rounds[0].window.closes_at.microsecond == 250_000
    db.session.rollback()

    after = changed(paused, at=NOON + timedelta(hours=1), **{"attempts.max": "3"})

    assert [one.rules.attempts_max for one in after.rounds] == [3, 3]
    assert after.rounds[0].window == paused.rounds[0].window


def test_nothing_and_no_reason_change_nothing(contest):
    with pytest.raises(NothingChanged):
        planned(contest)
    db.session.rollback()
    with pytest.raises(ReasonMissing):
        changed(contest, reason="  ", **{"attempts.max": "3"})
    db.session.rollback()
    assert service.get_contest("tim-hieu").notices == ()


def test_a_change_is_looked_at_then_done_and_the_public_reads_why(contest, client):
    sign_in(client)
    page = client.get(PATH)
    fields = form_of(page, PATH).hidden | values_of(page.text, PATH) | {"attempts.max": "4"}

    looked = client.post(PATH, data=fields)
    assert "nhiều nhất 4 lượt mỗi vòng" in text_of(looked)
    assert service.get_contest("tim-hieu").rounds[0].rules.attempts_max == 2
    db.session.rollback()
    sent = form_of(looked, PATH).hidden | values_of(looked.text, PATH)
    unreasoned = client.post(PATH, data=sent | {"do": "1", "reason": " "})
    assert unreasoned.status_code == 422
    assert "nhiều nhất 4 lượt mỗi vòng" in text_of(unreasoned)
    field = re.search(r'<input[^>]* name="reason"[^>]*>', unreasoned.text)[0]
    assert 'aria-invalid="true"' in field
    described = re.search(r'aria-describedby="([^"]+)"', field)[1]
    assert f'id="{described}">Hãy ghi lý do' in unreasoned.text
    sent = form_of(unreasoned, PATH).hidden | values_of(unreasoned.text, PATH)
    assert sent["attempts.max"] == "4"
    done = client.post(PATH, data=sent | {"do": "1", "reason": "Nhiều nơi mất điện"})

    assert done.location == "/c/tim-hieu"
    public = text_of(client.get("/c/tim-hieu"))
    assert "Thay đổi và thông báo" in public
    assert "Nhiều nơi mất điện" in public
    assert "Số lượt thi: Mỗi người được thi nhiều nhất 4 lượt mỗi vòng." in public
