"""Organisers mend what was read of their files, question by question, until it is published."""

import re

import pytest
from sqlalchemy import select

from quizapp.audit.models import AuditEntry
from quizapp.banks.models import BankVersion, ReviewQuestion
from quizapp.banks.writing import write_bank
from quizapp.db import db
from tests.integration.pages import PART, without_tokens
from tests.integration.test_bank_pages import (
    TYPED,
    bank_file,
    brought,
    count,
    fields_of,
    newest,
    publish,
    published,
    text_of,
)
from tests.integration.test_bank_pages import clerk as clerk_of_banks
from tests.integration.test_home import OTHER, organiser_of
from tests.integration.test_organisers import send, sign_in
from tests.making import banks, units

__all__ = ["clerk_of_banks"]


@pytest.fixture
def clerk(clerk_of_banks):
    return clerk_of_banks


def test_a_question_with_a_problem_comes_first_and_is_mended_in_place(app, clerk):
    path = brought(app, clerk, TYPED.encode(), name="luat.txt")
    said = text_of(clerk.get(path))
    assert "câu sẽ công bố 1 cần sửa 1" in said
    assert "Ai đóng kinh phí" in said
    assert "Tuổi tối thiểu" not in said  # nothing is wrong with it
    one = f"{path}/questions/2"
    assert "Thí sinh sẽ thấy" in text_of(clerk.get(one))

    saved = clerk.post(one, data=fields_of(clerk, one) | {"right": "A", "topic": "Kinh phí"})

    assert saved.status_code == 303
    assert clerk.get(saved.location).location == path  # nothing else waits
    said = text_of(clerk.get(path))
    assert "câu sẽ công bố 2 cần sửa 0" in said
    publish(clerk, path)
    mended = newest(app)[1]
    assert (mended.right, mended.topic) == (1, "Kinh phí")


def test_a_question_is_mended_where_it_stands_in_the_list(app, clerk):
    path = brought(app, clerk, TYPED.encode(), name="câu.txt")
    one = f"{path}/questions/2"
    listed, page = clerk.get(path).text, without_tokens(clerk.get(one).text)

    opened = without_tokens(clerk.get(one, headers=PART).text)
    closed = clerk.get(f"{path}?row=2", headers=PART).text
    refused = clerk.post(one, data=fields_of(clerk, one) | {"revision": "77"}, headers=PART)
    saved = clerk.post(one, data=fields_of(clerk, one) | {"right": "A"}, headers=PART)

    assert closed.strip() in listed
    (form,) = re.findall(r"<form.*?</form>", opened, re.DOTALL)
    assert form in page
    assert (refused.status_code, refused.headers["X-Part"]) == (409, "1")
    assert 'id="q-2"' in refused.text
    assert "<form" in refused.text
    row, tiles = without_tokens(saved.text).split('<dl class="tiles"')
    after = without_tokens(clerk.get(f"{path}?show=all").text)
    said = '<p class="note ok" role="status">Đã lưu câu này.</p>'
    assert said in row
    assert row.replace(said, "").strip() in after
    assert f'<dl class="tiles"{tiles.partition("</dl>")[0]}' in after
    assert publish(clerk, path).status_code == 303


def test_several_files_become_one_version_with_a_code_for_each_question(app, clerk):
    second = TYPED.replace("Câu 2: Ai đóng", "Câu 2: Có đáp án: ai đóng") + "Đáp án: A\n"
    path = brought(
        app, clerk, TYPED.encode() + b"\xc4\x90\xc3\xa1p \xc3\xa1n: A\n", second.encode()
    )

    said = text_of(clerk.get(path))
    assert "giống nhau 1" in said  # the first question of both
    assert "1-luat.yaml" in text_of(clerk.get(path + "?show=all"))

    one = f"{path}/questions/3"
    merged = send(clerk, one, page=one, **revision_of(clerk, one), do="merge 1")
    assert merged.status_code == 303
    assert publish(clerk, path).status_code == 303
    assert [question.code for question in newest(app)] == ["CAU-001", "CAU-002", "CAU-004"]


def revision_of(client, path):
    return {"revision": fields_of(client, path)["revision"]}


