"""The end of a rehearsal: put away at once, and emptied by a job however many took part."""

from datetime import datetime

from sqlalchemy import delete, func, select, update

from quizapp import clock
from quizapp.attempts.service.desk import checked_reason
from quizapp.attempts.service.emptying import empty_attempts
from quizapp.audit import service as audit
from quizapp.contests import service as contests
from quizapp.contests.errors import NoRehearsal
from quizapp.contests.models import Contest, Round
from quizapp.contests.service import ContestCard
from quizapp.db import db, transaction
from quizapp.errors import N_, NotFound
from quizapp.jobs import service as jobs
from quizapp.jobs.service import Running
from quizapp.people import service as people
from quizapp.people.models import Person, TypedUnit
from quizapp.people.rules.policy import Permission
from quizapp.people.service import OrganiserCard
from quizapp.results.models import MinuteCount, PlaceByHand
from quizapp.standings.models import Snapshot
from quizapp.support import service as support

EMPTY = "results.empty"
AT_ONCE = 20  # people, with a few attempts each
PEOPLE, REST = N_("Xóa người và bài làm"), N_("Xóa bảng xếp hạng và câu hỏi")


def get_rehearsal(organiser: OrganiserCard, slug: str) -> ContestCard:
    """Return a rehearsal that the organiser may end. Raises NotFound, NoRehearsal."""
    contest = contests.get_contest(slug)
    if not people.may(organiser, Permission.RUN_CONTESTS, contest.owner_unit_id):
        raise NotFound
    if not contest.is_rehearsal:
        raise NoRehearsal
    return contest


def ask_empty(organiser: OrganiserCard, slug: str, *, reason: str, at: datetime) -> str:
    """End a rehearsal, put it away and ask for it to be emptied; return the job's public id.

    From now on nobody joins or begins. Asked again, it goes on where it was left.
    Raises NotFound, NoRehearsal, BadReason.
    """
    contest = get_rehearsal(organiser, slug)
    told, actor = checked_reason(reason), f"organiser:{organiser.id}"
    away = {"archived_at": at, "emptied_at": at}
    db.session.execute(update(Contest).where(Contest.id == contest.id).values(away))
    is_open = (Round.contest_id == contest.id, Round.opens_at < at, Round.closes_at > at)
    db.session.execute(update(Round).where(*is_open).values(closes_at=at, paused_at=None))
    audit.record("contest.empty", actor=actor, object=f"contest:{contest.id}", reason=told, at=at)
    return jobs.ask_job(EMPTY, {"contest": contest.id}, asked_by=actor, about=contest.title, at=at)


@jobs.register(EMPTY, title=N_("Xóa hết một buổi thi thử"))
def empty(job: Running) -> str:
    """Erase everybody of a rehearsal and all they did; return where it is said that it is done."""
    contest_id = int(job.payload["contest"])
    total = _count(contest_id)
    while ids := people.get_people_to_erase(contest_id, limit=AT_ONCE):
        db.session.rollback()
        job.progress(PEOPLE, total - _count(contest_id), total)
        with transaction():
            empty_attempts(ids, at=clock.now())
            people.erase_people(ids, at=clock.now())
    db.session.rollback()
    job.progress(REST)
    with transaction():
        support.erase_tickets(contest_id)
        # Snapshots made later show nobody: whom they would name is erased.
        for table in (TypedUnit, PlaceByHand, MinuteCount, Snapshot):
            db.session.execute(delete(table).where(table.contest_id == contest_id))
    return "/admin?archive=1"


def _count(contest_id: int) -> int:
    """Return how many people are still to be erased."""
    own = (Person.contest_id == contest_id, Person.state != people.PersonState.ERASED)
    found = db.session.scalar(select(func.count()).select_from(Person).where(*own)) or 0
    db.session.rollback()
    return found
