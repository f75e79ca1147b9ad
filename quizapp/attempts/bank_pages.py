"""A bank with its versions and where each is used: the highest place that knows of attempts."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.attempts.service import usage
from quizapp.people.sign_in import current_organiser, organisers_only

bp = Blueprint("attempts_banks", __name__, template_folder="templates")


@bp.get("/admin/banks/of/<bank_code>")
@organisers_only
def bank(bank_code: str) -> ResponseReturnValue:
    """Show a bank's versions, the rounds that ask of each, and what to compare."""
    found = usage.get_bank_use(current_organiser(), bank_code, at=clock.now())
    return render_template("attempts/bank.html", bank=found)
