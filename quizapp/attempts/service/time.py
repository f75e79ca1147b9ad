"""Time given and time taken out: extra time, pauses, outages. Boards follow what changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, union_all, update

from quizapp.attempts import rules
from quizapp.attempts.errors import (
    AlreadyCompensated,
    AlreadyPaused,
    BadInterruption,
    BadMinutes,
    NoPauseYet,
    NoSuchGrant,
    NotPaused,
    RoundIsFinal,
)
from quizapp.attempts.models import Attempt, TimeGrant, TimeWithdrawal
from quizapp.attempts.rules import AttemptState
from quizapp.attempts.service import announcing
from quizapp.attempts.service.finish import record_again
from quizapp.attempts.service.rows import AnyRow, with_round
from quizapp.audit import service as audit
from quizapp.contests.models import Interruption, Round
from quizapp.contests.rules.schedule import Phase
from quizapp.contests.service import RoundCard, tell_public
from quizapp.db import db, run, table_of
from quizapp.people.service import PersonCard
from quizapp.units import service as units
from quizapp.web.formats import moment

FINAL = (AttemptState.SUBMITTED, AttemptState.EXPIRED)
AT_ONCE = 500
MOST_MINUTES = 180  # of extra time at once
GRANT, WITHDRAWAL = table_of(TimeGrant), table_of(TimeWithdrawal)
_OF_ROUND = select(GRANT.c.unit_id, GRANT.c.seconds).where(
    GRANT.c.round_id == bindparam("round_id"),
    GRANT.c.id.not_in(select(WITHDRAWAL.c.grant_id)),
)
# Two looks into the index: for "or" SQLite goes through all that the round gave anybody.
GRANTS = union_all(
    _OF_ROUND.where(GRANT.c.person_id == bindparam("person_id")),
    _OF_ROUND.where(GRANT.c.person_id.is_(None)),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Why:
    """Who decides and for what reason: for the audit log, and the public where many are met."""

    actor: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class For:
    """Whom extra time is for: one person, a unit and all below it, or (neither) everybody."""

    person_id: int | None = None
    unit_id: int | None = None


def read_minutes(typed: str) -> int:
    """Return how many minutes were typed. Raises BadMinutes."""
    text = typed.strip()
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= MOST_MINUTES:
        raise BadMinutes
    return int(text)


def grant_time(one: RoundCard, whom: For, seconds: int, why: Why, *, at: datetime) -> int:
    """Give extra time in a round, before or during the attempt; return how many run longer now.

    It is added to the deadline, also past the round's end, and to papers begun later. What is not
    for one person is told on the contest's page. Raises RoundIsFinal.
    """
    _locked_round(one)
    db.session.execute(
        insert(TimeGrant).values(
            round_id=one.id,
            person_id=whom.person_id,
            unit_id=whom.unit_id,
            seconds=seconds,
            reason=why.reason,
            granted_at=at,
        )
    )
    _note("round.grant_time", one, why, at=at, after=f"{whom} {seconds}")
    if whom.person_id is None:
        _tell(announcing.line_of_extra(one, whom.unit_id, seconds, at=at), one, why, at=at)
    running = [row for row in _running(one) if _is_for(row, whom)]
    _move_deadlines(running, timedelta(seconds=seconds), paused=False)
    return len(running)


def withdraw_time(one: RoundCard, grant_id: int, why: Why, *, at: datetime) -> None:
    """Give extra time to no more papers: those that run keep what their people were told.

    Withdrawn again it changes nothing. Raises NoSuchGrant, also for one person's, or RoundIsFinal.
    """
    _locked_round(one)
    grant = find_grant(one, grant_id)
    if grant is None:
        raise NoSuchGrant
    if db.session.get(TimeWithdrawal, grant.id) is not None:
        return
    withdrawn = {"grant_id": grant.id, "reason": why.reason, "withdrawn_at": at}
    db.session.execute(insert(TimeWithdrawal).values(withdrawn))
    _note("round.withdraw_time", one, why, at=at, after=f"{grant.unit_id} {grant.seconds}")
    line = announcing.line_of_withdrawal(
        one, grant.unit_id, grant.seconds, granted_at=grant.granted_at, at=at
    )
    _tell(line, one, why, at=at)


def find_grant(one: RoundCard, grant_id: int) -> TimeGrant | None:
    """Return extra time of many people in this round, or None."""
    mine = (TimeGrant.id == grant_id, TimeGrant.round_id == one.id, TimeGrant.person_id.is_(None))
    return db.session.scalars(select(TimeGrant).where(*mine)).one_or_none()


def get_extra(one: RoundCard, person: PersonCard) -> timedelta:
    """Return the extra time that a paper of this person begins with."""
    grants = run(GRANTS, round_id=one.id, person_id=person.id)
    return timedelta(seconds=sum(row.seconds for row in grants if _is_of(row.unit_id, person)))


def _is_of(unit_id: int | None, person: PersonCard) -> bool:
    """Tell whether what is for a unit and all below it (None: for everybody) is for the person."""
    own = person.unit_counted_id
    return unit_id is None or (own is not None and units.is_within(own, unit_id))


def pause_round(one: RoundCard, why: Why, *, at: datetime) -> None:
    """Stop all clocks of the round: nothing begins, nothing runs out, saves are taken.

    The contest's page says so. Raises NoPauseYet, AlreadyPaused or RoundIsFinal.
    """
    _locked_round(one)
    if one.phase(at) is Phase.NOT_OPEN:
        raise NoPauseYet(opens=moment(one.window.opens_at))
    is_new = db.session.scalar(
        update(Round)
        .where(Round.id == one.id, Round.paused_at.is_(None))
        .values(paused_at=at)
        .returning(Round.id)
    )
    if is_new is None:
        raise AlreadyPaused
    _note("round.pause", one, why, at=at)
    _tell(announcing.line_of_pause(one, at=at), one, why, at=at)


def resume_round(one: RoundCard, why: Why, *, at: datetime) -> int:
    """Let the clocks go on, every running paper and the round later by the pause; return papers.

    The contest's page says so. Raises NotPaused.
    """
    now = _locked_round(one)
    began = now.paused_at
    if began is None:
        raise NotPaused
    length = max(at - began, timedelta())  # a clock set back meanwhile takes nothing away
    closes = now.closes_at + length
    db.session.execute(
        update(Round).where(Round.id == one.id).values(paused_at=None, closes_at=closes)
    )
    if length > timedelta():
        _keep_interruption(one, began, at, why)
    _note("round.resume", one, why, at=at)
    _tell(announcing.line_of_resumption(one, length, closes=closes, at=at), one, why, at=at)
    running = _running(one)
    _move_deadlines(running, length, paused=True)
    return len(running)


def compensate_outage(
    one: RoundCard, began: datetime, ended: datetime, why: Why, *, at: datetime
) -> int:
    """Take a stretch that is over out of everybody's time; return how many attempts it touched.

    Running papers end later by their share of it; for papers handed in since, the share is taken
    off the time they took, and boards follow. A round that is still open closes later by the whole
    stretch. The contest's page says so. Raises BadInterruption, AlreadyCompensated or RoundIsFinal.
    """
    closes = check_outage(one, began, ended, at=at)
    _keep_interruption(one, began, ended, why)
    _note("round.compensate", one, why, at=at, after=f"{began} {ended}")
    _tell(announcing.line_of_outage(one, began, ended, closes=closes), one, why, at=at)
    if closes is not None:
        db.session.execute(update(Round).where(Round.id == one.id).values(closes_at=closes))
    touched = 0
    for row in _running(one):
        share = rules.overlap(row.started_at, ended, began, ended)
        if share > timedelta():
            _move_deadlines([row], share, paused=True)
            touched += 1
    return touched + _shorten_finished(one, began, ended)


def check_outage(
    one: RoundCard, began: datetime, ended: datetime, *, at: datetime
) -> datetime | None:
    """Return when the round closes after a stretch is taken out; None: it closes as it did.

    Raises BadInterruption, AlreadyCompensated or RoundIsFinal.
    """
    now = _locked_round(one)
    if not now.opens_at <= began < ended <= (now.paused_at or at) <= at:
        raise BadInterruption
    _refuse_twice(one, began, ended)
    return now.closes_at + (ended - began) if at < now.closes_at else None


def _locked_round(one: RoundCard) -> Row[datetime, datetime, datetime | None, datetime | None]:
    """Return the round's times as they are now; another decision about them waits.

    Raises RoundIsFinal: nobody's time changes once the round is being closed.
    """
    times = select(Round.opens_at, Round.closes_at, Round.paused_at, Round.closing_at)
    row = db.session.execute(times.where(Round.id == one.id).with_for_update()).one()
    if row.closing_at is not None:
        raise RoundIsFinal
    return row


def _refuse_twice(one: RoundCard, began: datetime, ended: datetime) -> None:
    """Raise AlreadyCompensated when some of the stretch was taken out of the time before."""
    same = db.session.scalar(
        select(Interruption.id)
        .where(Interruption.round_id == one.id)
        .where(Interruption.began_at < ended, Interruption.ended_at > began)
        .limit(1)
    )
    if same is not None:
        raise AlreadyCompensated


def _shorten_finished(one: RoundCard, began: datetime, ended: datetime) -> int:
    """Take the stretch off the durations of final attempts that lived through some of it."""
    touched, last = 0, 0
    while True:
        rows = db.session.execute(
            with_round()
            .where(Attempt.round_id == one.id, Attempt.state.in_(FINAL), Attempt.id > last)
            .where(Attempt.started_at < ended, Attempt.submitted_at > began)
            .order_by(Attempt.id)
            .limit(AT_ONCE)
            .with_for_update(of=Attempt)
        ).all()
        touched += _shorten(rows, began, ended)
        if len(rows) < AT_ONCE:
            return touched
        last = rows[-1].id


def _shorten(rows: Sequence[AnyRow], began: datetime, ended: datetime) -> int:
    """Take the stretch off these final attempts; return how many it was a part of.

    Not of one handed in during the grace when it fell past the deadline: nothing of it counted.
    """
    changes, person_ids = [], set()
    for row in rows:
        end = min(row.submitted_at, row.deadline_at)
        lost = rules.overlap(row.started_at, end, began, ended) // timedelta(milliseconds=1)
        lost = min(lost, row.duration_ms)
        if lost:
            taken = row.duration_ms - lost
            changes.append({"this": row.id, "paused": row.paused_ms + lost, "taken": taken})
            person_ids.add(row.person_id)
    if not changes:
        return 0
    statement = (
        update(Attempt)
        .where(Attempt.id == bindparam("this"))
        .values(paused_ms=bindparam("paused"), duration_ms=bindparam("taken"))
    )
    db.session.connection().execute(statement, changes)
    record_again(one_round=rows[0].round_id, person_ids=person_ids)
    return len(changes)


def _running(one: RoundCard) -> Sequence[AnyRow]:
    """Return the round's running attempts, locked."""
    return db.session.execute(
        with_round()
        .where(Attempt.round_id == one.id, Attempt.state == AttemptState.RUNNING)
        .order_by(Attempt.id)
        .with_for_update(of=Attempt)
    ).all()


