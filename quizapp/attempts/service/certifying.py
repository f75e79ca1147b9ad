"""That somebody took part: said on paper, and told again to whoever holds the paper's code.

Nothing is stored of it. What a code says is what the attempt says now, so a certificate ends with
what it stands on: the attempt made void, the person gone or taken out, the data erased.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask import current_app
from sqlalchemy import or_

from quizapp.attempts.errors import NothingToCertify
from quizapp.attempts.rules import AttemptState
from quizapp.attempts.service.rows import (
    ATTEMPT,
    AnyRow,
    Phone,
    encode_id,
    get_attempt_row,
    with_round,
)
from quizapp.contests.models import ContestKind
from quizapp.contests.service import ContestCard
from quizapp.db import db
from quizapp.people import service as people
from quizapp.people.service import PersonCard, PersonState
from quizapp.units import service as units
from quizapp.vietnamese import day_in_vietnam
from quizapp.web.codes import after, certificate_mac, code_of_certificate, read_certificate_code

COUNTS = {AttemptState.SUBMITTED, AttemptState.EXPIRED}


class Checked(StrEnum):
    """What is true of a code; ended: it was given out, and stands on nothing any more."""

    VALID = "valid"
    ENDED = "ended"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Certificate:
    """That `name` of `unit` took part in a round; no points and no rank, whatever is shown.

    `name` is the whole name for the person, and what the boards may show for everybody else; `unit`
    is None while organisers have not settled which one the person's own words mean.
    """

    public_id: str
    slug: str
    contest_title: str
    round_title: str
    name: str
    unit: str | None
    submitted_at: datetime
    code: str


def get_certificate(public_id: str, phone: Phone) -> Certificate:
    """Return what may be said of an own attempt. Raises NotYours, NothingToCertify."""
    row = get_attempt_row(public_id, phone)
    person = people.get_person_cards([row.person_id])[row.person_id]
    if not _stands(row, person):
        raise NothingToCertify
    return _certificate(row, name=person.name)


def verify(contest: ContestCard, typed: str) -> tuple[Checked, Certificate | None]:
    """Return what is true now of a code that stands on a certificate of this contest."""
    row = _find(contest, typed)
    if row is None:
        return Checked.UNKNOWN, None
    person = people.get_person_cards([row.person_id])[row.person_id]
    if not _stands(row, person):
        return Checked.ENDED, None
    return Checked.VALID, _certificate(row, name=person.shown_name)


def _find(contest: ContestCard, typed: str) -> AnyRow | None:
    """Return the attempt of a code; a half that was guessed finds nothing."""
    code = read_certificate_code(typed)
    if code is None:
        return None
    ids = ATTEMPT.c.public_id
    own = or_(
        *(
            (ids >= one.tag + code.start) & (ids < one.tag + after(code.start))
            for one in contest.rounds
        )
    )
    rows: Sequence[AnyRow] = db.session.execute(with_round(with_contest=True).where(own)).all()
    fits = (row for row in rows if hmac.compare_digest(code.mac, _mac(row)))
    return next(fits, None)


def _stands(row: AnyRow, person: PersonCard) -> bool:
    is_counted = row.state in COUNTS and row.kind != ContestKind.REHEARSAL
    return is_counted and person.state is PersonState.ACTIVE


def _certificate(row: AnyRow, *, name: str) -> Certificate:
    unit_id = row.unit_assigned_id or row.unit_declared_id
    day = day_in_vietnam(row.submitted_at)
    found = units.get_cards([unit_id], on=day) if unit_id else {}
    return Certificate(
        public_id=encode_id(row.public_id),
        slug=row.slug,
        contest_title=row.contest_title,
        round_title=row.round_title,
        name=name,
        unit=found[unit_id].name if unit_id else None,
        submitted_at=row.submitted_at,
        code=code_of_certificate(row.public_id, key=_key()),
    )


def _mac(row: AnyRow) -> bytes:
    return certificate_mac(row.public_id, key=_key())


def _key() -> bytes:
    key: bytes = current_app.config["CERTIFICATE_KEY"]
    return key