def test_two_like_questions_are_decided_on_before_they_are_published(app, clerk):
    twice = TYPED.replace(
        "Câu 2: Ai đóng kinh phí công đoàn?", "Câu 2: TUỔI tối thiểu là bao nhiêu"
    )
    twice = twice.replace("A. Người sử dụng lao động\nB. Người lao động", "A. 15\nB. 14")
    path = brought(app, clerk, (twice + "Đáp án: A\n").encode())
    assert "giống nhau 1" in text_of(clerk.get(path))

    refused = publish(clerk, path)
    assert refused.status_code == 409
    assert "Còn 1 câu giống câu khác" in text_of(refused)

    one = f"{path}/questions/2"
    assert send(clerk, one, page=one, **revision_of(clerk, one), do="keep").status_code == 303
    assert publish(clerk, path).status_code == 303
    assert len(newest(app)) == 2


def test_merging_gives_the_first_what_it_lacks(app, clerk):
    text = TYPED.replace(
        "Câu 2: Ai đóng kinh phí công đoàn?", "Câu 2: Tuổi tối thiểu là bao nhiêu ?"
    )
    text = text.replace("A. Người sử dụng lao động\nB. Người lao động", "A. 14\nB. 15")
    path = brought(app, clerk, (text + "Đáp án: B\nCăn cứ: Điều 3 Bộ luật Lao động\n").encode())
    one = f"{path}/questions/2"

    send(clerk, one, page=one, **revision_of(clerk, one), do="merge 1")
    publish(clerk, path)

    (only,) = newest(app)
    assert [dict(citation) for citation in only.citations] == [
        {"text": "Điều 3 Bộ luật Lao động", "article": "3"}
    ]


def test_new_questions_join_the_published_ones_and_a_like_one_takes_its_place(app, clerk):
    published(app, clerk, bank_file())
    first = banks.draft(1, stem=banks.draft(1).stem.upper(), code="KHAC", right=1)
    new = banks.draft(9, code="CAU-009")
    body = write_bank([first, new], "yaml", code="luat", title="Thêm", number=1)
    path = brought(app, clerk, body, how="adds")
    said = text_of(clerk.get(path))
    assert "Giống câu CAU-001 đã công bố." in said
    assert "Đáp án đúng khác nhau!" in said

    one = f"{path}/questions/1"
    send(clerk, one, page=one, **revision_of(clerk, one), do="replace")
    assert publish(clerk, path).status_code == 303

    found = newest(app)
    assert [one.code for one in found] == ["CAU-001", "CAU-002", "CAU-003", "CAU-009"]
    assert (found[0].stem, found[0].right) == (first.stem, 1)


def test_nobody_overwrites_what_another_wrote_without_seeing_it(app, clerk, new_client):
    path = brought(app, clerk, TYPED.encode())
    with app.app_context():
        unit = units.service.find_unit("P_HUE")
        db.session.rollback()
        organiser_of(unit, phone=OTHER)
        db.session.remove()
    other = new_client()
    sign_in(other, phone=OTHER)
    one = f"{path}/questions/2"
    mine, theirs = fields_of(clerk, one), fields_of(other, one)
    other.post(one, data=theirs | {"right": "A", "stem": "Ai phải đóng kinh phí công đoàn?"})

    refused = clerk.post(one, data=mine | {"right": "B", "stem": "Ai đóng phí công đoàn?"})

    assert refused.status_code == 409
    said = text_of(refused)
    assert "vừa sửa câu này sau khi bạn mở" in said
    assert "<del>phải</del>" in refused.text
    assert "<del>kinh</del>" in refused.text
    assert ">Ai đóng phí công đoàn?</textarea>" in refused.text.replace("\r\n", "").replace(
        "\n", ""
    )
    with app.app_context():
        stem = db.session.get(ReviewQuestion, (1, 2)).now["stem"]
        db.session.rollback()
    assert stem == "Ai phải đóng kinh phí công đoàn?"

    again = re.search(r'name="revision"[^>]*value="(\d+)"', refused.text)[1]
    saved = clerk.post(
        one, data=mine | {"right": "B", "stem": "Ai đóng phí công đoàn?", "revision": again}
    )
    assert saved.status_code == 303


