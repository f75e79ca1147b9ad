"""What organisers who reach all of a contest see of its reports, ask for and fetch.

While counts are predicted (invariant 4), whoever is no auditor is shown and given what keeps the
numbers back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from quizapp.contests import service as contests
from quizapp.contests.rules.hiding import Hidden
from quizapp.contests.service import ContestCard
from quizapp.db import db
from quizapp.errors import N_, NotFound
from quizapp.jobs import service as jobs
from quizapp.jobs.service import MadeFile, Running
from quizapp.people import service as people
from quizapp.people.service import SEES, OrganiserCard, Reach
from quizapp.press.errors import FilesGone, Frozen, OfRehearsal
from quizapp.press.models import PressFile, PressReport
from quizapp.press.rules import Form, Version, day_of, is_24h00, read
from quizapp.press.service.files import MEDIA_TYPES, find_file, keep_files
from quizapp.press.service.making import make_report
from quizapp.press.service.mornings import DRAWING
from quizapp.standings.service.freezing import Seen, as_seen
from quizapp.vietnamese import VIETNAM

REPORT, FILES = "press.report", "press.files"
LISTED = 60
KINDS = {Form.WORD: "bao-cao", Form.EXCEL: "so-lieu", Form.PICTURE: "anh", Form.CARDS: "anh"}


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportLine:
    """A report in the list; `whole_day`: the one at whose 24h00 it is, None at other moments.

    Numbers are None where they are kept back.
    """

    id: int
    as_of: datetime
    whole_day: date | None
    round_title: str
    is_morning: bool
    people: int | None
    attempts: int | None
    has_files: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PressPage:
    contest: ContestCard
    is_kept_back: bool
    frozen_at: datetime | None
    reports: Sequence[ReportLine]


def get_page(organiser: OrganiserCard, slug: str, *, at: datetime) -> PressPage:
    """Return the newest reports of a contest. Raises NotFound, NotYourRole."""
    contest, _ = _reached(organiser, slug)
    rows = db.session.scalars(
        select(PressReport)
        .where(PressReport.contest_id == contest.id)
        .order_by(PressReport.as_of.desc(), PressReport.id.desc())
        .limit(LISTED)
    ).all()
    drawn = set(
        db.session.scalars(
            select(PressFile.report_id)
            .where(PressFile.report_id.in_([one.id for one in rows]))
            .where(PressFile.form == Form.CARDS)
        )
    )
    seen = as_seen(contest, at)
    lines = [
        _line(one, _version(organiser, seen, one), has_files=one.id in drawn)
        for one in rows
        if not is_frozen_out(seen, one.as_of)
    ]
    numbers = [0, *(one.number for one in contest.rounds)]
    return PressPage(
        contest=contest,
        is_kept_back=any(Hidden.COUNTS in seen.contest.hides(n, seen.at) for n in numbers),
        frozen_at=seen.frozen_at,
        reports=lines,
    )


def ask_report(organiser: OrganiserCard, slug: str, number: int, *, at: datetime) -> str:
    """Ask for the figures as boards show them now; return the job's public id.

    Raises NotFound, NotYourRole, OfRehearsal.
    """
    contest, reach = _reached(organiser, slug)
    if contest.is_rehearsal:
        raise OfRehearsal
    if number:
        contests.get_round(contest, number)
    payload: dict[str, int | str] = {"contest": contest.slug, "round": number}
    return jobs.ask_job(REPORT, payload, asked_by=reach.actor, about=contest.title, at=at)


def ask_files(organiser: OrganiserCard, slug: str, report_id: int, *, at: datetime) -> str:
    """Ask for the files of a report to be drawn again. Raises NotFound, NotYourRole."""
    contest, reach = _reached(organiser, slug)
    _report(contest, report_id)
    payload: dict[str, int | str] = {"contest": contest.slug, "report": report_id}
    return jobs.ask_job(FILES, payload, asked_by=reach.actor, about=contest.title, at=at)


def get_file(
    organiser: OrganiserCard, slug: str, report_id: int, form: str, *, at: datetime
) -> MadeFile:
    """Return a file of a report as this organiser may have it.

    Raises NotFound, NotYourRole, Frozen, FilesGone.
    """
    contest, _ = _reached(organiser, slug)
    row = _report(contest, report_id)
    if form not in set(Form):
        raise NotFound
    kind = Form(form)
    seen = as_seen(contest, at)
    if is_frozen_out(seen, row.as_of):
        raise Frozen
    content = find_file(row.id, _version(organiser, seen, row), kind)
    if content is None:
        raise FilesGone
    return MadeFile(
        name=file_name(contest.slug, row.round_number, row.as_of, kind),
        media_type=MEDIA_TYPES[kind],
        content=content,
    )


def is_frozen_out(seen: Seen, as_of: datetime) -> bool:
    """Tell whether figures are of a time that nobody is to know of before boards are thawed."""
    return seen.frozen_at is not None and as_of > seen.frozen_at


def file_name(slug: str, number: int, at: datetime, form: Form) -> str:
    """Return `bao-cao-tim-hieu-vong-1-20261129-0000.docx`."""
    of_round = f"-vong-{number}" if number else ""
    return f"{KINDS[form]}-{slug}{of_round}-{at.astimezone(VIETNAM):%Y%m%d-%H%M}.{form}"


@jobs.register(REPORT, title=N_("Lập báo cáo số liệu"))
def report(job: Running) -> str:
    """Make a report of now and draw its files; return where it is listed."""
    slug = str(job.payload["contest"])
    contest = contests.get_contest(slug)
    db.session.rollback()
    report_id = make_report(contest, int(job.payload["round"]), actor=job.asked_by)
    keep_files(contest, report_id, lambda done, total: job.progress(DRAWING, done, total))
    return f"/admin/c/{slug}/press"


@jobs.register(FILES, title=N_("Làm lại tệp của báo cáo"))
def files(job: Running) -> str:
    """Draw the files of a report again; return where it is listed."""
    slug = str(job.payload["contest"])
    contest = contests.get_contest(slug)
    db.session.rollback()
    told = job.progress
    keep_files(contest, int(job.payload["report"]), lambda n, total: told(DRAWING, n, total))
    return f"/admin/c/{slug}/press"


def _reached(organiser: OrganiserCard, slug: str) -> tuple[ContestCard, Reach]:
    """Return the contest, for whom was granted everybody of it. Raises NotFound, NotYourRole."""
    contest = contests.get_contest(slug)
    reach = people.get_reach(organiser, contest.owner_unit_id, roles=SEES)
    reach.check(None)
    return contest, reach


def _report(contest: ContestCard, report_id: int) -> PressReport:
    row = db.session.get(PressReport, report_id)
    if row is None or row.contest_id != contest.id:
        raise NotFound
    return row


def _version(organiser: OrganiserCard, seen: Seen, row: PressReport) -> Version:
    """Return which version this organiser may see: what is predicted, only an auditor."""
    if Hidden.COUNTS not in seen.contest.hides(row.round_number, seen.at):
        return Version.EXACT
    owner = seen.contest.owner_unit_id
    sees = people.may(organiser, people.Permission.SEE_EXACT_COUNTS, owner)
    return Version.EXACT if sees else Version.KEPT_BACK


def _line(row: PressReport, version: Version, *, has_files: bool) -> ReportLine:
    told = read(row.body)
    is_exact = version is Version.EXACT
    return ReportLine(
        id=row.id,
        as_of=row.as_of,
        whole_day=day_of(row.as_of) if is_24h00(row.as_of) else None,
        round_title=told.round_title,
        is_morning=row.morning_of is not None,
        people=told.people if is_exact else None,
        attempts=told.attempts if is_exact else None,
        has_files=has_files,
    )
