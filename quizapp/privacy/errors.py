from typing import ClassVar

from quizapp.errors import N_, NotFound, Refusal


class BadWish(Refusal):
    """What was asked for cannot be taken; `problem` says why."""

    status: ClassVar[int] = 422
    text = "{problem}"


class AlreadyAsked(Refusal):
    text = N_("Bạn đã gửi yêu cầu này rồi; ban tổ chức đang xem. Câu trả lời hiện trên trang này.")


class LinkTooOld(Refusal):
    status: ClassVar[int] = 410
    text = N_("Đường dẫn tải về chỉ dùng được trong mười phút. Hãy nhập mã PIN để lấy lại.")


class NoSuchRequest(NotFound):
    text = N_("Không tìm thấy yêu cầu này.")


class AlreadySettled(Refusal):
    text = N_("Yêu cầu này đã được trả lời rồi.")


class PaperRuns(Refusal):
    text = N_("Người này đang có bài làm dở. Hãy đợi bài đó nộp hoặc hết giờ rồi làm lại.")
