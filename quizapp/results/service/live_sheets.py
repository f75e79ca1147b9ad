"""The live room as a workbook, made by a job: the same numbers as the page's tables."""

from collections.abc import Sequence
from datetime import date, datetime

from quizapp import clock
from quizapp.db import db
from quizapp.errors import N_
from quizapp.jobs import service as jobs
from quizapp.jobs.service import Running
from quizapp.people import service as people
from quizapp.people.service import OrganiserCard
from quizapp.results.service import live
from quizapp.results.service.hourly import HOURS
from quizapp.results.service.live import Room, Slot
from quizapp.web.formats import local
from quizapp.web.language import language, speaking, told, translated
from quizapp.web.sheets import XLSX, Cell, Table, workbook

WORKBOOK = "results.live_workbook"
COUNTING, WRITING = N_("Đọc số liệu"), N_("Ghi tệp Excel")
HEADINGS = (N_("Bắt đầu hoặc làm tiếp"), N_("Lần lưu"), N_("Nộp bài"))
AT, AS_OF = N_("Lúc"), N_("Tính đến")
SUM = N_("Cộng")
OF_UNIT = (N_("Đơn vị"), N_("Người"), N_("Lượt"))


def ask_workbook(organiser: OrganiserCard, slug: str, *, day: date | None, at: datetime) -> str:
    """Ask for the workbook, with units by the hours of a day (None: today); return the job.

    Raises NotFound, NotYourRole, HiddenNow.
    """
    contest = live.check_shown(organiser, slug, at=at)
    asked = {"contest": contest.slug, "day": day.isoformat() if day else "", "words": language()}
    actor = f"organiser:{organiser.id}"
    return jobs.ask_job(WORKBOOK, asked, asked_by=actor, about=contest.title, at=at)


@jobs.register(WORKBOOK, title=N_("Tệp Excel của trang Trực tiếp"))
def make_workbook(job: Running) -> None:
    """Write the numbers as they are now into a file, if who asked may still see them."""
    slug, day = str(job.payload["contest"]), str(job.payload["day"])
    job.progress(COUNTING, 0, 2)
    organiser, now = people.get_active_organiser(job.asked_by), clock.now()
    live.check_shown(organiser, slug, at=now)
    room = live.get_room(organiser, slug, at=now)
    room = live.with_units_by_hour(room, date.fromisoformat(day) if day else None)
    db.session.rollback()
    job.progress(WRITING, 1, 2)
    with speaking(str(job.payload["words"])):
        content = write(room)
    job.keep_file(f"truc-tiep-{slug}.xlsx", XLSX, content)
    job.progress(WRITING, 2, 2)


def write(room: Room) -> bytes:
    """Return the workbook: minutes, hours, units, units by hour; each sheet says as of when."""
    as_of = f"{translated(AS_OF)} {local(room.at):%H:%M:%S %d/%m/%Y}"
    of_time = [f"{translated(AT)} ({as_of})", *map(translated, HEADINGS)]
    of_unit = [f"{translated(OF_UNIT[0])} ({as_of})", *map(translated, OF_UNIT[1:])]
    of_hours = [of_unit[0], *(f"{hour}h" for hour in range(HOURS)), translated(SUM)]
    tables = (
        ("Phút", of_time, [_row(one) for one in room.minutes]),
        ("Giờ", of_time, [_row(one) for one in room.hours]),
        ("Đơn vị", of_unit, [(told(one.name), one.people, one.attempts) for one in room.units]),
        (
            f"Lượt theo giờ {room.day:%d-%m-%Y}",
            of_hours,
            [_hours(one.name, one.attempts) for one in room.unit_days],
        ),
        (
            f"Người theo giờ {room.day:%d-%m-%Y}",
            of_hours,
            [_hours(one.name, one.people) for one in room.unit_days],
        ),
    )
    return workbook(
        [
            Table(name=name, headings=heads, rows=rows, widths={heads[0]: 44})
            for name, heads, rows in tables
        ],
        title=room.contest.title,
        comments=as_of,
        made_at=room.at,
    )


def _row(one: Slot) -> Sequence[Cell]:
    return [f"{local(one.at):%H:%M %d/%m/%Y}", one.starts, one.saves, one.submits]


def _hours(name: str, numbers: Sequence[int]) -> Sequence[Cell]:
    return [name, *numbers, sum(numbers)]
