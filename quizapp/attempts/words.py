"""What the paper's script says to people, in their language."""

from flask_babel import gettext


def script_words() -> dict[str, str]:
    """Return the script's words by their names in `static/paper.js`; `#` stands for a number."""
    return {
        "onPhone": gettext("Đã lưu trên máy"),
        "saving": gettext("Đang lưu…"),
        "saved": gettext("Đã lưu"),
        "offline": gettext("Mất mạng – bài vẫn được giữ trên máy"),
        "held": gettext("Đang làm trên máy khác"),
        "heldLong": gettext("Bài này vừa được mở trên máy khác nên ở đây chỉ còn xem."),
        "submitting": gettext("Đang nộp bài…"),
        "submitLater": gettext(
            "Chưa có mạng. Bài sẽ được nộp khi có mạng; đừng đóng trang này."
            " Những câu đã lưu trên máy chủ vẫn được chấm."
        ),
        "timeUp": gettext("Hết giờ. Bài đang được nộp."),
        "left300": gettext("Còn 5 phút."),
        "left60": gettext("Còn 1 phút."),
        "left30": gettext("Còn 30 giây."),
        "missing": gettext("Còn # câu chưa chọn. Nộp rồi không sửa được nữa."),
        "complete": gettext("Bạn đã trả lời tất cả các câu. Nộp rồi không sửa được nữa."),
        "question": gettext("Câu"),
        "predictionName": gettext("Câu dự đoán"),
    }
