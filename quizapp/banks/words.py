"""What contestants may find wrong with a question, in words."""

from collections.abc import Mapping

from quizapp.errors import N_
from quizapp.web.language import translated

REASONS = {
    "unclear": N_("Câu hỏi khó hiểu, nhiều cách hiểu"),
    "no_right_option": N_("Không có phương án nào đúng, hoặc nhiều phương án cùng đúng"),
    "out_of_date": N_("Luật cũ, đã thay đổi"),
    "misspelled": N_("Sai chính tả, lỗi chữ"),
    "other": N_("Điều khác"),
}


def reason_words() -> Mapping[str, str]:
    """Return reason → its words in the reader's language, in the order they are offered."""
    return {reason: translated(words) for reason, words in REASONS.items()}
