"""Before the paper: documents to study, and practice papers of a bank that is not asked."""

import io
import re

import pytest

from quizapp.banks import service as bank_service
from quizapp.contests.errors import PracticeIsAsked
from quizapp.db import db
from tests.integration.pages import Page
from tests.integration.test_every_route import sign_in
from tests.making import banks, contests, people, studying
from tests.making.contests import NOON

LEARN = "/admin/c/tim-hieu/learn"


@pytest.fixture
def organiser(in_app, new_client, freeze):
    """Somebody signed in, with a contest that is open."""
    freeze(NOON)
    contests.contest()
    people.organiser(phone="0987 650 431", at=NOON)
    client = new_client()
    sign_in(client, "0987 650 431")
    return client


def sent(client, path, **fields):
    """Send a form of the page about what there is to learn from."""
    hidden = Page(client.get(LEARN).text).forms[-1].hidden
    return client.post(path, data=hidden | fields)


def pdf():
    return io.BytesIO(studying.PDF), "../luật công đoàn.pdf"


def test_an_organiser_gives_documents_to_study_and_people_find_them(organiser, new_client, freeze):
    adds, people_see = f"{LEARN}/documents", new_client()
    refused = sent(
        organiser, adds, title="Luật Công đoàn", shown="always", file=(io.BytesIO(b"MZ\0"), "a.pdf")
    )
    assert refused.status_code == 422
    assert 'value="Luật Công đoàn"' in refused.text  # what was typed is not lost
    assert "chỉ nhận PDF" in refused.text
    wrong = sent(organiser, adds, title="", shown="always", url="javascript:alert(1)")
    assert wrong.status_code == 422
    assert "Ghi tên tài liệu" in wrong.text
    english = sent(organiser, f"{adds}?lang=en", title="Luật", shown="always", url="http://a.vn")
    assert "The link must begin with https://" in english.text

    for fields in (
        {"title": "Luật Công đoàn <2024>", "shown": "always", "file": pdf()},
        {"title": "Bộ luật Lao động", "shown": "before", "url": "https://vanban.chinhphu.vn/45"},
    ):
        assert sent(organiser, adds, **fields).status_code == 303

    page = people_see.get("/c/tim-hieu")
    assert "Luật Công đoàn &lt;2024&gt;" in page.text
    assert "vanban.chinhphu.vn" not in page.text  # only before the first round opens
    file = people_see.get("/c/tim-hieu/documents/1")
    assert file.data == studying.PDF
    assert file.mimetype == "application/pdf"
    assert file.headers["Content-Disposition"] == 'attachment; filename="luat-cong-doan-2024.pdf"'
    assert "sandbox" in file.headers["Content-Security-Policy"]
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    known = {"If-None-Match": file.headers["ETag"]}
    assert people_see.get("/c/tim-hieu/documents/1", headers=known).status_code == 304
    assert people_see.get("/c/tim-hieu/documents/2").status_code == 404

    assert sent(organiser, f"{adds}/2", shown="during").status_code == 303
    assert "https://vanban.chinhphu.vn/45" in people_see.get("/c/tim-hieu").text
    assert sent(organiser, f"{adds}/1", remove="1").status_code == 303
    assert "Luật Công đoàn" not in people_see.get("/c/tim-hieu").text
    assert people_see.get("/c/tim-hieu/documents/1").status_code == 404


def test_anybody_practises_and_sees_the_law_behind_each_answer(organiser, new_client):
    one, other = new_client(), new_client()
    assert one.get("/c/tim-hieu/practice").status_code == 404
    studying.practice_bank(
        explanation="Vì luật nói vậy.", citations=({"text": "Điều 20 khoản 1 Bộ luật Lao động"},)
    )
    assert sent(organiser, f"{LEARN}/practice", bank=studying.BANK).status_code == 303
    assert "/c/tim-hieu/practice" in one.get("/c/tim-hieu").text

    first = one.get("/c/tim-hieu/practice/1")
    assert first.data == other.get("/c/tim-hieu/practice/1").data
    assert first.data != one.get("/c/tim-hieu/practice/2").data
    assert "Set-Cookie" not in first.headers
    assert first.text.count("<fieldset") == 20
    assert "Điều 20 khoản 1" not in first.text

    form = Page(first.text).forms[0]
    everything = {f"q{number}": "A" for number in range(1, 21)}
    marked = one.post(form.action, data=form.hidden | everything)
    assert marked.status_code == 200
    assert marked.text.count("Điều 20 khoản 1 Bộ luật Lao động") == 20
    assert marked.text.count("Vì luật nói vậy.") == 20
    right = len(re.findall(r'class="pick right".*?bạn chọn', marked.text))
    assert f'class="big">{right}<' in marked.text
    assert one.post(form.action, data=everything).status_code == 400
    assert one.post(form.action, data=form.hidden | {"q1": "Z"}).status_code == 422
    assert one.get("/c/tim-hieu/practice/1000").status_code == 404


def test_a_bank_that_is_asked_in_earnest_is_not_practised_with(organiser, new_client):
    """Word for word or nearly: refused where it is chosen, and where a contest is approved."""
    same = sent(organiser, f"{LEARN}/practice", bank="bank-tim-hieu")
    assert same.status_code == 409
    assert "Trùng 30 câu" in same.text
    near = banks.draft(1, stem=banks.draft(1).stem.upper() + " !", code="khac-ma")
    drafts = [banks.draft(n, stem=f"Câu khác {n}") for n in range(2, 12)]
    banks.published_drafts([near, *drafts], code="gan-giong")
    db.session.rollback()
    assert "Trùng 1 câu" in sent(organiser, f"{LEARN}/practice", bank="gan-giong").text

    studying.practice_bank()
    assert sent(organiser, f"{LEARN}/practice", bank=studying.BANK).status_code == 303
    with pytest.raises(PracticeIsAsked):
        contests.contest("thi-that", bank=practised())


def practised():
    found = bank_service.find_version(studying.BANK)
    db.session.rollback()
    return found


def test_practice_ends_by_itself_where_its_questions_are_asked_after_all(
    organiser, new_client, monkeypatch
):
    """Whatever let it come so far: each request looks again."""
    studying.practice_bank()
    sent(organiser, f"{LEARN}/practice", bank=studying.BANK)
    visitor = new_client()
    assert visitor.get("/c/tim-hieu/practice/1").status_code == 200
    with monkeypatch.context() as patch:
        patch.setattr("quizapp.contests.service.creating.check_not_practised", lambda _: None)
        contests.contest("thi-that", bank=practised())

    assert visitor.get("/c/tim-hieu/practice/1").status_code == 404
    assert "/practice" not in visitor.get("/c/tim-hieu").text
    assert "Không cho làm vì trùng 30 câu" in organiser.get(LEARN).text


def test_practising_is_held_up_before_it_takes_what_answers_need(organiser, new_client):
    studying.practice_bank()
    sent(organiser, f"{LEARN}/practice", bank=studying.BANK)
    visitor = new_client()

    answers = [visitor.get("/c/tim-hieu/practice/1") for _ in range(61)]

    assert [one.status_code for one in answers] == [200] * 60 + [429]
    assert answers[-1].headers["Retry-After"] == "5"
