"""Fields that a contestant fills in. What they may hold is decided by people's rules."""

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TelField,
)

from quizapp.errors import Refusal
from quizapp.people.forms import OrganiserForm
from quizapp.people.rules.entry import Problems
from quizapp.web.language import words_of
from quizapp.web.refusing import code_words

PIN_FIELD = {"inputmode": "numeric", "autocomplete": "off", "maxlength": 6, "class": "short"}
CODE_FIELD = {"autocomplete": "off", "autocapitalize": "characters", "maxlength": 12}
HOURS = {"inputmode": "numeric", "autocomplete": "off", "maxlength": 2, "class": "short"}
OWN_WORDS = {"autocomplete": "off"}


class JoinForm(FlaskForm):
    name = StringField(lazy_gettext("Họ và tên"), render_kw={"autocomplete": "name"})
    phone = TelField(lazy_gettext("Số điện thoại"), render_kw={"autocomplete": "tel"})
    birth_year = StringField(
        lazy_gettext("Năm sinh"),
        render_kw={"inputmode": "numeric", "maxlength": 4, "class": "short"},
    )
    unit_text = StringField(
        lazy_gettext("Đơn vị công đoàn của bạn"), render_kw={"autocomplete": "off"}
    )
    # Shown as it is typed: it is chosen here and must be remembered, and an error must not lose it.
    pin = StringField(lazy_gettext("Mã PIN sáu chữ số"), render_kw=PIN_FIELD)
    consent_take_part = BooleanField(
        lazy_gettext("Tôi đồng ý để ban tổ chức dùng các thông tin trên cho cuộc thi này.")
    )
    consent_show_name = BooleanField(
        lazy_gettext("Hiện đầy đủ họ tên tôi trên bảng xếp hạng (không bắt buộc).")
    )

    def show_problems(self, problems: Problems) -> None:
        """Put each problem beside its field."""
        for name, words in problems:
            field = self["unit_text" if name == "unit" else name]
            field.errors = [*field.errors, gettext(words)]

    def show_refusal(self, refusal: Refusal) -> None:
        """Say above the form why it was not taken."""
        self.form_errors = [words_of(refusal), code_words(refusal)]


class ReturnForm(FlaskForm):
    contest = SelectField(lazy_gettext("Cuộc thi"), validate_choice=False)
    phone = TelField(lazy_gettext("Số điện thoại"), render_kw={"autocomplete": "tel"})
    pin = PasswordField(lazy_gettext("Mã PIN sáu chữ số"), render_kw=PIN_FIELD)

    def show_problems(self, problems: Problems) -> None:
        """Put each problem beside its field."""
        for name, words in problems:
            field: Field = self[name]
            field.errors = [*field.errors, gettext(words)]

    def show_refusal(self, refusal: Refusal) -> None:
        """Say above the form why it was not taken."""
        self.form_errors = [words_of(refusal), code_words(refusal)]


class NewPinForm(FlaskForm):
    """A new PIN for somebody whom the help desk told a code on the telephone."""

    contest = SelectField(lazy_gettext("Cuộc thi"), validate_choice=False)
    phone = TelField(lazy_gettext("Số điện thoại"), render_kw={"autocomplete": "tel"})
    code = StringField(lazy_gettext("Mã ban tổ chức đọc cho bạn"), render_kw=CODE_FIELD)
    pin = StringField(lazy_gettext("Mã PIN mới, sáu chữ số"), render_kw=PIN_FIELD)

    def show_problems(self, problems: Problems) -> None:
        """Put each problem beside its field."""
        for name, words in problems:
            field: Field = self[name]
            field.errors = [*field.errors, gettext(words)]

    def show_refusal(self, refusal: Refusal) -> None:
        """Say above the form why it was not taken."""
        self.form_errors = [words_of(refusal), code_words(refusal)]


class HeadCountForm(OrganiserForm):
    """How many members a unit had on a day, and who says so."""

    unit = StringField(lazy_gettext("Đơn vị"), render_kw={"autocomplete": "off"})
    members = StringField(
        lazy_gettext("Số đoàn viên"), render_kw={"inputmode": "numeric", "autocomplete": "off"}
    )
    counted_on = StringField(lazy_gettext("Tính đến ngày"), render_kw={"autocomplete": "off"})
    source = StringField(lazy_gettext("Nguồn số liệu"), render_kw={"autocomplete": "off"})


class RehearseForm(OrganiserForm):
    """How long a rehearsal is open, and whose questions it asks."""

    hours = StringField(lazy_gettext("Mở trong mấy giờ"), render_kw=HOURS)
    bank = RadioField(lazy_gettext("Ngân hàng câu hỏi"), validate_choice=False)


class NewDraftForm(OrganiserForm):
    """What a contest begins with."""

    title = StringField(lazy_gettext("Tên cuộc thi"), render_kw=OWN_WORDS)
    unit = SelectField(lazy_gettext("Đơn vị tổ chức"), validate_choice=False)
    preset = RadioField(lazy_gettext("Thể lệ"), validate_choice=False)
