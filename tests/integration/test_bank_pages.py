"""Organisers bring a bank: the file is read and shown, then published, and only theirs to see."""

import html
import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from quizapp.audit.models import AuditEntry
from quizapp.banks import service
from quizapp.banks.models import BankUpload, BankVersion
from quizapp.banks.reading import LARGEST, read_bank
from quizapp.banks.service import uploads
from quizapp.banks.writing import write_bank
from quizapp.db import db, is_writing, transaction
from quizapp.people.models import Grant
from quizapp.people.service import Role
from tests.integration.test_home import OTHER, organiser_of
from tests.integration.test_organisers import form_token, send, sign_in
from tests.making import banks, people, units
from tests.making.contests import NOON

PATH = "/admin/banks"
MARKED_UP = "Tiền lương < 5 & > 3 là gì?"


def bank_file(questions=3, **fields):
    """Return a bank as a YAML file; the second question has signs that HTML uses."""
    drafts = [
        banks.draft(number, **({"stem": MARKED_UP} if number == 2 else {}), **fields)
        for number in range(1, questions + 1)
    ]
    return write_bank(drafts, "yaml", code="luat", title="Luật trong tệp", number=1)


def spoiled(content):
    """Return the file with a first question whose right option is none."""
    text = content.decode()
    assert "answer: " in text
    return re.sub(r"answer: \S+", "answer: Z", text, count=1).encode()


@pytest.fixture
def clerk(app, client, freeze):
    """A signed-in organiser of a province."""
    freeze(NOON)
    with app.app_context():
        people.national_unit()
        organiser_of(units.made_unit("P_HUE"), phone=people.PHONE)
        db.session.remove()
    sign_in(client)
    return client


def sent(client, content, *, name="luat.yaml", **over):
    fields = {
        "csrf_token": form_token(client, PATH),
        "bank": "luat",
        "unit": "P_HUE",
        "file": (io.BytesIO(content), name),
    }
    return client.post(PATH, data=fields | over, content_type="multipart/form-data")


def text_of(page):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def count(app, model):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model))


def test_a_file_is_shown_as_it_was_understood_and_then_published(app, clerk):
    answer = sent(clerk, bank_file())
    assert answer.status_code == 303
    page = clerk.get(answer.location)

    said = text_of(page)
    assert "câu hợp lệ 3 lỗi 0" in said
    assert MARKED_UP in said
    assert "<b>" not in page.text
    assert count(app, BankVersion) == 0

    done = send(clerk, answer.location, note="Theo công văn 12", publish="1")

    assert (done.status_code, done.location) == (303, PATH)
    with app.app_context():
        version = service.find_version("luat")
        stored = db.session.scalars(select(BankVersion)).one()
        assert (version.title, version.question_count) == ("Luật trong tệp", 3)
        assert stored.note == "Theo công văn 12"
        assert stored.published_by.startswith("organiser:")
        db.session.rollback()
    assert count(app, BankUpload) == 0
    assert "Bản 1, 3 câu" in text_of(clerk.get(PATH))


def test_what_has_errors_is_published_only_without_them_and_when_that_was_said(app, clerk):
    path = sent(clerk, spoiled(bank_file())).location
    said = text_of(clerk.get(path))
    assert "câu hợp lệ 2 lỗi 1" in said
    assert "Lỗi , câu 1" in said

    refused = send(clerk, path, publish="1")
    assert refused.status_code == 409
    assert "Có 1 lỗi nên chưa công bố" in text_of(refused)
    assert count(app, BankVersion) == 0

    assert send(clerk, path, publish="1", skips_errors="y").status_code == 303
    with app.app_context():
        assert service.find_version("luat").question_count == 2


def test_a_file_may_be_thrown_away(app, clerk):
    path = sent(clerk, bank_file()).location

    assert send(clerk, path, discard="1").status_code == 303

    assert count(app, BankUpload) == 0
    assert clerk.get(path).status_code == 404


@pytest.mark.parametrize(
    ("content", "over", "words"),
    [
        (b"", {}, "tệp trống"),
        (b"\x00\x01 not a bank", {}, "Không đọc được tệp"),
        (None, {"bank": "Có Dấu"}, "Mã ngân hàng “Có Dấu” không hợp lệ"),
    ],
)
def test_what_cannot_be_taken_is_said_and_keeps_what_was_typed(app, clerk, content, over, words):
    page = sent(clerk, bank_file() if content is None else content, title="Tên tôi gõ", **over)

    assert page.status_code == 422
    assert words in text_of(page)
    assert 'value="Tên tôi gõ"' in page.text
    assert count(app, BankUpload) == 0


