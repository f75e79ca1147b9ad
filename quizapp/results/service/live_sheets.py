"""The live room as a workbook: the same numbers as the page's tables."""

from collections.abc import Sequence

from quizapp.errors import N_
from quizapp.results.service.live import Room, Slot
from quizapp.web.language import local, translated
from quizapp.web.sheets import XLSX, Cell, Table, workbook

MIMETYPE = XLSX
HEADINGS = (N_("Bắt đầu hoặc làm tiếp"), N_("Lần lưu"), N_("Nộp bài"))
AT, AS_OF = N_("Lúc"), N_("Tính đến")
OF_UNIT = (N_("Đơn vị"), N_("Người"), N_("Lượt"))


def write(room: Room) -> bytes:
    """Return the workbook: minutes, hours, units, each a sheet that says what it is as of."""
    as_of = f"{translated(AS_OF)} {local(room.at):%H:%M:%S %d/%m/%Y}"
    of_time = [f"{translated(AT)} ({as_of})", *map(translated, HEADINGS)]
    of_unit = [f"{translated(OF_UNIT[0])} ({as_of})", *map(translated, OF_UNIT[1:])]
    tables = (
        ("Phút", of_time, [_row(one) for one in room.minutes]),
        ("Giờ", of_time, [_row(one) for one in room.hours]),
        ("Đơn vị", of_unit, [(one.name, one.people, one.attempts) for one in room.units]),
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
