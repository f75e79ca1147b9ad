"""Refusals of backups: each says what is in the way and what to do about it."""

from quizapp.errors import N_, Refusal


class NoTool(Refusal):
    text = N_(
        "Chưa có {tool} phiên bản {wanted} trở lên trên máy này. Trên Debian, Ubuntu hãy chạy:"
        " sudo apt install postgresql-client-{wanted}"
    )


class ToolTooOld(Refusal):
    text = N_(
        "{tool} trên máy này là phiên bản {found}, cơ sở dữ liệu là phiên bản {wanted}: cần"
        " {tool} {wanted} trở lên. Trên Debian, Ubuntu hãy chạy:"
        " sudo apt install postgresql-client-{wanted}"
    )


class ToolFailed(Refusal):
    text = N_("{tool} báo lỗi: {cause}")


class NoRoom(Refusal):
    text = N_("Không đủ chỗ trống tại {place}: cần khoảng {needed}, còn {free}.")


class FileExists(Refusal):
    text = N_("{path} đã có: không ghi đè. Hãy chọn tên khác.")


class CannotWrite(Refusal):
    text = N_("Không ghi được {path}: {cause}")


class CannotRead(Refusal):
    text = N_("Không đọc được {path}: {cause}")


class Busy(Refusal):
    text = N_("Một lần sao lưu hoặc khôi phục khác đang chạy trên máy này.")


class BadCode(Refusal):
    text = N_(
        "Đây không phải mã khôi phục. Mã bắt đầu bằng AGE-SECRET-KEY-1 và dài 74 ký tự; hãy xem"
        " lại từng ký tự."
    )


class WrongCode(Refusal):
    text = N_(
        "Mã khôi phục này không mở được {path}: bản sao lưu được khóa bằng mã khác, hoặc phần đầu"
        " của tệp bị hỏng."
    )


class BadPublicKey(Refusal):
    text = N_("{path}: dòng “{line}” không phải khóa công khai (age1…).")


class NotABackup(Refusal):
    text = N_("{path} không phải bản sao lưu của chương trình này.")


class Damaged(Refusal):
    text = N_("{path} bị hỏng hoặc bị cắt cụt: không dùng được, hãy lấy bản khác.")


class NewerFormat(Refusal):
    text = N_(
        "Bản sao lưu được lập bởi phiên bản mới hơn ({head}); hãy cập nhật chương trình rồi khôi"
        " phục."
    )


class OtherEngine(Refusal):
    text = N_(
        "Bản sao lưu là của {theirs}, cài đặt này dùng {ours}. Hãy đặt QUIZAPP_DATABASE_URL cho"
        " đúng loại rồi khôi phục."
    )


class NotEmpty(Refusal):
    text = N_(
        "Cài đặt này không trống: {found}. Chỉ khôi phục vào cài đặt trống, để không mất gì; hãy"
        " đặt QUIZAPP_INSTANCE (và QUIZAPP_DATABASE_URL) sang nơi mới."
    )


class Differs(Refusal):
    text = N_("Dữ liệu vừa khôi phục không khớp bản sao lưu: {what}.")


class Interrupted(Refusal):
    text = N_("Việc sao lưu bị dừng giữa chừng.")
