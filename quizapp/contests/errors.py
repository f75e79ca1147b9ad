from typing import ClassVar

from quizapp.errors import N_, NotFound, Refusal


class NoSuchContest(NotFound):
    text = N_("Không tìm thấy cuộc thi này.")


class NoSuchRound(NotFound):
    text = N_("Cuộc thi này không có vòng {number}.")


class BadRules(Refusal):
    """The rules cannot be used; `problems` has a line for each knob that is wrong."""

    status: ClassVar[int] = 422
    text = N_("Thể lệ chưa dùng được:\n{problems}")


class QuotaTooLarge(Refusal):
    status: ClassVar[int] = 422
    text = N_("Ngân hàng không đủ câu hỏi:\n{problems}")


class SlugTaken(Refusal):
    text = N_("Đã có cuộc thi với địa chỉ “{slug}”.")


class BadSlug(Refusal):
    status: ClassVar[int] = 422
    text = N_("Địa chỉ “{slug}” không dùng được: chỉ chữ thường không dấu, số và gạch nối.")


class BadSchedule(Refusal):
    status: ClassVar[int] = 422
    text = N_("Lịch thi chưa đúng: {problem}")


class NoSuchPreset(Refusal):
    status: ClassVar[int] = 422
    text = N_("Không có mẫu thể lệ “{name}”. Các mẫu: {names}.")


class NoSuchBank(Refusal):
    status: ClassVar[int] = 422
    text = N_("Không có phiên bản ngân hàng câu hỏi “{bank}”. Xem: flask --app wsgi banks list")


class NoSuchUnit(Refusal):
    status: ClassVar[int] = 422
    text = N_("Không có đơn vị mã “{code}”.")


class OutOfForce(Refusal):
    """A round would ask of law that is not in force on one of its days, and nobody ruled on it."""

    text = N_(
        "{round} có câu hỏi hết hoặc chưa có hiệu lực trong những ngày thi: {codes}. Hãy dùng "
        "phiên bản ngân hàng khác, đổi ngày thi, hoặc quyết định từng câu kèm lý do."
    )


class BegunAlready(Refusal):
    text = N_("{round} đã mở; từ lúc mở, các câu được hỏi không thay đổi nữa.")


class NotOutOfForce(Refusal):
    status: ClassVar[int] = 422
    text = N_("Câu {code} có hiệu lực suốt {round}, hoặc không có trong ngân hàng của vòng này.")


class DraftChanged(Refusal):
    text = N_(
        "{who} vừa sửa phần này từ lúc bạn mở trang. Chưa có gì bị ghi đè: hãy xem hai bên khác"
        " nhau chỗ nào, sửa nếu cần, rồi lưu lại."
    )


class DraftIsApproved(Refusal):
    text = N_("Cuộc thi này đã duyệt. Muốn đổi thể lệ thì mở “Đổi thể lệ” của cuộc thi.")


class DraftTooLong(Refusal):
    status: ClassVar[int] = 422
    text = N_("Nội dung dài quá: mỗi ô nhiều nhất 4.000 chữ.")


class NotReady(Refusal):
    """Something keeps the contest from being approved; the page lists it with its place."""

    status: ClassVar[int] = 422
    text = N_("Chưa duyệt được: còn {count} việc phải xong trước.")


class NoPdf(Refusal):
    status: ClassVar[int] = 422
    text = N_("Tệp “{name}” không phải PDF. Hãy quét văn bản đã ký thành một tệp PDF.")


class PdfTooLarge(Refusal):
    status: ClassVar[int] = 413
    text = N_("Tệp quá lớn: nhiều nhất {megabytes} MB. Hãy quét ở độ phân giải thấp hơn.")


class StillRunning(Refusal):
    text = N_("Cuộc thi chưa kết thúc nên chưa cất đi được.")


class NothingChanged(Refusal):
    status: ClassVar[int] = 422
    text = N_("Chưa có gì thay đổi.")


class CannotChange(Refusal):
    status: ClassVar[int] = 422
    text = N_("Không đổi được:\n{problems}")


class ReasonMissing(Refusal):
    status: ClassVar[int] = 422
    text = N_("Hãy ghi lý do: người dự thi sẽ đọc được trên trang cuộc thi.")


class NotYetWhole(Refusal):
    text = N_("Chưa thử được: cần tên, đơn vị, ngân hàng đủ câu hỏi, thể lệ và ít nhất một vòng.")
