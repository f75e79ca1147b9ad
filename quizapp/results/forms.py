"""Fields of the pages where organisers decide between equals and close rounds."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField

from quizapp.people.forms import OrganiserForm


class PlaceForm(OrganiserForm):
    """What was decided about a tie; the place of each person stands in a field of its own."""

    tied = HiddenField()
    reason = StringField(_l("Lý do"))


class CloseForm(OrganiserForm):
    """Why a round is closed, or its close undone."""

    reason = StringField(_l("Lý do"))
