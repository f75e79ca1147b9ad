"""Fields of a question and of its answer."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, TextAreaField

from quizapp.people.forms import OrganiserForm

LINES = {"rows": 4, "maxlength": 600}


class HelpForm(FlaskForm):
    contest = SelectField(_l("Cuộc thi"), validate_choice=False)
    words = TextAreaField(_l("Bạn cần giúp gì?"), render_kw=LINES)
    code = HiddenField()


class AnswerForm(OrganiserForm):
    """`phrase` is the place of a ready answer, taken where nothing was written."""

    phrase = SelectField(_l("Câu soạn sẵn"), validate_choice=False)
    words = TextAreaField(_l("Hoặc viết câu trả lời"), render_kw=LINES)
