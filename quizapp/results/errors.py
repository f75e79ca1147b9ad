from typing import ClassVar

from quizapp.errors import N_, Refusal


class NotOverYet(Refusal):
    text = N_("Vòng thi còn nhận bài đến {until}. Chốt sau lúc đó.")


class IsPaused(Refusal):
    text = N_("Vòng thi đang tạm dừng. Cho chạy tiếp rồi mới chốt được.")


class StillRunning(Refusal):
    text = N_("Còn {count} bài đang làm (được thêm giờ), muộn nhất đến {until}. Chốt sau lúc đó.")


class AlreadyClosed(Refusal):
    text = N_("Vòng thi này đã chốt kết quả lúc {done}.")


class IsRehearsal(Refusal):
    text = N_("Đây là thi thử: không có kết quả nào để chốt.")


class NotClosed(Refusal):
    text = N_("Vòng thi này chưa chốt kết quả.")


class AlreadyPublished(Refusal):
    text = N_("Kết quả vòng này đã công bố lúc {published}, không bỏ chốt được nữa.")


class TakenOver(Refusal):
    """Another run of the close goes on with the work, or the close was given up."""

    text = N_("Việc chốt này đã dừng: có lệnh khác làm tiếp hoặc đã bỏ. Bảng đang hiện không đổi.")


class ServerBusy(Refusal):
    """Transactions that began before the close are still open."""

    text = N_("Máy chủ còn việc dở dang chưa xong. Hãy chạy lại lệnh sau ít phút để chốt tiếp.")


class NoDecisionByHand(Refusal):
    text = N_("Thể lệ của cuộc thi này không cho ban tổ chức tự xếp thứ tự.")


class NotTied(Refusal):
    text = N_("Chỉ xếp tay được những người đang cùng một hạng, mỗi người một lần.")


class UnclearOrder(Refusal):
    status: ClassVar[int] = 422
    text = N_("Ghi thứ tự bằng các số 1, 2, 3… khác nhau; để trống là không xếp.")


class TooEarlyToDecide(Refusal):
    text = N_("Vòng thi còn nhận bài đến {until}. Xếp tay sau lúc đó.")


class CloseUnderWay(Refusal):
    text = N_("Vòng thi đang chốt dở. Chạy lại lệnh chốt cho xong, hoặc bỏ chốt, rồi mới xếp tay.")


class RebuildRuns(Refusal):
    text = N_(
        "Kết quả của cuộc thi này đang được dựng lại. Chạy lại “standings rebuild” cho xong, hoặc"
        " thêm --cancel để bỏ."
    )


class CloseRuns(Refusal):
    text = N_("Một vòng đang chốt dở. Chạy lại lệnh chốt cho xong, hoặc bỏ chốt, rồi mới dựng lại.")


class NothingToCancel(Refusal):
    text = N_("Không có việc dựng lại nào còn bỏ được.")


class PublishedDiffers(Refusal):
    text = N_(
        "Dựng lại vòng {number} ra thứ tự khác với kết quả đã công bố. Bảng đang hiện không đổi;"
        " hãy đối chiếu bằng “standings verify” trước."
    )


class HiddenNow(Refusal):
    status = 403
    text = N_(
        "Khi còn câu dự đoán về số người, số lượt, các con số này chỉ kiểm soát viên được xem. Sau"
        " khi chốt kết quả ai được giao đều xem được."
    )
