"""Organisers list reports of a contest, ask for one of now, and fetch the files."""

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import Headers

from quizapp import clock
from quizapp.db import writes
from quizapp.people.forms import ButtonForm
from quizapp.people.sign_in import current_organiser, organisers_only
from quizapp.press import service
from quizapp.press.forms import ReportForm

bp = Blueprint("press_admin", __name__, template_folder="templates")


@bp.get("/admin/c/<slug>/press")
@organisers_only
def reports(slug: str) -> ResponseReturnValue:
    """Show the reports there are, newest first."""
    page = service.get_page(current_organiser(), slug, at=clock.now())
    return render_template("press/reports.html", page=page, form=ReportForm(formdata=None))


@bp.post("/admin/c/<slug>/press")
@writes
@organisers_only
def ask(slug: str) -> ResponseReturnValue:
    """Ask for the figures as they are now."""
    form = ReportForm()
    form.check()
    job = service.ask_report(current_organiser(), slug, form.round.data or 0, at=clock.now())
    return redirect(url_for("people_jobs.job", public_id=job), 303)


@bp.post("/admin/c/<slug>/press/<int:number>/files")
@writes
@organisers_only
def files(slug: str, number: int) -> ResponseReturnValue:
    """Ask for the files of a report to be drawn again."""
    ButtonForm().check()
    job = service.ask_files(current_organiser(), slug, number, at=clock.now())
    return redirect(url_for("people_jobs.job", public_id=job), 303)


@bp.get("/admin/c/<slug>/press/<int:number>.<form>")
@organisers_only
def file(slug: str, number: int, form: str) -> ResponseReturnValue:
    """Send a file of a report, to be kept."""
    made = service.get_file(current_organiser(), slug, number, form, at=clock.now())
    response = make_response(made.content)
    response.mimetype = made.media_type
    headers: Headers = response.headers
    headers.set("Content-Disposition", "attachment", filename=made.name)
    return response
