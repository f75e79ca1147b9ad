"""Organisers bring files of questions, which a job reads; what changed between two versions."""

from collections.abc import Callable
from functools import wraps

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.banks import service
from quizapp.banks.admin.routes import ACTIONABLE, bp, whole_number
from quizapp.banks.forms import ADDS, BringForm
from quizapp.banks.rules.differences import Difference, without_keys
from quizapp.banks.service import BroughtFile, NewReview
from quizapp.banks.words import reason_words
from quizapp.banks.writing.templates import MEDIA_TYPES, TEMPLATES
from quizapp.db import writes
from quizapp.errors import Refusal
from quizapp.people.errors import NotSignedIn
from quizapp.people.forms import ButtonForm
from quizapp.people.sign_in import (
    count_upload,
    current_organiser,
    is_signed_browser,
    organisers_only,
)
from quizapp.web.again import shown_again

View = Callable[[], ResponseReturnValue]
AROUND_FILES = 64 * 1024  # bytes that a form needs beside its files


def takes_files(view: View) -> View:
    """Let a form be as large as its files; stands above `@writes`, which reads the body first."""

    @wraps(view)
    def wrapper() -> ResponseReturnValue:
        if is_signed_browser():  # a stranger sends no more than any form
            request.max_content_length = service.LARGEST_ALL + AROUND_FILES
        return view()

    return wrapper


def _banks_again(refusal: Refusal) -> ResponseReturnValue:
    """Show the banks with what was typed; a browser gives no file back, so it is chosen again."""
    form = BringForm()
    form.mark(refusal)
    return _banks_page(form)


@bp.get("/admin/banks")
@organisers_only
def banks() -> ResponseReturnValue:
    """Show the banks that one may use, and take files for one of them or a new one."""
    return _banks_page(BringForm(formdata=None))


@bp.get("/admin/banks/<bank>/reports")
@organisers_only
def reported(bank: str) -> ResponseReturnValue:
    """Show which questions contestants find something wrong with."""
    found = service.get_reported(current_organiser(), bank)
    return render_template("banks/reported.html", bank=found, words=reason_words())


@bp.post("/admin/banks")
@shown_again(_banks_again, statuses=ACTIONABLE | {429}, but=NotSignedIn)
@takes_files
@writes
@organisers_only
def bring() -> ResponseReturnValue:
    """Keep the files and go to the job that reads them."""
    form = BringForm()
    form.check()
    count_upload()
    files = [
        BroughtFile(name=file.filename or "", content=file.read())
        for file in request.files.getlist("files")
        if file.filename
    ]
    new = NewReview(
        unit=form.unit.data or "",
        bank_code=(form.bank.data or "").strip(),
        title=form.title.data or "",
        adds=form.how.data == ADDS,
        files=files,
    )
    job = service.start_review(current_organiser(), new, at=clock.now())
    return redirect(url_for("people_jobs.job", public_id=job), 303)


@bp.get("/admin/banks/of/<bank_code>/difference")
@organisers_only
def difference(bank_code: str) -> ResponseReturnValue:
    """Show what changed between two versions, word by word, without right options."""
    before, after = (whole_number(request.args.get(name, "1")) for name in ("before", "after"))
    found = service.compare_mine(current_organiser(), bank_code, before, after)
    return _difference_page(bank_code, before, after, without_keys(found), with_keys=False)


@bp.post("/admin/banks/of/<bank_code>/difference/<int:before>/<int:after>")
@writes
@organisers_only
def difference_with_keys(bank_code: str, before: int, after: int) -> ResponseReturnValue:
    """Show all that changed, and write down who looked at right options."""
    ButtonForm().check()
    found = service.compare_mine(current_organiser(), bank_code, before, after)
    service.note_keys_seen(current_organiser(), bank_code, f"{before}-{after}", at=clock.now())
    return _difference_page(bank_code, before, after, found, with_keys=True)


@bp.get("/admin/banks/guide")
@organisers_only
def guide() -> ResponseReturnValue:
    """Tell on one page how files are written best."""
    return render_template("banks/guide.html")


@bp.get("/admin/banks/template.<any(docx, xlsx):form>")
@organisers_only
def template(form: str) -> ResponseReturnValue:
    """Send a file to begin a bank with."""
    response = make_response(TEMPLATES[form]())
    response.mimetype = MEDIA_TYPES[form]
    response.headers.set("Content-Disposition", "attachment", filename=f"mau-cau-hoi.{form}")
    return response


def _difference_page(
    code: str, before: int, after: int, found: Difference, *, with_keys: bool
) -> str:
    return render_template(
        "banks/difference.html",
        found={"code": code, "before": before, "after": after},
        difference=found,
        with_keys=with_keys,
        form=ButtonForm(formdata=None),
    )


def _banks_page(form: BringForm) -> str:
    organiser, now = current_organiser(), clock.now()
    units = service.get_writers_units(organiser, at=now)
    form.unit.choices = [(unit.code, unit.name) for unit in units]
    return render_template(
        "banks/banks.html",
        reported=service.count_reported(current_organiser()),
        form=form,
        units=units,
        banks=service.get_banks_of(organiser),
        reviews=service.get_reviews(organiser),
    )
