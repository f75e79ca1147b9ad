"""Every morning the figures as of 24h00, made by the worker without anybody asking for them.

They are of what had been handed in by 24h00, however late the worker comes to it; mornings that
were missed are made up, the oldest first, since each is compared with the one before.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from quizapp.contests import service as contests
from quizapp.contests.service import ContestCard, RoundCard
from quizapp.db import db, kept_for_good, transaction
from quizapp.errors import N_
from quizapp.jobs import service as jobs
from quizapp.jobs.service import Running
from quizapp.press.models import PressReport
from quizapp.press.rules import DAY, mornings
from quizapp.press.service.figures import LEAST_AGE
from quizapp.press.service.files import keep_files
from quizapp.press.service.making import make_morning
from quizapp.web.pulse import EPOCH, minute_of

MORNING = "press.morning"
MADE_UP = timedelta(days=31)  # of a longer absence nobody waits for the mornings
TRY_AGAIN = timedelta(hours=1)
DRAWING = N_("Vẽ ảnh")


def ask_mornings(*, at: datetime) -> int:
    """Ask for the next morning that each contest lacks, in the first pass of a minute; how many.

    A contest's next one waits until the one before is there.
    """
    kept = kept_for_good("minute of mornings")
    if kept.get("minute") == minute_of(at):
        return 0
    kept["minute"] = minute_of(at)
    missing = {one.id: _oldest_missing(one, at) for one in contests.get_contests()}
    due = {(contest_id, _epoch(one)) for contest_id, one in missing.items() if one is not None}
    if due:  # one that failed is tried again after a while
        known = jobs.get_payloads(MORNING, ended_after=at - TRY_AGAIN)
        due -= {(int(one["contest"]), int(one["as_of"])) for one in known}
    db.session.rollback()
    for contest_id, as_of in sorted(due):
        with transaction():
            payload = {"contest": contest_id, "as_of": as_of}
            jobs.ask_job(MORNING, payload, asked_by="system", at=at)
    return len(due)


@jobs.register(MORNING, title=N_("Số liệu tính đến 24h00"))
def morning(job: Running) -> str:
    """Make the reports of a morning and draw their files; return where they are listed."""
    contest_id, as_of = int(job.payload["contest"]), _moment(int(job.payload["as_of"]))
    contest = next(one for one in contests.get_contests() if one.id == contest_id)
    db.session.rollback()
    for report_id in make_morning(contest, numbers_of(contest, as_of), as_of, actor="system"):
        keep_files(contest, report_id, lambda done, total: job.progress(DRAWING, done, total))
    return f"/admin/c/{contest.slug}/press"


def numbers_of(contest: ContestCard, as_of: datetime) -> list[int]:
    """Return what a morning tells of: the contest (0), and of several rounds those of that day."""
    if len(contest.rounds) == 1:
        return [0]
    of_day = (one for one in contest.rounds if _of([one], since=as_of - DAY, until=as_of))
    return [0, *(one.number for one in of_day)]


def _oldest_missing(contest: ContestCard, at: datetime) -> datetime | None:
    """Return the oldest morning that is due and not there yet."""
    if contest.is_rehearsal or contest.is_archived:
        return None
    opens = min(one.window.opens_at for one in contest.rounds)
    due = _of(contest.rounds, since=max(at - MADE_UP, opens - DAY), until=at - LEAST_AGE)
    if not due:
        return None
    made = select(PressReport.morning_of).where(
        PressReport.contest_id == contest.id,
        PressReport.round_number == 0,
        PressReport.morning_of >= due[0],
    )
    known = set(db.session.scalars(made))
    return next((one for one in due if one not in known), None)


def _of(rounds: Sequence[RoundCard], *, since: datetime, until: datetime) -> list[datetime]:
    return mornings(
        [one.window for one in rounds],
        grace=max(one.rules.grace for one in rounds),
        since=since,
        until=until,
    )


def _epoch(at: datetime) -> int:
    return (at - EPOCH) // timedelta(seconds=1)


def _moment(seconds: int) -> datetime:
    return EPOCH + timedelta(seconds=seconds)
