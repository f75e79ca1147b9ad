"""Organisers bring question banks: files are read by a job, reviewed, mended, published."""

from collections.abc import Callable
from functools import wraps

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.banks import service
from quizapp.banks.errors import ChangedMeanwhile
from quizapp.banks.forms import ADDS, BringForm, MendForm, PublishForm
from quizapp.banks.rules import LETTERS, letters_of
from quizapp.banks.rules.differences import Difference, pieces, without_keys
from quizapp.banks.rules.mending import Typed, typed_in
from quizapp.banks.service import BroughtFile, Decision, NewReview, Review, Show, Which
from quizapp.banks.service.reading_keys import note_keys_seen
from quizapp.banks.words import reason_words
from quizapp.banks.writing.templates import MEDIA_TYPES, TEMPLATES
from quizapp.db import writes
from quizapp.errors import NotFound, Refusal
from quizapp.people.errors import NotSignedIn
from quizapp.people.forms import ButtonForm
from quizapp.people.sign_in import current_organiser, is_signed_browser, organisers_only
from quizapp.web.language import words_of

bp = Blueprint("banks_admin", __name__, template_folder="templates")
View = Callable[[], ResponseReturnValue]
SHOWN = 20  # questions on one page
ACTIONABLE = {403, 409, 422}
AROUND_FILES = 64 * 1024  # bytes that a form needs beside its files
LEAST_OPTIONS, SPARE_OPTIONS = 4, 1  # fields for options: those there are and one more
DECISIONS = {
    "skip": Decision.SKIPPED,
    "keep": Decision.KEPT,
    "replace": Decision.REPLACES,
    "restore": None,
}


def takes_files(view: View) -> View:
    """Let a form be as large as its files; stands above `@writes`, which reads the body first."""

    @wraps(view)
    def wrapper() -> ResponseReturnValue:
        if is_signed_browser():  # a stranger sends no more than any form
            request.max_content_length = service.LARGEST_ALL + AROUND_FILES
        return view()

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
            form = BringForm()
            form.mark(refusal)
            return _banks_page(form), refusal.status

    return wrapper


def looks_first(
    view: Callable[[str, Review | None], ResponseReturnValue],
) -> Callable[[str], ResponseReturnValue]:
    """Check the whole review before the transaction: thousands of questions take their time."""

    @wraps(view)
    def wrapper(public_id: str) -> ResponseReturnValue:
        if "discard" in request.form:
            return view(public_id, None)
        return view(public_id, service.look_at_review(current_organiser(), public_id))

    return wrapper


def review_shown_again(
    view: Callable[[str], ResponseReturnValue],
) -> Callable[[str], ResponseReturnValue]:
    """Show the review again, with why it was not published."""

    @wraps(view)
    def wrapper(public_id: str) -> ResponseReturnValue:
        try:
            return view(public_id)
        except Refusal as refusal:
            if refusal.status not in ACTIONABLE:
                raise
            return _review_page(public_id, PublishForm(), words_of(refusal)), refusal.status

    return wrapper


def question_shown_again(
    view: Callable[[str, int], ResponseReturnValue],
) -> Callable[[str, int], ResponseReturnValue]:
    """Show the question again with what was typed, beside what stands there now."""

    @wraps(view)
    def wrapper(public_id: str, number: int) -> ResponseReturnValue:
        try:
            return view(public_id, number)
        except Refusal as refusal:
            if refusal.status not in ACTIONABLE:
                raise
            return _question_page(public_id, number, refused=refusal), refusal.status

    return wrapper


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
@banks_shown_again
@takes_files
@writes
@organisers_only
def bring() -> ResponseReturnValue:
    """Keep the files and go to the job that reads them."""
    form = BringForm()
    form.check()
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


@bp.get("/admin/banks/reviews/<public_id>")
@organisers_only
def review(public_id: str) -> ResponseReturnValue:
    """Show what was understood: problems first, then what is like another, then the rest."""
    page = _review_page(public_id, PublishForm(formdata=None))
    note_keys_seen(current_organiser(), public_id, at=clock.now())
    return page


@bp.post("/admin/banks/reviews/<public_id>")
@review_shown_again
@looks_first
@writes
@organisers_only
def decide(public_id: str, found: Review | None) -> ResponseReturnValue:
    """Publish the review's questions, or throw all of it away."""
    form, now = PublishForm(), clock.now()
    form.check()
    if found is None:
        service.discard_review(current_organiser(), public_id, at=now)
        return redirect(url_for("banks_admin.banks"), 303)
    service.publish_review(
        current_organiser(),
        found,
        revision=_number(form.revision.data),
        note=form.note.data or "",
        skips_errors=bool(form.skips_errors.data),
        at=now,
    )
    return redirect(url_for("banks_admin.banks"), 303)


@bp.get("/admin/banks/reviews/<public_id>/questions/<int:number>")
@organisers_only
def question(public_id: str, number: int) -> ResponseReturnValue:
    """Show a question beside what stood in its file, to be mended."""
    page = _question_page(public_id, number)
    note_keys_seen(current_organiser(), public_id, at=clock.now())
    return page


