"""Questions with several right options beside those with one, from the paper to the recount."""

import re
from datetime import timedelta

import pytest

from quizapp.attempts import rules
from quizapp.banks import service as banks_service
from quizapp.banks.rules import Kind
from quizapp.db import db
from tests.integration.harness import watch_writes
from tests.integration.test_journey import (
    begun,
    counted,
    handed_in,
    joined,
    right_letters,
    token_in,
)
from tests.making import attempts, banks, contests
from tests.making.boards import rolled_up
from tests.making.contests import NOON

HINT = "Chọn tất cả phương án đúng"
SCORE = {"per_correct": "0.5", "wrong": "-0.125", "blank": 0}


@pytest.fixture
def contest(in_app, freeze):
    """A contest whose papers have ten questions of each kind."""
    freeze(NOON)
    drafts = [
        (banks.several if number % 2 else banks.draft)(number, topic=str(number % 2))
        for number in range(1, 31)
    ]
    bank = banks.published_drafts(drafts, code="hon-hop")
    paper = {"questions": 20, "quota": {"0": 10, "1": 10}}
    return contests.contest(bank=bank, paper=paper, score=SCORE)


@pytest.fixture
def path(client, contest):
    """The paper of somebody who has joined."""
    joined(client)
    return begun(client)


def kinds(path):
    """Return position → kind of the question there."""
    row = attempts.attempt_row(path.removeprefix("/a/"))
    questions = banks_service.get_questions(row.bank_version_id)
    db.session.rollback()
    return {
        position: questions[asked.number - 1].kind
        for position, asked in enumerate(rules.decode_paper(row.paper), start=1)
    }


def first(path, kind):
    """Return the first position with a question of this kind."""
    return next(position for position, one in kinds(path).items() if one is kind)


def sheet(path):
    """Return position → letters stored."""
    row = attempts.attempt_row(path.removeprefix("/a/"))
    db.session.rollback()
    return rules.as_shown(rules.decode_answers(row.answers), rules.decode_paper(row.paper))


def ticked(page, position):
    return re.findall(rf'name="q{position}" value="([A-H])" checked', page.text)


def put(client, path, op, answers):
    body = {"op": op, "answers": {str(position): letters for position, letters in answers.items()}}
    return client.put(f"{path}/answers", json=body)


def submitted(client, path, answers):
    body = {"answers": {str(position): letters for position, letters in answers.items()}}
    return client.post(f"{path}/submit", json=body)


def test_both_kinds_by_form_earn_all_points_and_are_shown_with_the_key(client, path, freeze):
    page = client.get(path)
    assert page.text.count(HINT) == 10
    assert (page.text.count('type="radio"'), page.text.count('type="checkbox"')) == (40, 40)
    right = right_letters(path)
    assert sorted(len(letters) for letters in right.values()) == [1] * 10 + [2] * 10

    answer = handed_in(client, path, right)

    assert answer.status_code == 303
    result = client.get(answer.location)
    assert "20/20" in result.text
    assert ">10 <span>" in result.text  # twenty times half a point
    assert HINT not in result.text
    freeze(contests.ROUND.closes_at + timedelta(minutes=1))
    result = client.get(answer.location)
    assert result.text.count("✓") == result.text.count("bạn chọn") == 30
    assert 'class="pick wrong"' not in result.text
    assert result.text.count("Chỉ tính là đúng khi chọn đủ") == 10


def test_of_several_right_options_one_alone_or_one_too_many_earns_nothing(client, path, freeze):
    right, which = right_letters(path), kinds(path)
    several = [position for position, kind in which.items() if kind is Kind.MULTIPLE]
    chosen = dict(right)
    chosen[several[0]] = right[several[0]][0]
    chosen[several[1]] = "ABCD"
    chosen[several[2]] = None

    assert submitted(client, path, chosen).status_code == 200

    stored = attempts.attempt_row(path.removeprefix("/a/"))
    assert (stored.right_count, stored.points_milli) == (17, 17 * 500 - 2 * 125)
    freeze(contests.ROUND.closes_at + timedelta(minutes=1))
    result = client.get(f"{path}/result").text
    assert result.count("✓") == 30
    assert result.count('class="pick wrong"') == 2  # those of the four that were too many
    assert result.count("bạn chọn") == 7 * 2 + 10 + 1 + 4


