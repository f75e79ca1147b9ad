"""Who has which role where: the pages on which owners grant, revoke and help with accounts."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.db import writes
from quizapp.errors import Refusal
from quizapp.people.admin.blueprint import blueprint
from quizapp.people.forms import GrantForm, ReasonForm
from quizapp.people.service import team
from quizapp.people.service.team import Granted, TypedGrant
from quizapp.people.sign_in import current_organiser, organisers_only
from quizapp.people.words import ROLE_WORDS
from quizapp.web.again import shown_again
from quizapp.web.language import translated, words_of


def _team_again(refusal: Refusal) -> ResponseReturnValue:
    """Show the team with what was typed, and what is wrong at its fields."""
    form = GrantForm()
    form.mark(refusal)
    return _team_page(form)


def _member_again(refusal: Refusal, public_id: str) -> ResponseReturnValue:
    """Show the person again with why it was not done, and the reason that was typed."""
    return _member_page(public_id, refusal=refusal)


@blueprint.get("/admin/team")
@organisers_only
def team_page() -> ResponseReturnValue:
    return _team_page(GrantForm(formdata=None))


@blueprint.post("/admin/team")
@shown_again(_team_again)
@writes
@organisers_only
def grant() -> ResponseReturnValue:
    form = GrantForm()
    form.check()
    typed = TypedGrant(
        phone=form.phone.data or "",
        name=form.name.data or "",
        unit=form.unit.data or "",
        role=form.role.data or "",
        reason=form.reason.data or "",
    )
    return _granted_page(team.give_role(current_organiser(), typed, at=clock.now()))


@blueprint.get("/admin/team/<public_id>")
@organisers_only
def member(public_id: str) -> ResponseReturnValue:
    return _member_page(public_id)


@blueprint.post("/admin/team/<public_id>/revoke")
@shown_again(_member_again)
@writes
@organisers_only
def revoke(public_id: str) -> ResponseReturnValue:
    team.revoke_role(
        current_organiser(),
        public_id,
        unit=request.form.get("unit", ""),
        role=request.form.get("role", ""),
        reason=_reason(),
        at=clock.now(),
    )
    return redirect(url_for("people_admin.team_page"), 303)


@blueprint.post("/admin/team/<public_id>/link")
@shown_again(_member_again)
@writes
@organisers_only
def new_link(public_id: str) -> ResponseReturnValue:
    made = team.give_new_link(current_organiser(), public_id, reason=_reason(), at=clock.now())
    return _granted_page(made)


@blueprint.post("/admin/team/<public_id>/end-sessions")
@shown_again(_member_again)
@writes
@organisers_only
def end_sessions_of(public_id: str) -> ResponseReturnValue:
    team.end_sessions_of(current_organiser(), public_id, reason=_reason(), at=clock.now())
    return redirect(url_for("people_admin.member", public_id=public_id, done=1), 303)


@blueprint.post("/admin/team/<public_id>/second-step-off")
@shown_again(_member_again)
@writes
@organisers_only
def take_second_step_off(public_id: str) -> ResponseReturnValue:
    team.take_second_step_off(current_organiser(), public_id, reason=_reason(), at=clock.now())
    return redirect(url_for("people_admin.member", public_id=public_id, done=1), 303)


def _reason() -> str:
    form = ReasonForm()
    form.check()
    return form.reason.data or ""


def _team_page(form: GrantForm) -> str:
    organiser, now = current_organiser(), clock.now()
    form.role.choices = [
        (role.value, translated(ROLE_WORDS[role])) for role in team.get_roles_to_grant(organiser)
    ]
    return render_template(
        "people/team.html",
        form=form,
        members=team.get_team(organiser, at=now),
        units=team.get_grant_units(organiser, at=now),
        roles=ROLE_WORDS,
    )


def _member_page(public_id: str, *, refusal: Refusal | None = None) -> str:
    organiser = current_organiser()
    return render_template(
        "people/member.html",
        member=team.get_member(organiser, public_id, at=clock.now()),
        form=ReasonForm(formdata=None),
        typed=request.form.get("reason", ""),
        roles=ROLE_WORDS,
        refused=words_of(refusal) if refusal else None,
        is_done=request.method == "GET" and "done" in request.args,
    )


def _granted_page(granted: Granted) -> str:
    link = granted.link
    address = url_for("people_admin.set_up", token=link.token, _external=True) if link else None
    return render_template("people/granted.html", granted=granted, address=address)
