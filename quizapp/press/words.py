"""What reports say: Vietnamese whoever asks for them, since a paper goes on from hand to hand."""

from datetime import datetime

from quizapp.contests.rules.hiding import Span
from quizapp.press.rules import Group, Line, Report, day_of, is_24h00
from quizapp.vietnamese import VIETNAM

NO_BREAK = "\xa0"
UNKNOWN = "—"  # no head count, no period before
PEOPLE, ATTEMPTS = "Người thi", "Lượt thi"
RATE = "Người thi trên 100 đoàn viên"
NO_PERIOD_BEFORE = "chưa có kỳ trước"
ELSEWHERE = "Đơn vị khác hoặc chưa xác định được"
NO_BODIES = "Không có đơn vị trực thuộc để xếp hạng"
NOBODY = "Chưa có người thi"
MEANING = (
    "Người thi: mỗi người đếm một lần, dù thi bao nhiêu lượt. Lượt thi: mỗi bài đã nộp hoặc hết"
    " giờ, kể cả các lượt thi lại. Hai con số này khác nhau, khi đăng xin ghi đúng tên."
)
OF_RATES = (
    f"Số trên 100 đoàn viên chỉ có ở đơn vị đã khóa số đoàn viên, đơn vị khác ghi “{UNKNOWN}”. Số"
    " người thi của một đơn vị gồm cả các đơn vị bên dưới."
)
KEPT_BACK = (
    "Số người hoặc số lượt đang là đáp án của câu dự đoán, nên các con số được giữ lại đến khi"
    " chốt kết quả. Đơn vị được ghi theo nhóm hạng, trong nhóm theo tên."
)
KINDS = {
    "province": "Liên đoàn Lao động tỉnh, thành phố",
    "sector": "Công đoàn ngành",
    "corporation": "Công đoàn tổng công ty, tập đoàn",
    "upper": "Công đoàn cấp trên trực tiếp cơ sở",
    "grassroots": "Công đoàn cơ sở",
}
OTHER_KIND = "Đơn vị khác"


def as_of(at: datetime) -> str:
    """`24h00 ngày 28/11/2026`"""
    local = at.astimezone(VIETNAM)
    time = "24h00" if is_24h00(at) else f"{local:%Hh%M}"
    return f"{time} ngày {day_of(at):%d/%m/%Y}"


def until(at: datetime) -> str:
    """`Tính đến 24h00 ngày 28/11/2026`"""
    return f"Tính đến {as_of(at)}"


def number(value: int | None) -> str:
    """`1.234.567`"""
    return UNKNOWN if value is None else f"{value:,}".replace(",", ".")


def more(value: int | None) -> str:
    """`+1.234`, `−5`, `0`; a dash without a period before."""
    if not value:
        return number(value)
    return f"+{number(value)}" if value > 0 else f"\u2212{number(-value)}"


def rate(hundredths: int | None) -> str:
    """`12,34`"""
    if hundredths is None:
        return UNKNOWN
    return f"{hundredths // 100:,}".replace(",", ".") + f",{hundredths % 100:02d}"


def of_people(value: int) -> str:
    return f"{number(value)}{NO_BREAK}người thi"


def of_attempts(value: int) -> str:
    return f"{number(value)}{NO_BREAK}lượt thi"


def span(ends: Span | None) -> str:
    """`3`, `6–10`, or a dash."""
    if ends is None:
        return UNKNOWN
    return number(ends[0]) if ends[0] == ends[1] else f"{number(ends[0])}–{number(ends[1])}"


def group_title(report: Report, group: Group) -> str:
    if group.place is not None:
        return report.divisions[group.place - 1]
    return KINDS.get(group.kind or "", OTHER_KIND)


def kind_title(line: Line) -> str:
    return KINDS.get(line.kind, OTHER_KIND)


def name_of(line: Line) -> str:
    return f"{line.name} (đã kết thúc)" if line.has_ended else line.name


def subject(report: Report) -> str:
    """`Tìm hiểu Luật Công đoàn, Tuần 2`"""
    return f"{report.title}, {report.round_title}" if report.round_title else report.title


def own_name(report: Report) -> str:
    """Name those who count for the owner of the contest itself, for no body below it."""
    return f"Thuộc chính {report.owner}"


def beside_bodies(report: Report) -> list[str]:
    """Tell who stands in no line of a body, as far as there is anybody and it may be told."""
    found = [
        (own_name(report), report.own_people, report.own_attempts),
        (ELSEWHERE, report.elsewhere_people, report.elsewhere_attempts),
    ]
    return [
        f"{name}: {number(people)} người thi, {number(attempts)} lượt thi"
        for name, people, attempts in found
        if people
    ]


def taking_part(report: Report) -> str:
    """`49 trong 51 đơn vị có người thi`"""
    if not report.lines:
        return NO_BODIES
    there = len(report.taking_part) + len(report.at_zero)
    return f"{number(len(report.taking_part))} trong {number(there)} đơn vị có người thi"


def change(report: Report) -> str:
    """Tell what is more than in the period before, people and attempts by their names."""
    if report.before is None:
        return f"So với kỳ trước: {NO_PERIOD_BEFORE}"
    return (
        f"So với {as_of(report.before)}: {more(report.more_people)} người thi,"
        f" {more(report.more_attempts)} lượt thi"
    )
