"""Reading the log within what was granted, and having it checked.

An entry is shown to who may read about what it is about: the log of a province is what happened to
its contests, people, banks and organisers, whoever did it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select

from quizapp import clock
from quizapp.audit import service as audit
from quizapp.audit.rules import ACTOR, OBJECT, Fault
from quizapp.audit.service import Line, Named, Wanted
from quizapp.audit.words import actions_called
from quizapp.db import db, transaction
from quizapp.errors import N_
from quizapp.jobs import service as jobs
from quizapp.people.errors import LogBroken, NotYourRole
from quizapp.people.models import Organiser
from quizapp.people.rules.policy import Permission
from quizapp.people.service.access import get_unit_ids_where
from quizapp.people.service.cards import OrganiserCard
from quizapp.units import service as units
from quizapp.vietnamese import VIETNAM, fold

SHOWN = 50
AT_ONCE, MOST_LOOKED_AT = 500, 5_000
MOST_NAMED = 20  # problems in words
VERIFY = "audit.verify"
FAULTS = {
    Fault.ALTERED: "nội dung đã bị sửa",
    Fault.UNCHAINED: "không nối với dòng trước",
    Fault.MISSING: "bị thiếu",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What was typed to find entries; empty asks for nothing.

    `actor` is a name or "organiser:12", `action` words or how its code begins.
    """

    actor: str = ""
    object: str = ""
    action: str = ""
    day: date | None = None
    before: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LogLine:
    """An entry with the names of its actor and object as they are now; "" where nobody knows."""

    line: Line
    actor_name: str
    object_name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LogPage:
    """Entries, newest first; `before` is where older ones begin, None when there are none."""

    lines: Sequence[LogLine]
    before: int | None


def get_log(organiser: OrganiserCard, asked: Asked, *, at: datetime) -> LogPage:
    """Return a page of the entries that the organiser may read.

    What one request looks at is bounded: a page may be short and say where to go on.
    Raises NotYourRole.
    """
    reach = _reach(organiser)
    wanted = _wanted(asked)
    if wanted is None:
        return LogPage(lines=(), before=None)
    found: list[LogLine] = []
    for _ in range(MOST_LOOKED_AT // AT_ONCE):
        lines = audit.get_lines(wanted, limit=AT_ONCE)
        for one in _named(lines, reach, at=at):
            found.append(one)
            if len(found) == SHOWN:
                return LogPage(lines=found, before=one.line.id)
        if len(lines) < AT_ONCE:
            return LogPage(lines=found, before=None)
        wanted = replace(wanted, before=lines[-1].id)
    return LogPage(lines=found, before=wanted.before)


def ask_verify(organiser: OrganiserCard, *, at: datetime) -> str:
    """Ask the worker to check the whole log; return the job's public id. Raises NotYourRole."""
    _reach(organiser)
    return jobs.ask_job(VERIFY, {}, asked_by=f"organiser:{organiser.id}", at=at)


@jobs.register(VERIFY, title=N_("Kiểm tra nhật ký"))
def verify_log(job: jobs.Running) -> str | None:
    """Check the chain from its first entry to its last; what is wrong ends the job as failed."""
    step = N_("Tính lại chuỗi dấu")
    problems = audit.verify_in_parts(lambda done, total: job.progress(step, done, total))
    if problems:
        told = [f"dòng {one.id}: {FAULTS[one.fault]}" for one in problems[:MOST_NAMED]]
        raise LogBroken(count=len(problems), lines="; ".join(told))
    number, digest = audit.get_head()
    db.session.rollback()
    words = f"Nhật ký nguyên vẹn: {number} dòng, dấu cuối {number}:{digest}\n"
    job.keep_file("nhat-ky.txt", "text/plain; charset=utf-8", words.encode())
    with transaction():
        audit.record(
            "audit.verified",
            actor=job.asked_by,
            object=f"job:{job.id}",
            after=digest,
            at=clock.now(),
        )
    return None


def _reach(organiser: OrganiserCard) -> set[int]:
    ids = get_unit_ids_where(organiser, Permission.READ_AUDIT)
    if not ids:
        raise NotYourRole
    return set(ids)


def _named(lines: Sequence[Line], reach: set[int], *, at: datetime) -> list[LogLine]:
    """Return the entries within reach, in order, with names."""
    objects = {one for line in lines for one in (line.object, line.actor)}
    names = audit.name_objects(objects, at=at)
    nobody = Named(words="", unit_ids=frozenset())
    is_all = _has_root(reach)
    return [
        LogLine(
            line=line,
            actor_name=names.get(line.actor, nobody).words,
            object_name=names.get(line.object, nobody).words,
        )
        for line in lines
        if is_all or _is_within(names.get(line.object, nobody).unit_ids, reach)
    ]


def _has_root(reach: set[int]) -> bool:
    return any(len(line) == 1 for line in units.get_lines(reach).values())


def _is_within(unit_ids: frozenset[int], reach: set[int]) -> bool:
    return any(reach.intersection(line) for line in units.get_lines(unit_ids).values())


def _wanted(asked: Asked) -> Wanted | None:
    """Return what to look for; None when nothing can be found: nobody has the name typed."""
    actors: tuple[str, ...] = ()
    if asked.actor.strip():
        actors = _actors(asked.actor.strip())
        if not actors:
            return None
    if asked.object and not OBJECT.fullmatch(asked.object):
        return None
    since = until = None
    if asked.day is not None:
        since = datetime(asked.day.year, asked.day.month, asked.day.day, tzinfo=VIETNAM)
        until = since + timedelta(days=1)
    action = asked.action.strip()
    return Wanted(
        actors=actors,
        object=asked.object,
        action=action,
        actions=actions_called(action) if action else (),
        since=since,
        until=until,
        before=asked.before,
    )


def _actors(typed: str) -> tuple[str, ...]:
    if ACTOR.fullmatch(typed):
        return (typed,)
    rows = db.session.execute(select(Organiser.id, Organiser.name))
    return tuple(f"organiser:{row.id}" for row in rows if fold(typed) in fold(row.name))