def test_every_change_can_be_undone_until_it_is_published(app, clerk):
    path = brought(app, clerk, TYPED.encode())
    one = f"{path}/questions/1"
    clerk.post(one, data=fields_of(clerk, one) | {"stem": "Sai rồi"})
    send(clerk, one, page=one, **revision_of(clerk, one), do="skip")
    assert "đã bỏ" in text_of(clerk.get(one))

    for _ in range(2):
        assert send(clerk, one, page=one, **revision_of(clerk, one), do="undo").status_code == 303

    assert "Tuổi tối thiểu là bao nhiêu?" in fields_of(clerk, one)["stem"]
    assert "đã bỏ" not in text_of(clerk.get(one))
    nothing = send(clerk, one, page=one, **revision_of(clerk, one), do="undo")
    assert nothing.status_code == 409
    with app.app_context():
        entries = select(AuditEntry.action).where(AuditEntry.action != "bank.keys_seen")
        deeds = db.session.scalars(entries.order_by(AuditEntry.id)).all()
        db.session.rollback()
    assert deeds[-4:] == ["bank.mend_question"] * 2 + ["bank.undo_edit"] * 2


def test_what_is_published_is_what_was_looked_at(app, clerk):
    path = brought(app, clerk, bank_file())
    page = clerk.get(path).text
    revision = re.search(r'name="revision"[^>]*value="(\d+)"', page)[1]
    one = f"{path}/questions/1"
    clerk.post(one, data=fields_of(clerk, one) | {"stem": "Vừa đổi"})

    refused = send(clerk, path, publish="1", revision=revision)

    assert refused.status_code == 409
    assert "Có câu vừa được sửa" in text_of(refused)
    assert count(app, BankVersion) == 0


def whole(html):
    """Return the block that counts all that would be published."""
    found = re.search(r'<div id="whole">.*?</div>', html, re.DOTALL)
    return found and found[0]


def test_counts_of_the_whole_come_with_a_question_mended_in_the_list(app, clerk):
    path = brought(app, clerk, TYPED.encode(), name="luat.txt")
    one = f"{path}/questions/2"
    before = whole(clerk.get(path).text)

    saved = clerk.post(
        one, data=fields_of(clerk, one) | {"right": "A", "topic": "Kinh phí"}, headers=PART
    )

    after = without_tokens(clerk.get(f"{path}?show=all").text)
    assert "Kinh phí" not in before
    assert "<dt>Kinh phí</dt><dd>1</dd>" in whole(saved.text)
    assert whole(saved.text) == whole(after)
    assert re.search(r'hx-select-oob="([^"]+)"', saved.text)[1].split(",") == [
        f"#{name}" for name in re.findall(r' id="(tiles|tabs|whole|publish)"', saved.text)
    ]


def test_counts_of_the_whole_have_a_place_before_any_question_is_right(app, clerk):
    path = brought(app, clerk, TYPED.partition("Câu 2")[0].replace("Đáp án: B", "").encode())
    one = f"{path}/questions/1"
    assert whole(clerk.get(path).text) is not None

    saved = clerk.post(one, data=fields_of(clerk, one) | {"right": "A"}, headers=PART)

    assert "Cả bản sẽ công bố" in whole(saved.text)


def kept(client, path, **typed):
    """Save a question; return its page and what stands in its fields for days."""
    data = fields_of(client, path) | {"kind": "single"} | typed
    assert client.post(path, data=data).status_code == 303
    page = client.get(path)
    return text_of(page), re.findall(r'name="valid_\w+"[^>]*value="([^"]*)"', page.text)


@pytest.mark.parametrize("day", ["32/13/2026", "29/02/2026", "cuối năm 2026"])
def test_a_day_that_is_none_stays_as_typed_and_the_form_asked_for_is_named(app, clerk, day):
    path = brought(app, clerk, TYPED.encode(), name="luat.txt")

    said, days = kept(clerk, f"{path}/questions/1", valid_to=day)

    assert days == ["", day]
    assert f"Ngày “{day}” không đúng. Hãy viết dạng 31/12/2026." in said
    assert "2026-12-31" not in said


def test_a_day_is_shown_in_the_form_it_is_asked_for(app, clerk):
    path = brought(app, clerk, TYPED.encode(), name="luat.txt")
    one = f"{path}/questions/1"

    said, days = kept(clerk, one, valid_from="1.7.2025", valid_to="31/12/2026")
    assert days == ["01/07/2025", "31/12/2026"]
    assert "không đúng" not in said

    assert kept(clerk, one, valid_from=days[0], valid_to="2027-01-02")[1] == [
        "01/07/2025",
        "02/01/2027",
    ]


def test_a_day_that_is_none_hides_no_other_problem(app, clerk):
    path = brought(app, clerk, TYPED.encode(), name="luat.txt")

    said, _ = kept(clerk, f"{path}/questions/2", valid_to="32/13/2026")

    assert "Thiếu đáp án đúng" in said
    assert "Hãy viết dạng 31/12/2026" in said
