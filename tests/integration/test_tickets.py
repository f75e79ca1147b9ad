"""“Cần giúp?”: a question from any page, an answer that finds its way back."""

import re

import pytest

from quizapp.audit.models import AuditEntry
from quizapp.db import db
from quizapp.people.service import Role
from quizapp.support.models import Ticket
from quizapp.support.rules import LONGEST
from tests.integration.pages import PART, Page, without_tokens
from tests.integration.test_desk import desk, posted, signed_in, token_of
from tests.integration.test_help_desk import as_phone, code_on, rows_of
from tests.making import attempts, contests

__all__ = ["desk", "signed_in"]
ASKED = "Trang không lưu câu 7, tôi phải làm sao?"
TICKETS = "/admin/c/tim-hieu/tickets"


def ask(client, words=ASKED, path="/help?contest=tim-hieu", **fields):
    form = Page(client.get(path).text).forms[-1].hidden
    given = {"contest": "tim-hieu", "words": words}
    return client.post("/help", data=form | given | fields)


def answer(client, ticket, **fields):
    form = {"send": "1"} if "close" not in fields else {}
    return posted(client, f"{TICKETS}/{ticket}", **form, **fields)


def only_ticket():
    (ticket,) = rows_of(Ticket)
    return ticket


@pytest.mark.parametrize(
    "path",
    [
        "/c/tim-hieu",
        "/c/tim-hieu/join",
        "/c/tim-hieu/boards/people",
        "/c/tim-hieu/me",
        "/c/tim-hieu/rounds/1",
        "/a/{home}/result",
        "/a/{running}",
        "/return",
        "/",
        "/a/khong-co",
    ],
)
def test_every_page_of_a_contestant_leads_to_help(desk, new_client, path):
    running = attempts.started(desk.contest, desk.people["home"])
    phone = as_phone(new_client(), desk.contest, desk.people["home"])
    if path.endswith("/join"):
        phone = new_client()

    page = phone.get(path.format(home=desk.attempts["home"], running=running)).text

    link = re.search(r'href="(/help[^"]*)"[^>]*>Cần giúp\?', page)
    assert link
    assert phone.get(link[1].replace("&amp;", "&")).status_code == 200


def test_organisers_pages_offer_no_such_help(desk, signed_in):
    assert "/help" not in signed_in(Role.OWNER).get("/admin").text


def test_a_question_is_answered_where_it_was_asked(desk, new_client, signed_in):
    phone = as_phone(new_client(), desk.contest, desk.people["home"])
    assert "trả lời" not in phone.get("/c/tim-hieu/rounds/1").text.replace("trả lời lại", "")
    assert ask(phone).status_code == 303
    assert "Chờ trả lời" in phone.get("/help").text
    client = signed_in(Role.HELP_DESK)
    listed = client.get(TICKETS).text
    assert ASKED in listed
    assert "Người home" in listed

    done = answer(client, only_ticket().public_id.hex(), words="Hãy tải lại trang.")

    assert done.status_code == 303
    for path in ("/c/tim-hieu/me", "/c/tim-hieu/rounds/1"):
        assert "Ban tổ chức đã trả lời" in phone.get(path).text
    page = phone.get("/help")
    assert "Hãy tải lại trang." in page.text
    settled = next(form for form in Page(page.text).forms if form.action.endswith("/close"))
    assert phone.post(settled.action, data=settled.hidden).status_code == 303
    assert "Ban tổ chức đã trả lời" not in phone.get("/c/tim-hieu/me").text
    log = [(one.action, one.actor) for one in rows_of(AuditEntry)]
    assert [one for one in log if one[0] == "ticket.answer"], log


def test_an_answer_swaps_the_question_alone(desk, new_client, signed_in):
    for number in range(2):
        ask(as_phone(new_client(), desk.contest, desk.people["home"]), words=f"{ASKED} {number}")
    client = signed_in(Role.HELP_DESK)
    ticket = rows_of(Ticket)[0].public_id.hex()

    def swapped(words):
        data = token_of(client) | {"words": words, "send": "1"}
        return client.post(f"{TICKETS}/{ticket}", data=data, headers=PART)

    empty = swapped("")
    assert empty.status_code == 422
    assert 'role="alert"' in empty.text
    done = swapped("Hãy tải lại trang.")

    assert (done.status_code, done.headers["X-Part"]) == (200, "1")
    swapped_in = without_tokens(done.text).replace("?show=open", "?show=answered")
    question, tabs = swapped_in.split('<ul class="tabs"')
    assert question.strip() in without_tokens(client.get(f"{TICKETS}?show=answered").text)
    tabs = tabs.replace("?show=answered", "?show=open", 1)
    assert f'<ul class="tabs"{tabs}' in client.get(TICKETS).text
    assert "<h1>" not in done.text


def test_a_ready_answer_is_sent_by_one_choice_and_own_words_come_before_it(
    desk, new_client, signed_in
):
    phone = as_phone(new_client(), desk.contest, desk.people["home"])
    ask(phone)
    client, ticket = signed_in(Role.HELP_DESK), only_ticket().public_id.hex()

    assert answer(client, ticket, phrase="2").status_code == 303
    assert answer(client, ticket, phrase="1", words="Viết riêng cho bạn.").status_code == 303

    page = phone.get("/help").text
    assert "Số biên nhận trên trang kết quả chứng minh" in page
    assert "Viết riêng cho bạn." in page
    assert "Quên mã PIN thì hỏi" not in page


