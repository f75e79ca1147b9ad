"""Fields of an organiser's answer to a request about data."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField

from quizapp.people.forms import OrganiserForm


class AnswerForm(OrganiserForm):
    """`unit` names the right unit where that is what is corrected."""

    unit = StringField(_l("Mã hoặc tên đơn vị đúng"), render_kw={"autocomplete": "off"})
    reason = TextAreaField(
        _l("Câu trả lời (người gửi đọc được; bắt buộc khi từ chối)"),
        render_kw={"rows": 2, "maxlength": 300},
    )
