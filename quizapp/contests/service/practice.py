"""Practice papers: from which bank version, and that none of its questions is asked in earnest.

A question that people practise with its answer may not be asked in a round that is open or to come,
of whatever contest: that is judged when the version is chosen, when a contest is approved, and
again by each request that would show it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select

from quizapp.audit import service as audit
from quizapp.banks import service as banks
from quizapp.banks.service import BankCard, QuestionCard, VersionCard
from quizapp.contests.errors import NoSuchBank, PracticeIsAsked, PracticeTooSmall
from quizapp.contests.models import Contest, ContestKind, Practice, Round
from quizapp.contests.rules.in_force import askable
from quizapp.contests.service.cards import ContestCard
from quizapp.contests.service.comparing import count_shared, expect_compared
from quizapp.contests.service.studying import revise
from quizapp.db import db, upsert
from quizapp.people.service import OrganiserCard

FEWEST = 5  # questions
# Past its close a round may still be answered (extra time) and marked; then it is closed for good.
STILL_LIVE = timedelta(days=3)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """How many questions of a practice version are asked in earnest, and in which contest."""

    title: str
    count: int


def get_practice_banks(organiser: OrganiserCard) -> list[BankCard]:
    """Return the banks that the organiser writes: to let people practise publishes the key."""
    return [one for one in banks.get_banks_of(organiser) if banks.writes_bank(organiser, one.code)]


def choose_practice(
    organiser: OrganiserCard, contest: ContestCard, bank_code: str, *, at: datetime
) -> None:
    """Draw practice papers from the newest version of a bank from now on; "" ends practising.

    Raises NoSuchBank, PracticeTooSmall, and PracticeIsAsked where a live round asks of it.
    """
    version_id = _chosen(organiser, contest, bank_code, at=at) if bank_code else None
    revise(contest.id)
    if version_id is None:
        db.session.execute(delete(Practice).where(Practice.contest_id == contest.id))
    else:
        row = {"bank_version_id": version_id, "chosen_at": at, "chosen_by": organiser.id}
        chosen = upsert(Practice).values(contest_id=contest.id, **row)
        db.session.execute(chosen.on_conflict_do_update(index_elements=["contest_id"], set_=row))
    audit.record(
        "contest.choose_practice",
        actor=f"organiser:{organiser.id}",
        object=f"contest:{contest.id}",
        before={"bank_version": contest.practice_version_id},
        after={"bank_version": version_id},
        at=at,
    )


def compare_for_practice(organiser: OrganiserCard, bank_code: str, *, at: datetime) -> None:
    """Compare a bank with all that is asked in earnest, before it is chosen."""
    known = {bank.code: bank for bank in get_practice_banks(organiser)}
    if bank_code in known:
        get_asked(known[bank_code].newest.id, at=at)


def find_practice(contest: ContestCard, *, at: datetime) -> int | None:
    """Return the bank version to practise with now, None where there is none or it is asked."""
    version_id = contest.practice_version_id
    if version_id is None or contest.is_archived:
        return None
    if is_asked_in_earnest(version_id, at=at):
        return None
    return version_id if len(get_practice_pool(contest, version_id)) >= FEWEST else None


def is_asked_in_earnest(version_id: int, *, at: datetime) -> bool:
    """Tell whether a round that is open, to come or not yet all marked asks of a bank version."""
    return any(_shared_with_rounds(version_id, at=at))


def find_practice_version(contest: ContestCard) -> VersionCard | None:
    """Return the version that was chosen, whether or not it is offered now."""
    version_id = contest.practice_version_id
    return None if version_id is None else banks.get_version(version_id)


def get_practice_pool(contest: ContestCard, version_id: int) -> list[QuestionCard]:
    """Return the questions that practice papers may ask: those in force while the contest lasts."""
    days = contest.rounds[-1].window.days()
    return askable(banks.get_questions(version_id), *days, {})


def get_shared(contest: ContestCard, *, at: datetime) -> list[Shared]:
    """Return which contests ask of the version that was chosen, so that it is not offered."""
    version_id = contest.practice_version_id
    return [] if version_id is None else get_asked(version_id, at=at)


def get_asked(version_id: int, *, at: datetime) -> list[Shared]:
    """Return which contests ask of a version in a round that is open, to come or not all marked."""
    return list(_shared_with_rounds(version_id, at=at))


def check_not_practised(version_id: int) -> None:
    """Raise PracticeIsAsked where people practise with questions of this version."""
    chosen = select(Practice.bank_version_id, Contest.title).join(Contest)
    rows = db.session.execute(chosen.where(Contest.archived_at.is_(None))).all()
    expect_compared([(row.bank_version_id, version_id) for row in rows])
    for row in sorted(rows):
        count = count_shared(row.bank_version_id, version_id)
        if count:
            raise PracticeIsAsked(title=row.title, count=count)


def _chosen(organiser: OrganiserCard, contest: ContestCard, bank_code: str, *, at: datetime) -> int:
    known = {bank.code: bank for bank in get_practice_banks(organiser)}
    if bank_code not in known:
        raise NoSuchBank(bank=bank_code)
    version_id = known[bank_code].newest.id
    for shared in _shared_with_rounds(version_id, at=at):
        raise PracticeIsAsked(title=shared.title, count=shared.count)
    if len(get_practice_pool(contest, version_id)) < FEWEST:
        raise PracticeTooSmall(fewest=FEWEST)
    return version_id


def _shared_with_rounds(version_id: int, *, at: datetime) -> Iterator[Shared]:
    is_live = or_(Round.closes_at > at - STILL_LIVE, Round.paused_at.is_not(None))
    live = (
        select(Round.bank_version_id, Contest.title)
        .join(Contest, Contest.id == Round.contest_id)
        .where(Contest.kind == ContestKind.REAL, Round.closed_at.is_(None), is_live)
        .order_by(Contest.title, Round.bank_version_id)
        .distinct()
    )
    rows = db.session.execute(live).all()
    expect_compared([(version_id, row.bank_version_id) for row in rows])
    for row in rows:
        count = count_shared(version_id, row.bank_version_id)
        if count:
            yield Shared(title=row.title, count=count)
