"""The log: who did what, when and why; and whether nobody has changed it since."""

from datetime import date

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.audit.words import actor_words, deed_words
from quizapp.db import writes
from quizapp.people.admin.blueprint import blueprint
from quizapp.people.forms import ButtonForm
from quizapp.people.service import log
from quizapp.people.service.log import Asked
from quizapp.people.sign_in import current_organiser, organisers_only

LONGEST = 120


@blueprint.get("/admin/log")
@organisers_only
def log_page() -> ResponseReturnValue:
    typed = {name: _typed(name) for name in ("actor", "object", "action", "day")}
    asked = Asked(
        actor=typed["actor"],
        object=typed["object"],
        action=typed["action"],
        day=_day(typed["day"]),
        before=request.args.get("before", type=int),
    )
    return render_template(
        "people/log.html",
        page=log.get_log(current_organiser(), asked, at=clock.now()),
        typed=typed,
        is_day_wrong=bool(typed["day"]) and asked.day is None,
        form=ButtonForm(formdata=None),
        deed=deed_words,
        who=actor_words,
    )


@blueprint.post("/admin/log/verify")
@writes
@organisers_only
def verify_log() -> ResponseReturnValue:
    """Have the whole chain checked, as long work."""
    ButtonForm().check()
    public_id = log.ask_verify(current_organiser(), at=clock.now())
    return redirect(url_for("people_jobs.job", public_id=public_id), 303)


def _typed(name: str) -> str:
    return request.args.get(name, "").strip()[:LONGEST]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
