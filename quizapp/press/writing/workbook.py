"""The figures as a workbook: numbers as numbers, each sheet says as of when."""

from collections.abc import Sequence
from datetime import datetime

from quizapp.press import words
from quizapp.press.rules import Line, Report, groups
from quizapp.web.sheets import Cell, Table, workbook


def write_workbook(report: Report, *, made_at: datetime) -> bytes:
    """Return the file (.xlsx)."""
    as_of = words.until(report.as_of)
    return workbook(
        [_summary(report), _bodies(report), _top(report), _at_zero(report)],
        title=f"{words.subject(report)}: {as_of}",
        comments=as_of,
        made_at=made_at,
    )


def _summary(report: Report) -> Table:
    as_of = words.until(report.as_of)
    there = len(report.taking_part) + len(report.at_zero)
    rows: list[Sequence[Cell]] = [
        ("Cuộc thi", report.title),
        ("Vòng", report.round_title or "cả cuộc thi"),
        ("Đơn vị tổ chức", report.owner),
    ]
    if not report.is_kept_back:
        before = words.NO_PERIOD_BEFORE if report.before is None else words.as_of(report.before)
        rows += [
            (words.PEOPLE, report.people),
            (words.ATTEMPTS, report.attempts),
            ("Kỳ trước: tính đến", before),
            ("Tăng người thi so với kỳ trước", _or_dash(report.more_people)),
            ("Tăng lượt thi so với kỳ trước", _or_dash(report.more_attempts)),
            ("Đoàn viên (số đã khóa)", _or_dash(report.members)),
            (words.RATE, _rate(report.rate)),
            (f"{words.own_name(report)}: người thi", report.own_people),
            (f"{words.own_name(report)}: lượt thi", report.own_attempts),
            (f"{words.ELSEWHERE}: người thi", report.elsewhere_people),
            (f"{words.ELSEWHERE}: lượt thi", report.elsewhere_attempts),
        ]
    rows += [
        ("Số đơn vị có người thi", len(report.taking_part)),
        ("Số đơn vị chưa có người thi", len(report.at_zero)),
        ("Số đơn vị", there),
        ("Cách đếm", words.MEANING),
    ]
    if report.is_kept_back:
        rows.append(("Số được giữ lại", words.KEPT_BACK))
    return Table(
        name="Tổng hợp",
        headings=(f"Chỉ tiêu ({as_of})", "Giá trị"),
        rows=rows,
        widths={f"Chỉ tiêu ({as_of})": 48, "Giá trị": 60},
    )


def _bodies(report: Report) -> Table:
    heading = f"Đơn vị ({words.until(report.as_of)})"
    headings = [heading, "Khối", "Hạng trong khối"]
    if report.divisions:
        headings += ["Bảng", "Hạng trong bảng"]
    if not report.is_kept_back:
        headings += [
            *(words.PEOPLE, "Tăng người thi", words.ATTEMPTS, "Tăng lượt thi"),
            *("Đoàn viên", words.RATE),
        ]
    rows = [_body(report, one) for one in report.lines]
    gap: list[Cell] = [None] * (4 if report.divisions else 2)
    beside = [
        (words.own_name(report), report.own_people, report.own_attempts),
        (words.ELSEWHERE, report.elsewhere_people, report.elsewhere_attempts),
    ]
    rows += [[name, *gap, people, None, attempts] for name, people, attempts in beside if people]
    return Table(name="Đơn vị", headings=headings, rows=rows, widths={heading: 48, "Khối": 34})


def _body(report: Report, line: Line) -> Sequence[Cell]:
    cells: list[Cell] = [words.name_of(line), words.kind_title(line), _place(line.rank, line.tier)]
    if report.divisions:
        title = None if line.division is None else report.divisions[line.division - 1]
        cells += [title, _place(line.rank_in_division, line.tier_in_division)]
    if not report.is_kept_back:
        cells += [
            *(line.people, _or_dash(line.more_people)),
            *(line.attempts, _or_dash(line.more_attempts)),
            *(_or_dash(line.members), _rate(line.rate)),
        ]
    return cells


def _top(report: Report) -> Table:
    heading = f"Đơn vị dẫn đầu ({words.until(report.as_of)})"
    headings = ["Khối hoặc bảng", "Hạng", heading]
    headings += [] if report.is_kept_back else [words.PEOPLE, words.ATTEMPTS, words.RATE]
    rows: list[Sequence[Cell]] = []
    for group in groups(report):
        for line in group.top:
            span = group.span_of(line)
            rank = None if span is None else _place(span[0] if span[0] == span[1] else None, span)
            own = [words.group_title(report, group), rank, words.name_of(line)]
            numbers = [line.people, line.attempts, _rate(line.rate)]
            rows.append(own if report.is_kept_back else own + numbers)
    widths = {"Khối hoặc bảng": 36, heading: 48}
    return Table(name="Dẫn đầu", headings=headings, rows=rows, widths=widths)


def _at_zero(report: Report) -> Table:
    heading = f"{words.NOBODY} ({words.until(report.as_of)})"
    rows = [(one.name, words.kind_title(one)) for one in report.at_zero]
    widths = {heading: 48, "Khối": 36}
    return Table(name=words.NOBODY, headings=(heading, "Khối"), rows=rows, widths=widths)


def _place(rank: int | None, tier: tuple[int, int] | None) -> Cell:
    return rank if rank is not None else None if tier is None else words.span(tier)


def _rate(hundredths: int | None) -> Cell:
    return words.UNKNOWN if hundredths is None else hundredths / 100


def _or_dash(value: int | None) -> Cell:
    return words.UNKNOWN if value is None else value
