"""Fields of the pages where organisers bring question banks."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, SelectField, StringField

from quizapp.people.forms import OrganiserForm

PLAIN = {"autocomplete": "off"}


class UploadForm(OrganiserForm):
    file = FileField(_l("Tệp câu hỏi"))
    bank = StringField(_l("Mã ngân hàng"), render_kw=PLAIN | {"autocapitalize": "none"})
    title = StringField(_l("Tên ngân hàng"), render_kw=PLAIN)
    unit = SelectField(_l("Của đơn vị"), validate_choice=False)


class PublishForm(OrganiserForm):
    note = StringField(_l("Ghi chú cho phiên bản này"), render_kw=PLAIN)
    skips_errors = BooleanField(_l("Bỏ các câu có lỗi, chỉ công bố các câu hợp lệ."))
