"""The figures as a Word file in the look of a report of an office, to be edited and sent on."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from quizapp.press import words
from quizapp.press.rules import Line, Report, groups
from quizapp.vietnamese import VIETNAM

FONT = "Times New Roman"
SIZE, TABLE = Pt(13), Pt(12)
FIRST_TIME = (1980, 1, 1, 0, 0, 0)
RIGHT, CENTRE = WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.CENTER
Row = Sequence[str]


def write_word(report: Report, *, made_at: datetime, digest: str) -> bytes:
    """Return the file (.docx); `digest` is that of the stored figures, empty where kept back."""
    document = _empty(made_at, title=words.subject(report))
    _head(document, report, made_at)
    _whole(document, report)
    _top(document, report)
    _bodies(document, report)
    _at_zero(document, report)
    _notes(document, report, digest)
    kept = io.BytesIO()
    document.save(kept)
    return _without_clock(kept)


def _empty(made_at: datetime, *, title: str) -> Any:
    document = Document()
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.top_margin = page.bottom_margin = page.right_margin = Cm(2)
    page.left_margin = Cm(3)
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, SIZE
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    style.paragraph_format.space_after = Pt(6)
    kept = document.core_properties
    kept.title, kept.author, kept.comments, kept.language = title, "", "", "vi-VN"
    kept.created = kept.modified = made_at.replace(tzinfo=None, microsecond=0)
    _number_pages(page)
    return document


def _number_pages(page: Any) -> None:
    line = page.footer.paragraphs[0]
    line.alignment = CENTRE
    run = line.add_run()
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._r.append(part)  # noqa: SLF001 - the library has no fields; its authors show this way


def _head(document: Any, report: Report, made_at: datetime) -> None:
    """Put who reports and when side by side, then what of."""
    sides = document.add_table(rows=1, cols=2)
    sides.autofit = False
    left, right = sides.rows[0].cells
    left.width, right.width = Cm(9), Cm(7)
    _say(left.paragraphs[0], report.owner.upper(), is_bold=True, align=CENTRE)
    _say(left.add_paragraph(), "BAN TỔ CHỨC CUỘC THI", align=CENTRE)
    local = made_at.astimezone(VIETNAM)
    day = f"Ngày {local:%d} tháng {local:%m} năm {local:%Y}"
    _say(right.paragraphs[0], day, is_italic=True, align=CENTRE)
    title = document.add_paragraph()
    title.paragraph_format.space_before = Pt(18)
    _say(title, "BÁO CÁO NHANH", is_bold=True, align=CENTRE, size=Pt(15))
    _say(document.add_paragraph(), f"Kết quả tham gia “{report.title}”", is_bold=True, align=CENTRE)
    if report.round_title:
        _say(document.add_paragraph(), report.round_title, is_bold=True, align=CENTRE)
    _say(document.add_paragraph(), f"({words.until(report.as_of)})", is_italic=True, align=CENTRE)


def _whole(document: Any, report: Report) -> None:
    _heading(document, "1. Kết quả chung")
    if report.is_kept_back:
        _say(document.add_paragraph(), words.KEPT_BACK)
        _say(document.add_paragraph(), f"{words.taking_part(report)}.")
        return
    rows = [
        (words.PEOPLE, words.number(report.people), words.more(report.more_people)),
        (words.ATTEMPTS, words.number(report.attempts), words.more(report.more_attempts)),
    ]
    if report.rate is not None:
        rows.append((words.RATE, words.rate(report.rate), ""))
    _table(document, ("Chỉ tiêu", "Số", "So với kỳ trước"), rows, widths=(8, 4, 4))
    told = f"{words.taking_part(report)}. {words.change(report)}."
    _say(document.add_paragraph(), told)


def _top(document: Any, report: Report) -> None:
    _heading(document, "2. Đơn vị dẫn đầu từng khối")
    if not report.lines:
        _say(document.add_paragraph(), f"{words.NO_BODIES}.")
    for group in groups(report):
        if not group.top:
            continue
        _over_table(document, words.group_title(report, group))
        if report.is_kept_back:
            names = "; ".join(words.name_of(one) for one in group.top)
            ends = words.span(group.span_of(group.top[0]))
            _say(document.add_paragraph(), f"Nhóm hạng {ends}: {names}.")
            continue
        rows = [
            (
                words.span(group.span_of(one)),
                words.name_of(one),
                words.number(one.people),
                words.number(one.attempts),
                words.rate(one.rate),
            )
            for one in group.top
        ]
        heads = ("Hạng", "Đơn vị", words.PEOPLE, words.ATTEMPTS, "Trên 100 đoàn viên")
        _table(document, heads, rows, widths=(1.7, 7, 2.3, 2.3, 2.7), texts=2)


def _bodies(document: Any, report: Report) -> None:
    _heading(document, "3. Kết quả từng đơn vị")
    for group in groups(report):
        if group.place is not None or not group.taking_part:
            continue
        _over_table(document, words.group_title(report, group))
        if report.is_kept_back:
            rows = [(words.span(one.tier), words.name_of(one)) for one in group.taking_part]
            _table(document, ("Hạng", "Đơn vị"), rows, widths=(4, 12), texts=2)
            continue
        heads = (
            *("Hạng", "Đơn vị", words.PEOPLE, "Tăng người thi", words.ATTEMPTS),
            *("Tăng lượt thi", "Trên 100 đoàn viên"),
        )
        lines = [_body(one) for one in group.taking_part]
        _table(
            document, heads, lines, widths=(1.6, 5, 1.9, 1.9, 1.9, 1.9, 1.8), texts=2, size=Pt(11)
        )
    for told in words.beside_bodies(report):
        _say(document.add_paragraph(), f"{told}.")


def _body(line: Line) -> Row:
    return (
        words.number(line.rank),
        words.name_of(line),
        words.number(line.people),
        words.more(line.more_people),
        words.number(line.attempts),
        words.more(line.more_attempts),
        words.rate(line.rate),
    )


def _at_zero(document: Any, report: Report) -> None:
    _heading(document, "4. Đơn vị chưa có người thi")
    found = [group for group in groups(report) if group.place is None]
    lists = [
        (words.group_title(report, group), [one.name for one in group.lines if one in at_zero])
        for at_zero in [report.at_zero]
        for group in found
    ]
    for title, names in lists:
        if names:
            told = f"{title} ({words.number(len(names))} đơn vị): {'; '.join(names)}."
            _say(document.add_paragraph(), told)
    if not report.at_zero:
        told = "Không có: mọi đơn vị đều đã có người thi" if report.lines else words.NO_BODIES
        _say(document.add_paragraph(), f"{told}.")


def _notes(document: Any, report: Report, digest: str) -> None:
    _heading(document, "Ghi chú")
    notes = [words.MEANING]
    if not report.is_kept_back:
        notes += [words.OF_RATES, "Các con số lấy từ cùng nguồn với bảng xếp hạng công khai."]
    if digest:
        notes.append(f"Dấu của bộ số liệu này (SHA-256): {digest}")
    for one in notes:
        _say(document.add_paragraph(), one, size=Pt(11))


def _heading(document: Any, text: str) -> None:
    line = _over_table(document, text)
    line.paragraph_format.space_before = Pt(12)


def _over_table(document: Any, text: str) -> Any:
    line = document.add_paragraph()
    line.paragraph_format.keep_with_next = True
    _say(line, text, is_bold=True)
    return line


def _say(
    line: Any,
    text: str,
    *,
    is_bold: bool = False,
    is_italic: bool = False,
    align: Any = None,
    size: Any = None,
) -> None:
    run = line.add_run(text)
    run.bold, run.italic = is_bold, is_italic
    if size is not None:
        run.font.size = size
    if align is not None:
        line.alignment = align


def _table(
    document: Any,
    heads: Row,
    rows: Iterable[Row],
    *,
    widths: Sequence[float],
    texts: int = 1,
    size: Any = TABLE,
) -> None:
    """Put a table of centimetres; the first `texts` columns are words, the others numbers."""
    table = document.add_table(rows=1, cols=len(heads), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    _mark(table.rows[0], "w:tblHeader")  # stands again at the top of each page
    for cell, head in zip(table.rows[0].cells, heads, strict=True):
        _put(cell, head, align=CENTRE, is_bold=True, size=size)
    for row in rows:
        new = table.add_row()
        _mark(new, "w:cantSplit")
        for place, (cell, text) in enumerate(zip(new.cells, row, strict=True)):
            _put(cell, text, align=None if place < texts else RIGHT, is_bold=False, size=size)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _put(cell: Any, text: str, *, align: Any, is_bold: bool, size: Any) -> None:
    line = cell.paragraphs[0]
    line.paragraph_format.space_after = Pt(2)
    _say(line, text, is_bold=is_bold, align=align, size=size)


def _mark(row: Any, name: str) -> None:
    mark = OxmlElement(name)
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)  # noqa: SLF001 - as above


def _without_clock(kept: io.BytesIO) -> bytes:
    """Return the file with members of one fixed time: the same report, the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(kept) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.infolist():
            member = zipfile.ZipInfo(one.filename, FIRST_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(member, old.read(one.filename))
    return packed.getvalue()
