"""Two banks are compared while nobody waits for the lock, and never when it is known already."""

import pytest

from quizapp.contests.service import comparing, rehearsing
from quizapp.db import db, is_writing, kept_for_good, transaction
from tests.integration.test_organisers import send, sign_in
from tests.integration.test_rehearsals import other_bank
from tests.making import contests, drafts, people
from tests.making.contests import NOON

LEARN = "/admin/c/tim-hieu/learn"


@pytest.fixture
def clerk(app, client, freeze):
    freeze(NOON)
    with app.app_context():
        contests.contest()
        other_bank()
        people.organiser(at=NOON)
    sign_in(client)
    return client


@pytest.fixture
def compared(app, clerk, monkeypatch):
    """Return what is noted of each comparing from now on: whether it is done inside a write."""
    found, real = [], comparing._alike

    def alike(*versions):
        found.append(is_writing())
        return real(*versions)

    monkeypatch.setattr(comparing, "_alike", alike)
    return found


def forget(app):
    """Let this process know as little as one that was just started."""
    with app.app_context():
        kept_for_good(comparing.SHELF).clear()


def chosen(app, clerk):
    return send(clerk, f"{LEARN}/practice", page=LEARN, bank="bank-khac")


def rehearsed(app, clerk):
    page = "/admin/c/tim-hieu/rehearse"
    return send(clerk, page, bank="bank-khac", hours="2")


def rehearsed_draft(app, clerk):
    with app.app_context():
        draft = drafts.whole_draft(bank="bank-tim-hieu")
    return send(clerk, f"/admin/drafts/{draft}/rehearse", bank="bank-khac", hours="2")


def approved(app, clerk):
    assert chosen(app, clerk).status_code == 303
    with app.app_context():
        draft = drafts.whole_draft(bank="bank-tim-hieu")
        forget(app)
    page = f"/admin/drafts/{draft}/steps/check"
    return send(clerk, f"/admin/drafts/{draft}/approve", page=page)


@pytest.mark.parametrize("deed", [chosen, rehearsed, rehearsed_draft, approved])
def test_no_deed_compares_inside_its_transaction_nor_twice(app, clerk, compared, deed):
    forget(app)

    assert deed(app, clerk).status_code in {303, 409, 422}

    assert compared
    assert not any(compared)
    with app.app_context():
        assert len(compared) <= len(kept_for_good(comparing.SHELF)) + 1
        assert len(kept_for_good(comparing.SHELF)) >= 1


def test_a_deed_that_does_not_come_again_compares_where_it_is(app, clerk, compared):
    """The control of the test above: commands have no door to come through again."""
    forget(app)
    with app.app_context(), transaction():
        comparing.count_shared(1, 2)

    assert compared == [True]


def test_a_draft_is_looked_at_before_the_transaction(app, clerk, monkeypatch):
    found, real = [], rehearsing.look_at

    def look_at(*args, **kwargs):
        found.append(is_writing())
        return real(*args, **kwargs)

    monkeypatch.setattr(rehearsing, "look_at", look_at)

    assert rehearsed_draft(app, clerk).status_code == 303
    assert found
    assert not any(found)


def test_a_draft_that_somebody_changes_meanwhile_is_not_rehearsed_as_it_was(
    app, clerk, monkeypatch
):
    def changed():
        db.session.rollback()
        with transaction():
            body = "replace(body, '2024', '2024a')"
            db.session.execute(db.text(f"UPDATE contest_draft SET body = {body}"))

    monkeypatch.setattr(rehearsing, "end_reads", changed)

    answer = rehearsed_draft(app, clerk)

    assert answer.status_code == 409
    assert "vừa sửa bản nháp này" in answer.text
    assert "thi-thu" not in clerk.get("/admin").text
