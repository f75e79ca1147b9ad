"""A hall is told who won, from the last place up to the podium: by the remote and by a clicker."""

import pytest
from playwright.sync_api import expect

from quizapp.db import db, transaction
from quizapp.events import service
from quizapp.events.models import Event
from quizapp.events.rules import Kind, State
from quizapp.events.service.revealing import find_whole_order
from tests.browser.test_screens import (
    READ,
    SIZES,
    THEMES,
    evening,
    hall,
    looks,
    problems_of,
    until,
    wait_for,
)
from tests.browser.week import signed_up
from tests.making import events

__all__ = ["evening", "hall"]
TOP, ROWS = 10, 8  # places that are told; lines of a screen
REVEAL = State(id=1, kind=Kind.REVEAL, board="people", top=TOP)
STATES = (REVEAL, State(id=2, kind=Kind.PODIUM, board="people"))


@pytest.fixture
def rehearsed(evening, stage):
    """Return an evening of invented people, its screen's address and all that it will tell."""
    contest, card, url = evening(STATES)
    with stage.app.app_context():
        with transaction():
            db.session.get(Event, card.id).seed = 2026
        card = service.get_event(contest, card.number)
        order = find_whole_order(contest, card, REVEAL, at=stage.clock.now())
        db.session.rollback()
    lines = [(str(row["rank"]), row["person"]["name"]) for row in order.rows]
    return contest, card, url, lines


def steps_of(lines):
    """Return what is on the screen after each step: from the last place up, the newest first."""
    ranks = sorted({rank for rank, _ in lines}, key=int, reverse=True)
    assert len(ranks) < len(lines) == TOP  # two share a place and are told at once
    told = [[one for one in lines if int(one[0]) >= int(rank)] for rank in ranks]
    return [some[:ROWS] for some in told]


def on_screen(page):
    # In one question: between two the screen may have gone on.
    pairs = page.locator("#show .rows li").evaluate_all(
        "all => all.map(it => ['.rank', '.name b'].map(one => it.querySelector(one).textContent))"
    )
    return [(rank, name) for rank, name in pairs]


def podium_of(page):
    return page.locator("#show .podium b").all_inner_texts()


def opened(hall, stage, url):
    page = hall(SIZES[1])
    page.clock.install(time=stage.clock.now())
    page.goto(url)
    until(page, page.locator("#show .middle").is_visible)
    return page


def test_the_remote_tells_from_the_last_place_up_to_the_podium(
    rehearsed, hall, phone, stage, new_number
):
    contest, card, url, lines = rehearsed
    screen, remote = opened(hall, stage, url), phone(viewport={"width": 360, "height": 740})
    signed_up(remote, stage, new_number())
    remote.goto(f"/admin/c/{contest.slug}/events/{card.number}/remote")
    remote.locator("#begin").click()

    for told in steps_of(lines):
        rank, name = told[0]
        tell = remote.locator("#reveal")
        expect(tell).to_have_text(f"Công bố hạng {rank}")
        expect(remote.locator(".coming").first).to_contain_text(name)
        assert name not in screen.content()
        tell.click()
        until(screen, lambda told=told: on_screen(screen) == told)

    expect(remote.locator("#reveal")).to_have_count(0)
    remote.locator("#next").click()
    until(screen, lambda: podium_of(screen) == [name for _, name in lines[:3]])


def test_a_clicker_tells_from_the_last_place_up_to_the_podium(rehearsed, hall, stage):
    contest, card, url, lines = rehearsed
    with stage.app.app_context():
        events.begun(contest, card, at=stage.clock.now())
    page = opened(hall, stage, url)
    until(page, lambda: "Chờ công bố" in page.locator("#show").inner_text())

    for told in steps_of(lines):
        page.keyboard.press("PageDown")
        until(page, lambda told=told: on_screen(page) == told)
    page.keyboard.press("PageDown")

    until(page, lambda: podium_of(page) == [name for _, name in lines[:3]])


def test_an_answer_that_comes_late_does_not_take_the_screen_back(rehearsed, hall, stage):
    contest, card, url, lines = rehearsed
    first, second, *_ = steps_of(lines)
    with stage.app.app_context():
        events.begun(contest, card, at=stage.clock.now())
    page = opened(hall, stage, url)
    until(page, lambda: "Chờ công bố" in page.locator("#show").inner_text())
    held = []
    page.route("**/parts/1.json*", lambda route: held.append((route, route.fetch())), times=1)
    with stage.app.app_context():
        events.told_next(contest, card, shown=0, at=stage.clock.now())
    page.clock.run_for(2_000)
    wait_for(page, lambda: held)
    for told in (first, second):
        page.keyboard.press("PageDown")
        wait_for(page, lambda told=told: on_screen(page) == told)

    ((route, answer),) = held
    with page.expect_event("requestfinished", lambda it: it == route.request):
        route.fulfill(response=answer)
    page.clock.run_for(1_000)

    assert on_screen(page) == second


def test_what_was_told_is_read_from_ten_metres(rehearsed, hall, stage):
    contest, card, url, lines = rehearsed
    with stage.app.app_context():
        events.begun(contest, card, at=stage.clock.now())
        for shown in range(len(steps_of(lines))):
            events.told_next(contest, card, shown=shown, at=stage.clock.now())
    found = []
    for size in SIZES:
        for theme in THEMES:
            page = hall(size)
            looks(page, theme)
            page.goto(url)
            expect(page.locator("#show .rows li")).to_have_count(ROWS)
            page.evaluate("document.fonts.ready")
            found += [f"{size} {theme}: {one}" for one in problems_of(page.evaluate(READ), REVEAL)]
            page.unroute_all(behavior="ignoreErrors")
            page.context.close()
    assert found == [], "\n".join(found)
