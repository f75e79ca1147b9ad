"""Reads the values of an .xls in a process of its own: a damaged one may never end."""

import json
import subprocess
import sys
from datetime import date
from io import BytesIO
from typing import Any

import python_calamine

from quizapp.banks.errors import CannotRead

SECONDS = 20
BROKEN = "tệp .xls bị hỏng hoặc quá lớn; hãy mở bằng Excel và lưu lại thành .xlsx."


def sheets_of(content: bytes) -> list[tuple[str, bool, list[list[Any]]]]:
    """Return name, whether it is shown, and rows of each sheet. Raises CannotRead."""
    command = [sys.executable, "-m", __name__]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, the file goes in by its input
            command, input=content, capture_output=True, timeout=SECONDS, check=True
        )
        told = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        raise CannotRead(reason=BROKEN) from error
    return [(name, shown, [list(map(_value, row)) for row in rows]) for name, shown, rows in told]


def _value(told: Any) -> Any:
    return date.fromisoformat(told[0]) if isinstance(told, list) else told


def _told(value: Any) -> Any:
    """Return what JSON can hold: a day is a list of its text, other moments are their words."""
    if isinstance(value, date):
        return [value.isoformat()[:10]]
    return value if isinstance(value, str | int | float | bool) else str(value)


def _main() -> None:
    book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(sys.stdin.buffer.read()))
    told = []
    for about in book.sheets_metadata:
        if about.typ is python_calamine.SheetTypeEnum.WorkSheet:
            shown = about.visible is python_calamine.SheetVisibleEnum.Visible
            rows = book.get_sheet_by_name(about.name).to_python(skip_empty_area=False)
            told.append((about.name, shown, [list(map(_told, row)) for row in rows]))
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    _main()
