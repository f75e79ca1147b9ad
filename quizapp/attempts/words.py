"""What the paper's script and the desk's pages say to people, in their language."""

from collections.abc import Callable
from functools import wraps

from flask import current_app
from flask_babel import gettext
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from quizapp.web.language import language


def once_per_language(make: Callable[[], dict[str, str]]) -> Callable[[], Markup]:
    """Keep what `make` returns as JSON for an attribute: dozens of texts, equal for everybody."""
    kept: dict[str, Markup] = {}

    @wraps(make)
    def words() -> Markup:
        if language() not in kept:
            kept[language()] = htmlsafe_json_dumps(make(), dumps=current_app.json.dumps)
        return kept[language()]

    return words


@once_per_language
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
        "tooLate": gettext(
            "Chưa có mạng. Những câu máy chủ đã lưu được chấm. Câu chưa gửi được sẽ gửi khi có"
            " mạng; đến muộn thì không được tính, máy chủ giữ riêng để ban tổ chức xem xét."
            " Đừng đóng trang này."
        ),
        "allSaved": gettext("Chưa có mạng. Mọi câu bạn đã chọn đều có trên máy chủ và được chấm."),
        "notSubmitted": gettext("Chưa nộp được bài"),
        "timeUp": gettext("Hết giờ làm bài"),
        "left": gettext("Còn lại"),
        "paused": gettext("Vòng thi đang tạm dừng: đồng hồ đứng yên, bạn vẫn trả lời và lưu được."),
        "left300": gettext("Còn 5 phút."),
        "left60": gettext("Còn 1 phút."),
        "left30": gettext("Còn 30 giây."),
        "missing": gettext("Còn # câu chưa trả lời. Nộp rồi không sửa được nữa."),
        "undecided": gettext("Còn câu trả lời chưa gửi được mà bạn chưa quyết định."),
        "complete": gettext("Bạn đã trả lời tất cả các câu. Nộp rồi không sửa được nữa."),
    }


def _moving() -> dict[str, str]:
    return {
        "question": gettext("Câu"),
        "answered": gettext("đã trả lời"),
        "predictionName": gettext("Câu dự đoán"),
    }


@once_per_language
def offer_words() -> dict[str, str]:
    """Return the words of `static/offer.js`; `#` stands for the answers that did not arrive."""
    return {
        "question": gettext("Câu"),
        "prediction": gettext("Câu dự đoán"),
        "blank": gettext("chưa trả lời"),
        "told": gettext("# chưa gửi được trước khi bài được mở trên máy khác."),
        "kept": gettext(
            "Làm tiếp trên máy này thì bạn được chọn từng câu: đổi theo máy này hay không."
        ),
        "writeDown": gettext(
            "Trình duyệt này không giữ được các câu đó khi bạn rời trang: hãy ghi lại trước."
        ),
        "drop": gettext("Bỏ các câu này"),
        "asked": gettext(
            "Bài đang theo câu trả lời trên máy chủ. Đánh dấu những câu bạn muốn đổi theo máy này."
        ),
        "here": gettext("Máy này:"),
        "there": gettext("Máy chủ:"),
        "keep": gettext("Giữ tất cả theo máy chủ"),
    }
