from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.contests import service
from quizapp.people.sign_in import current_organiser, organisers_only

bp = Blueprint("contests_admin", __name__, template_folder="templates")


@bp.get("/admin")
@organisers_only
def home() -> ResponseReturnValue:
    """Show the contests of the units that the organiser was granted, and their state now."""
    organiser = current_organiser()
    contests = service.get_contests_within([grant.unit_id for grant in organiser.grants])
    return render_template(
        "contests/home.html", organiser=organiser, contests=contests, now=clock.now()
    )
