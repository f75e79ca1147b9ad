"""From the contest page to the board, as a phone without JavaScript walks it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from quizapp.banks import service as banks
from quizapp.db import db
from quizapp.people.models import Person
from quizapp.web.guards import form_token
from tests.integration.harness import watch_writes
from tests.integration.pages import Page
from tests.making import attempts, contests, units
from tests.making.boards import rolled_up
from tests.making.contests import NOON

JOIN = {
    "name": "Nguyễn Thị Hoà",
    "phone": "0912 345 678",
    "unit": "VGCL",
    "pin": "204817",
    "consent_take_part": "y",
}


def token_in(response):
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', response.text)[1]


def joined(client, slug="tim-hieu", **over):
    """Join as a person does: open the form, send it back; return the answer."""
    page = client.get(f"/c/{slug}/join")
    fields = {name: value for name, value in (JOIN | over).items() if value is not None}
    return sent(client, page, f"/c/{slug}/join", **fields)


def sent(client, page, action, **fields):
    """Send the form of a page that goes to an address."""
    form = next(one for one in Page(page.text).forms if one.action == action)
    return client.post(action, data=form.hidden | fields)


def begun(client, slug="tim-hieu", number=1):
    """Start the round; return the paper's address."""
    page = client.get(f"/c/{slug}/rounds/{number}")
    answer = client.post(f"/c/{slug}/rounds/{number}/attempts", data={"csrf_token": token_in(page)})
    assert answer.status_code == 303, answer.text
    return answer.location


def handed_in(client, path, answers, **fields):
    page = client.get(path)
    form = {f"q{position}": list(letters) for position, letters in answers.items()}
    return client.post(f"{path}/submit", data=form | fields | {"csrf_token": token_in(page)})


@pytest.fixture
def contest(in_app, freeze):
    freeze(NOON)
    return contests.contest()


def right_letters(path):
    return attempts.right_letters(path.removeprefix("/a/"))


def test_join_answer_submit_and_see_the_board(client, contest, freeze):
    answer = joined(client, consent_show_name="y")
    assert answer.status_code == 303
    path = begun(client)
    right = right_letters(path)
    freeze(NOON + timedelta(minutes=3, seconds=7))

    answer = handed_in(client, path, right, prediction="1.250")

    assert answer.status_code == 303
    result = client.get(answer.location)
    assert "20/20" in result.text
    assert "3 phút 07 giây" in result.text
    assert "1.250" in result.text
    assert re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", result.text)
    rolled_up()
    board = client.get("/c/tim-hieu/boards/people.json?round=1").get_json()
    assert [(row["rank"], row["person"]["name"], row["points"]) for row in board["rows"]] == [
        (1, "Nguyễn Thị Hoà", 20)
    ]
    whole = client.get("/c/tim-hieu/boards/people")
    assert "Nguyễn Thị Hoà" in whole.text


def test_without_consent_the_board_shows_initials(client, contest):
    joined(client)
    handed_in(client, begun(client), {})
    rolled_up()

    page = client.get("/c/tim-hieu/boards/people").text

    assert "Nguyễn T. H." in page
    assert "Hoà" not in page


def test_starting_again_gives_the_same_paper(client, contest):
    joined(client)

    assert begun(client) == begun(client)


def test_the_paper_holds_every_question_once_and_no_sign_of_the_key(client, contest):
    joined(client)
    page = client.get(begun(client)).text

    assert page.count('<fieldset class="q card"') == 20
    assert page.count('type="radio"') == 80
    version = banks.find_version("bank-tim-hieu", 1)
    explanations = {q.explanation for q in banks.get_questions(version.id) if q.explanation}
    assert not any(text in page for text in explanations)


def test_the_limit_of_attempts_is_said_in_words(client, contest):
    joined(client)
    for _ in range(2):
        handed_in(client, begun(client), {})

    page = client.get("/c/tim-hieu/rounds/1")

    assert "dùng hết số lượt" in page.text


def test_a_third_start_is_refused_by_the_service_too(client, contest):
    joined(client)
    for _ in range(2):
        handed_in(client, begun(client), {})
    person_id = db.session.scalars(select(Person.id)).one()
    token = form_token("start", str(contest.rounds[0].id), str(person_id), "3")

    answer = client.post("/c/tim-hieu/rounds/1/attempts", data={"csrf_token": token})

    assert answer.status_code == 409
    assert "hết 2 lượt" in answer.text


@pytest.mark.parametrize(
    ("moved", "words"), [(timedelta(days=-2), "mở lúc"), (timedelta(days=5), "đã đóng lúc")]
)
def test_a_round_that_is_not_open_says_when(client, contest, freeze, moved, words):
    joined(client)
    page = client.get("/c/tim-hieu/rounds/1")
    freeze(NOON + moved)

    answer = client.post("/c/tim-hieu/rounds/1/attempts", data={"csrf_token": token_in(page)})

    assert answer.status_code == 409
    assert words in answer.text