def _is_for(row: AnyRow, whom: For) -> bool:
    if whom.person_id is not None:
        return bool(row.person_id == whom.person_id)
    if whom.unit_id is not None:
        unit_id = row.unit_assigned_id
        return unit_id is not None and units.is_within(unit_id, whom.unit_id)
    return True


def _move_deadlines(rows: Sequence[AnyRow], by: timedelta, *, paused: bool) -> None:
    if not rows:
        return
    lost = by // timedelta(milliseconds=1) if paused else 0
    changes: list[dict[str, Any]] = [
        {"this": row.id, "until": row.deadline_at + by, "paused": row.paused_ms + lost}
        for row in rows
    ]
    statement = (
        update(Attempt)
        .where(Attempt.id == bindparam("this"))
        .values(deadline_at=bindparam("until"), paused_ms=bindparam("paused"))
    )
    db.session.connection().execute(statement, changes)


def _keep_interruption(one: RoundCard, began: datetime, ended: datetime, why: Why) -> None:
    db.session.execute(
        insert(Interruption).values(
            round_id=one.id, began_at=began, ended_at=ended, reason=why.reason
        )
    )


def _tell(line: str, one: RoundCard, why: Why, *, at: datetime) -> None:
    tell_public(one.contest_id, [line], reason=why.reason, at=at)


def _note(action: str, one: RoundCard, why: Why, *, at: datetime, after: str | None = None) -> None:
    audit.record(
        action, actor=why.actor, object=f"round:{one.id}", after=after, reason=why.reason, at=at
    )
