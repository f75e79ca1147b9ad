"""What people may learn from before the paper: documents, and practice papers of another bank."""

from functools import wraps

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.contests import service
from quizapp.contests.admin.routes import OF_FILES, bp, sent_file
from quizapp.contests.rules.studying import LARGEST, LONGEST_TITLE, MOST, When
from quizapp.contests.service import ContestCard, NewDocument
from quizapp.contests.service.changing import expect_run, get_run_contest, lock_contest
from quizapp.db import writes
from quizapp.errors import N_, Refusal
from quizapp.people.errors import BadEntry, NotSignedIn
from quizapp.people.forms import ButtonForm
from quizapp.people.sign_in import count_upload, current_organiser, organisers_only
from quizapp.web.again import View, shown_again
from quizapp.web.language import translated, words_of

WHEN_WORDS = {
    When.ALWAYS: N_("Luôn hiện"),
    When.BEFORE: N_("Chỉ trước khi vòng đầu mở"),
    When.DURING: N_("Từ khi vòng đầu mở"),
}


def _again(refusal: Refusal, slug: str, **_: object) -> ResponseReturnValue:
    """Show the page with what was typed when the organiser can put right what was wrong."""
    return _page(slug, refusal=refusal)


@bp.get("/admin/c/<slug>/learn")
@organisers_only
def learning(slug: str) -> ResponseReturnValue:
    """Show what there is to learn from, and what may be added."""
    return _page(slug)


def reads_file(view: View) -> View:
    """Read the file that was sent, above `@writes`: nobody waits while it arrives."""

    @wraps(view)
    def wrapper(slug: str) -> ResponseReturnValue:
        expect_run(current_organiser(), slug)
        _, content = sent_file(LARGEST)
        return view(slug=slug, content=content)

    return wrapper


@bp.post("/admin/c/<slug>/learn/documents")
@shown_again(_again, statuses=OF_FILES, but=NotSignedIn)
@reads_file
@writes
@organisers_only
def add_document(slug: str, content: bytes) -> ResponseReturnValue:
    """Put a file or a link on the contest's page."""
    typed = {name: request.form.get(name, "") for name in ("title", "shown", "url")}
    contest = get_run_contest(current_organiser(), slug)
    if content:
        count_upload()
    new = NewDocument(**typed, content=content)
    service.add_document(current_organiser(), contest, new, at=clock.now())
    return _back(contest)


@bp.post("/admin/c/<slug>/learn/documents/<int:number>")
@shown_again(_again, statuses=OF_FILES, but=NotSignedIn)
@writes
@organisers_only
def change_document(slug: str, number: int) -> ResponseReturnValue:
    """Change when a document is shown, or take it off the page."""
    ButtonForm().check()
    organiser, now = current_organiser(), clock.now()
    contest = get_run_contest(organiser, slug)
    if "remove" in request.form:
        service.remove_document(organiser, contest, number, at=now)
    else:
        shown = request.form.get("shown", "")
        service.show_document(organiser, contest, number, shown, at=now)
    return _back(contest)


def _compare(slug: str) -> None:
    organiser = current_organiser()
    get_run_contest(organiser, slug)
    service.compare_for_practice(organiser, request.form.get("bank", ""), at=clock.now())


@bp.post("/admin/c/<slug>/learn/practice")
@shown_again(_again, statuses=OF_FILES, but=NotSignedIn)
@service.compares_first(_compare)
@writes
@organisers_only
def choose_practice(slug: str) -> ResponseReturnValue:
    """Choose the bank that practice papers are drawn from, or none."""
    ButtonForm().check()
    organiser = current_organiser()
    contest = get_run_contest(organiser, slug)
    lock_contest(contest.id)
    service.choose_practice(organiser, contest, request.form.get("bank", ""), at=clock.now())
    return _back(contest)


def _back(contest: ContestCard) -> ResponseReturnValue:
    return redirect(url_for("contests_admin.learning", slug=contest.slug), 303)


def _page(slug: str, *, refusal: Refusal | None = None) -> str:
    organiser, now = current_organiser(), clock.now()
    contest = get_run_contest(organiser, slug)
    problems = dict(refusal.problems) if isinstance(refusal, BadEntry) else {}
    return render_template(
        "contests/learning.html",
        contest=contest,
        shown={one.number for one in service.get_documents_shown(contest, at=now)},
        banks=service.get_practice_banks(organiser),
        practice=service.find_practice_version(contest),
        shared=service.get_shared(contest, at=now),
        when_words={when: translated(words) for when, words in WHEN_WORDS.items()},
        most=MOST,
        longest=LONGEST_TITLE,
        largest=LARGEST // 2**20,
        typed=request.form,
        is_file_lost=bool(request.files.get("file")),
        problems=problems,
        refused=words_of(refusal) if refusal and not problems else None,
        form=ButtonForm(formdata=None),
    )
