"""Organisers look at what was read of their files, mend it and publish it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.banks import service
from quizapp.banks.admin.routes import ACTIONABLE, bp, whole_number
from quizapp.banks.errors import ChangedMeanwhile
from quizapp.banks.forms import MendForm, PublishForm
from quizapp.banks.rules import LETTERS, letters_of
from quizapp.banks.rules.differences import pieces
from quizapp.banks.rules.mending import Typed, typed_in
from quizapp.banks.service import Decision, Review, Show, Which
from quizapp.banks.service.reading_keys import note_keys_seen
from quizapp.db import writes
from quizapp.errors import NotFound, Refusal
from quizapp.people.sign_in import current_organiser, organisers_only
from quizapp.web.language import words_of
from quizapp.web.parts import asks_for_part, render_part

COUNTS = (
    "banks/_review_counts.html",
    "banks/_review_tabs.html",
    "banks/_review_whole.html",
    "banks/_publish.html",
)
SHOWN = 20  # questions on one page
LEAST_OPTIONS, SPARE_OPTIONS = 4, 1  # fields for options: those there are and one more
DECISIONS = {
    "skip": Decision.SKIPPED,
    "keep": Decision.KEPT,
    "replace": Decision.REPLACES,
    "restore": None,
}


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


@bp.get("/admin/banks/reviews/<public_id>")
@organisers_only
def review(public_id: str) -> ResponseReturnValue:
    """Show what was understood: problems first, then what is like another, then the rest."""
    row = request.args.get("row", 0, type=int)
    if asks_for_part() and row:
        page: str = _row(public_id, row)
    else:
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
        revision=whole_number(form.revision.data),
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
    which = Which(public_id=public_id, number=number, revision=whole_number(form.revision.data))
    deed, _, about = request.form.get("do", "save").partition(" ")
    if deed in DECISIONS:
        service.decide_on_question(organiser, which, DECISIONS[deed], at=now)
    elif deed == "merge":
        service.merge_question(organiser, which, whole_number(about), at=now)
    elif deed == "undo":
        service.undo_edit(organiser, which, at=now)
    else:
        service.mend_question(organiser, which, form.typed(), at=now)
    if asks_for_part():
        return _row(public_id, number, is_saved=True)
    if deed == "undo":
        return redirect(_address(public_id, number), 303)
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


def _review_page(public_id: str, form: PublishForm, refused: str | None = None) -> str:
    found = service.get_review(current_organiser(), public_id)
    asked = request.args.get("show", "")
    show = Show(asked) if asked in {*Show} else found.first_shown
    listed = found.listed[show]
    pages = max(-(-len(listed) // SHOWN), 1)
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    return render_template(
        "banks/review.html",
        **_review_values(found, form, show),
        refused=refused,
        questions=listed[(page - 1) * SHOWN : page * SHOWN],
        page=page,
        pages=pages,
        letters=letters_of,
    )


def _review_values(found: Review, publish: PublishForm, show: Show) -> dict[str, Any]:
    """Return what of a review both the page and its parts show."""
    publish.revision.data = str(found.card.revision)
    return {
        "publish": publish,
        "review": found,
        "show": show,
        "shows": [(one, len(found.listed[one])) for one in Show],
        "typed_in": typed_in,
        "is_saved": False,
        "is_mended_here": False,
    }


def _row(public_id: str, number: int, *, is_saved: bool = False) -> str:
    """Render one question as it stands in the list; when it was saved, the counts with it."""
    found = service.get_review(current_organiser(), public_id)
    one = next((one for one in found.questions if one.number == number), None)
    if one is None:
        raise NotFound
    values = _review_values(found, PublishForm(formdata=None), found.first_shown)
    values |= {"one": one, "is_saved": is_saved}
    return render_part("banks/_row.html", *(COUNTS if is_saved else ()), **values)


def _question_page(public_id: str, number: int, *, refused: Refusal | None = None) -> str:
    """Render a question to be mended: on its page, or where it stands in the list."""
    found = service.get_review(current_organiser(), public_id)
    one = next((one for one in found.questions if one.number == number), None)
    if one is None:
        raise NotFound
    stands = typed_in(one.now)
    form = MendForm() if refused else _filled(stands)
    typed = form.typed() if refused else stands
    form.revision.data = str(one.revision)  # who saves again has seen what stands there
    for field in form:
        field.id = f"{field.id}-{number}"  # several may be mended on one page
    values = {
        "form": form,
        "one": one,
        "typed": typed,
        "fields": _letters_shown(typed),
        "refused": words_of(refused) if refused else None,
        "conflicts": _conflicts(stands, typed) if isinstance(refused, ChangedMeanwhile) else [],
        "editors": service.get_editors(found.card.id, number),
        "following": found.next_wrong(number),
        "stood": typed_in(one.found),
        "other": service.get_twin(one),
    }
    if not asks_for_part():
        return render_template("banks/question.html", review=found, **values)
    values |= _review_values(found, PublishForm(formdata=None), found.first_shown)
    return render_part("banks/_row.html", **values | {"is_mended_here": True})


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
