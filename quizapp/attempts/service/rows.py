"""Attempts as rows with their rounds: how every use case finds, locks and judges them."""

import base64
import binascii
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, false, select

from quizapp.attempts import rules
from quizapp.attempts.errors import NotYours
from quizapp.attempts.models import Attempt
from quizapp.contests.models import Contest, Round
from quizapp.contests.service import get_rules
from quizapp.db import db

AnyRow = Row[*tuple[Any, ...]]
JOINED = (
    Round.contest_id,
    Round.number.label("round_number"),
    Round.title.label("round_title"),
    Round.generation,
    Round.rule_set_id,
    Round.bank_version_id,
    Round.closes_at,
    Round.paused_at,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Phone:
    """Who asks: the phone's holder name and the people it takes part as."""

    holder: str
    person_ids: Collection[int]


def get_attempt_row(public_id: str, phone: Phone) -> AnyRow:
    """Return an attempt with its round's and contest's columns. Raises NotYours."""
    return one_of(with_round(Attempt).where(Attempt.public_id == decode_id(public_id)), phone)


def encode_id(public_id: bytes) -> str:
    """Return the public id as it stands in addresses (base64url without padding)."""
    return base64.urlsafe_b64encode(public_id).rstrip(b"=").decode()


def decode_id(text: str) -> bytes:
    """Return the bytes of a public id. Raises NotYours when it is none."""
    try:
        return base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (binascii.Error, UnicodeEncodeError) as error:
        raise NotYours from error


def deadline_now(row: AnyRow, *, at: datetime) -> datetime:
    """Return when the paper runs out as it looks at `at`: later by what its round is paused."""
    deadline: datetime = row.deadline_at
    return deadline if row.paused_at is None else deadline + max(at - row.paused_at, timedelta())


def is_over(row: AnyRow, *, at: datetime) -> bool:
    """Tell whether nothing sent at `at` counts for the running attempt of the row.

    While its round is paused the clock stands where it was.
    """
    now = at if row.paused_at is None else min(at, row.paused_at)
    grace = get_rules(row.rule_set_id).grace
    return rules.is_over(deadline_at=row.deadline_at, grace=grace, now=now)


def is_due(*, at: datetime) -> ColumnElement[bool]:
    """Return the condition that `is_over` holds of an attempt at `at`.

    Each round has its grace, and a paused one its own time. Reads the rounds, in one statement.
    """
    ends: dict[datetime, list[int]] = {}
    for one in db.session.execute(select(Round.id, Round.rule_set_id, Round.paused_at)):
        now = at if one.paused_at is None else min(at, one.paused_at)
        ends.setdefault(now - get_rules(one.rule_set_id).grace, []).append(one.id)
    if not ends:
        return false()
    # Only the first condition can be looked up in an index: by deadline, never by round.
    own = case(*((Attempt.round_id.in_(round_ids), end) for end, round_ids in ends.items()))
    return (Attempt.deadline_at < at) & (Attempt.deadline_at < own)


def with_round(table: type[Attempt], *, with_contest: bool = True) -> Select[*tuple[Any, ...]]:
    """Select attempts with their round's columns, and their contest's."""
    columns = (*table.__table__.columns, *JOINED)
    query = select(*columns).join(Round, Round.id == table.round_id)
    if with_contest:
        query = query.add_columns(Contest.slug, Contest.title.label("contest_title")).join(
            Contest, Contest.id == Round.contest_id
        )
    return query


def locked(public_id: str) -> Select[*tuple[Any, ...]]:
    """Select one attempt with its round, locked until the end of the transaction."""
    return (
        with_round(Attempt, with_contest=False)
        .where(Attempt.public_id == decode_id(public_id))
        .with_for_update(of=Attempt)
    )


def one_of(query: Select[*tuple[Any, ...]], phone: Phone) -> AnyRow:
    """Return the attempt that the query finds, if it is one of this phone's. Raises NotYours."""
    row = db.session.execute(query).one_or_none()
    if row is None or row.person_id not in phone.person_ids:
        raise NotYours
    return row
