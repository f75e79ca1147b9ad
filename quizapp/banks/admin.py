"""Organisers bring question banks: a file is read and shown before anything is published."""

from collections import Counter
from collections.abc import Callable
from functools import wraps

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.banks import service
from quizapp.banks.forms import PublishForm, UploadForm
from quizapp.banks.reading import LARGEST
from quizapp.banks.rules import Draft, letters_of
from quizapp.banks.service import LookedAt, NewUpload, ReadUpload
from quizapp.db import writes
from quizapp.errors import Refusal
from quizapp.people.errors import NotSignedIn
from quizapp.people.sign_in import current_organiser, organisers_only
from quizapp.web.language import words_of

bp = Blueprint("banks_admin", __name__, template_folder="templates")
View = Callable[[], ResponseReturnValue]
SHOWN = 50  # questions of a file on one page
ACTIONABLE = {403, 409, 422}
AROUND_FILE = 64 * 1024  # bytes that a form needs beside its file


def reads_file(view: Callable[[ReadUpload], ResponseReturnValue]) -> View:
    """Read the file that was sent, then let `view` keep it.

    It stands above `@writes` on purpose: nobody may wait for the reading of a file. Only of who is
    signed in so much is taken.
    """

    @wraps(view)
    def wrapper() -> ResponseReturnValue:
        organiser = current_organiser()
        request.max_content_length = LARGEST + AROUND_FILE
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
        return view(service.read_upload(organiser, new, at=clock.now()))

    return wrapper


def looks_first(
    view: Callable[[str, LookedAt | None], ResponseReturnValue],
) -> Callable[[str], ResponseReturnValue]:
    """Read the kept file, unless it is to be thrown away; above `@writes` for the same reason."""

    @wraps(view)
    def wrapper(public_id: str) -> ResponseReturnValue:
        if "discard" in request.form:
            return view(public_id, None)
        return view(public_id, service.look_at_upload(current_organiser(), public_id))

    return wrapper


def banks_shown_again(view: View) -> View:
    """Show the banks with what was typed; a browser gives no file back, so it is chosen again."""

    @wraps(view)
    def wrapper() -> ResponseReturnValue:
        try:
            return view()
        except NotSignedIn:
            raise  # the form of a stranger is not even read
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
@banks_shown_again
@reads_file
@writes
@organisers_only
def upload(read: ReadUpload) -> ResponseReturnValue:
    public_id = service.store_upload(current_organiser(), read, at=clock.now())
    return redirect(url_for("banks_admin.look", public_id=public_id), 303)


@bp.get("/admin/banks/uploads/<public_id>")
@organisers_only
def look(public_id: str) -> ResponseReturnValue:
    """Show what was understood: problems first, then each question as it was read."""
    return _upload_page(public_id, PublishForm(formdata=None))


@bp.post("/admin/banks/uploads/<public_id>")
@upload_shown_again
@looks_first
@writes
@organisers_only
def decide(public_id: str, found: LookedAt | None) -> ResponseReturnValue:
    """Publish the file's questions, or throw the file away."""
    form, now = PublishForm(), clock.now()
    form.check()
    if found is None:
        service.discard_upload(current_organiser(), public_id, at=now)
    else:
        service.publish_upload(
            current_organiser(),
            found,
            note=form.note.data or "",
            skips_errors=bool(form.skips_errors.data),
            at=now,
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
