"""Files that organisers bring are paced by the session; a refusal loses nothing that was typed."""

import io
from datetime import timedelta

import pytest

from quizapp.contests.models import SignedRegulation
from quizapp.people.rules import tries
from tests.integration.test_every_route import bank_file, people_file
from tests.integration.test_help_desk import rows_of
from tests.integration.test_organisers import send, sign_in
from tests.making import banks, contests, drafts, people, studying
from tests.making.contests import NOON

MANY = 2


@pytest.fixture
def clerk(app, client, freeze, monkeypatch):
    freeze(NOON)
    monkeypatch.setattr(tries, "UPLOADS", MANY)
    with app.app_context():
        people.national_unit()
        banks.published(30, code="bank-thu")
        contests.contest()
        people.organiser(at=NOON)
    sign_in(client)
    return client


@pytest.fixture
def step(app, clerk):
    with app.app_context():
        draft = drafts.whole_draft(bank="bank-thu")
    return f"/admin/drafts/{draft}/steps/regulation"


def signed(client, step, **typed):
    """Bring a scanned regulation."""
    path = step.replace("steps/regulation", "signed")
    file = (io.BytesIO(drafts.PDF), "the-le.pdf")
    return send(client, path, page=step, file=file, **typed)


def new_bank(client):
    given = {"unit": "VGCL", "bank": "bank-moi", "title": "Ngân hàng đang gõ", "how": "replaces"}
    return send(client, "/admin/banks", files=bank_file(), **given)


def learned(client):
    """Bring a document to study of a contest."""
    page = "/admin/c/tim-hieu/learn"
    given = {"title": "Luật Công đoàn", "shown": "always"}
    file = (io.BytesIO(studying.PDF), "luat.pdf")
    return send(client, f"{page}/documents", page=page, file=file, **given)


def test_a_session_brings_only_so_many_files_in_ten_minutes(app, clerk, step, new_client, freeze):
    for _ in range(MANY):
        assert signed(clerk, step).status_code == 303

    refused = signed(clerk, step, regulation_number="77/TL")
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "600"
    assert "Bạn vừa gửi" in refused.text
    assert 'value="77/TL"' in refused.text
    bank = new_bank(clerk)
    assert bank.status_code == 429
    assert 'value="Ngân hàng đang gõ"' in bank.text
    invited = send(clerk, "/admin/team/invitations", file=people_file())
    assert invited.status_code == 429
    assert "Bạn vừa gửi" in invited.text
    document = learned(clerk)
    assert document.status_code == 429
    assert 'value="Luật Công đoàn"' in document.text
    with app.app_context():
        assert len(rows_of(SignedRegulation)) == MANY

    # By the session: somebody else at the same address, and the same later, are not kept waiting.
    other = new_client()
    sign_in(other)
    assert new_bank(other).status_code == 303
    freeze(NOON + timedelta(minutes=10))
    assert signed(clerk, step).status_code == 303


def test_a_file_that_was_refused_for_itself_is_not_counted(clerk, step):
    path = step.replace("steps/regulation", "signed")
    for _ in range(MANY + 1):
        bad = send(clerk, path, page=step, file=(io.BytesIO(b"GIF89a"), "the-le.pdf"))
        assert bad.status_code == 422
    assert signed(clerk, step).status_code == 303
