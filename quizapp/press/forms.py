from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from quizapp.people.forms import OrganiserForm


class ReportForm(OrganiserForm):
    round = SelectField(_l("Số liệu của"), coerce=int, validate_choice=False)