def test_a_paper_that_ran_out_is_scored_with_what_was_saved(client, contest, freeze):
    joined(client)
    path = begun(client)
    right = right_letters(path)
    saved = client.put(f"{path}/answers", json={"op": 1, "answers": {"1": right[1], "2": right[2]}})
    assert saved.status_code == 200
    freeze(NOON + timedelta(minutes=20, seconds=16))

    done = rolled_up()

    assert done.expired == 1
    result = client.get(f"{path}/result").text
    assert "Hết giờ" in result
    assert "2/20" in result
    assert "20 phút 00 giây" in result


def test_handing_in_within_the_grace_counts_and_later_does_not(client, contest, freeze):
    joined(client)
    for seconds, right_count in ((15, 20), (16, 0)):
        freeze(NOON)
        path = begun(client)
        right = right_letters(path)
        page = client.get(path)
        freeze(NOON + timedelta(minutes=20, seconds=seconds))
        form = {f"q{position}": letter for position, letter in right.items()}
        answer = client.post(f"{path}/submit", data=form | {"csrf_token": token_in(page)})
        assert f"{right_count}/20" in client.get(answer.location).text


def test_handing_in_twice_changes_nothing(client, contest, freeze):
    joined(client)
    path = begun(client)
    right = right_letters(path)
    page = client.get(path)
    form = {f"q{position}": letter for position, letter in right.items()}
    first = client.post(f"{path}/submit", data={"csrf_token": token_in(page)})
    freeze(NOON + timedelta(minutes=1))

    again = client.post(f"{path}/submit", data=form | {"csrf_token": token_in(page)})

    assert again.location == first.location
    assert "0/20" in client.get(again.location).text


def test_a_prediction_that_is_no_number_keeps_the_paper_and_what_was_chosen(client, contest):
    joined(client)
    path = begun(client)

    answer = handed_in(client, path, {1: "B"}, prediction="rất nhiều")

    assert answer.status_code == 422
    assert 'value="B" checked' in answer.text
    assert 'value="rất nhiều"' in answer.text
    assert client.get(path).status_code == 200


def test_a_prediction_that_is_emptied_in_the_form_is_taken_back(client, contest):
    joined(client)
    path = begun(client)
    client.put(f"{path}/answers", json={"op": 1, "answers": {}, "prediction": 12})

    handed_in(client, path, {}, prediction="")

    assert attempts.attempt_row(path.removeprefix("/a/")).prediction is None


def test_open_contests_come_first(client, contest, freeze):
    closed = contests.Window(opens_at=NOON - timedelta(days=9), closes_at=NOON - timedelta(days=8))
    contests.contest("da-qua", windows=(closed,))

    page = client.get("/").text

    assert page.index("/c/tim-hieu") < page.index("/c/da-qua")


def test_a_save_answers_with_its_number_and_the_servers_clock(client, contest):
    joined(client)
    path = begun(client)

    saved = client.put(f"{path}/answers", json={"op": 7, "answers": {"1": "B"}, "prediction": 12})

    now = int(NOON.timestamp() * 1000)
    assert saved.get_json() == {"op": 7, "now": now, "deadline": now + 20 * 60 * 1000}
    page = client.get(path).text
    assert re.search(r'name="q1" value="B" checked', page)
    assert 'value="12"' in page


def test_the_same_save_again_is_saved_and_another_under_its_number_is_not(client, contest):
    joined(client)
    path = begun(client)
    body = {"op": 2, "answers": {"1": "B"}}
    client.put(f"{path}/answers", json=body)

    again = client.put(f"{path}/answers", json=body)
    other = client.put(f"{path}/answers", json={"op": 2, "answers": {"1": "C"}})
    older = client.put(f"{path}/answers", json={"op": 1, "answers": {"1": "C"}})

    assert again.status_code == 200
    assert (other.status_code, other.get_json()["answers"]) == (409, {"1": "B"})
    assert older.status_code == 409
    assert older.get_json()["op"] == 2


def test_a_save_after_the_end_is_gone_and_changes_nothing(client, contest):
    joined(client)
    path = begun(client)
    handed_in(client, path, {})

    late = client.put(f"{path}/answers", json={"op": 9, "answers": {"1": "B"}})

    assert late.status_code == 410
    assert attempts.attempt_row(path.removeprefix("/a/")).answers == bytes([1] + [0] * 20)


