from typing import ClassVar

from quizapp.errors import N_, NotFound, Refusal


class NotYours(NotFound):
    text = N_("Không tìm thấy bài thi này trên máy của bạn. Hãy vào lại bằng số điện thoại và PIN.")


class NothingToShow(NotFound):
    text = N_("Bài này chưa có kết quả để lưu thành ảnh.")


class NothingToCertify(NotFound):
    text = N_("Bài này không được tính nên không có giấy xác nhận.")


class TooManyChecks(Refusal):
    """So many codes are looked up that answers of the contest would have to wait."""

    status: ClassVar[int] = 429
    text = N_("Đang có rất nhiều mã được kiểm tra. Hãy thử lại sau {wait} giây.")

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.facts["wait"])}


class NotOpenYet(Refusal):
    text = N_("Vòng thi mở lúc {opens}. Bạn chưa mất lượt nào.")


class RoundClosed(Refusal):
    text = N_("Vòng thi đã đóng lúc {closes}.")


class NoAttemptLeft(Refusal):
    text = N_("Bạn đã dùng hết {limit} lượt của vòng này.")


class NoAttemptLeftToday(NoAttemptLeft):
    text = N_("Bạn đã dùng hết {limit} lượt của hôm nay.")


class NoAttemptLeftInContest(NoAttemptLeft):
    text = N_("Bạn đã dùng hết {limit} lượt của cuộc thi này.")


class RoundIsFinal(Refusal):
    text = N_("Kết quả vòng này đã chốt hoặc đang chốt. Muốn sửa thì bỏ chốt trước, có lý do.")


class PersonNotValid(Refusal):
    status: ClassVar[int] = 403
    text = N_(
        "Tên này đã rút, hoặc bị ban tổ chức dừng dự thi. Hãy liên hệ ban tổ chức để được "
        "giải thích."
    )


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


class NoPauseYet(Refusal):
    text = N_("Vòng thi mở lúc {opens}: chưa có đồng hồ nào chạy để dừng.")


class NotPaused(Refusal):
    text = N_("Vòng thi này không tạm dừng.")


class BadInterruption(Refusal):
    status: ClassVar[int] = 422
    text = N_("Khoảng gián đoạn phải nằm sau giờ mở vòng thi và trước lúc này.")


class AlreadyCompensated(Refusal):
    text = N_("Khoảng gián đoạn này, hoặc một phần của nó, đã được bù hay tạm dừng trước đó.")


class NoSuchGrant(NotFound):
    text = N_("Vòng này không có lần thêm giờ như vậy cho một đơn vị hay mọi người.")


class NoUnitTyped(Refusal):
    """Who reaches only some units of a contest gives nothing to everybody."""

    status: ClassVar[int] = 422
    text = N_("Hãy ghi đơn vị: quyền của bạn chỉ gồm một phần người dự thi của cuộc thi này.")


class NoSuchPerson(NotFound):
    text = N_("Không có người dự thi với số điện thoại này trong cuộc thi.")


class NobodyFound(NotFound):
    text = N_(
        "Không tìm thấy ai. Hãy nhập số điện thoại, ít nhất tên và chữ lót (không cần dấu), hoặc "
        "mã hỗ trợ in trên trang của người gọi."
    )


class WasGivenBack(Refusal):
    text = N_("Lượt này đã được trả lại: người thi có thêm một lượt thay cho nó rồi.")


class BadMinutes(Refusal):
    status: ClassVar[int] = 422
    text = N_("Hãy ghi số phút thêm, từ 1 đến 180.")


class BadReason(Refusal):
    status: ClassVar[int] = 422
    text = N_("Hãy ghi lý do, nhiều nhất {most} ký tự. Lý do ở mãi trong nhật ký.")


class NothingToChange(Refusal):
    text = N_("Không có gì thay đổi: đã đúng như vậy rồi.")


class StillRunning(Refusal):
    text = N_("Một trong hai người đang có bài làm dở. Hãy đợi bài đó nộp hoặc hết giờ.")


class NotSubmittedYet(Refusal):
    text = N_("Bạn đang có bài làm dở. Hãy nộp bài, hoặc đợi hết giờ, rồi làm lại việc này.")


class AlreadyVoid(Refusal):
    text = N_("Đã bị loại trước đó rồi.")


class NotVoid(Refusal):
    text = N_("Chưa bị loại nên không cần khôi phục.")


class PersonIsVoid(Refusal):
    text = N_("Người này đang bị loại. Hãy khôi phục người trước, bài theo sau.")


class WasMerged(Refusal):
    text = N_("Tên ghi danh này đã được gộp vào một tên khác nên không khôi phục được.")


class LeftThemselves(Refusal):
    text = N_("Người này đã tự rút khỏi cuộc thi nên ban tổ chức không đưa trở lại được.")


class NoPhoneLeft(Refusal):
    text = N_("Tên ghi danh này không còn số điện thoại nào.")


class PersonIsErased(Refusal):
    text = N_("Dữ liệu của người này đã xóa hẳn nên không ghi lại tên hay số điện thoại được nữa.")


class SamePerson(Refusal):
    status: ClassVar[int] = 422
    text = N_("Đây chính là người đang xem. Hãy ghi số điện thoại của tên ghi danh kia.")


class GroupChanged(Refusal):
    text = N_("Nhóm này vừa có thêm cách ghi, hoặc đã được quyết định. Hãy xem lại rồi chọn.")


class StillApplying(Refusal):
    text = N_("Quyết định trước về nhóm này đang được áp dụng. Hãy thử lại sau một phút.")
