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


class NothingToUndo(Refusal):
    text = N_("Câu {code} của {round}: không có quyết định nào trước đó để trở lại.")


class RulingChanged(Refusal):
    text = N_(
        "Câu {code} của {round}: có người vừa quyết định từ lúc bạn mở trang. Chưa có gì bị ghi"
        " đè; hãy xem quyết định mới rồi lưu lại nếu vẫn muốn đổi."
    )


class NoRulingReason(Refusal):
    status: ClassVar[int] = 422
    text = N_("Câu {code} của {round}: hãy ghi lý do; lý do vào nhật ký.")


class DraftChanged(Refusal):
    text = N_(
        "{who} vừa sửa phần này từ lúc bạn mở trang. Chưa có gì bị ghi đè: hãy xem hai bên khác"
        " nhau chỗ nào, sửa nếu cần, rồi lưu lại."
    )


class SavedElsewhere(DraftChanged):
    """The organiser who is refused saved last: this step on another page, or another step later."""

    text = N_(
        "Phần này đã được lưu ở một trang khác, của bạn hoặc của người cùng soạn, từ lúc bạn mở"
        " trang này. Chưa có gì bị ghi đè: hãy xem hai bên khác nhau chỗ nào, sửa nếu cần, rồi lưu"
        " lại."
    )


class DraftMovedOn(Refusal):
    text = N_("{who} vừa sửa bản nháp này. Hãy xem lại rồi bấm lần nữa.")


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


class BadHotline(Refusal):
    status: ClassVar[int] = 422
    text = N_(
        "Số điện thoại không đúng. Ghi số di động, số cố định có mã vùng, hoặc số 1800, 1900; ví dụ"
        " 024 3942 1794."
    )


class BadColour(Refusal):
    """Letters could not be read with it; `words` say why, `fix` what to choose."""

    status: ClassVar[int] = 422
    text = "{words} {fix}"


class BadBanner(Refusal):
    status: ClassVar[int] = 422
    text = N_("Tệp này không đọc được như một tấm ảnh. Hãy chọn ảnh PNG, JPEG hoặc WebP.")


class BannerOfOddShape(Refusal):
    status: ClassVar[int] = 422
    text = N_("Ảnh cần nằm ngang và rộng ít nhất {width} điểm, ví dụ 1200 × 400.")


class BannerTooLarge(Refusal):
    status: ClassVar[int] = 413
    text = N_("Ảnh lớn quá: nhiều nhất {megabytes} MB.")


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


class RehearsalIsOver(Refusal):
    text = N_("Buổi thi thử này đã kết thúc và đã xóa hết. Hãy hỏi ban tổ chức địa chỉ cuộc thi.")


class NoRehearsal(Refusal):
    text = N_("Chỉ cuộc thi thử mới xóa hết được. Cuộc thi thật thì cất đi.")


class IsEmptied(Refusal):
    text = N_("Buổi thi thử này đã xóa hết, không lấy lại được.")


class BadFile(Refusal):
    """What was uploaded is not one of the kinds of files that are given out to study."""

    status: ClassVar[int] = 422
    text = N_(
        "Tệp này không nhận được: chỉ nhận PDF còn nguyên, Word .docx không có macro, hoặc văn bản"
        " .txt (UTF-8). Tệp .doc cũ: mở bằng Word rồi lưu lại thành .docx hoặc PDF."
    )


class FileTooLarge(Refusal):
    status: ClassVar[int] = 413
    text = N_("Tệp lớn quá {megabytes} MB. Hãy nén lại, chia ra, hoặc ghi đường dẫn.")


class TooManyDocuments(Refusal):
    status: ClassVar[int] = 422
    text = N_("Đã có {most} tài liệu. Bỏ bớt một tài liệu trước khi thêm.")


class PracticeIsAsked(Refusal):
    """A question would be practised with its answer and asked in earnest."""

    text = N_(
        "Trùng {count} câu (giống hẳn hoặc gần như giống) giữa câu để luyện tập và câu thi thật của"
        " cuộc thi “{title}”. Luyện tập cho xem đáp án, nên hai bên phải dùng ngân hàng khác nhau."
    )


class PracticeTooSmall(Refusal):
    status: ClassVar[int] = 422
    text = N_("Ngân hàng để luyện tập cần ít nhất {fewest} câu còn hiệu lực trong thời gian thi.")


class NoPractice(NotFound):
    text = N_("Cuộc thi này hiện không có bài luyện tập.")


class PracticeBusy(Refusal):
    """So many people practise that answers of the contest would have to wait."""

    status: ClassVar[int] = 429
    text = N_("Đang có rất đông người luyện tập. Hãy thử lại sau {wait} giây.")

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.facts["wait"])}
