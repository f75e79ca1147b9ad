"""What the paper's script says to people, in their language."""

from flask_babel import gettext


def script_words() -> dict[str, str]:
    """Return the script's words by their names in `static/paper.js`; `#` stands for a number."""
    return _saving() | _ending() | _moving()


def _saving() -> dict[str, str]:
    return {
        "onPhone": gettext("Đã lưu trên máy"),
        "waiting": gettext("Đang chờ gửi…"),
        "saving": gettext("Đang lưu…"),
        "saved": gettext("Đã lưu"),
        "offline": gettext("Mất mạng – bài vẫn được giữ trên máy"),
        "notSent": gettext("Chưa gửi được – bài vẫn được giữ trên máy"),
        "doNotClose": gettext("Chưa gửi được – đừng đóng trang này"),
        "refused": gettext("Máy chủ chưa nhận bài"),
        "reload": gettext("Tải lại trang"),
        "held": gettext("Đang làm trên máy khác"),
        "heldLong": gettext("Bài này vừa được mở trên máy khác nên ở đây chỉ còn xem."),
        "takeBack": gettext("Làm tiếp trên máy này"),
    }


def _ending() -> dict[str, str]:
    return {
        "submittingTitle": gettext("Nộp bài"),
        "submitting": gettext("Đang nộp bài…"),
        "submitLaterTitle": gettext("Chưa nộp được, đang thử lại"),
        "submitLater": gettext(
            "Chưa có mạng. Bài sẽ được nộp khi có mạng; đừng đóng trang này."
            " Những câu đã lưu trên máy chủ vẫn được chấm."
        ),
        "notSubmitted": gettext("Chưa nộp được bài"),
        "timeUp": gettext("Hết giờ làm bài"),
        "left": gettext("Còn lại"),
        "left300": gettext("Còn 5 phút."),
        "left60": gettext("Còn 1 phút."),
        "left30": gettext("Còn 30 giây."),
        "missing": gettext("Còn # câu chưa trả lời. Nộp rồi không sửa được nữa."),
        "complete": gettext("Bạn đã trả lời tất cả các câu. Nộp rồi không sửa được nữa."),
    }


def _moving() -> dict[str, str]:
    return {
        "question": gettext("Câu"),
        "answered": gettext("đã trả lời"),
        "predictionName": gettext("Câu dự đoán"),
    }
