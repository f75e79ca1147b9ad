from typing import ClassVar

from quizapp.errors import N_, NotFound, Refusal


class NotYours(NotFound):
    text = N_("Không tìm thấy bài thi này trên máy của bạn. Hãy vào lại bằng số điện thoại và PIN.")


class NotOpenYet(Refusal):
    text = N_("Vòng thi mở lúc {opens}. Bạn chưa mất lượt nào.")


class RoundClosed(Refusal):
    text = N_("Vòng thi đã đóng lúc {closes}.")


class NoAttemptLeft(Refusal):
    text = N_("Bạn đã dùng hết {limit} lượt của vòng này.")


class PersonNotValid(Refusal):
    status: ClassVar[int] = 403
    text = N_("Tên này đã bị ban tổ chức dừng dự thi. Hãy liên hệ ban tổ chức để được giải thích.")


class HeldElsewhere(Refusal):
    """Another phone holds the paper; `answers` in the JSON are what the server has."""

    text = N_("Bài này đang được làm trên máy khác.")


class StaleSave(Refusal):
    """A newer save was taken before this one; `answers` in the JSON are what the server has."""

    text = N_("Máy chủ đã có lần lưu mới hơn.")


class Over(Refusal):
    """Too late; the answers that came are kept aside, so what was written stands."""

    status: ClassVar[int] = 410
    is_recorded: ClassVar[bool] = True
    text = N_("Bài này đã kết thúc. Các câu đã lưu trước đó vẫn được chấm.")


class BadAnswers(Refusal):
    status: ClassVar[int] = 422
    text = N_("Câu trả lời gửi lên không đúng dạng: {problem}")


class BadPrediction(BadAnswers):
    text = N_("Dự đoán “{typed}” không phải là một số. Hãy chỉ ghi chữ số, ví dụ 1250.")


class SubmitFromOther(Refusal):
    text = N_(
        "Bài này đang được làm trên máy khác. Hãy nộp trên máy đó, hoặc làm tiếp ở đây trước."
    )


class RoundPaused(Refusal):
    text = N_("Vòng thi đang tạm dừng. Bạn chưa mất lượt nào; hãy thử lại sau ít phút.")


class AlreadyPaused(Refusal):
    text = N_("Vòng thi này đang tạm dừng rồi.")


class NotPaused(Refusal):
    text = N_("Vòng thi này không tạm dừng.")


class BadInterruption(Refusal):
    status: ClassVar[int] = 422
    text = N_("Khoảng gián đoạn phải nằm sau giờ mở vòng thi và trước lúc này.")


class AlreadyCompensated(Refusal):
    text = N_("Khoảng gián đoạn này, hoặc một phần của nó, đã được bù hay tạm dừng trước đó.")


class NoSuchPerson(NotFound):
    text = N_("Không có người dự thi với số điện thoại này trong cuộc thi.")