@pytest.mark.parametrize(
    "body",
    [
        {"op": 0, "answers": {}},
        {"op": "1", "answers": {}},
        {"op": True, "answers": {}},
        {"answers": {}},
        {"op": 1, "answers": {"21": "A"}},
        {"op": 1, "answers": {"1": "E"}},
        {"op": 1, "answers": {"1": 2}},
        {"op": 1, "answers": []},
        {"op": 1, "prediction": "nhiều"},
        [],
    ],
)
def test_a_body_of_the_wrong_form_is_refused_and_saves_nothing(client, contest, body):
    joined(client)
    path = begun(client)

    answer = client.put(f"{path}/answers", json=body)

    assert answer.status_code == 422
    assert attempts.attempt_row(path.removeprefix("/a/")).last_op == 0


def test_another_phone_goes_on_with_the_paper_and_the_first_is_told(client, new_client, contest):
    joined(client)
    path = begun(client)
    client.put(f"{path}/answers", json={"op": 1, "answers": {"3": "C"}, "prediction": 40})
    second = new_client()
    page = second.get("/return?contest=tim-hieu")
    second.post(
        "/return",
        data={"contest": "tim-hieu", "phone": "0912345678", "pin": "204817"}
        | {"csrf_token": token_in(page)},
    )

    assert "máy khác" in second.get(path).text
    assert begun(second) == path
    assert 'name="q3" value="C" checked' in second.get(path).text
    told = client.put(f"{path}/answers", json={"op": 2, "answers": {"3": "A"}})
    assert (told.status_code, told.get_json()["saved"]) == (409, "held")
    assert (told.get_json()["answers"], told.get_json()["prediction"]) == ({"3": "C"}, 40)


def test_somebody_elses_paper_does_not_exist(client, new_client, contest):
    joined(client)
    path = begun(client)
    stranger = new_client()
    joined(stranger, phone="0987654321", name="Trần Văn Bình")

    assert stranger.get(path).status_code == 404
    assert stranger.get(f"{path}/result").status_code == 404
    assert stranger.put(f"{path}/answers", json={"op": 1, "answers": {}}).status_code == 404
    assert new_client().get(path).status_code == 404


def test_answers_are_shown_only_after_the_contest_and_its_grace(client, contest, freeze):
    joined(client)
    path = begun(client)
    handed_in(client, path, {})
    closes = contests.ROUND.closes_at

    freeze(closes + timedelta(seconds=15))
    assert "✓" not in client.get(f"{path}/result").text
    freeze(closes + timedelta(seconds=16))
    assert client.get(f"{path}/result").text.count("✓") == 20


def test_joining_keeps_what_was_typed_when_something_is_wrong(client, contest):
    answer = joined(client, pin="111111", name="An 1", consent_take_part=None)

    assert answer.status_code == 422
    assert 'value="An 1"' in answer.text
    assert 'value="0912 345 678"' in answer.text
    assert 'value="111111"' in answer.text
    assert re.search(r'value="VGCL" checked', answer.text)
    for words in ("chỉ gồm chữ cái", "quá dễ đoán", "Cần bạn đồng ý"):
        assert words in answer.text


def test_a_known_phone_with_another_pin_is_refused_and_the_failure_is_kept(
    client, new_client, contest
):
    joined(client)

    answers = [joined(new_client(), pin="739204").status_code for _ in range(8)]

    assert answers[0] == 409
    assert answers[-1] == 429


def test_joining_again_with_the_right_pin_is_coming_back(client, new_client, contest):
    joined(client)
    path = begun(client)
    second = new_client()

    joined(second, name="Tên khác")

    assert begun(second) == path


def test_units_are_found_without_javascript(client, contest):
    page = client.get("/c/tim-hieu/join")

    found = client.post(
        "/c/tim-hieu/join",
        data={"unit_text": "tong lien doan", "find": "1", "csrf_token": token_in(page)},
    )

    assert 'name="unit" value="VGCL"' in found.text
    assert 'value="tong lien doan"' in found.text


def test_a_unit_that_ended_stands_for_its_heir(client, in_app, freeze):
    freeze(NOON)
    units.loaded_catalogue()
    contests.contest()

    page = client.get("/c/tim-hieu/join?unit=P_HA_GIANG").text

    assert re.search(r'value="P25_TUYEN_QUANG" checked', page)


def test_a_unit_in_own_words_is_kept_for_matching(client, contest):
    joined(client, unit=None, unit_text="Công ty May 10")
    handed_in(client, begun(client), {})
    rolled_up()

    assert "Đơn vị đang được xác định" in client.get("/c/tim-hieu/boards/people").text


def test_somebody_else_may_take_part_on_this_phone(client, contest):
    joined(client)
    page = client.get("/c/tim-hieu/rounds/1").text
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[-1]

    client.post("/c/tim-hieu/leave", data={"csrf_token": token})

    assert client.get("/c/tim-hieu/rounds/1").location.endswith("/join")
    assert "Nguyễn Thị Hoà" not in client.get("/c/tim-hieu/join").text


