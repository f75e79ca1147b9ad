"""Attempts as rows with their rounds: how every use case finds, locks and judges them."""

import base64
import binascii
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    bindparam,
    case,
    false,
    func,
    select,
)

from quizapp.attempts import rules
from quizapp.attempts.errors import NotYours
from quizapp.attempts.models import Attempt
from quizapp.contests.models import Contest, Round
from quizapp.contests.service import get_rules
from quizapp.db import Instant, db, kept_for_good, read, run, table_of

AnyRow = Row[*tuple[Any, ...]]
TAG_BYTES = 4  # of a public id: its round's
# Plain tables: what is executed on the connection comes as columns, without the mapper's work.
ATTEMPT, ROUND, CONTEST = table_of(Attempt), table_of(Round), table_of(Contest)
AT = bindparam("at", type_=Instant())
# What a save notes beside the answers: in no index, so that the row changes in place.
SAVED_AT: Mapping[str, Any] = {
    "first_saved_at": func.coalesce(ATTEMPT.c.first_saved_at, AT),
    "last_saved_at": AT,
}
JOINED = (
    ROUND.c.contest_id,
    ROUND.c.number.label("round_number"),
    ROUND.c.title.label("round_title"),
    ROUND.c.generation,
    ROUND.c.rule_set_id,
    ROUND.c.bank_version_id,
    ROUND.c.opens_at,
    ROUND.c.closes_at,
    ROUND.c.paused_at,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Phone:
    """Who asks: the phone's holder name and the people it takes part as."""

    holder: str
    person_ids: Collection[int]


def get_attempt_row(public_id: str, phone: Phone) -> AnyRow:
    """Return an attempt with its round's and contest's columns. Raises NotYours."""
    return _mine(_first(read(SHOWN, public_id=decode_id(public_id))), phone)


def lock_attempt_row(public_id: str, phone: Phone) -> AnyRow:
    """Return an attempt with its round's columns, locked until the transaction ends.

    Raises NotYours.
    """
    return _mine(_first(run(LOCKED, public_id=decode_id(public_id))), phone)


def lock_for_submit(public_id: str, phone: Phone) -> tuple[AnyRow, Sequence[AnyRow] | None]:
    """Return an attempt and, where all of a person's weigh, every one of theirs in the round.

    One statement; all are locked, in whatever state, so that what an organiser takes out or
    restores meanwhile is waited for. None: not read, the attempt alone weighs, or this process has
    not seen yet that the round's rules are such. Raises NotYours.
    """
    raw = decode_id(public_id)
    weighing = kept_for_good("tags of rounds in which all attempts weigh")
    if raw[:TAG_BYTES] not in weighing:
        row = _mine(_first(run(LOCKED, public_id=raw)), phone)
        if get_rules(row.rule_set_id).weighs_all_attempts:
            weighing[raw[:TAG_BYTES]] = True
        return row, None
    rows = run(ALL_LOCKED, public_id=raw)
    return _mine(next((row for row in rows if row.public_id == raw), None), phone), rows


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


def with_round(*, with_contest: bool = False) -> Select[*tuple[Any, ...]]:
    """Select attempts with their round's columns, and their contest's."""
    query = select(*ATTEMPT.c, *JOINED).join(ROUND, ROUND.c.id == ATTEMPT.c.round_id)
    if with_contest:
        query = query.add_columns(
            CONTEST.c.slug, CONTEST.c.title.label("contest_title"), CONTEST.c.kind, CONTEST.c.colour
        ).join(CONTEST, CONTEST.c.id == ROUND.c.contest_id)
    return query


def _first(rows: Sequence[AnyRow]) -> AnyRow | None:
    return rows[0] if rows else None


def _mine(row: AnyRow | None, phone: Phone) -> AnyRow:
    """Return the attempt that was found, if it is one of this phone's. Raises NotYours.

    No phone holds what belongs to nobody any more: its person's data were erased, maybe on another.
    """
    if row is None or row.person_id not in phone.person_ids or not row.holder:
        raise NotYours
    return row


_ONE = ATTEMPT.c.public_id == bindparam("public_id")
SHOWN = with_round(with_contest=True).where(_ONE)
LOCKED = with_round().where(_ONE).with_for_update(of=ATTEMPT)
_THIS = ATTEMPT.alias("this")
ALL_LOCKED = (
    with_round()
    .join(
        _THIS, (_THIS.c.round_id == ATTEMPT.c.round_id) & (_THIS.c.person_id == ATTEMPT.c.person_id)
    )
    .where(_THIS.c.public_id == bindparam("public_id"))
    .order_by(ATTEMPT.c.id)
    .with_for_update(of=ATTEMPT)
)
