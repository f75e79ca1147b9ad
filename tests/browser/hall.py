"""Pictures of a hall's screen and of its remote for the guides, all of invented people."""

import io

from PIL import Image

from quizapp.contests import service as contests
from quizapp.db import db, transaction
from quizapp.events.models import Event
from quizapp.events.rules import Kind, State
from tests.browser.stage import OVER
from tests.making import events

PASSWORD = "mot cau dai de nho 2026"
SCREEN, SHOWN = {"width": 1920, "height": 1080}, (960, 540)
STATES = (
    State(id=1, kind=Kind.JOIN),
    State(id=2, kind=Kind.COUNTS),
    State(id=3, kind=Kind.BOARD, board="provinces"),
    State(id=4, kind=Kind.REVEAL, board="people", top=5),
    State(id=5, kind=Kind.PODIUM, board="people"),
)
TOLD = 3  # of the reveal's five places


def hall(browser, stage):
    """Yield (name, picture as PNG) of each state of a rehearsal, then of the operator's phone."""
    with stage.app.app_context():
        contest = contests.get_contest(OVER)
        db.session.rollback()
        made = events.event(contest, states=STATES, at=stage.clock.now())
        with transaction():
            db.session.get(Event, made.id).seed = 2026
        path = events.path_of(contest, made)
    page = browser.new_context(base_url=stage.url, viewport=SCREEN, locale="vi-VN").new_page()
    page.goto(path)
    for position, state in enumerate(STATES):
        with stage.app.app_context():
            events.shown(contest, made, position)
            if state.kind is Kind.REVEAL:
                events.begun(contest, made, at=stage.clock.now())
                for told in range(TOLD):
                    events.told_next(contest, made, shown=told, at=stage.clock.now())
        page.goto(path)
        page.wait_for_timeout(1500)
        yield state.kind.value, smaller(page.screenshot())
    yield "remote", _remote(browser, stage, contest, made)


def _remote(browser, stage, contest, made):
    with stage.app.app_context():
        events.shown(contest, made, STATES.index(STATES[3]))
    viewport = {"width": 360, "height": 740}
    page = browser.new_context(base_url=stage.url, viewport=viewport, locale="vi-VN").new_page()
    page.goto(stage.invite_organiser(phone="0912 430 077"))
    page.locator("#password").fill(PASSWORD)
    page.locator("#repeat").fill(PASSWORD)
    page.locator("main form .btn").click()
    page.wait_for_url("**/admin*")
    page.goto(f"/admin/c/{OVER}/events/{made.number}/remote")
    page.locator("#remote").wait_for()
    return page.screenshot(animations="disabled")


def smaller(png):
    """Return the picture as it fits into a guide."""
    picture, out = Image.open(io.BytesIO(png)).resize(SHOWN), io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
