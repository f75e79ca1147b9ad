"""How a contest looks, and the sheets that lead to it: links and QR codes to print."""

from collections.abc import Sequence
from functools import wraps

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from quizapp import clock
from quizapp.banks.service import SmallPicture
from quizapp.contests.admin.routes import OF_FILES, bp, sent_file
from quizapp.contests.rules.colours import is_readable, nearest_readable, read_colour
from quizapp.contests.service import look
from quizapp.contests.service.changing import get_run_contest
from quizapp.contests.sharing import qr
from quizapp.db import writes
from quizapp.errors import NotFound, Refusal
from quizapp.people.forms import ButtonForm
from quizapp.people.sign_in import count_upload, current_organiser, organisers_only
from quizapp.units import service as units
from quizapp.units.service import UnitCard
from quizapp.vietnamese import day_in_vietnam
from quizapp.web.again import View, shown_again
from quizapp.web.language import words_of

SHEETS = 24  # on one page: more would keep a phone busy for long


@bp.get("/admin/c/<slug>/look")
@organisers_only
def look_page(slug: str) -> ResponseReturnValue:
    """Show the colour and the banner, to be changed."""
    return _look_page(slug)


def _look_again(refusal: Refusal, slug: str) -> ResponseReturnValue:
    """Show the page with what was typed, and why it was not taken."""
    return _look_page(slug, refused=words_of(refusal))


@bp.post("/admin/c/<slug>/look")
@shown_again(_look_again, statuses=OF_FILES, but=NotFound)
@writes
@organisers_only
def change_look(slug: str) -> ResponseReturnValue:
    """Give the contest another colour or another number to call, or take its banner off."""
    ButtonForm().check()
    organiser, now = current_organiser(), clock.now()
    contest = get_run_contest(organiser, slug)
    if "take_off" in request.form:
        look.take_banner_off(organiser, contest, at=now)
    elif "hotline" in request.form:
        look.set_hotline(organiser, contest, request.form["hotline"], at=now)
    else:
        look.set_colour(organiser, contest, request.form.get("colour", ""), at=now)
    return redirect(url_for("contests_admin.look_page", slug=slug), 303)


def reads_picture(view: View) -> View:
    """Read and shrink the file that was sent, above `@writes`: nobody waits meanwhile."""

    @wraps(view)
    def wrapper(slug: str) -> ResponseReturnValue:
        look.expect_banner(current_organiser(), slug)
        _, content = sent_file(look.LARGEST)
        return view(slug=slug, small=look.read_banner(content))

    return wrapper


@bp.post("/admin/c/<slug>/banner")
@shown_again(_look_again, statuses=OF_FILES, but=NotFound)
@reads_picture
@writes
@organisers_only
def bring_banner(slug: str, small: SmallPicture) -> ResponseReturnValue:
    """Show a picture on the contest's page."""
    organiser = current_organiser()
    count_upload()
    look.put_banner(organiser, get_run_contest(organiser, slug), small, at=clock.now())
    return redirect(url_for("contests_admin.look_page", slug=slug), 303)


@bp.get("/admin/c/<slug>/links")
@organisers_only
def links(slug: str) -> ResponseReturnValue:
    """Show the links and QR codes of a contest and of units, to be printed or sent."""
    contest = get_run_contest(current_organiser(), slug)
    on = day_in_vietnam(clock.now())
    owner = units.get_unit_by_id(contest.owner_unit_id, on=on)
    query = request.args.get("q", "").strip()[:100]
    of = units.find_unit(request.args.get("of", owner.code), on=on) or owner
    found = _units_to_print(of, query)
    start = max(0, request.args.get("from", 0, type=int))
    home = url_for("contests.show", slug=contest.slug, lang=None, _external=True)
    return render_template(
        "contests/links.html",
        contest=contest,
        of=of,
        query=query,
        home=(home, qr(home)),
        sheets=[_sheet(slug, unit) for unit in found[start : start + SHEETS]],
        start=start,
        count=len(found),
        step=SHEETS,
    )


def _units_to_print(of: UnitCard, query: str) -> Sequence[UnitCard]:
    on = day_in_vietnam(clock.now())
    if query:
        return units.search_units(query, on=on, limit=SHEETS)
    return units.get_children(of.code, on=on)


def _sheet(slug: str, unit: UnitCard) -> tuple[UnitCard, str, Markup]:
    """Return a unit with its link, which fills the unit in, and the link's QR code."""
    address = url_for("contests.join", slug=slug, unit=unit.code, lang=None, _external=True)
    return unit, address, qr(address)


def _look_page(slug: str, *, refused: str = "") -> str:
    contest = get_run_contest(current_organiser(), slug)
    typed = request.form.get("colour", contest.colour or "")
    read = read_colour(typed)
    return render_template(
        "contests/look.html",
        contest=contest,
        typed=typed,
        hotline=request.form.get("hotline", contest.hotline or ""),
        nearest=nearest_readable(read) if read and not is_readable(read) else None,
        refused=refused,
        form=ButtonForm(formdata=None),
        megabytes=look.LARGEST // 2**20,
    )
