"""Inviting many people by one sheet."""

from collections.abc import Callable
from functools import wraps

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.db import writes
from quizapp.errors import N_, Refusal
from quizapp.people.admin.blueprint import blueprint
from quizapp.people.errors import CannotReadSheet, NotSignedIn, TooManyUploads
from quizapp.people.forms import ButtonForm, InvitationsForm
from quizapp.people.reading import LARGEST
from quizapp.people.rules.invitations import Wanted
from quizapp.people.service import invitations as service
from quizapp.people.service import inviting
from quizapp.people.service.inviting import LinkLine
from quizapp.people.sign_in import count_upload, current_organiser, organisers_only
from quizapp.people.words import ROLE_WORDS
from quizapp.web.again import shown_again
from quizapp.web.formats import moment
from quizapp.web.language import translated, words_of
from quizapp.web.sheets import Table, send_workbook

View = Callable[[], ResponseReturnValue]
AROUND_FILE = 64 * 1024  # bytes that a form needs beside its file
COLUMNS = {
    "name": N_("Họ và tên"),
    "phone": N_("Số điện thoại"),
    "unit": N_("Mã đơn vị"),
    "role": N_("Vai trò"),
}
LINKS = (
    N_("Họ và tên"),
    N_("Số điện thoại"),
    N_("Đơn vị"),
    N_("Vai trò"),
    N_("Liên kết đặt mật khẩu (một lần)"),
    N_("Hết hạn"),
)
HAS_PASSWORD = N_("Không cần: đã có tài khoản, hoặc nơi khác đã gửi liên kết")


def _reads_sheet(view: Callable[[list[Wanted], str], ResponseReturnValue]) -> View:
    """Read the file that was sent, then let `view` keep it; a refusal shows the page again.

    It stands above `@writes` on purpose: nobody may wait for the reading of a file.
    """

    @wraps(view)
    def wrapper() -> ResponseReturnValue:
        # Of a stranger not even the form is read, nor a file of who may invite nobody.
        service.check_may_invite(current_organiser(), at=clock.now())
        request.max_content_length = LARGEST + AROUND_FILE
        form = InvitationsForm()
        form.check()
        file = form.file.data
        content = file.read() if hasattr(file, "read") else b""
        try:
            return view(service.read_sheet(content), getattr(file, "filename", None) or "")
        except (CannotReadSheet, TooManyUploads) as refusal:
            form.file.errors = [words_of(refusal)]
            return _invitations_page(form), refusal.status, refusal.headers

    return wrapper


def _batch_again(refusal: Refusal, public_id: str) -> str:
    """Show the sheet as it is now, with why what was asked cannot be done."""
    return _batch_page(public_id, refusal=refusal)


@blueprint.get("/admin/team/invitations")
@organisers_only
def invitations() -> ResponseReturnValue:
    return _invitations_page(InvitationsForm(formdata=None))


@blueprint.post("/admin/team/invitations")
@_reads_sheet
@writes
@organisers_only
def bring_sheet(rows: list[Wanted], file_name: str) -> ResponseReturnValue:
    organiser = current_organiser()
    count_upload()
    public_id = service.keep_sheet(organiser, rows, file_name=file_name, at=clock.now())
    return redirect(url_for("people_admin.batch", public_id=public_id), 303)


@blueprint.get("/admin/team/invitations/<public_id>")
@organisers_only
def batch(public_id: str) -> ResponseReturnValue:
    """Show whom the sheet invites, problems first."""
    return _batch_page(public_id)


@blueprint.post("/admin/team/invitations/<public_id>")
@shown_again(_batch_again, statuses={409, 410}, but=NotSignedIn)
@writes
@organisers_only
def decide_batch(public_id: str) -> ResponseReturnValue:
    """Send the invitations, or throw the sheet away."""
    ButtonForm().check()
    if "discard" in request.form:
        service.discard_batch(current_organiser(), public_id, at=clock.now())
        return redirect(url_for("people_admin.invitations"), 303)
    job = inviting.ask_send(current_organiser(), public_id, at=clock.now())
    return redirect(url_for("people_jobs.job", public_id=job), 303)


@blueprint.post("/admin/team/invitations/<public_id>/links")
@shown_again(_batch_again, statuses={409, 410}, but=NotSignedIn)
@writes
@organisers_only
def links(public_id: str) -> ResponseReturnValue:
    """Ask for the sheet of one-time links; or for a new one, which ends the old links."""
    ButtonForm().check()
    job = inviting.ask_links(
        current_organiser(), public_id, is_anew="anew" in request.form, at=clock.now()
    )
    return redirect(url_for("people_jobs.job", public_id=job), 303)


@blueprint.post("/admin/team/invitations/<public_id>/links.xlsx")
@shown_again(_batch_again, statuses={409, 410}, but=NotSignedIn)
@writes
@organisers_only
def take_links(public_id: str) -> ResponseReturnValue:
    """Send the sheet of one-time links, once."""
    ButtonForm().check()
    lines = inviting.take_links(current_organiser(), public_id, at=clock.now())
    headings = [translated(heading) for heading in LINKS]
    rows = [_row(line) for line in lines]
    table = Table(name="Liên kết", headings=headings, rows=rows, widths={headings[4]: 70})
    return send_workbook([table], name="lien-ket-moi.xlsx")


def _row(line: LinkLine) -> list[str]:
    address = translated(HAS_PASSWORD)
    if line.token is not None:
        address = url_for("people_admin.set_up", token=line.token, _external=True)
    until = moment(line.expires_at) if line.expires_at else ""
    role = next(words for role, words in ROLE_WORDS.items() if role == line.role)
    return [line.name, line.phone, line.unit, translated(role), address, until]


def _invitations_page(form: InvitationsForm) -> str:
    return render_template(
        "people/invitations.html",
        form=form,
        batches=service.get_batches(current_organiser(), at=clock.now()),
        columns=COLUMNS,
        roles=ROLE_WORDS,
    )


def _batch_page(public_id: str, *, refusal: Refusal | None = None) -> str:
    organiser, now = current_organiser(), clock.now()
    found = service.look_at_batch(organiser, public_id, at=now)
    page = render_template(
        "people/batch.html",
        found=found,
        job=inviting.find_job(organiser, public_id, at=now),
        form=ButtonForm(formdata=None),
        columns=COLUMNS,
        refused=words_of(refusal) if refusal else None,
    )
    service.note_phones_seen(organiser, found, at=now)
    return page