def test_an_empty_answer_is_refused_and_what_was_typed_stays(desk, new_client, signed_in):
    ask(as_phone(new_client(), desk.contest, desk.people["home"]))
    client, ticket = signed_in(Role.HELP_DESK), only_ticket().public_id.hex()

    empty = answer(client, ticket)
    assert empty.status_code == 422
    assert "Hãy ghi câu trả lời, hoặc chọn một câu soạn sẵn." in empty.text
    assert "việc bạn cần giúp" not in empty.text
    long = answer(client, ticket, words="dài " * 200)

    assert long.status_code == 422
    assert "dài dài" in long.text
    assert only_ticket().state == "open"


def test_closed_without_an_answer(desk, new_client, signed_in):
    ask(as_phone(new_client(), desk.contest, desk.people["home"]))
    client, ticket = signed_in(Role.HELP_DESK), only_ticket().public_id.hex()

    assert answer(client, ticket, close="1").status_code == 303

    assert only_ticket().state == "closed"
    assert ASKED not in client.get(TICKETS).text
    assert ASKED in client.get(f"{TICKETS}?show=closed").text


def test_who_has_not_joined_asks_too_and_sees_the_answer_on_that_phone_only(
    desk, new_client, signed_in
):
    stranger = new_client()
    assert ask(stranger).status_code == 303
    whole, part = (
        signed_in(Role.HELP_DESK),
        signed_in(Role.HELP_DESK, desk.units["P_A"], phone="0987 650 438"),
    )
    assert ASKED not in part.get(TICKETS).text
    assert (
        answer(whole, only_ticket().public_id.hex(), words="Chúng tôi gọi bạn.").status_code == 303
    )

    assert "Chúng tôi gọi bạn." in stranger.get("/help").text
    assert "Chúng tôi gọi bạn." not in new_client().get("/help").text


def test_a_province_answers_its_own_people_only(desk, new_client, signed_in):
    ask(as_phone(new_client(), desk.contest, desk.people["away"]))
    ticket = only_ticket().public_id.hex()
    client = signed_in(Role.OWNER, desk.units["P_A"])

    assert ASKED not in client.get(TICKETS).text
    assert answer(client, ticket, words="Không phải của tôi.").status_code == 404
    near = signed_in(Role.HELP_DESK, desk.units["P_B"], phone="0987 650 438")
    assert ASKED in near.get(TICKETS).text
    assert answer(near, ticket, words="Của chúng tôi.").status_code == 303


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.VIEWER])
def test_roles_that_do_not_help_answer_nothing(desk, new_client, signed_in, role):
    ask(as_phone(new_client(), desk.contest, desk.people["home"]))
    client = signed_in(role)

    assert answer(client, only_ticket().public_id.hex(), words="Xin chào.").status_code == 403
    assert "<textarea" not in client.get(TICKETS).text


def test_nobody_closes_or_reads_the_question_of_another(desk, new_client):
    ask(as_phone(new_client(), desk.contest, desk.people["home"]))
    other = as_phone(new_client(), desk.contest, desk.people["away"])
    ask(other, words="Câu hỏi của người khác nhé.")
    mine, theirs = sorted(rows_of(Ticket), key=lambda one: one.id)
    form = Page(other.get("/help").text).forms[-1].hidden

    assert ASKED not in other.get("/help").text
    stolen = other.post(f"/help/{mine.public_id.hex()}/close", data=form)
    assert stolen.status_code in {400, 404}
    assert {one.state for one in rows_of(Ticket)} == {"open"}
    assert theirs.person_id == desk.people["away"].id


def test_three_wait_and_the_fourth_is_refused_with_its_words_kept(desk, new_client):
    phone = as_phone(new_client(), desk.contest, desk.people["home"])
    for n in range(3):
        assert ask(phone, words=f"Câu hỏi số {n} của tôi").status_code == 303

    refused = ask(phone, words="Câu hỏi thứ tư của tôi")

    assert refused.status_code == 429
    assert "Câu hỏi thứ tư của tôi</textarea>" in refused.text
    assert len(rows_of(Ticket)) == 3
    another = as_phone(new_client(), desk.contest, desk.people["away"])
    assert ask(another).status_code == 303


@pytest.mark.parametrize("words", ["", "  \n ", "hi", "x" * (LONGEST + 1)])
def test_what_is_no_question_is_refused(desk, new_client, words):
    phone = as_phone(new_client(), desk.contest, desk.people["home"])

    assert ask(phone, words=words).status_code == 422
    assert rows_of(Ticket) == []


def test_the_code_of_a_refusal_goes_along(desk, new_client, signed_in):
    phone = as_phone(new_client(), desk.contest, desk.people["home"])
    refused = phone.post("/c/tim-hieu/rounds/1/attempts", data={})
    link = re.search(r'href="(/help[^"]*code=[^"]*)"', refused.text)[1].replace("&amp;", "&")

    assert ask(phone, path=link).status_code == 303

    assert only_ticket().code == code_on(refused)
    assert code_on(refused) in signed_in(Role.HELP_DESK).get(TICKETS).text


def test_what_is_written_stays_text(desk, new_client, signed_in):
    phone = as_phone(new_client(), desk.contest, desk.people["home"])
    ask(phone, words="<script>alert(1)</script> giúp tôi")

    for page in (phone.get("/help").text, signed_in(Role.HELP_DESK).get(TICKETS).text):
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_the_timeline_tells_what_was_asked(desk, new_client, signed_in):
    ask(as_phone(new_client(), desk.contest, desk.people["home"]))

    page = signed_in(Role.HELP_DESK).get(desk.path("people", "home")).text

    assert ASKED in page


def test_a_contest_that_is_not_there_gets_no_question(desk, new_client):
    phone = as_phone(new_client(), desk.contest, desk.people["home"])

    assert ask(phone, contest="khong-co").status_code == 404
    contests.contest("khac")
    assert db.session.query(Ticket).count() == 0
    db.session.rollback()
