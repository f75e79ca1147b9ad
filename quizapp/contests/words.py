"""What presets and banks are called where an organiser chooses one."""

from quizapp.errors import N_
from quizapp.web.language import translated

PRESETS = {
    "union_weekly_20x20": N_("Thi tuần: 20 câu, 20 phút, 2 lượt mỗi vòng, câu dự đoán của vòng"),
    "provincial_two_period_boards": N_("Thi hai đợt theo bảng A, B, C, D: 20 câu, 20 phút, 2 lượt"),
    "justice_month_19plus1": N_(
        "Thi một tháng: 19 câu và câu dự đoán, 20 phút, 3 lượt cả cuộc thi"
    ),
    "propaganda_weekly_open": N_("Thi tuần mở rộng: 10 câu, 10 phút, không hạn chế số lượt"),
    "closed_roster_quota": N_("Thi theo danh sách: 40 câu, 40 phút, một lượt"),
    "school_points": N_("Thi trường học: tỷ lệ tham gia cộng điểm thưởng"),
}
BANK = N_("%(title)s (bản %(number)s, %(asked)s câu)")


def preset_words(name: str) -> str:
    """Return a preset in plain words of the reader's language, by its name when it has none."""
    return translated(PRESETS[name]) if name in PRESETS else name


def bank_words(title: str, *, number: int, asked: int) -> str:
    """Return a bank's newest version in words of the reader's language."""
    return translated(BANK) % {"title": title, "number": number, "asked": asked}
