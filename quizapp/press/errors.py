from typing import ClassVar

from quizapp.errors import N_, Refusal


class NothingCounted(Refusal):
    text = N_("Chưa có kết quả nào được tính. Kiểm tra tiến trình nền, rồi lập lại sau ít phút.")


class OfRehearsal(Refusal):
    text = N_("Đây là thi thử: không có số liệu để công bố.")


class NoSuchMoment(Refusal):
    status: ClassVar[int] = 422
    text = N_("Mốc “tính đến” phải trước bây giờ ít nhất {minutes} phút: bài cuối còn đang về.")


class NotExpiredYet(Refusal):
    text = N_("Còn bài hết giờ trước mốc này mà tiến trình nền chưa chốt. Chạy tiến trình nền đã.")


class FilesGone(Refusal):
    status: ClassVar[int] = 404
    text = N_("Tệp này chưa có hoặc đã được dọn. Bấm “Làm lại tệp” ở trang báo cáo.")


class Frozen(Refusal):
    text = N_("Bảng xếp hạng đang được giữ nguyên: số liệu sau lúc ấy chờ đến khi mở lại bảng.")
