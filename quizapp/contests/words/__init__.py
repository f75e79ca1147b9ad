"""What presets and banks are called where an organiser chooses one."""

from quizapp.contests.rules.drafts import Step
from quizapp.contests.words.knobs import choice_words, group_words, knob_help, knob_title
from quizapp.errors import N_
from quizapp.web.language import translated

__all__ = [
    "bank_words",
    "choice_words",
    "field_words",
    "group_words",
    "knob_help",
    "knob_title",
    "preset_words",
    "rehearsing",
    "step_words",
]

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


STEPS = {
    Step.BASICS: N_("Thông tin chung"),
    Step.RULES: N_("Thể lệ"),
    Step.PAPER: N_("Đề thi"),
    Step.ROUNDS: N_("Các vòng"),
    Step.REGULATION: N_("Văn bản đã ký"),
    Step.CHECK: N_("Kiểm tra và duyệt"),
}
FIELDS = {
    "title": N_("Tên cuộc thi"),
    "slug": N_("Địa chỉ trên mạng"),
    "unit": N_("Đơn vị tổ chức"),
    "controller": N_("Bên kiểm soát dữ liệu cá nhân"),
    "controller_address": N_("Địa chỉ của bên ấy"),
    "colour": N_("Màu của cuộc thi"),
    "hotline": N_("Số điện thoại ban tổ chức"),
    "controller_contact": N_("Liên hệ về dữ liệu cá nhân"),
    "retention_months": N_("Thời gian giữ dữ liệu cá nhân (tháng)"),
    "bank": N_("Ngân hàng câu hỏi"),
    "excluded_reason": N_("Lý do về các câu hết hiệu lực"),
    "excluded_do": N_("Quyết định về một câu hết hiệu lực"),
    "excluded_why": N_("Lý do về một câu hết hiệu lực"),
    "regulation_number": N_("Số văn bản"),
    "regulation_date": N_("Ngày ký"),
    "rounds": N_("Các vòng"),
    "regulation": N_("Đối chiếu"),
}


def step_words(step: Step) -> str:
    """Return what a step of preparing a contest is called."""
    return translated(STEPS[step])


def field_words(field: str) -> str:
    """Return what a field is called, a knob by its title."""
    name = field.partition(":")[0]
    known = FIELDS.get(field, FIELDS.get(name))
    return translated(known) if known else knob_title(name)


def rehearsing(*things: object) -> bool:
    """Tell whether one of these is a rehearsal, or of one: a contest, a paper, a desk's file."""
    return any(
        getattr(getattr(one, "contest", one), "is_rehearsal", False) for one in things if one
    )
