"""Time for many, pauses and outages: what is done on a page when something goes wrong."""

from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.attempts.admin.deciding import asked, bp
from quizapp.attempts.service import incidents as service
from quizapp.attempts.service.incidents import Plan
from quizapp.attempts.service.time import MOST_MINUTES
from quizapp.db import writes
from quizapp.errors import Refusal
from quizapp.people.forms import ButtonForm
from quizapp.people.sign_in import organisers_only
from quizapp.web.again import shown_again
from quizapp.web.language import words_of

FIELDS = ("unit", "minutes", "began", "ended", "reason")


def _again(refusal: Refusal, slug: str, number: int) -> str:
    """Show the page with what was typed and why it was not taken."""
    return _page(slug, about=number, refused=words_of(refusal))


@bp.get("/admin/c/<slug>/incidents")
@organisers_only
def incidents(slug: str) -> ResponseReturnValue:
    return _page(slug)


@bp.post("/admin/c/<slug>/incidents/<int:number>/pause")
@shown_again(_again)
@writes
@organisers_only
def pause(slug: str, number: int) -> ResponseReturnValue:
    ButtonForm().check()
    service.pause(asked(slug), number, reason=_typed()["reason"], at=clock.now())
    return _done(slug, number)


@bp.post("/admin/c/<slug>/incidents/<int:number>/resume")
@shown_again(_again)
@writes
@organisers_only
def resume(slug: str, number: int) -> ResponseReturnValue:
    ButtonForm().check()
    service.resume(asked(slug), number, reason=_typed()["reason"], at=clock.now())
    return _done(slug, number)


@bp.post("/admin/c/<slug>/incidents/<int:number>/extra")
@shown_again(_again)
@writes
@organisers_only
def give_extra(slug: str, number: int) -> ResponseReturnValue:
    """Show what extra time would do; give it when that was looked at."""
    ButtonForm().check()
    now = clock.now()
    plan = service.plan_extra(asked(slug), number, _typed(), at=now)
    if request.form.get("looked") != plan.mark:
        return _page(slug, about=number, plan=plan)
    service.give_extra(asked(slug), number, _typed(), at=now)
    return _done(slug, number)


@bp.post("/admin/c/<slug>/incidents/<int:number>/withdraw")
@shown_again(_again)
@writes
@organisers_only
def withdraw(slug: str, number: int) -> ResponseReturnValue:
    ButtonForm().check()
    grant = request.form.get("grant", 0, type=int)
    service.withdraw(asked(slug), number, grant, reason=_typed()["reason"], at=clock.now())
    return _done(slug, number)


@bp.post("/admin/c/<slug>/incidents/<int:number>/outage")
@shown_again(_again)
@writes
@organisers_only
def compensate(slug: str, number: int) -> ResponseReturnValue:
    """Show what taking a stretch out would do; do it when that was looked at."""
    ButtonForm().check()
    now = clock.now()
    plan = service.plan_outage(asked(slug), number, _typed(), at=now)
    if request.form.get("looked") != plan.mark:
        return _page(slug, about=number, plan=plan)
    service.compensate(asked(slug), number, _typed(), at=now)
    return _done(slug, number)


def _typed() -> Mapping[str, str]:
    return {name: request.form.get(name, "") for name in FIELDS}


def _page(
    slug: str, *, about: int | None = None, refused: str | None = None, plan: Plan | None = None
) -> str:
    """Render the page; `about` is the round whose form was sent."""
    found = service.get_incidents(asked(slug), at=clock.now())
    return render_template(
        "attempts/incidents.html",
        found=found,
        about=about,
        sent=request.path.rpartition("/")[2] if about else "",
        typed=_typed(),
        grant=request.form.get("grant", 0, type=int),
        refused=refused,
        plan=plan,
        most_minutes=MOST_MINUTES,
        form=ButtonForm(formdata=None),
        done=request.args.get("done", 0, type=int) if request.method == "GET" else 0,
    )


def _done(slug: str, number: int) -> ResponseReturnValue:
    page = url_for("attempts_admin.incidents", slug=slug, done=number, _anchor=f"r-{number}")
    return redirect(page, 303)
