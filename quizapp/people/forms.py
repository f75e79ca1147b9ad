"""Fields of the pages where organisers sign in and choose a password."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FileField, PasswordField, SelectField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from quizapp.errors import Refusal
from quizapp.people.errors import BadEntry
from quizapp.people.rules.organisers import LONGEST_PASSWORD
from quizapp.said import Said
from quizapp.web.guards import PageTooOld
from quizapp.web.language import told, words_of

TOO_LONG = _l("Mật khẩu dài nhất 128 ký tự.")


class OrganiserForm(FlaskForm):
    """A form that only this browser's session may send."""

    def check(self) -> bool:
        """Say whether every field can be taken. Raises PageTooOld without the session's token."""
        is_valid = bool(self.validate())
        if "csrf_token" in self.errors:
            raise PageTooOld
        return is_valid

    def mark(self, refusal: Refusal) -> None:
        """Show a refusal at the fields it is about, or above the form when it is about none."""
        if not isinstance(refusal, BadEntry):
            self.form_errors.append(words_of(refusal))
            return
        for field, words in refusal.problems:
            self[field].errors = [*self[field].errors, _told(words)]


def _told(words: str) -> str:
    return told(words) if isinstance(words, Said) else gettext(words)


class SignInForm(OrganiserForm):
    phone = StringField(
        _l("Số điện thoại"),
        [InputRequired(_l("Hãy nhập số điện thoại."))],
        render_kw={"autocomplete": "username", "inputmode": "tel"},
    )
    password = PasswordField(
        _l("Mật khẩu"),
        [InputRequired(_l("Hãy nhập mật khẩu.")), Length(max=LONGEST_PASSWORD, message=TOO_LONG)],
        render_kw={"autocomplete": "current-password"},
    )


class SetPasswordForm(OrganiserForm):
    password = PasswordField(
        _l("Mật khẩu mới"),
        [InputRequired(_l("Hãy nhập mật khẩu mới.")), Length(max=512, message=TOO_LONG)],
        description=_l("Ít nhất 8 ký tự, nên từ 15 trở lên: một câu dài dễ nhớ là tốt nhất."),
        render_kw={"autocomplete": "new-password"},
    )
    repeat = PasswordField(
        _l("Nhập lại mật khẩu mới"),
        [EqualTo("password", _l("Hai lần nhập không giống nhau."))],
        render_kw={"autocomplete": "new-password"},
    )


class ButtonForm(OrganiserForm):
    """A button and nothing to fill in."""


class CodeForm(OrganiserForm):
    code = StringField(
        _l("Mã sáu chữ số trên điện thoại, hoặc một mã dự phòng"),
        render_kw={
            "autocomplete": "one-time-code",
            "autocapitalize": "none",
            "spellcheck": "false",
            "maxlength": 20,
            "class": "short",
        },
    )


REASON = _l("Lý do (ở mãi trong nhật ký: đừng ghi tên hay số điện thoại)")


class GrantForm(OrganiserForm):
    phone = StringField(_l("Số điện thoại"), render_kw={"autocomplete": "off", "inputmode": "tel"})
    name = StringField(_l("Họ và tên"), render_kw={"autocomplete": "off"})
    unit = StringField(_l("Đơn vị"), render_kw={"autocomplete": "off"})
    role = SelectField(_l("Vai trò"), validate_choice=False)
    reason = StringField(REASON, render_kw={"autocomplete": "off"})


class ReasonForm(OrganiserForm):
    reason = StringField(REASON, render_kw={"autocomplete": "off"})


class InvitationsForm(OrganiserForm):
    file = FileField(_l("Tệp Excel (.xlsx) hoặc CSV"))
