"""The live room as a workbook: the same numbers as the page's tables."""

from collections.abc import Sequence
from io import BytesIO

import xlsxwriter

from quizapp.errors import N_
from quizapp.results.service.live import Room, Slot
from quizapp.web.language import local, translated

MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A name that begins with "=" must stay words.
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
HEADINGS = (N_("Bắt đầu hoặc làm tiếp"), N_("Lần lưu"), N_("Nộp bài"))
AT, AS_OF = N_("Lúc"), N_("Tính đến")
OF_UNIT = (N_("Đơn vị"), N_("Người"), N_("Lượt"))

Row = Sequence[object]


def write(room: Room) -> bytes:
    """Return the workbook: minutes, hours, units, each a sheet that says what it is as of."""
    target = BytesIO()
    as_of = f"{local(room.at):%H:%M:%S %d/%m/%Y}"
    with xlsxwriter.Workbook(target, OPTIONS) as book:
        made = room.at.replace(tzinfo=None)  # else the library asks a clock that is not ours
        book.set_properties({"title": room.contest.title, "comments": as_of, "created": made})
        heads = [translated(words) for words in HEADINGS]
        sheets: dict[str, list[Row]] = {
            "Phút": [[translated(AT), *heads], *(_row(one) for one in room.minutes)],
            "Giờ": [[translated(AT), *heads], *(_row(one) for one in room.hours)],
            "Đơn vị": [
                [translated(words) for words in OF_UNIT],
                *((one.name, one.people, one.attempts) for one in room.units),
            ],
        }
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            sheet.set_column(0, 0, 28)
            sheet.write_string(0, 0, f"{translated(AS_OF)} {as_of}")
            for number, row in enumerate(rows, start=1):
                sheet.write_row(number, 0, row)
    return target.getvalue()


def _row(one: Slot) -> Row:
    return [f"{local(one.at):%H:%M %d/%m/%Y}", one.starts, one.saves, one.submits]
