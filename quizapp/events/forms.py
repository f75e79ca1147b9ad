"""Fields of the pages where organisers prepare and run an evening."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField

from quizapp.events.rules import LONGEST_MESSAGE, LONGEST_TITLE
from quizapp.people.forms import OrganiserForm


class EventForm(OrganiserForm):
    title = StringField(
        _l("Tên buổi"), render_kw={"autocomplete": "off", "maxlength": LONGEST_TITLE}
    )
    round = SelectField(_l("Kết quả của"), validate_choice=False)
    theme = SelectField(_l("Màu"), validate_choice=False, default="light")
    aspect = SelectField(_l("Khổ màn hình"), validate_choice=False, default="auto")


class StateForm(OrganiserForm):
    """A state to be added; fields that its kind has no use for are not looked at."""

    kind = SelectField(_l("Màn"), validate_choice=False)
    board = SelectField(_l("Bảng"), validate_choice=False)
    order = SelectField(_l("Xếp theo"), validate_choice=False)
    top = SelectField(_l("Số hạng được công bố"), validate_choice=False, default="10")
    text = StringField(
        _l("Lời nhắn"), render_kw={"autocomplete": "off", "maxlength": LONGEST_MESSAGE}
    )