def test_several_letters_are_saved_one_tap_after_the_other(client, path):
    position = first(path, Kind.MULTIPLE)
    for op, letters in enumerate(("D", "BD", "ABD", "AB"), start=1):
        assert put(client, path, op, {position: letters}).status_code == 200
        assert sheet(path) == {position: letters}
        assert ticked(client.get(path), position) == list(letters)

    assert put(client, path, 5, {position: None}).status_code == 200
    assert sheet(path) == {}


@pytest.mark.parametrize(
    ("kind", "letters"),
    [
        (Kind.SINGLE, "AB"),
        (Kind.SINGLE, "AA"),
        *((Kind.MULTIPLE, letters) for letters in ("AE", "DB", "AA", "A,B", "ab", "A B", "E")),
    ],
)
def test_letters_that_cannot_be_meant_are_refused_and_change_nothing(client, path, kind, letters):
    position = first(path, kind)
    put(client, path, 1, {position: "C"})

    assert put(client, path, 2, {position: letters}).status_code == 422
    assert submitted(client, path, {position: letters}).status_code == 422

    assert sheet(path) == {position: "C"}
    assert attempts.attempt_row(path.removeprefix("/a/")).last_op == 1


def test_a_form_with_two_answers_to_a_question_with_one_is_refused(client, path):
    answer = handed_in(client, path, {first(path, Kind.SINGLE): "AB"})

    assert answer.status_code == 422
    assert attempts.attempt_row(path.removeprefix("/a/")).state == "running"


def test_a_form_in_which_every_box_was_cleared_leaves_the_question_blank(client, path):
    several, single = first(path, Kind.MULTIPLE), first(path, Kind.SINGLE)
    put(client, path, 1, {several: "BD", single: "C"})
    page = client.get(path)
    unasked = re.findall(r'<input type="hidden" name="(q\d+)" value="">', page.text)
    assert len(unasked) == 10

    fields = dict.fromkeys(unasked, "") | {"csrf_token": token_in(page)}
    client.post(f"{path}/submit", data=fields)

    assert sheet(path) == {single: "C"}


def test_a_form_that_could_not_be_taken_keeps_every_tick(client, path):
    several, other = [p for p, kind in kinds(path).items() if kind is Kind.MULTIPLE][:2]
    put(client, path, 1, {other: "ABC"})
    page = client.get(path)
    fields = {f"q{several}": ["", "B", "D"], f"q{other}": [""], "prediction": "rất nhiều"}

    answer = client.post(f"{path}/submit", data=fields | {"csrf_token": token_in(page)})

    assert answer.status_code == 422
    assert ticked(answer, several) == ["B", "D"]
    assert ticked(answer, other) == []


def test_a_phone_that_lost_the_paper_is_told_all_letters(client, new_client, path):
    position = first(path, Kind.MULTIPLE)
    second = new_client()
    joined(second)
    assert begun(second) == path
    put(second, path, 1, {position: "BD"})

    told = put(client, path, 2, {position: "A"})

    assert (told.status_code, told.get_json()["saved"]) == (409, "held")
    assert told.get_json()["answers"] == {str(position): "BD"}
    assert re.search(rf'data-known=.*"{position}": ?"BD"', client.get(path).text)


def test_a_paper_of_both_kinds_that_ran_out_is_scored_with_what_was_saved(client, path, freeze):
    put(client, path, 1, right_letters(path))
    freeze(NOON + timedelta(minutes=20, seconds=16))

    assert rolled_up().expired == 1

    assert "20/20" in client.get(f"{path}/result").text


def test_the_recount_agrees_and_finds_a_part_that_was_counted_as_the_whole(client, path, run):
    right, position = right_letters(path), first(path, Kind.MULTIPLE)
    submitted(client, path, right | {position: right[position][0]})
    rolled_up()
    db.session.rollback()
    outcome = run("standings", "verify", "tim-hieu")
    assert outcome.exit_code == 0, outcome.output

    with db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE attempt SET right_count = 20, points_milli = 10000")

    outcome = run("standings", "verify", "tim-hieu")
    assert outcome.exit_code == 1
    assert "right_count is 20, recounted 19" in outcome.output
    assert "points_milli is 10000, recounted 9375" in outcome.output


def test_several_letters_take_no_further_statement(client, path, app):
    client.get(path)  # reads the questions into the process
    right = {str(position): letters for position, letters in right_letters(path).items()}

    with watch_writes(app) as save:
        client.put(f"{path}/answers", json={"op": 1, "answers": right})
    with watch_writes(app) as submit:
        client.post(f"{path}/submit", json={"answers": right})

    assert (len(counted(save)), len(counted(submit))) == (1, 3)
