"""Organisers bring a bank: files are read by a job, reviewed, mended, published; theirs to see."""

import html
import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from quizapp.audit.models import AuditEntry
from quizapp.banks import service
from quizapp.banks.models import BankReview, BankVersion, ReviewQuestion
from quizapp.banks.reading import LARGEST, read_bank
from quizapp.banks.service import bringing
from quizapp.banks.writing import write_bank
from quizapp.db import db, is_writing, transaction
from quizapp.jobs import service as jobs
from quizapp.jobs.models import Job
from quizapp.people.models import Grant
from quizapp.people.service import Role
from tests.integration.test_home import OTHER, organiser_of
from tests.integration.test_organisers import form_token, send, sign_in
from tests.making import banks, people, units
from tests.making.contests import NOON
from tests.making.kills import stopped_at

PATH = "/admin/banks"
MARKED_UP = "Tiền lương < 5 & > 3 là gì?"
TYPED = """Câu 1: Tuổi tối thiểu là bao nhiêu?
A. 14
B. 15
Đáp án: B

Câu 2: Ai đóng kinh phí công đoàn?
A. Người sử dụng lao động
B. Người lao động
"""


def bank_file(questions=3, *, code="luat", **fields):
    """Return a bank as a YAML file; the second question has signs that HTML uses."""
    drafts = [
        banks.draft(number, **({"stem": MARKED_UP} if number == 2 else {}), **fields)
        for number in range(1, questions + 1)
    ]
    return write_bank(drafts, "yaml", code=code, title="Luật trong tệp", number=1)


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


def sent(client, *contents, name="luat.yaml", **over):
    files = [(io.BytesIO(content), f"{place}-{name}") for place, content in enumerate(contents, 1)]
    fields = {
        "csrf_token": form_token(client, PATH),
        "bank": "luat",
        "unit": "P_HUE",
        "how": "replaces",
        "files": files,
    }
    return client.post(PATH, data=fields | over, content_type="multipart/form-data")


def brought(app, client, *contents, **over):
    """Bring files, let the worker read them; return the path of their review."""
    answer = sent(client, *contents, **over)
    assert answer.status_code == 303, text_of(answer)
    with app.app_context():
        jobs.do_waiting()
    return re.search(r'href="(/admin/banks/reviews/\w+)"', client.get(answer.location).text)[1]


def published(app, client, *contents, **over):
    path = brought(app, client, *contents, **over)
    assert publish(client, path).status_code == 303


def publish(client, path, **fields):
    page = client.get(path)
    revision = re.search(r'name="revision"[^>]*value="(\d+)"', page.text)[1]
    return send(client, path, publish="1", **{"revision": revision} | fields)


def fields_of(client, path):
    """Return what the form of a question would send unchanged."""
    page = client.get(path).text
    form = page[page.rindex("<form") :]
    texts = re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL)
    inputs = re.findall(r'<input[^>]*name="(revision|csrf_token)"[^>]*value="([^"]*)"', form)
    right = re.findall(r'name="right" value="(\w)" ?checked', form)
    given = {name: html.unescape(text).strip("\r\n") for name, text in texts}
    return given | dict(inputs) | {"right": right}


def text_of(page):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def count(app, model):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model))


def newest(app):
    """Return the questions of the newest version."""
    with app.app_context():
        found = service.get_questions(service.find_version("luat").id)
        db.session.rollback()
        return found


def test_a_file_is_shown_as_it_was_understood_and_then_published(app, clerk):
    path = brought(app, clerk, bank_file())
    page = clerk.get(path)

    said = text_of(page)
    assert "câu sẽ công bố 3 cần sửa 0" in said
    assert MARKED_UP in said
    assert "<b>" not in page.text
    assert "Đáp án B 1" in said
    assert count(app, BankVersion) == 0

    done = publish(clerk, path, note="Theo công văn 12")

    assert (done.status_code, done.location) == (303, PATH)
    with app.app_context():
        version = service.find_version("luat")
        stored = db.session.scalars(select(BankVersion)).one()
        assert (version.title, version.question_count) == ("Luật trong tệp", 3)
        assert stored.note == "Theo công văn 12"
        assert stored.published_by.startswith("organiser:")
        db.session.rollback()
    assert count(app, BankReview) == 0
    assert "Bản 1, 3 câu" in text_of(clerk.get(PATH))


def test_what_has_errors_is_published_only_without_them_and_when_that_was_said(app, clerk):
    path = brought(app, clerk, spoiled(bank_file()))
    assert "câu sẽ công bố 2 cần sửa 1" in text_of(clerk.get(path))

    refused = publish(clerk, path)
    assert refused.status_code == 409
    assert "Có 1 lỗi nên chưa công bố" in text_of(refused)
    assert count(app, BankVersion) == 0

    assert publish(clerk, path, skips_errors="y").status_code == 303
    assert len(newest(app)) == 2


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_read(app, clerk):
    path = brought(app, clerk, b"\x00\x01 not a bank", bank_file())

    said = text_of(clerk.get(path))
    assert "1-luat.yaml: Không đọc được tệp" in said
    assert "câu sẽ công bố 3" in said
    assert publish(clerk, path).status_code == 409
    assert publish(clerk, path, skips_errors="y").status_code == 303


def test_a_review_goes_on_where_its_worker_was_killed(app, clerk, freeze):
    sent(clerk, bank_file(), bank_file(4, topic="Khác"))
    with app.app_context():
        for commit in range(2, 9):
            assert stopped_at(commit, jobs.do_waiting)
            freeze(NOON + timedelta(minutes=commit))
            with transaction():  # not the third try that gives it up
                db.session.execute(update(Job).values(tries=0))
        jobs.do_waiting()
        numbers = db.session.scalars(select(ReviewQuestion.number)).all()
        db.session.rollback()
    assert sorted(numbers) == list(range(1, 8))