def test_a_second_person_on_a_phone_loses_nothing_of_the_first_ones_running_paper(client, contest):
    joined(client)
    first = begun(client)
    page = client.get("/c/tim-hieu/rounds/1")

    assert sent(client, page, "/c/tim-hieu/others").location.endswith("/join#other")
    joined(client, name="Đỗ Văn Khôi", phone="0912 345 679")
    second = begun(client)

    assert first != second
    # The first one's page is still open in another tab, with a tap that was not sent yet.
    late = client.put(f"{first}/answers", json={"op": 1, "answers": {"1": "B"}})
    mine = client.put(f"{second}/answers", json={"op": 1, "answers": {"1": "C"}})
    assert (late.status_code, mine.status_code) == (200, 200)
    page = client.get("/c/tim-hieu/rounds/1")
    assert "Chào Đỗ Văn Khôi." in page.text
    assert "Tiếp tục với tên Nguyễn Thị Hoà" in page.text
    sent(client, page, "/c/tim-hieu/switch")
    page = client.get("/c/tim-hieu/rounds/1")
    assert "Chào Nguyễn Thị Hoà." in page.text
    assert sent(client, page, "/c/tim-hieu/rounds/1/attempts").location == first
    assert re.search(r'name="q1" value="B" checked', client.get(first).text)
    assert client.get(second).status_code == 200


def test_who_asked_to_be_forgotten_is_nobody_on_the_phone_while_others_stay(client, contest):
    joined(client)
    first = begun(client)
    sent(client, client.get("/c/tim-hieu/rounds/1"), "/c/tim-hieu/others")
    joined(client, name="Đỗ Văn Khôi", phone="0912 345 679")
    second = begun(client)

    sent(client, client.get("/c/tim-hieu/rounds/1"), "/c/tim-hieu/leave")

    assert client.get(second).status_code == 404
    assert client.get(first).status_code == 200
    page = client.get("/c/tim-hieu/join").text
    assert "Tiếp tục với tên Nguyễn Thị Hoà" in page
    assert "Đỗ Văn Khôi" not in page


def test_a_paper_that_went_to_another_phone_comes_back_to_its_own_person(
    client, new_client, contest
):
    joined(client)
    first = begun(client)
    elsewhere = new_client()
    joined(elsewhere)
    begun(elsewhere)
    sent(client, client.get("/c/tim-hieu/rounds/1"), "/c/tim-hieu/others")
    joined(client, name="Đỗ Văn Khôi", phone="0912 345 679")

    page = client.get(first)

    assert page.status_code == 409
    assert "/c/tim-hieu/rounds/1/attempts" not in page.text  # it would start the second one's
    sent(client, page, "/c/tim-hieu/switch")
    assert "Chào Nguyễn Thị Hoà." in client.get("/c/tim-hieu/rounds/1").text


def test_a_form_of_another_paper_is_refused(client, contest):
    joined(client)
    page = client.get("/c/tim-hieu/rounds/1")

    path = begun(client)
    answer = client.post(f"{path}/submit", data={"csrf_token": token_in(page)})

    assert answer.status_code == 400
    assert attempts.attempt_row(path.removeprefix("/a/")).state == "running"


def test_public_pages_set_no_cookie_and_are_the_same_for_everybody(client, new_client, contest):
    joined(client)
    handed_in(client, begun(client), {})
    rolled_up()
    db.session.rollback()

    for path in ("/", "/c/tim-hieu", "/c/tim-hieu/boards/people", "/c/tim-hieu/boards/people.json"):
        mine, theirs = client.get(path), new_client().get(path)
        assert mine.data == theirs.data
        assert "Set-Cookie" not in mine.headers
        assert "Cookie" not in mine.headers.get("Vary", "")
        assert mine.headers["Cache-Control"].startswith("public")
        assert client.get(path, headers={"If-None-Match": mine.headers["ETag"]}).status_code == 304


def test_submit_takes_three_statements_and_one_commit(client, contest, app):
    joined(client)
    path = begun(client)
    handed_in(client, path, {})  # the first one reads rules and bank into the process
    path = begun(client)
    right = {str(position): letter for position, letter in right_letters(path).items()}

    with watch_writes(app) as save:
        client.put(f"{path}/answers", json={"op": 1, "answers": right})
    with watch_writes(app) as submit:
        client.post(f"{path}/submit", json={"answers": right})

    assert (len(counted(save)), save.commits) == (2, 1), save.statements
    assert (len(counted(submit)), submit.commits) == (3, 1), submit.statements


def counted(watch):
    """SQLite's BEGIN is sent as a statement of ours; PostgreSQL's is the driver's."""
    return [statement for statement in watch.statements if not statement.startswith("BEGIN")]
