"""Where the versions of a bank are used: which rounds ask of each, and how many papers were drawn.

How many papers is kept back while people predict it (invariant 4), except from auditors.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from quizapp.attempts.models import Attempt
from quizapp.banks import service as banks
from quizapp.banks.service import PublishedCard
from quizapp.contests import service as contests
from quizapp.contests.rules.hiding import Hidden
from quizapp.contests.service import ContestCard, RoundCard
from quizapp.db import db
from quizapp.errors import NotFound
from quizapp.people.rules.policy import Permission
from quizapp.people.service import OrganiserCard, may


@dataclass(frozen=True, kw_only=True, slots=True)
class RoundUse:
    """A round that asks of a version; `attempts` None: kept back until the round is closed."""

    contest: ContestCard
    one: RoundCard
    attempts: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionUse:
    """A version with the rounds that ask of it, newest first, as far as the organiser sees."""

    version: PublishedCard
    rounds: Sequence[RoundUse]


@dataclass(frozen=True, kw_only=True, slots=True)
class BankUse:
    """A bank with its versions, newest first; `is_mine`: the organiser writes it."""

    code: str
    title: str
    is_mine: bool
    versions: Sequence[VersionUse]


def get_bank_use(organiser: OrganiserCard, code: str, *, at: datetime) -> BankUse:
    """Return where a bank is used, in contests of units below the organiser's. Raises NotFound."""
    bank = next((one for one in banks.get_banks_of(organiser) if one.code == code), None)
    if bank is None:
        raise NotFound
    own = {grant.unit_id for grant in organiser.grants}
    rounds = [
        (contest, one) for contest in contests.get_contests_within(own) for one in contest.rounds
    ]
    return BankUse(
        code=bank.code,
        title=bank.title,
        is_mine=banks.writes_bank(organiser, code),
        versions=[
            VersionUse(
                version=version,
                rounds=[
                    _use(organiser, contest, one, at=at)
                    for contest, one in rounds
                    if one.bank_version_id == version.id
                ],
            )
            for version in banks.get_versions(code)
        ],
    )


def _use(
    organiser: OrganiserCard, contest: ContestCard, one: RoundCard, *, at: datetime
) -> RoundUse:
    is_kept_back = Hidden.COUNTS in contest.hides(one.number, at)
    sees_all = may(organiser, Permission.SEE_EXACT_COUNTS, contest.owner_unit_id)
    drawn = None
    if sees_all or not is_kept_back:
        drawn = db.session.scalar(
            select(func.count()).select_from(Attempt).where(Attempt.round_id == one.id)
        )
    return RoundUse(contest=contest, one=one, attempts=drawn)
