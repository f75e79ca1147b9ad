"""Fields of the pages where organisers decide about people and attempts."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField

from quizapp.people.forms import OrganiserForm

TEL = {"inputmode": "tel", "autocomplete": "off"}
PLAIN = {"autocomplete": "off"}


class FindForm(OrganiserForm):
    phone = StringField(_l("Số điện thoại"), render_kw=TEL)


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