@bp.post("/admin/banks/reviews/<public_id>/questions/<int:number>")
@question_shown_again
@writes
@organisers_only
def change(public_id: str, number: int) -> ResponseReturnValue:
    """Mend a question, decide on it, or undo its last change."""
    form, now, organiser = MendForm(), clock.now(), current_organiser()
    form.check()
    which = Which(public_id=public_id, number=number, revision=_number(form.revision.data))
    deed, _, about = request.form.get("do", "save").partition(" ")
    if deed in DECISIONS:
        service.decide_on_question(organiser, which, DECISIONS[deed], at=now)
    elif deed == "merge":
        service.merge_question(organiser, which, _number(about), at=now)
    elif deed == "undo":
        service.undo_edit(organiser, which, at=now)
        return redirect(_address(public_id, number), 303)
    else:
        service.mend_question(organiser, which, form.typed(), at=now)
    return redirect(url_for("banks_admin.go_on", public_id=public_id, after=number), 303)


@bp.get("/admin/banks/reviews/<public_id>/next")
@organisers_only
def go_on(public_id: str) -> ResponseReturnValue:
    """Go to the next question that needs somebody; to the review when there is none."""
    after = request.args.get("after", 0, type=int)
    found = service.get_review(current_organiser(), public_id)
    same = [one for one in found.listed[Show.WRONG] if one.number == after]
    following = after if same else found.next_wrong(after)
    if following is None:
        return redirect(url_for("banks_admin.review", public_id=public_id))
    return redirect(_address(public_id, following))


@bp.get("/admin/banks/of/<bank_code>/difference")
@organisers_only
def difference(bank_code: str) -> ResponseReturnValue:
    """Show what changed between two versions, word by word, without right options."""
    before, after = (_number(request.args.get(name, "1")) for name in ("before", "after"))
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


def _review_page(public_id: str, form: PublishForm, refused: str | None = None) -> str:
    found = service.get_review(current_organiser(), public_id)
    form.revision.data = str(found.card.revision)
    asked = request.args.get("show", "")
    show = Show(asked) if asked in {*Show} else found.first_shown
    listed = found.listed[show]
    pages = max(-(-len(listed) // SHOWN), 1)
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    return render_template(
        "banks/review.html",
        form=form,
        review=found,
        refused=refused,
        show=show,
        shows=[(one, len(found.listed[one])) for one in Show],
        questions=listed[(page - 1) * SHOWN : page * SHOWN],
        page=page,
        pages=pages,
        letters=letters_of,
        typed_in=typed_in,
    )


def _question_page(public_id: str, number: int, *, refused: Refusal | None = None) -> str:
    found = service.get_review(current_organiser(), public_id)
    one = next((one for one in found.questions if one.number == number), None)
    if one is None:
        raise NotFound
    stands = typed_in(one.now)
    form = MendForm() if refused else _filled(stands)
    typed = form.typed() if refused else stands
    form.revision.data = str(one.revision)  # who saves again has seen what stands there
    return render_template(
        "banks/question.html",
        form=form,
        review=found,
        one=one,
        typed=typed,
        fields=_letters_shown(typed),
        refused=words_of(refused) if refused else None,
        conflicts=_conflicts(stands, typed) if isinstance(refused, ChangedMeanwhile) else [],
        editors=service.get_editors(found.card.id, number),
        following=found.next_wrong(number),
        stood=typed_in(one.found),
        other=service.get_twin(one),
    )


def _filled(stands: Typed) -> MendForm:
    return MendForm(
        formdata=None,
        stem=stands.stem,
        kind=stands.kind,
        topic=stands.topic,
        difficulty=stands.difficulty,
        citations="\n".join(stands.citations),
        explanation=stands.explanation,
        valid_from=stands.valid_from,
        valid_to=stands.valid_to,
    )


def _letters_shown(typed: Typed) -> str:
    """Return the letters that the form has fields for."""
    used = [LETTERS.index(letter) + 1 for letter, text in typed.options.items() if text]
    return LETTERS[: max(LEAST_OPTIONS, max(used, default=0) + SPARE_OPTIONS)]


def _conflicts(stands: Typed, typed: Typed) -> list[tuple[str, object]]:
    """Return the fields that somebody else has otherwise, word by word, from theirs to mine."""
    theirs, mine = _texts(stands), _texts(typed)
    return [
        (name, pieces(theirs.get(name, ""), mine.get(name, "")))
        for name in dict.fromkeys((*theirs, *mine))
        if theirs.get(name, "") != mine.get(name, "")
    ]


def _texts(typed: Typed) -> dict[str, str]:
    options = {f"option {letter}": text for letter, text in typed.options.items() if text}
    return {
        "stem": typed.stem,
        **options,
        "answer": ", ".join(sorted(typed.right)),
        "topic": typed.topic,
        "citation": "\n".join(typed.citations),
        "explanation": typed.explanation,
        "valid_from": typed.valid_from,
        "valid_to": typed.valid_to,
    }


def _address(public_id: str, number: int) -> str:
    return url_for("banks_admin.question", public_id=public_id, number=number)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 0
