"""Answers that organisers give again and again; what they send is theirs to change."""

from collections.abc import Sequence

from quizapp.errors import N_
from quizapp.web.language import translated

PHRASES = (
    N_("Bạn vào trang cuộc thi, chọn “Vào lại bằng mã PIN” để làm tiếp đúng câu, đúng giờ."),
    N_("Quên mã PIN thì hỏi ban tổ chức: chúng tôi đọc cho bạn một mã để đặt PIN mới."),
    N_("Bài của bạn đã được máy chủ nhận. Số biên nhận trên trang kết quả chứng minh điều đó."),
    N_("Đơn vị của bạn đã được sửa. Bảng xếp hạng cập nhật sau vài giây."),
    N_("Bạn đã được thêm một lượt. Hãy mở lại trang vòng thi để bắt đầu."),
    N_(
        "Đáp án và căn cứ hiện ở trang kết quả sau khi vòng thi đóng và không vòng nào còn dùng bộ"
        " câu hỏi đó."
    ),
    N_("Chúng tôi đang xem xét và sẽ trả lời bạn tại đây."),
)


def phrases() -> Sequence[str]:
    """Return the ready answers in the reader's language."""
    return [translated(words) for words in PHRASES]
