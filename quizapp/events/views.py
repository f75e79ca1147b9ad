"""The screens of halls: a page and small JSON, the same bytes for whoever holds the link."""

import re
from typing import Any

from flask import Blueprint, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.contests.sharing import qr
from quizapp.db import writes
from quizapp.errors import NotFound
from quizapp.events import bodies, service
from quizapp.events.rules import Kind
from quizapp.events.service import EventCard
from quizapp.events.service.showing import get_showing
from quizapp.web.assets import may_be_framed
from quizapp.web.guards import require_json
from quizapp.web.headers import keep_publicly

bp = Blueprint("events", __name__, template_folder="templates")
BY_CLICKER = "system"  # whoever holds a link has no name; the log says it was a screen


@bp.get("/screen/<slug>")
def screen(slug: str) -> ResponseReturnValue:
    """Show what a hall sees; the page asks for everything else by itself."""
    contest, event = service.get_linked(slug, request.args.get("k", ""))
    may_be_framed()
    address = url_for("events.by_code", digits=event.code, lang=None, _external=True)
    page = render_template(
        "events/screen.html",
        contest=contest,
        event=event,
        key=request.args["k"],
        qr=qr(address, border=0),
        address=re.sub(r"^https?://", "", address).removesuffix(event.code),
    )
    return keep_publicly(make_response(page))


@bp.get("/screen/<slug>/where.json")
def where(slug: str) -> ResponseReturnValue:
    """Tell where the screens stand, and what of each state is new."""
    contest, event = service.get_linked(slug, request.args.get("k", ""))
    at = clock.now()
    showing = get_showing(contest, event, at=at)
    return keep_publicly(jsonify(bodies.where_body(showing, at=at)))


@bp.get("/screen/<slug>/parts/<int:state>.json")
def part(slug: str, state: int) -> ResponseReturnValue:
    """Tell what one state shows."""
    contest, event = service.get_linked(slug, request.args.get("k", ""))
    showing = get_showing(contest, event, at=clock.now())
    found = next((one for one in showing.parts if one.state.id == state), None)
    if found is None:
        raise NotFound
    return keep_publicly(jsonify(bodies.part_body(found)))


@bp.post("/screen/<slug>/step")
@writes
def step(slug: str) -> ResponseReturnValue:
    """Let a clicker at a screen move everybody, or tell the next place of a reveal."""
    require_json()
    contest, event = service.get_linked(slug, request.args.get("k", ""))
    asked: Any = request.get_json()
    position, moves = _whole(asked, "position"), _whole(asked, "moves")
    if "reveal" in asked and _is_at_reveal(event, position):
        shown = _whole(asked, "reveal")
        service.reveal_next(contest, event.number, shown=shown, actor=BY_CLICKER, at=clock.now())
        event = service.get_event(contest, event.number)
    else:
        event = service.step_screen(contest, event, position, moves=moves)
    return {"moves": event.moves, "position": event.position}


@bp.get("/m/<digits>")
def by_code(digits: str) -> ResponseReturnValue:
    """Lead whoever scans or types what a hall's screen shows to the contest."""
    return redirect(url_for("contests.show", slug=service.find_by_code(digits)))


def _is_at_reveal(event: EventCard, position: int) -> bool:
    """Tell whether everybody still sees the reveal at which the clicker was pressed."""
    is_there = event.position == position and event.shown is not None
    return is_there and event.shown is not None and event.shown.kind is Kind.REVEAL


def _whole(asked: Any, name: str) -> int:
    """Return a whole number of the body. Raises NotFound: only our own page asks."""
    value = asked.get(name) if isinstance(asked, dict) else None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**31:
        raise NotFound
    return value
