"""Afterwards, for oneself: the place of one's unit, and what one is told on coming back."""

import re
from datetime import timedelta

import pytest

from quizapp.attempts.service import Why
from quizapp.contests.rules.schedule import Window
from quizapp.db import db
from quizapp.results import service
from quizapp.standings.service.boards import find_body, scopes_of
from quizapp.vietnamese import day_in_vietnam
from tests.integration.test_every_route import phone_client
from tests.making import attempts, banks, contests, people, units
from tests.making.boards import rolled_up
from tests.making.contests import NOON, ROUND

OVER = ROUND.closes_at + timedelta(minutes=1)
# Of four provinces, how many people took part: two are equal.
PEOPLE = {"P_A": 4, "P_B": 2, "P_C": 2, "P_D": 1}


@pytest.fixture
def taken(in_app, new_client, freeze):
    """Return a function that lets people take part: the contest, and code → a phone of it."""

    def take(**over):
        freeze(NOON)
        contest = contests.contest(**over)
        made = units.made_units(*(units.unit_row(code, name=f"Tỉnh {code}") for code in PEOPLE))
        last, number = {}, 0
        for code, count in PEOPLE.items():
            for _ in range(count):
                number += 1
                fields = {"phone": f"0912{number:06d}", "source": f"198.51.100.{number}"}
                unit = {"unit_id": made[code].id, "unit_text": None}
                person = people.person(contest.id, at=NOON, **fields, **unit)
                attempts.finished(contest, person, right=20 - number, minutes=5)
                last[code] = phone_client(new_client, contest, person)
        rolled_up()
        freeze(NOON + timedelta(minutes=6))
        return contest, last

    return take


def said_of_unit(client, path="/c/tim-hieu/me"):
    text = re.sub(r"\s+", " ", client.get(path).text)
    return re.search(r"<strong>Tỉnh (\w+)</strong></p> <p>([^<]*)</p>", text).groups()


def test_a_person_sees_where_their_unit_stands_and_what_it_lacks(taken):
    contest, last = taken(prediction=None, ranking=["score desc", "duration asc"])

    told = dict(said_of_unit(client) for client in last.values())

    assert told == {
        "P_A": "Hạng 1, 4 người dự thi.",
        "P_B": "Hạng 2, 2 người dự thi; thiếu 2 người để lên hạng 1.",
        "P_C": "Hạng 2, 2 người dự thi; thiếu 2 người để lên hạng 1.",
        "P_D": "Hạng 4, 1 người dự thi; thiếu 1 người để lên hạng 2.",
    }
    day = day_in_vietnam(NOON)
    board = find_body(scopes_of(contest)[1], "provinces", units_as="then", on=day)
    db.session.rollback()
    assert {row["unit"]["code"]: row["rank"] for row in board} == {
        code: int(words[5]) for code, words in told.items()
    }


def test_while_people_are_predicted_a_unit_is_named_in_its_tier_without_a_number(taken):
    predicted = {"target": "unique_participants"}
    _, last = taken(prediction=predicted)

    told = {said_of_unit(client)[1] for client in last.values()}

    assert told == {"Trong nhóm hạng 1–5. Hạng và số người được công bố sau khi vòng thi đóng."}


@pytest.mark.parametrize("given", ["per_round", "total"])  # of the only round they are the same
def test_on_coming_back_people_are_told_that_a_result_is_final_and_a_prize_near(
    taken, freeze, given
):
    prizes = {"per_round": [], "total": [], "cap": {}} | {given: [1, 3]}
    contest, last = taken(individual_prizes=prizes)
    winner, other = last["P_A"], last["P_D"]  # ranks 4 and 9
    assert "có giải" not in winner.get("/c/tim-hieu/me").text
    freeze(OVER)
    service.close_round(contest.slug, 1, Why(actor="system", reason="hết vòng"))

    for path in ("/c/tim-hieu/me", "/c/tim-hieu/rounds/1"):
        assert winner.get(path).text.count("bạn xếp hạng 4, trong 4 hạng có giải.") == 1
        assert "Vòng 1: kết quả đã chốt, bạn xếp hạng 9." in other.get(path).text
    assert "Tạm xếp" not in winner.get("/c/tim-hieu/me").text


def test_points_are_told_when_the_round_closes_and_answers_when_no_round_asks_them(
    in_app, new_client, freeze
):
    freeze(NOON)
    later = Window(opens_at=ROUND.closes_at, closes_at=ROUND.closes_at + timedelta(days=7))
    told = {"score": "after_round_close", "answers": "after_round_close"}
    contest = contests.contest(windows=[ROUND, later], reveal=told)
    person = people.person(contest.id, at=NOON)
    public_id = attempts.finished(contest, person, right=18)
    client = phone_client(new_client, contest, person)
    path = f"/a/{public_id}/result"

    freeze(OVER)
    page = client.get(path).text
    assert re.search(r'class="big">18 <span>', page)
    assert "không vòng nào còn dùng bộ câu hỏi này" in page
    assert "(bạn chọn)" not in page

    freeze(later.closes_at + timedelta(minutes=1))
    assert "(bạn chọn)" in client.get(path).text


def test_after_the_reveal_each_question_shows_answer_article_and_explanation_and_not_before(
    in_app, new_client, freeze
):
    freeze(NOON)
    article, why = "Điều 20 khoản 1 Bộ luật Lao động", "Luật không cho gia hạn lần thứ ba."
    drafts = [
        banks.draft(number, explanation=why, citations=({"text": article},))
        for number in range(1, 31)
    ]
    bank = banks.published_drafts(drafts, code="co-can-cu")
    db.session.rollback()
    contest = contests.contest(bank=bank, reveal={"answers": "after_round_close"})
    person = people.person(contest.id, at=NOON)
    public_id = attempts.finished(contest, person, right=18)
    client = phone_client(new_client, contest, person)
    path = f"/a/{public_id}/result"

    freeze(ROUND.closes_at)
    before = client.get(path).text
    assert not any(text in before for text in (article, why, "bạn chọn", "✓"))

    freeze(OVER)
    after = re.sub(r"\s+", " ", client.get(path).text)
    assert after.count(f"Căn cứ: {article}") == after.count(why) == 20
    assert after.count("✓ đúng") == after.count("(bạn chọn)") == 20
    assert len(re.findall(r'class="pick wrong"', after)) == 2
