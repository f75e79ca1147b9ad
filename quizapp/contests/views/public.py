"""Pages of contests that are the same for everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.contests import service
from quizapp.contests.pdf import as_file, as_pdf
from quizapp.contests.rules.studying import MEDIA_TYPES
from quizapp.contests.service import ContestCard, RoundCard, look
from quizapp.contests.sharing import card_of, card_version
from quizapp.contests.views.routes import bp, open_first, round_of_interest
from quizapp.web.formats import day as day_of
from quizapp.web.headers import FOR_GOOD, keep_publicly

A_DAY = 24 * 3600
bp.add_app_template_filter(card_version)
Listed = tuple[ContestCard, RoundCard]
OVER_SHOWN = 12  # contests that are over: the latest; a link leads to the others


@dataclass(frozen=True, kw_only=True, slots=True)
class Lists:
    """Contests by where they stand, each with the round it is about; `older` are left out."""

    open: Sequence[Listed]
    coming: Sequence[Listed]
    over: Sequence[Listed]
    older: int


def by_state(contests: Sequence[ContestCard], now: datetime, *, shows_all: bool) -> Lists:
    """Return the open ones that close first, the next to open first, the last to end first."""
    opened = [(one, at) for one in contests if (at := one.round_at(now))]
    coming = [
        (one, at) for one in contests if not one.round_at(now) and (at := one.next_round(now))
    ]
    over = [
        (one, one.rounds[-1])
        for one in contests
        if not one.round_at(now) and not one.next_round(now)
    ]
    over.sort(key=lambda pair: pair[0].ends_at, reverse=True)
    most = len(over) if shows_all else OVER_SHOWN
    return Lists(
        open=sorted(opened, key=lambda pair: pair[1].window.closes_at),
        coming=sorted(coming, key=lambda pair: pair[1].window.opens_at),
        over=over[:most],
        older=len(over[most:]),
    )


@bp.get("/")
def index() -> ResponseReturnValue:
    now = clock.now()
    lists = by_state(open_first(now), now, shows_all="all" in request.args)
    page = render_template("contests/index.html", lists=lists)
    return keep_publicly(make_response(page))


@bp.get("/c/<slug>")
def show(slug: str) -> ResponseReturnValue:
    contest = service.get_contest(slug)
    now = clock.now()
    page = render_template(
        "contests/show.html",
        contest=contest,
        now=now,
        open_round=contest.round_at(now),
        next_round=contest.next_round(now),
        shown=round_of_interest(contest),
        documents=service.get_documents_shown(contest, at=now),
        has_practice=service.find_practice(contest, at=now) is not None,
    )
    return keep_publicly(make_response(page))


@bp.get("/c/<slug>/documents/<int:number>")
def document(slug: str, number: int) -> ResponseReturnValue:
    """Give a document to study, as a file that runs nothing."""
    found = service.get_document(service.get_contest(slug), number, at=clock.now())
    response = as_file(found.content, name=found.name, media_type=MEDIA_TYPES[found.kind])
    response.set_etag(found.digest)
    return keep_publicly(response)


@bp.get("/c/<slug>/regulation")
def regulation_page(slug: str) -> ResponseReturnValue:
    """Show the whole regulation as it follows from the rules in force, to be read or printed."""
    contest = service.get_contest(slug)
    day = contest.regulation_date
    page = render_template(
        "contests/regulation.html",
        title=contest.title,
        points=service.get_regulation(contest, round_of_interest(contest)),
        number=contest.regulation_number,
        day=day_of(day) if day else "",
        up=url_for("contests.show", slug=contest.slug),
    )
    return keep_publicly(make_response(page))


@bp.get("/banners/<digest>")
def banner(digest: str) -> ResponseReturnValue:
    """Answer the picture of a contest's page; the same for everybody."""
    found = look.get_banner(digest)
    response = make_response(found.body)
    response.mimetype = found.media_type
    response.headers["Cache-Control"] = FOR_GOOD
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.set_etag(found.digest)
    return response.make_conditional(request)


@bp.get("/c/<slug>/card.png")
def share_card(slug: str) -> ResponseReturnValue:
    """Give the picture that chat programs show beside a link to the contest."""
    response = make_response(card_of(service.get_contest(slug)))
    response.mimetype = "image/png"
    return keep_publicly(response, seconds=A_DAY)


@bp.get("/c/<slug>/regulation.pdf")
def signed_regulation(slug: str) -> ResponseReturnValue:
    """Give the signed regulation as it was scanned, as a file that runs nothing."""
    contest = service.get_contest(slug)
    content = service.get_content_of(contest.id)
    return keep_publicly(as_pdf(content, name=f"the-le-{contest.slug}.pdf"))
