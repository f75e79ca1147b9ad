"""Organisers bring question banks: a file is read and shown before anything is published."""

from collections import Counter
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.banks import service
from quizapp.banks.forms import PublishForm, UploadForm
from quizapp.banks.reading import LARGEST
from quizapp.banks.rules import Draft, letters_of
from quizapp.banks.service import NewUpload
from quizapp.db import writes
from quizapp.errors import Refusal
from quizapp.people.sign_in import current_organiser, organisers_only
from quizapp.web.language import words_of

bp = Blueprint("banks_admin", __name__, template_folder="templates")
P = ParamSpec("P")
SHOWN = 50  # questions of a file on one page
ACTIONABLE = {403, 409, 422}
AROUND_FILE = 64 * 1024  # bytes that a form needs beside its file


def takes_file(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Let the request be as large as a bank's file. Put it above `@writes`, which reads it."""

    @wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        request.max_content_length = LARGEST + AROUND_FILE
        return view(*args, **kwargs)

    return wrapper


def banks_shown_again(view: Callable[[], ResponseReturnValue]) -> Callable[[], ResponseReturnValue]:
    """Show the banks with what was typed; a browser gives no file back, so it is chosen again."""

    @wraps(view)
    def wrapper() -> ResponseReturnValue:
        try:
            return view()
        except Refusal as refusal:
            if refusal.status not in ACTIONABLE:
                raise
            form = UploadForm()
            form.mark(refusal)
            return _banks_page(form), refusal.status

    return wrapper


def upload_shown_again(
    view: Callable[[str], ResponseReturnValue],
) -> Callable[[str], ResponseReturnValue]:
    """Show the file again, with why it was not published."""

    @wraps(view)
    def wrapper(public_id: str) -> ResponseReturnValue:
        try:
            return view(public_id)
        except Refusal as refusal:
            if refusal.status not in ACTIONABLE:
                raise
            return _upload_page(public_id, PublishForm(), words_of(refusal)), refusal.status

    return wrapper


@bp.get("/admin/banks")
@organisers_only
def banks() -> ResponseReturnValue:
    """Show the banks that one may use, and take a file for one of them or a new one."""
    return _banks_page(UploadForm(formdata=None))


@bp.post("/admin/banks")
@takes_file
@banks_shown_again
@writes
@organisers_only
def upload() -> ResponseReturnValue:
    form = UploadForm()
    form.check()
    file = form.file.data
    new = NewUpload(
        unit=form.unit.data or "",
        bank_code=(form.bank.data or "").strip(),
        title=form.title.data or "",
        file_name=getattr(file, "filename", None) or "",
        content=file.read() if hasattr(file, "read") else b"",
    )
    public_id = service.store_upload(current_organiser(), new, at=clock.now())
    return redirect(url_for("banks_admin.look", public_id=public_id), 303)


@bp.get("/admin/banks/uploads/<public_id>")
@organisers_only
def look(public_id: str) -> ResponseReturnValue:
    """Show what was understood: problems first, then each question as it was read."""
    return _upload_page(public_id, PublishForm(formdata=None))


@bp.post("/admin/banks/uploads/<public_id>")
@upload_shown_again
@writes
@organisers_only
def decide(public_id: str) -> ResponseReturnValue:
    """Publish the file's questions, or throw the file away."""
    form = PublishForm()
    form.check()
    if "discard" in request.form:
        service.discard_upload(current_organiser(), public_id)
    else:
        service.publish_upload(
            current_organiser(),
            public_id,
            note=form.note.data or "",
            skips_errors=bool(form.skips_errors.data),
            at=clock.now(),
        )
    return redirect(url_for("banks_admin.banks"), 303)


def _banks_page(form: UploadForm) -> str:
    organiser, now = current_organiser(), clock.now()
    units = service.get_writers_units(organiser, at=now)
    form.unit.choices = [(unit.code, unit.name) for unit in units]
    return render_template(
        "banks/banks.html",
        form=form,
        units=units,
        banks=service.get_banks_of(organiser),
        uploads=service.get_uploads(organiser),
    )


def _upload_page(public_id: str, form: PublishForm, refused: str | None = None) -> str:
    found = service.look_at_upload(current_organiser(), public_id)
    drafts = found.reading.drafts
    page = min(max(request.args.get("page", 1, type=int), 1), max(-(-len(drafts) // SHOWN), 1))
    return render_template(
        "banks/upload.html",
        form=form,
        found=found,
        refused=refused,
        page=page,
        pages=max(-(-len(drafts) // SHOWN), 1),
        drafts=drafts[(page - 1) * SHOWN : page * SHOWN],
        letters=letters_of,
        topics=Counter(draft.topic for draft in drafts if draft.topic),
        keys=_keys(drafts),
    )


def _keys(drafts: tuple[Draft, ...]) -> list[tuple[str, int]]:
    """Return how often each letter is the right one, as the file has them."""
    counted = Counter(letters_of(draft.right) for draft in drafts)
    return sorted(counted.items())
