"""Making reports: the figures, what changed since the period before, stored once and for all."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from quizapp import clock
from quizapp.audit import service as audit
from quizapp.contests.service import ContestCard
from quizapp.db import db, transaction, upsert
from quizapp.press.errors import OfRehearsal
from quizapp.press.models import PressReport
from quizapp.press.rules import Report, read, with_changes, written
from quizapp.press.service.figures import get_report_now, get_reports_at


def make_report(
    contest: ContestCard, number: int, *, as_of: datetime | None = None, actor: str
) -> int:
    """Store the figures of a round (0: the contest) and return the report's id.

    Without `as_of` it is what the boards show now.
    Raises OfRehearsal, NothingCounted, NoSuchMoment, NotExpiredYet.
    """
    _check(contest)
    found = (
        get_report_now(contest, number)
        if as_of is None
        else get_reports_at(contest, [number], as_of)[number]
    )
    return _store(contest, {number: found}, is_morning=False, actor=actor)[0]


def make_morning(
    contest: ContestCard, numbers: Sequence[int], as_of: datetime, *, actor: str
) -> list[int]:
    """Store the figures as of 24h00 of rounds and the contest; return the reports' ids.

    Done again, it changes nothing. Raises OfRehearsal, NoSuchMoment, NotExpiredYet.
    """
    _check(contest)
    known = _mornings_of(contest, as_of)
    db.session.rollback()
    missing = [number for number in numbers if number not in known]
    if missing:
        found = get_reports_at(contest, missing, as_of)
        _store(contest, found, is_morning=True, actor=actor)
        known = _mornings_of(contest, as_of)
        db.session.rollback()
    return [known[number] for number in numbers]


def get_body(report_id: int) -> Report:
    """Return the figures of a stored report, all of them."""
    body = db.session.scalars(select(PressReport.body).where(PressReport.id == report_id)).one()
    db.session.rollback()
    return read(body)


def _check(contest: ContestCard) -> None:
    if contest.is_rehearsal:
        raise OfRehearsal


def _mornings_of(contest: ContestCard, as_of: datetime) -> Mapping[int, int]:
    """Return round number → id of the reports of a morning."""
    rows = db.session.execute(
        select(PressReport.round_number, PressReport.id).where(
            PressReport.contest_id == contest.id, PressReport.morning_of == as_of
        )
    ).all()
    return {row.round_number: row.id for row in rows}


def _before(contest: ContestCard, number: int, as_of: datetime) -> Report | None:
    """Return the last morning's figures before a moment."""
    body = db.session.scalar(
        select(PressReport.body)
        .where(PressReport.contest_id == contest.id, PressReport.round_number == number)
        .where(PressReport.morning_of < as_of)
        .order_by(PressReport.morning_of.desc())
        .limit(1)
    )
    return None if body is None else read(body)


def _store(
    contest: ContestCard, reports: Mapping[int, Report], *, is_morning: bool, actor: str
) -> list[int]:
    """Write the reports and return their ids; of a morning that is there already, nothing."""
    now, ids = clock.now(), []
    with transaction():
        for number, one in reports.items():
            if is_morning and number in _mornings_of(contest, one.as_of):
                continue
            body, digest = written(with_changes(one, _before(contest, number, one.as_of)))
            values = {
                "contest_id": contest.id,
                "round_number": number,
                "as_of": one.as_of,
                "morning_of": one.as_of if is_morning else None,
                "body": body,
                "digest": digest,
                "made_at": now,
                "made_by": actor,
            }
            new = upsert(PressReport).values(values).on_conflict_do_nothing()
            report_id = db.session.scalar(new.returning(PressReport.id))
            if report_id is not None:
                ids.append(report_id)
                audit.record(
                    "press.report",
                    actor=actor,
                    object=f"contest:{contest.id}",
                    after={"report": report_id, "round": number, "as_of": one.as_of},
                    at=now,
                )
    return ids
