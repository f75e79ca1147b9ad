"""A rehearsal: many people take real papers, everything is stored, and nothing of it counts."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError

from quizapp.audit.models import AuditEntry
from quizapp.contests import service as contests_service
from quizapp.contests.models import Contest, Round
from quizapp.db import db, transaction
from quizapp.jobs import service as jobs
from quizapp.results.models import RoundClose
from tests.integration.test_journey import JOIN, begun, handed_in, joined, right_letters
from tests.integration.test_organisers import send, sign_in
from tests.making import banks, contests, drafts, people
from tests.making.boards import rolled_up
from tests.making.contests import NOON

REAL = "tim-hieu"
LABEL = "Thi thử – không tính kết quả"
FORM = f"/admin/c/{REAL}/rehearse"
REASON = "tổng duyệt xong, theo kế hoạch số 7"


@pytest.fixture
def clerk(app, client, freeze):
    """An organiser of the confederation whose contest is open."""
    freeze(NOON)
    with app.app_context():
        contests.contest(REAL, questions=30, reveal={"answers": "after_round_close"})
        people.organiser(at=NOON)
    sign_in(client)
    return client


@pytest.fixture
def worker(new_client):
    """A phone, whose owner takes part in the rehearsal."""
    return new_client()


def opened(clerk, *, bank=f"bank-{REAL}", hours="2", page=FORM):
    """Open a rehearsal; return its address."""
    answer = send(clerk, page, bank=bank, hours=hours)
    assert answer.status_code == 303, answer.text
    return answer.location.partition("#c-")[2]


def taken(phone, slug):
    """Take a whole paper, every page of it labelled; return the address of the result."""
    assert LABEL in phone.get(f"/c/{slug}").text
    assert LABEL in phone.get(f"/c/{slug}/join").text
    joined(phone, slug)
    assert LABEL in phone.get(f"/c/{slug}/rounds/1").text
    path = begun(phone, slug)
    paper = phone.get(path)
    assert LABEL in paper.text
    assert LABEL in phone.get(f"{path}/report").text
    return handed_in(phone, path, right_letters(path)).location


def test_many_people_rehearse_and_nothing_of_it_counts(app, clerk, worker, new_client):
    assert "người thi thử thấy trước câu hỏi" in clerk.get(FORM).text
    tried = opened(clerk)
    assert f"/c/{tried}" in clerk.get("/admin").text

    with app.app_context():
        result = taken(worker, tried)
        rolled_up()
    assert LABEL in worker.get(result).text
    assert LABEL in worker.get(f"/c/{tried}/me").text
    board = worker.get(f"/c/{tried}/boards/people")
    assert LABEL in board.text
    assert JOIN["name"].split()[0] in board.text
    assert clerk.get(f"/c/{tried}/boards/people.json").json["rows"]

    # Of the contest itself nothing is known, and no list leads to the rehearsal.
    assert not clerk.get(f"/c/{REAL}/boards/people.json").json["rows"]
    for path in (f"/c/{REAL}", f"/c/{REAL}/boards/people", f"/c/{REAL}/join"):
        assert LABEL not in clerk.get(path).text, path
    for path in ("/", "/return", "/return/new-pin", "/help", "/privacy"):
        assert tried not in new_client().get(path).text, path
    for path in ("/return", "/return/new-pin", "/help"):
        assert tried in worker.get(f"{path}?contest={tried}").text, path


def test_who_knows_the_contest_does_not_guess_the_address(clerk, new_client):
    first, second = opened(clerk), opened(clerk)

    assert first != second
    assert new_client().get(f"/c/{first}").status_code == 200
    for guess in ("thi-thu", "thi-thu-1", "thi-thu-2"):
        assert new_client().get(f"/c/{REAL}-{guess}").status_code == 404


def test_a_rehearsal_is_never_closed(app, clerk, freeze):
    tried = opened(clerk)
    freeze(NOON + timedelta(hours=3))
    home = clerk.get("/admin").text
    assert f"/admin/c/{tried}/close" not in home
    assert "Chờ chốt" not in home

    page = f"/admin/c/{tried}/close"
    refused = send(clerk, f"{page}/1", page=page, reason=REASON)
    assert refused.status_code == 409
    assert "không có kết quả nào để chốt" in refused.text
    by_command = app.test_cli_runner().invoke(args=["contests", "close", tried, "1"])
    assert by_command.exit_code != 0
    assert "Đây là thi thử" in by_command.output


def test_the_database_itself_keeps_a_rehearsal_from_counting(app, clerk):
    tried = opened(clerk)
    with app.app_context():
        contest = contests_service.get_contest(tried)
        real = contests_service.get_contest(REAL)
        one, own = contest.rounds[0].id, Contest.id == contest.id
        db.session.rollback()
        close = insert(RoundClose).values(
            round_id=one, state="running", run=1, generation=2, before=1, begun_at=NOON
        )
        for change in (
            update(Round).where(Round.id == one).values(closing_at=NOON),
            update(Round).where(Round.id == one).values(closed_at=NOON),
            update(Contest).where(own).values(kind="real"),
            update(Contest).where(Contest.id == real.id).values(kind="rehearsal"),
            update(Contest).where(Contest.id == real.id).values(archived_at=NOON, emptied_at=NOON),
            update(Contest).where(own).values(kind="joke"),
            close,
        ):
            with pytest.raises(IntegrityError), transaction():
                db.session.execute(change)
            db.session.rollback()
        with transaction():
            counted = update(Round).where(Round.id == real.rounds[0].id).values(closing_at=NOON)
            db.session.execute(counted)


def other_bank(**fields):
    """Publish a bank that asks nothing of what the contest asks."""
    asked = [
        banks.draft(number, stem=f"Mức đóng năm thứ {number}?", **fields)
        for number in range(31, 56)
    ]
    return banks.published_drafts(asked, code="bank-khac", title="Câu hỏi làm quen")


def test_its_own_questions_are_never_answered_others_as_the_rules_say(app, clerk):
    with app.app_context():
        other_bank()
    tried, with_others = opened(clerk), opened(clerk, bank="bank-khac")
    with app.app_context():
        own = contests_service.get_contest(tried).rounds[0]
        other = contests_service.get_contest(with_others).rounds[0]
        real = contests_service.get_contest(REAL).rounds[0]
        db.session.rollback()

    assert (own.rules.reveal_answers, own.bank_version_id) == ("never", real.bank_version_id)
    assert other.rules.reveal_answers == real.rules.reveal_answers == "after_round_close"
    assert other.bank_version_id != real.bank_version_id
    assert own.window.opens_at == NOON
    assert own.window.closes_at == NOON + timedelta(hours=2)


def test_no_answer_is_told_that_another_contest_asks_in_earnest(app, clerk, worker, freeze):
    with app.app_context():
        version = other_bank()
    tried = opened(clerk, bank="bank-khac")
    with app.app_context():
        result = taken(worker, tried)
    freeze(NOON + timedelta(hours=3))
    assert "<h2>Đáp án</h2>" in worker.get(result).text  # nobody asks them yet

    with app.app_context():
        contests.contest("hoi-that", bank=version)
    held_back = worker.get(result)
    assert held_back.status_code == 200
    assert "<h2>Đáp án</h2>" not in held_back.text
    assert "Đáp án và căn cứ pháp luật hiện ở đây" not in held_back.text

    second = opened(clerk, bank="bank-khac")
    with app.app_context():
        again = contests_service.get_contest(second).rounds[0]
        assert again.rules.reveal_answers == "never"
        db.session.rollback()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"hours": "0"}, "Ghi số giờ mở"),
        ({"hours": "73"}, "Ghi số giờ mở"),
        ({"hours": "hai"}, "Ghi số giờ mở"),
        ({"bank": "bank-cua-ai"}, "Hãy chọn một ngân hàng"),
        ({"bank": ""}, "Hãy chọn một ngân hàng"),
    ],
)
def test_what_cannot_be_opened_is_asked_again_with_what_was_typed(clerk, typed, said):
    again = send(clerk, FORM, **({"hours": "5", "bank": f"bank-{REAL}"} | typed))

    assert again.status_code == 422
    assert said in again.text
    assert f'value="{typed.get("hours", "5")}"' in again.text
    assert f"{REAL}-thi-thu" not in clerk.get("/admin").text


def test_a_draft_is_rehearsed_before_it_is_approved(app, clerk):
    with app.app_context():
        draft = drafts.whole_draft(bank=f"bank-{REAL}")
        empty = drafts.whole_draft(bank="")
    tried = opened(clerk, page=f"/admin/drafts/{draft}/rehearse")

    assert tried.startswith("tim-hieu-luat-cong-doan-2024-thi-thu-")
    assert LABEL in clerk.get(f"/c/{tried}").text
    assert "Bản nháp" in clerk.get("/admin").text
    assert clerk.get(f"/admin/drafts/{empty}/rehearse").status_code == 409


def everything_stored(app):
    """Return every value of every table but the log, as text."""
    with app.app_context():
        found = []
        for table in db.metadata.sorted_tables:
            if table.name in {"audit_entry", "organiser", "unit", "question"}:
                continue
            for row in db.session.execute(text(f"SELECT * FROM {table.name}")):
                found += [bytes(one) if isinstance(one, memoryview) else one for one in row]
        db.session.rollback()
        return "\n".join(map(str, found))


TOLD = ("Nguyễn Thị Hoà", "Trần Văn Bảy", "Xưởng sơn", "bà Hoà")


def filled(app, worker, second, tried):
    """Let one person hand in, another one ask for help in the middle of a paper: its address."""
    own = {"name": "Trần Văn Bảy", "phone": "0987 650 431", "unit_text": "Xưởng sơn số ba"}
    with app.app_context():
        taken(worker, tried)
        joined(second, tried, unit=None, **own)
        paper = begun(second, tried)
        help_page = f"/help?contest={tried}"
        send(second, "/help", page=help_page, words="Tôi là bà Hoà", contest=tried)
        rolled_up()
    stored = everything_stored(app)
    assert [one for one in TOLD if one not in stored] == []
    return paper


def test_one_deed_ends_and_empties_it_with_a_reason(app, clerk, new_client, freeze):
    tried = opened(clerk)
    second = new_client()
    paper = filled(app, new_client(), second, tried)
    freeze(NOON + timedelta(minutes=10))
    empty = f"/admin/c/{tried}/empty"
    assert send(clerk, empty, reason=" ").status_code == 422
    assert clerk.get(f"/c/{tried}/join").status_code == 200
    job = send(clerk, empty, reason=REASON)
    assert job.status_code == 303
    assert joined(new_client(), tried, phone="0987 650 432").status_code == 409
    with app.app_context():
        assert jobs.do_waiting() == 2  # the other is a morning of the contest itself
        rolled_up()
    assert "Đã xong" in clerk.get(job.location).text

    stored = everything_stored(app)
    assert [one for one in TOLD if one in stored] == []
    assert not clerk.get(f"/c/{tried}/boards/people.json").json["rows"]
    assert second.get(paper).status_code == 404
    assert tried not in clerk.get("/admin").text
    assert "Đã xóa hết" in clerk.get("/admin?archive=1").text
    back = send(clerk, f"/admin/c/{tried}/archive", page="/admin/account")
    assert back.status_code == 409
    for check in (("standings", "verify", tried), ("audit", "verify")):
        assert app.test_cli_runner().invoke(args=check).exit_code == 0
    with app.app_context():
        entry = select(AuditEntry.reason).where(AuditEntry.action == "contest.empty")
        assert db.session.scalar(entry) == REASON
        db.session.rollback()


def test_a_contest_that_counts_is_not_emptied(clerk):
    page = f"/admin/c/{REAL}/empty"

    assert clerk.get(page).status_code == 409
    sent = send(clerk, page, page="/admin/account", reason=REASON)
    assert sent.status_code == 409
    assert clerk.get(f"/c/{REAL}/join").status_code == 200
