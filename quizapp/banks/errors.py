"""What may be refused around question banks."""

from quizapp.errors import N_, Refusal
from quizapp.said import NOTHING_SAID, Said, said


class CannotRead(Refusal):
    """A file is no question bank that we can read; `where` is a place in it, if one is to blame."""

    status = 422
    text = N_("Không đọc được tệp: {reason}")

    def __init__(self, *, reason: Said, where: Said = NOTHING_SAID) -> None:
        self.reason, self.where = reason, where
        placed = said(N_("{where}: {reason}"), where=where, reason=reason) if where else reason
        self.said = said(self.text, reason=placed)
        super().__init__(reason=placed)


class NoSuchVersion(Refusal):
    status = 404
    text = N_("Không có phiên bản {number} của ngân hàng câu hỏi “{bank}”.")


class BadBankCode(Refusal):
    status = 422
    text = N_(
        "Mã ngân hàng “{code}” không hợp lệ: chỉ dùng chữ thường không dấu, số, “-” và “_”, "
        "bắt đầu bằng chữ hoặc số, dài nhất 64 ký tự."
    )


class NothingToPublish(Refusal):
    text = N_("Tệp không có câu hỏi nào hợp lệ, không có gì để công bố.")


class HasErrors(Refusal):
    text = N_(
        "Có {count} lỗi nên chưa công bố. Hãy sửa tệp, hoặc thêm --skip-errors để công bố "
        "{accepted} câu hợp lệ và bỏ các câu có lỗi."
    )


class MissingPictures(Refusal):
    status = 422
    text = N_(
        "Thiếu {count} hình của câu hỏi trên máy chủ này. Hãy tải lên tệp Word gốc có các hình đó."
    )


class NotYourBank(Refusal):
    status = 403
    text = N_("Ngân hàng “{code}” của đơn vị khác. Hãy dùng một mã khác.")


class SeesErrors(Refusal):
    """Publishing from the page while questions have errors and nobody said to leave them out."""

    text = N_(
        "Có {count} lỗi nên chưa công bố. Hãy sửa tệp rồi tải lại lên, hoặc đánh dấu để công bố "
        "{accepted} câu hợp lệ và bỏ các câu có lỗi."
    )


class NoFiles(Refusal):
    status = 422
    text = N_("Hãy chọn ít nhất một tệp, nhiều nhất {most} tệp, mỗi tệp không quá {mb} MB.")


class TooManyReviews(Refusal):
    text = N_("Bạn đang có {most} lần rà soát chưa xong. Hãy công bố hoặc bỏ bớt rồi thử lại.")


class ChangedMeanwhile(Refusal):
    """Somebody else changed the question after it was opened; both texts are shown."""

    text = N_(
        "{name} vừa sửa câu này sau khi bạn mở. Hãy xem hai bản rồi lưu lại nếu bản của bạn đúng."
    )


class LookAgain(Refusal):
    """What would be published is not what was looked at."""

    text = N_("Có câu vừa được sửa sau khi bạn mở trang. Hãy xem lại rồi công bố.")


class NothingToUndo(Refusal):
    text = N_("Không còn lần sửa nào của câu này để hoàn tác.")


class StillReading(Refusal):
    text = N_("Tệp còn đang được đọc. Hãy đợi ít giây rồi mở lại.")


class UndecidedTwins(Refusal):
    text = N_(
        "Còn {count} câu giống câu khác mà chưa quyết định. Hãy gộp, bỏ hoặc giữ từng câu trước "
        "khi công bố."
    )


class NoSuchReason(Refusal):
    status = 422
    text = N_("Hãy chọn câu và điều bạn thấy chưa ổn.")
