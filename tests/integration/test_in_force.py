"""Law that ends within a round: BLLD-031 of the seed bank is right until the end of 2026."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from quizapp.audit.models import AuditEntry
from quizapp.banks import service as banks
from quizapp.banks.reading import read_bank
from quizapp.config import ROOT
from quizapp.contests import service
from quizapp.contests.errors import BegunAlready, NotOutOfForce, OutOfForce
from quizapp.contests.models import Contest, Round
from quizapp.contests.rules.drafts import Step
from quizapp.contests.rules.in_force import Ruling
from quizapp.contests.rules.schedule import Window
from quizapp.db import db, transaction
from tests.integration.pages import Page
from tests.integration.test_organisers import sign_in
from tests.making import contests, drafts, people

ENDING = "BLLD-031"
NEW_YEAR = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)  # midnight in Vietnam
SECOND = timedelta(seconds=1)
WHY = "Câu hỏi nói rõ “trong năm 2026” nên đáp án vẫn đúng sau ngày 31/12."


@pytest.fixture
def seed(in_app, freeze):
    freeze(contests.NOON)
    people.national_unit()
    content = (ROOT / "question_banks" / "seed_ldcd_atvsld_2026.yaml").read_bytes()
    asked = read_bank(content).drafts
    with transaction():
        made = banks.publish_version("seed", asked, title="Mẫu", at=contests.NOON)
        return banks.get_version(made.version_id)


def made_round(seed, *, closes_at, questions=20):
    """Make a round; one that nobody would create by now was created before its days were moved."""
    window = Window(opens_at=NEW_YEAR - timedelta(days=3), closes_at=NEW_YEAR)
    contests.contest(bank=seed, windows=(window,), paper={"questions": questions})
    with transaction():
        db.session.execute(update(Round).values(closes_at=closes_at))
    contest = service.get_contest("tim-hieu")
    db.session.rollback()
    return contest.rounds[0]


def ruled(one, *, is_asked, codes=(ENDING,), at=contests.NOON):
    ruling = Ruling(is_asked=is_asked, reason=WHY)
    with transaction():
        service.rule_on_questions(one, codes, ruling, actor="organiser:1", at=at)
    contest = service.get_contest("tim-hieu")
    db.session.rollback()
    return contest.rounds[0]


def asked_in(one):
    codes = {question.code for question in service.get_pool(one)}
    db.session.rollback()
    return codes


def test_a_round_that_ends_with_the_law_may_open(seed):
    one = made_round(seed, closes_at=NEW_YEAR)

    service.check_in_force(one)
    assert service.get_out_of_force(one) == []
    assert ENDING in asked_in(one)


def test_a_round_that_goes_on_after_the_law_does_not_open_and_never_asks_of_it(seed):
    one = made_round(seed, closes_at=NEW_YEAR + SECOND)

    with pytest.raises(OutOfForce, match=ENDING):
        service.check_in_force(one)
    assert [found.code for found in service.get_out_of_force(one)] == [ENDING]
    assert ENDING not in asked_in(one)


def test_it_opens_with_the_question_once_somebody_says_why(seed):
    one = made_round(seed, closes_at=NEW_YEAR + SECOND)
    assert ENDING not in asked_in(one)  # kept in the process

    one = ruled(one, is_asked=True)

    service.check_in_force(one)
    assert ENDING in asked_in(one)
    assert service.get_out_of_force(one)[0].ruling == Ruling(is_asked=True, reason=WHY)


def test_it_opens_without_the_question_once_somebody_says_so(seed):
    one = ruled(made_round(seed, closes_at=NEW_YEAR + SECOND), is_asked=False)

    service.check_in_force(one)
    assert ENDING not in asked_in(one)


def test_a_ruling_is_changed_until_the_round_opens_and_each_is_in_the_log(seed):
    one = made_round(seed, closes_at=NEW_YEAR + SECOND)
    one = ruled(ruled(one, is_asked=True), is_asked=False)

    assert ENDING not in asked_in(one)
    with pytest.raises(BegunAlready):
        ruled(one, is_asked=True, at=one.window.opens_at)
    ruled(one, is_asked=True, at=one.window.opens_at - SECOND)
    reasons = db.session.scalars(
        select(AuditEntry.reason).where(AuditEntry.action == "round.rule_on_question")
    ).all()
    assert reasons == [WHY, WHY, WHY]


def test_a_question_that_is_in_force_needs_no_ruling(seed):
    one = made_round(seed, closes_at=NEW_YEAR + SECOND)

    with pytest.raises(NotOutOfForce):
        ruled(one, is_asked=False, codes=["BLLD-001"])
    with pytest.raises(OutOfForce):
        service.check_in_force(service.get_contest("tim-hieu").rounds[0])


PAGE = "/admin/c/tim-hieu/out-of-force"


def choice(page, do, reason):
    """Return the form of the page with a choice for the ending question."""
    (form,) = [form for form in Page(page).forms if form.action == PAGE]
    return form.hidden | {f"do:1:{ENDING}": do, f"reason:1:{ENDING}": reason}


def test_an_organiser_rules_on_each_question_and_takes_it_back_until_the_round_opens(
    seed, client, freeze
):
    one = ruled(made_round(seed, closes_at=NEW_YEAR + SECOND), is_asked=False)
    freeze(one.window.opens_at - 2 * SECOND)
    people.organiser(at=one.window.opens_at - 2 * SECOND)
    db.session.rollback()
    sign_in(client)
    assert PAGE in client.get("/admin").text
    page = client.get(PAGE).text
    assert all(words in page for words in (ENDING, "Hiệu lực đến hết 31/12/2026.", WHY))

    unsaid = client.post(PAGE, data=choice(page, "ask", "  "))
    assert unsaid.status_code == 422
    assert f"Câu {ENDING} của Vòng 1: hãy ghi lý do" in unsaid.text
    assert 'value="ask" checked' in unsaid.text
    assert client.post(PAGE, data=choice(page, "ask", "Đáp án còn đúng")).status_code == 303
    assert ENDING in asked_in(service.get_contest("tim-hieu").rounds[0])
    late = client.post(PAGE, data=choice(page, "leave", "Tôi không biết"))
    assert late.status_code == 409
    assert "có người vừa quyết định" in late.text

    page = client.get(PAGE).text
    assert f"Trước đó: không hỏi, “{WHY}”" in page
    (form,) = [form for form in Page(page).forms if form.action == PAGE]
    undo = form.hidden | {"undo": f"1:{ENDING}"}
    freeze(one.window.opens_at)
    assert client.post(PAGE, data=undo).status_code == 409
    freeze(one.window.opens_at - SECOND)
    assert client.post(PAGE, data=undo).status_code == 303
    assert ENDING not in asked_in(service.get_contest("tim-hieu").rounds[0])
    assert client.post(PAGE, data=undo).status_code == 409  # nothing before the first
    entries = select(AuditEntry.action, AuditEntry.reason).order_by(AuditEntry.id)
    assert [tuple(entry) for entry in db.session.execute(entries)][-2:] == [
        ("round.rule_on_question", "Đáp án còn đúng"),
        ("round.undo_ruling", WHY),
    ]


def test_no_ruling_leaves_a_paper_with_too_few_questions(seed, client, freeze):
    """Whoever leaves the last spare question out would find a round without papers at its hour."""
    spare = len(banks.get_questions(seed.id))
    one = ruled(made_round(seed, closes_at=NEW_YEAR + SECOND, questions=spare), is_asked=True)
    people.organiser(at=contests.NOON)
    db.session.rollback()
    sign_in(client)

    refused = client.post(PAGE, data=choice(client.get(PAGE).text, "leave", "Hết hiệu lực"))

    assert refused.status_code == 422
    assert f"đề cần {spare} câu, có {spare - 1}" in refused.text
    assert ENDING in asked_in(service.get_contest("tim-hieu").rounds[0])
    assert one.rulings[ENDING].is_asked


CREATE = ("contests", "create", "--preset", "union_weekly_20x20", "--bank", "seed", "--slug", "tet")
OVER_NEW_YEAR = ("--opens", "2026-12-28 07:00", "--closes", "2027-01-03 21:00", "--unit", "VGCL")


def test_a_contest_over_new_year_is_not_created_until_somebody_says_why(seed, run):
    refused = run(*CREATE, *OVER_NEW_YEAR)

    assert refused.exit_code == 1
    assert ENDING in refused.output
    assert db.session.scalar(select(func.count()).select_from(Contest)) == 0
    db.session.rollback()

    made = run(*CREATE, *OVER_NEW_YEAR, "--ask-anyway", WHY)

    assert made.exit_code == 0, made.output
    assert ENDING in asked_in(service.get_contest("tet").rounds[0])
    log = select(AuditEntry.reason).where(AuditEntry.action == "contest.rule_on_questions")
    assert db.session.scalars(log).all() == [WHY]


def test_a_contest_over_new_year_leaves_the_question_out_where_somebody_says_so(seed, run):
    both = run(*CREATE, *OVER_NEW_YEAR, "--leave-out", "hết hiệu lực", "--ask-anyway", WHY)
    assert both.exit_code == 2

    made = run(*CREATE, *OVER_NEW_YEAR, "--leave-out", "hết hiệu lực")

    assert "không dùng 1 câu" in made.output
    assert ENDING in made.output
    assert ENDING not in asked_in(service.get_contest("tet").rounds[0])


def drafted(**typed):
    """Make a draft whose round goes on after the law ends; return it as it is looked at."""
    window = Window(opens_at=NEW_YEAR - timedelta(days=3), closes_at=NEW_YEAR + SECOND)
    public_id = drafts.whole_draft(bank="seed", windows=(window,))
    organiser = drafts.runner()
    with transaction():
        drafts.fill(organiser, public_id, Step.PAPER, {"bank": "seed"} | typed)
        drafts.tick_all(organiser, public_id)
    return public_id


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"excluded_reason": "hết hiệu lực"}, Ruling(is_asked=False, reason="hết hiệu lực")),
        (
            {f"excluded_do:{ENDING}": "ask", f"excluded_why:{ENDING}": WHY},
            Ruling(is_asked=True, reason=WHY),
        ),
        (
            {"excluded_reason": "như biên bản", f"excluded_do:{ENDING}": "ask"},
            Ruling(is_asked=True, reason="như biên bản"),
        ),
        ({f"excluded_do:{ENDING}": "ask"}, None),  # nobody says why
        ({f"excluded_why:{ENDING}": WHY}, None),  # nobody says what
    ],
)
def test_a_draft_rules_on_each_question_or_on_all_at_once(seed, client, typed, kept):
    people.organiser(at=contests.NOON)
    db.session.rollback()
    public_id = drafted(**typed)
    sign_in(client)

    page = client.get(f"/admin/drafts/{public_id}/steps/paper").text

    assert f'name="excluded_do:{ENDING}"' in page
    assert ('value="ask" checked' in page) == (f"excluded_do:{ENDING}" in typed)
    if kept is None:
        check = client.get(f"/admin/drafts/{public_id}/steps/check").text
        assert f"không có hiệu lực suốt những ngày thi: {ENDING}" in check
        return
    organiser = drafts.runner()
    with transaction():
        content = {"file_name": "the-le.pdf", "content": drafts.PDF}
        service.store_signed(organiser, public_id, at=contests.NOON, **content)
    with transaction():
        contest = service.approve_draft(organiser, public_id, at=contests.NOON)
    assert contest.rounds[0].rulings == {ENDING: kept}
    reasons = select(AuditEntry.reason).where(AuditEntry.action == "contest.rule_on_questions")
    assert kept.reason in db.session.scalars(reasons).all()
