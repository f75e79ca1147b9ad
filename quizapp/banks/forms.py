"""Fields of the pages where organisers bring question banks and mend their questions."""

from collections.abc import Mapping

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from quizapp.banks.rules import BANK_CODE, LETTERS
from quizapp.banks.rules.mending import Typed
from quizapp.people.forms import OrganiserForm

PLAIN = {"autocomplete": "off"}
DAY = PLAIN | {"placeholder": "31/12/2026", "inputmode": "numeric"}
MUST = {"required": True}
# Checked before anything is sent: the page of a refusal has lost the files.
CODE = PLAIN | {
    "autocapitalize": "none",
    "pattern": rf"\s*{BANK_CODE}\s*",
    "title": _l(
        "Chữ thường không dấu, số, “-” và “_”; bắt đầu bằng chữ hoặc số; dài nhất 64 ký tự."
    ),
}
NEW, ADDS, REPLACES = "new", "adds", "replaces"
OPTION = "option-"


class BringForm(OrganiserForm):
    files = MultipleFileField(_l("Tệp câu hỏi (một hoặc nhiều tệp)"), render_kw=MUST)
    bank = StringField(_l("Mã ngân hàng"), render_kw=CODE | MUST)
    title = StringField(_l("Tên ngân hàng"), render_kw=PLAIN)
    unit = SelectField(_l("Của đơn vị"), validate_choice=False)
    how = SelectField(
        _l("Nếu ngân hàng đã có"),
        choices=[
            SelectChoice(REPLACES, _l("Thay toàn bộ câu hỏi bằng các tệp này")),
            SelectChoice(ADDS, _l("Giữ các câu đang có, thêm câu mới")),
        ],
        validate_choice=False,
    )


class PublishForm(OrganiserForm):
    note = StringField(_l("Ghi chú cho phiên bản này"), render_kw=PLAIN)
    skips_errors = BooleanField(_l("Bỏ các câu có lỗi, chỉ công bố các câu hợp lệ."))
    revision = HiddenField()


class MendForm(OrganiserForm):
    stem = TextAreaField(_l("Nội dung câu hỏi"))
    kind = SelectField(
        _l("Loại"),
        choices=[
            SelectChoice("single", _l("Một đáp án đúng")),
            SelectChoice("multiple", _l("Nhiều đáp án đúng")),
        ],
        validate_choice=False,
    )
    topic = StringField(_l("Chủ đề"), render_kw=PLAIN)
    difficulty = SelectField(
        _l("Độ khó"),
        choices=[
            SelectChoice("", _l("Không ghi")),
            SelectChoice("easy", _l("Dễ")),
            SelectChoice("medium", _l("Trung bình")),
            SelectChoice("hard", _l("Khó")),
        ],
        validate_choice=False,
    )
    citations = TextAreaField(_l("Căn cứ"))
    explanation = TextAreaField(_l("Giải thích"))
    valid_from = StringField(_l("Hiệu lực từ"), render_kw=DAY)
    valid_to = StringField(_l("Hiệu lực đến"), render_kw=DAY)
    revision = HiddenField()

    def typed(self) -> Typed:
        """Return what was typed, options and ticks included."""
        return Typed(
            stem=self.stem.data or "",
            kind=self.kind.data or "",
            options=typed_options(),
            right=[letter for letter in request.form.getlist("right") if letter in LETTERS],
            topic=self.topic.data or "",
            difficulty=self.difficulty.data or "",
            citations=(self.citations.data or "").splitlines(),
            explanation=self.explanation.data or "",
            valid_from=self.valid_from.data or "",
            valid_to=self.valid_to.data or "",
        )


def typed_options() -> Mapping[str, str]:
    """Return letter → what was typed for that option."""
    return {letter: request.form.get(f"{OPTION}{letter}", "") for letter in LETTERS}