@pytest.mark.parametrize(
    ("size", "status", "words"),
    [
        (LARGEST + 1, 422, "tệp lớn hơn 20 MB"),
        (LARGEST + 100_000, 413, "Nội dung gửi lên quá lớn."),
    ],
)
def test_a_file_larger_than_a_bank_may_be_is_refused_in_words(clerk, size, status, words):
    token = form_token(clerk, PATH)
    parts = [
        f'name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in (("csrf_token", token), ("bank", "luat"), ("unit", "P_HUE"))
    ]
    parts.append(b'name="file"; filename="l.yaml"\r\n\r\n' + b"x" * size + b"\r\n")
    body = b"".join(b"--part\r\nContent-Disposition: form-data; " + one for one in parts)

    page = clerk.post(
        PATH, data=body + b"--part--\r\n", content_type="multipart/form-data; boundary=part"
    )

    assert page.status_code == status
    assert words in text_of(page)


def test_a_file_and_a_bank_are_nobody_elses(app, clerk, new_client):
    path = sent(clerk, bank_file()).location
    send(clerk, path, publish="1")
    mine = sent(clerk, bank_file(4)).location
    with app.app_context():
        organiser_of(units.made_unit("P_VINH"), phone=OTHER)
    other = new_client()
    sign_in(other, phone=OTHER)

    assert other.get(mine).status_code == 404
    assert other.post(mine, data={"csrf_token": form_token(other, PATH)}).status_code == 404
    assert "Luật trong tệp" not in other.get(PATH).text
    taken = sent(other, bank_file(5), unit="P_VINH")
    assert taken.status_code == 403
    assert "của đơn vị khác" in text_of(taken)
    assert sent(other, bank_file(5), bank="khac", unit="P_HUE").status_code == 404
    assert 'value="luat"' not in other.get("/admin/contests/new").text


def test_banks_of_nobody_are_used_by_all_and_written_by_the_confederation(app, clerk, new_client):
    with app.app_context():
        banks.published(code="chung", title="Ngân hàng chung")
        organiser_of(people.national_unit(), phone=OTHER)
    above = new_client()
    sign_in(above, phone=OTHER)

    assert "Ngân hàng chung" in clerk.get(PATH).text
    assert sent(clerk, bank_file(), bank="chung").status_code == 403
    assert sent(above, bank_file(), bank="chung", unit="VGCL").status_code == 303


def test_who_may_only_look_on_brings_no_bank(app, client, freeze):
    freeze(NOON)
    with app.app_context():
        people.organiser(role=Role.VIEWER, at=NOON)
        db.session.remove()
    sign_in(client)

    assert "Bạn chưa được giao vai trò soạn câu hỏi" in client.get(PATH).text
    token = form_token(client, "/admin/account")
    assert client.post(PATH, data={"csrf_token": token, "unit": "VGCL"}).status_code == 404
    assert count(app, BankUpload) == 0


def test_the_ten_newest_files_are_kept_and_old_ones_forgotten(app, clerk):
    for number in range(1, 13):
        sent(clerk, bank_file(number))
    assert count(app, BankUpload) == 10

    with app.app_context(), transaction():
        service.forget_old_uploads(at=NOON + timedelta(days=29))
    assert count(app, BankUpload) == 10
    with app.app_context(), transaction():
        service.forget_old_uploads(at=NOON + timedelta(days=31))
    assert count(app, BankUpload) == 0


def test_who_lost_the_right_meanwhile_publishes_nothing(app, clerk):
    path = sent(clerk, bank_file()).location
    with app.app_context(), transaction():
        db.session.execute(update(Grant).values(role=Role.VIEWER))

    refused = send(clerk, path, publish="1")

    assert refused.status_code == 403
    assert count(app, BankVersion) == 0


def test_a_new_code_is_the_units_that_published_first(app, clerk, new_client):
    with app.app_context():
        organiser_of(units.made_unit("P_VINH"), phone=OTHER)
    other = new_client()
    sign_in(other, phone=OTHER)
    mine = sent(clerk, bank_file()).location
    theirs = sent(other, bank_file(5), unit="P_VINH").location
    assert send(clerk, mine, publish="1").status_code == 303

    late = send(other, theirs, publish="1")

    assert late.status_code == 403
    assert "của đơn vị khác" in text_of(late)
    assert count(app, BankVersion) == 1


def test_nobody_waits_for_the_reading_of_a_file(app, clerk, monkeypatch):
    writing = []

    def read(content):
        writing.append(is_writing())
        return read_bank(content)

    monkeypatch.setattr(uploads, "read_bank", read)
    path = sent(clerk, bank_file()).location
    send(clerk, path, publish="1")

    assert count(app, BankVersion) == 1
    assert set(writing) == {False}


def test_what_is_brought_and_thrown_away_is_in_the_log(app, clerk):
    send(clerk, sent(clerk, bank_file()).location, discard="1")

    with app.app_context():
        deeds = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
        db.session.rollback()
    assert deeds[-2:] == ["bank.upload", "bank.discard"]
