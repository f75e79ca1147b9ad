"""What people are refused when they join, come back or sign in, and what they can do then."""

from quizapp.errors import N_, Refusal
from quizapp.keys import BadKeys


class BadEntry(Refusal):
    """Some fields cannot be taken as typed; `problems` holds (field, words) for the form."""

    status = 422
    text = N_("Thông tin chưa đúng. Hãy xem lại các ô được đánh dấu.")

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        self.problems = problems
        super().__init__()

    def __str__(self) -> str:
        """Say what is wrong for who sees no form: a command, a log."""
        return " ".join(words for _, words in self.problems)


class PhoneTaken(Refusal):
    """The phone has an entry already, and this is not its PIN."""

    status = 409
    is_recorded = True
    text = N_(
        "Số điện thoại này đã dự thi và mã PIN không khớp. Nếu là bạn, hãy nhập đúng mã PIN đã "
        "đặt. Nếu người khác dùng số của bạn, hãy báo ban tổ chức để được hỗ trợ."
    )


class WrongPin(Refusal):
    """No such phone, or not its PIN: the two look alike on purpose."""

    status = 403
    is_recorded = True
    text = N_("Số điện thoại hoặc mã PIN không đúng.")


class WrongOwnPin(WrongPin):
    """Not the PIN of who is known by a cookie: nothing else was typed."""

    text = N_("Mã PIN không đúng.")


class WrongResetCode(Refusal):
    """No such phone, not its code, or one that is used or too old: they look alike on purpose."""

    status = 403
    is_recorded = True
    text = N_(
        "Số điện thoại hoặc mã một lần không đúng, hoặc mã đã quá mười phút. Hãy xin ban tổ chức "
        "một mã khác."
    )


class PhoneInUse(Refusal):
    status = 409
    text = N_(
        "Số này đang thuộc một tên ghi danh khác của cuộc thi. Hãy tìm tên đó, gỡ số hoặc gộp hai "
        "tên trước."
    )


class WrongSignIn(Refusal):
    """No such organiser, or not the password: the two look alike on purpose."""

    status = 403
    is_recorded = True
    text = N_("Số điện thoại hoặc mật khẩu không đúng.")


class WrongCode(Refusal):
    """Not the code of now, one that was used before, or no recovery code that is left."""

    status = 403
    is_recorded = True
    text = N_(
        "Mã không đúng hoặc đã dùng rồi. Hãy đợi mã kế tiếp trên điện thoại, hoặc dùng một mã dự "
        "phòng."
    )


class SecondStepNeeded(Refusal):
    """An owner must set up the second step before anything else (QUIZAPP_OWNER_TOTP)."""

    status = 403
    text = N_(
        "Vai trò Phụ trách phải bật xác thực hai bước. Hãy mở trang Tài khoản và bật trước khi làm "
        "việc này."
    )


class HalfSpent(Refusal):
    """Between the password and the code too long passed, or the sign-in was ended."""

    status = 403
    text = N_("Bước nhập mật khẩu đã quá lâu. Hãy đăng nhập lại từ đầu.")


class NoSecondStep(Refusal):
    status = 409
    text = N_("Xác thực hai bước chưa được bật cho tài khoản này.")


class TooManyTries(Refusal):
    """Too many failures; `wait` is in seconds. The try was not looked at."""

    status = 429
    text = N_("Đã nhập sai quá nhiều lần. Hãy đợi {wait} giây rồi thử lại.")

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.facts["wait"])}


class TooManyUploads(Refusal):
    """A session has brought many files just now; `wait` is in seconds. The file was not kept."""

    status = 429
    text = N_(
        "Bạn vừa gửi {count} tệp trong mười phút. Hãy đợi {wait} giây rồi chọn lại tệp và gửi;"
        " những gì đã ghi vẫn còn."
    )

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.facts["wait"])}


class Busy(Refusal):
    """The password could not be checked soon enough."""

    status = 503
    text = N_("Nhiều người đang đăng nhập cùng lúc. Hãy thử lại sau ít phút.")

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": "5"}


class LinkSpent(Refusal):
    """The one-time link was used, has expired, or never was."""

    status = 410
    text = N_("Liên kết này đã dùng hoặc đã hết hạn. Hãy xin ban tổ chức một liên kết mới.")


class NotSignedIn(Refusal):
    """A change was asked for by somebody who is not signed in (any more)."""

    status = 403
    text = N_("Bạn chưa đăng nhập hoặc phiên đã hết. Hãy đăng nhập lại rồi thực hiện.")


class NotYourRole(Refusal):
    status = 403
    text = N_("Vai trò của bạn chỉ được xem, không được làm việc này. Hãy báo người phụ trách.")


class CannotReadSheet(Refusal):
    """The file is no sheet that can be read, or goes past a limit."""

    status = 422
    text = N_("Không đọc được tệp: {reason}.")


class SheetHasProblems(Refusal):
    status = 409
    text = N_("Còn {count} chỗ sai trong tệp. Hãy sửa tệp rồi tải lên lại; chưa ai được mời.")


class AlreadyInviting(Refusal):
    text = N_("Đã bắt đầu giao quyền theo tệp này nên không bỏ được nữa. Hãy giao nốt.")


class SheetTaken(Refusal):
    status = 410
    text = N_(
        "Danh sách liên kết này đã tải xuống rồi. Hãy làm danh sách mới; các liên kết cũ chưa dùng "
        "sẽ hết hiệu lực."
    )


class LogBroken(Refusal):
    """The log is not as it was written; the words name the entries."""

    status = 409
    text = N_("Nhật ký đã bị sửa: {count} chỗ. {lines}")


class LastOwner(Refusal):
    status = 409
    text = N_(
        "Đây là người phụ trách cuối cùng của {unit}. Hãy giao quyền phụ trách cho người khác "
        "trước, và đợi người ấy đặt mật khẩu."
    )


class NoSuchOrganiser(Refusal):
    status = 404
    text = N_("Không có người ban tổ chức nào dùng số điện thoại này.")


class NoSuchUnit(Refusal):
    status = 404
    text = N_("Không có đơn vị mã {code}.")


class KeysDoNotFit(Refusal, BadKeys):
    """The key file is not the one this database was made with: nothing could be looked up."""

    status = 503
    text = N_(
        "Tệp khóa không khớp với cơ sở dữ liệu. Hãy đặt lại đúng tệp keys.json đã dùng khi tạo "
        "cơ sở dữ liệu này."
    )


class SealBroken(Exception):
    """A sealed value does not belong to this row, or was changed: somebody wrote to the table."""