def test_a_review_may_be_thrown_away(app, clerk):
    path = brought(app, clerk, bank_file())

    assert send(clerk, path, discard="1").status_code == 303

    assert count(app, BankReview) == 0
    assert clerk.get(path).status_code == 404


@pytest.mark.parametrize(
    ("content", "over", "words"),
    [
        (b"", {}, "Hãy chọn ít nhất một tệp"),
        (None, {"bank": "Có Dấu"}, "Mã ngân hàng “Có Dấu” không hợp lệ"),
    ],
)
def test_what_cannot_be_taken_is_said_and_keeps_what_was_typed(app, clerk, content, over, words):
    page = sent(clerk, bank_file() if content is None else content, title="Tên tôi gõ", **over)

    assert page.status_code == 422
    assert words in text_of(page)
    assert 'value="Tên tôi gõ"' in page.text
    assert count(app, BankReview) == 0


@pytest.mark.parametrize(
    ("size", "status", "words"),
    [
        (LARGEST + 1, 422, "mỗi tệp không quá 20 MB"),
        (2 * LARGEST + 100_000, 413, "Nội dung gửi lên quá lớn."),
    ],
)
def test_a_file_larger_than_a_bank_may_be_is_refused_in_words(clerk, size, status, words):
    token = form_token(clerk, PATH)
    parts = [
        f'name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in (("csrf_token", token), ("bank", "luat"), ("unit", "P_HUE"))
    ]
    parts.append(b'name="files"; filename="l.yaml"\r\n\r\n' + b"x" * size + b"\r\n")
    body = b"".join(b"--part\r\nContent-Disposition: form-data; " + one for one in parts)

    page = clerk.post(
        PATH, data=body + b"--part--\r\n", content_type="multipart/form-data; boundary=part"
    )

    assert page.status_code == status
    assert words in text_of(page)


def test_a_review_and_a_bank_are_no_other_units(app, clerk, new_client):
    published(app, clerk, bank_file())
    mine = brought(app, clerk, bank_file(4))
    with app.app_context():
        organiser_of(units.made_unit("P_VINH"), phone=OTHER)
    other = new_client()
    sign_in(other, phone=OTHER)

    for path in (mine, f"{mine}/questions/1", f"{mine}/next"):
        assert other.get(path).status_code == 404
    for path in (mine, f"{mine}/questions/1"):
        assert other.post(path, data={"csrf_token": form_token(other, PATH)}).status_code == 404
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
    assert count(app, BankReview) == 0


def test_ten_reviews_at_once_are_enough_and_old_ones_are_forgotten(app, clerk):
    for number in range(1, 11):
        sent(clerk, bank_file(number))
    late = sent(clerk, bank_file(11))
    assert late.status_code == 409
    assert "10 lần rà soát" in text_of(late)

    for days, left in ((29, 10), (31, 0)):
        with app.app_context(), transaction():
            service.forget_old_reviews(at=NOON + timedelta(days=days))
        assert count(app, BankReview) == left


def test_who_lost_the_right_meanwhile_sees_and_publishes_nothing(app, clerk):
    path = brought(app, clerk, bank_file())
    token = form_token(clerk, path)
    with app.app_context(), transaction():
        db.session.execute(update(Grant).values(role=Role.VIEWER))

    refused = clerk.post(path, data={"csrf_token": token, "publish": "1", "revision": "1"})

    assert refused.status_code == 404
    assert count(app, BankVersion) == 0


def test_a_new_code_is_the_units_that_published_first(app, clerk, new_client):
    with app.app_context():
        organiser_of(units.made_unit("P_VINH"), phone=OTHER)
    other = new_client()
    sign_in(other, phone=OTHER)
    mine = brought(app, clerk, bank_file())
    theirs = brought(app, other, bank_file(5), unit="P_VINH")
    assert publish(clerk, mine).status_code == 303

    late = publish(other, theirs)

    assert late.status_code == 403
    assert "của đơn vị khác" in text_of(late)
    assert count(app, BankVersion) == 1


def test_how_far_the_reading_is_stands_at_an_address_that_may_be_loaded_again(app, clerk):
    waiting = sent(clerk, bank_file(), bank_file(4, topic="Khác")).location
    before = [clerk.get(waiting) for _ in range(2)]
    with app.app_context():
        jobs.do_waiting()

    assert text_of(before[0]) == text_of(before[1])
    assert [one.status_code for one in before] == [200, 200]
    assert 'href="/admin/banks/reviews/' not in before[0].text
    for _ in range(2):
        assert 'href="/admin/banks/reviews/' in clerk.get(waiting).text


def test_nobody_waits_for_the_reading_of_a_file(app, clerk, monkeypatch):
    writing = []

    def read(content):
        writing.append(is_writing())
        return read_bank(content)

    monkeypatch.setattr(bringing, "read_bank", read)
    published(app, clerk, bank_file())

    assert count(app, BankVersion) == 1
    assert writing == [False]


def test_what_is_brought_and_thrown_away_is_in_the_log(app, clerk):
    send(clerk, brought(app, clerk, bank_file()), discard="1")

    with app.app_context():
        entries = select(AuditEntry.action).where(AuditEntry.action != "bank.keys_seen")
        deeds = db.session.scalars(entries.order_by(AuditEntry.id)).all()
        db.session.rollback()
    assert deeds[-3:] == ["bank.bring", "job.ask", "bank.discard"]
