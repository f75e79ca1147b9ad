"""Fields of the pages where organisers decide about people and attempts."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, StringField

from quizapp.people.forms import OrganiserForm

TEL = {"inputmode": "tel", "autocomplete": "off"}
PLAIN = {"autocomplete": "off"}
NUMBER = {"inputmode": "numeric", "autocomplete": "off", "maxlength": 4, "class": "short"}


class FindForm(OrganiserForm):
    who = StringField(_l("Số điện thoại, họ tên hoặc mã hỗ trợ"), render_kw=PLAIN)


class PinForm(OrganiserForm):
    reason = StringField(_l("Lý do"), id="pin-reason", render_kw=PLAIN)


class PhoneForm(OrganiserForm):
    reason = StringField(_l("Lý do"), id="phone-reason", render_kw=PLAIN)


class NameForm(OrganiserForm):
    name = StringField(_l("Họ và tên đúng"), render_kw=PLAIN)
    reason = StringField(_l("Lý do"), id="name-reason", render_kw=PLAIN)


class FreeForm(OrganiserForm):
    reason = StringField(_l("Lý do"), id="free-reason", render_kw=PLAIN)


class NumberForm(OrganiserForm):
    phone = StringField(_l("Số điện thoại mới"), id="number-phone", render_kw=TEL)
    reason = StringField(_l("Lý do"), id="number-reason", render_kw=PLAIN)


class TimeForm(OrganiserForm):
    round = SelectField(_l("Vòng"), coerce=int, validate_choice=False)
    minutes = StringField(_l("Số phút thêm"), render_kw=NUMBER)
    reason = StringField(_l("Lý do"), id="time-reason", render_kw=PLAIN)


class GiveBackForm(OrganiserForm):
    reason = StringField(_l("Lý do"), id="back-reason", render_kw=PLAIN)


class UnitForm(OrganiserForm):
    unit = StringField(_l("Đơn vị đúng"), render_kw=PLAIN)
    reason = StringField(_l("Lý do"), id="unit-reason", render_kw=PLAIN)


class StateForm(OrganiserForm):
    reason = StringField(_l("Lý do"), id="state-reason", render_kw=PLAIN)


class MergeForm(OrganiserForm):
    phone = StringField(_l("Số điện thoại của tên ghi danh kia"), render_kw=TEL)
    reason = StringField(_l("Lý do"), id="merge-reason", render_kw=PLAIN)


class TypedForm(OrganiserForm):
    """What to do with a group of units in free words, as it was seen."""

    group = HiddenField()
    seen = HiddenField()
    unit = StringField(_l("Đơn vị đúng"), render_kw=PLAIN)
