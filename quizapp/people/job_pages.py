"""An organiser's long work: how far it is, what came of it, cancelling. Each sees their own only.

The pages of `jobs`, which lies below people and cannot ask who is signed in.
"""

from flask import Blueprint, make_response, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import Headers

from quizapp import clock
from quizapp.db import writes
from quizapp.jobs import service
from quizapp.people.forms import ButtonForm
from quizapp.people.sign_in import current_organiser, organisers_only
from quizapp.web.parts import page_or_part

bp = Blueprint("people_jobs", __name__, template_folder="templates", url_prefix="/admin/jobs")


@bp.get("")
@organisers_only
def jobs() -> ResponseReturnValue:
    found = service.get_jobs(_actor(), at=clock.now())
    return page_or_part("people/jobs.html", "people/_jobs_now.html", jobs=found)


@bp.get("/<public_id>")
@organisers_only
def job(public_id: str) -> ResponseReturnValue:
    """Show how far the work is; the page asks for it by itself until it is over."""
    found = service.get_job(_actor(), public_id, at=clock.now())
    form = ButtonForm(formdata=None)
    return page_or_part("people/job.html", "people/_job_now.html", job=found, form=form)


@bp.get("/<public_id>/file")
@organisers_only
def file(public_id: str) -> ResponseReturnValue:
    """Send what the work made, to be kept as a file and never shown as a page of ours."""
    made = service.get_file(_actor(), public_id)
    response = make_response(made.content)
    response.mimetype = made.media_type
    headers: Headers = response.headers
    headers.set("Content-Disposition", "attachment", filename=made.name)
    return response


@bp.post("/<public_id>/cancel")
@writes
@organisers_only
def cancel(public_id: str) -> ResponseReturnValue:
    ButtonForm().check()
    service.cancel_job(_actor(), public_id, at=clock.now())
    return redirect(url_for("people_jobs.job", public_id=public_id), 303)


def _actor() -> str:
    return f"organiser:{current_organiser().id}"
