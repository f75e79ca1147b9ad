from typing import ClassVar

from quizapp.errors import N_, NotFound, Refusal


class BadWords(Refusal):
    """What was written cannot be taken; `problem` says why."""

    status: ClassVar[int] = 422
    text = "{problem}"


class AskedTooOften(Refusal):
    status: ClassVar[int] = 429
    text = N_("Bạn đã gửi vài câu hỏi rồi. Ban tổ chức trả lời ngay trên trang này; hãy đợi.")


class NoSuchTicket(NotFound):
    text = N_("Không tìm thấy câu hỏi này.")
