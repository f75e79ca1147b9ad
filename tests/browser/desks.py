"""A walk over every page of organisers, in every state that they can see.

`python -m tests.browser.desks FOLDER` keeps a picture of each, on a phone and on a laptop.
"""

import re
import sys
from pathlib import Path

import pyotp
from playwright.sync_api import expect

from quizapp.contests.service import find_contest, get_contest
from quizapp.db import db
from quizapp.jobs import service as jobs
from quizapp.people.service import Role
from tests.browser.pictures import on_stage
from tests.browser.stage import BANK, OPEN, OVER, OWNER
from tests.browser.walking import NAME, SHEET_OF_PEOPLE
from tests.making import attempts, drafts, events, tickets
from tests.making.contests import contest as made_contest
from tests.making.people import PASSWORD
from tests.making.people import person as made_person

GUESSED = "guessed"
STEPS = ("basics", "rules", "paper", "rounds", "regulation", "check")


def desks(page, stage, *, new_number, query=""):
    """Go to every page of organisers; yield (name, page) at each stop."""
    number = new_number()
    yield from _signing(page, stage, number, query)
    yield from _looking(page, query)
    yield from _preparing(page, stage, query)
    yield from _banking(page, stage, query)
    yield from _inviting(page, stage, new_number, query)
    yield from _helping(page, stage, new_number, query)
    yield from _watching(page, stage, new_number, query)
    yield from _second_step(page, stage, number, query)


def _sent(page):
    page.locator("main form .btn").first.click()


def _signing(page, stage, number, query):
    page.goto(f"/signin{query}")
    yield "sign-in", page
    _sent(page)
    expect(page.locator("#errors")).to_be_visible()
    yield "sign-in with mistakes", page
    page.goto(stage.invite_organiser(phone=number) + query)
    yield "set-up", page
    page.locator("#password").fill(PASSWORD)
    page.locator("#repeat").fill(PASSWORD[::-1])
    _sent(page)
    expect(page.locator("#errors")).to_be_visible()
    yield "set-up with mistakes", page
    page.locator("#password").fill(PASSWORD)
    page.locator("#repeat").fill(PASSWORD)
    _sent(page)
    page.wait_for_url("**/admin*")
    yield "contests of an organiser", page


PLAIN = ("account", "account/rights", "team", "head-counts", "log", "contests/new", "jobs", "banks")
OF_CONTEST = ("ties", "close", "tickets", "people", "typed-units", "press")


def _looking(page, query):
    for path in (*PLAIN, *(f"c/{OVER}/{one}" for one in OF_CONTEST)):
        page.goto(f"/admin/{path}{query}")
        yield path, page
    page.goto(f"/admin/team{query}")
    page.locator("main li h2 a").last.click()
    page.wait_for_url("**/admin/team/*")
    yield "team/member", page


def _preparing(page, stage, query):
    page.goto(f"/admin/contests/new{query}")
    page.locator("#title").fill("Draft 1")
    _sent(page)
    page.wait_for_url("**/steps/basics*")
    begun = page.url.partition("?")[0].rpartition("/")[0]
    with stage.app.app_context():
        whole = drafts.whole_draft(bank=BANK, unit=OWNER, at=stage.clock.now())
    for name, steps in (("new", begun), ("whole", f"/admin/drafts/{whole}/steps")):
        for step in STEPS:
            page.goto(f"{steps}/{step}?told=1{query.replace('?', '&')}")
            yield f"draft {name} {step}", page
    for path in ("preview", "print"):
        page.goto(f"/admin/drafts/{whole}/{path}{query}")
        yield f"draft {path}", page
    for path in ("links", "look", "out-of-force", "rehearse"):
        page.goto(f"/admin/c/{OPEN}/{path}{query}")
        yield f"{OPEN} {path}", page
    evening = evening_of(stage)
    for path in ("", f"/{evening}", f"/{evening}/remote"):
        page.goto(f"/admin/c/{OPEN}/events{path}{query}")
        yield f"{OPEN} events{path}", page
    page.goto(f"/admin/c/{OPEN}/rules{query}")
    yield "rules of an approved contest", page
    page.locator("details.group", has=page.locator('[id="f-attempts.max"]')).locator(
        "summary"
    ).click()
    page.locator('[id="f-attempts.max"]').fill("5")
    page.locator("form > p > .btn").last.click()
    expect(page.locator("#change")).to_be_visible()
    yield "rules that would change", page
    page.goto(f"/admin{query}")
    yield "home with drafts", page


def evening_of(stage):
    """Return the number of a new event of the open contest."""
    with stage.app.app_context():
        contest = get_contest(OPEN)
        db.session.rollback()
        return events.event(contest, at=stage.clock.now()).number


def _banking(page, stage, query):
    paths = ("guide", f"of/{BANK}", f"of/{BANK}/difference?before=1&after=1", f"{BANK}/reports")
    for path in paths:
        more = query.replace("?", "&") if "?" in path else query
        page.goto(f"/admin/banks/{path}{more}")
        yield f"banks/{path.partition('?')[0]}", page
    yield from _reading(page, stage, query)
    if query:
        return  # what readers say of a file is Vietnamese
    review = stage.review()
    for path in ("", "/questions/2", "/questions/3"):
        page.goto(f"{review}{path}")
        expect(page.locator("section.q").first).to_be_visible()
        yield f"review{path}", page
    page.goto(review)
    page.locator("section.q .btn").first.click()
    expect(page.locator("section.q form")).to_be_visible()
    yield "review, mended in the list", page


def _reading(page, stage, query):
    page.goto(f"/admin/banks{query}")
    body = "1. 1 + 1?\nA. 2\nB. 3\nANSWER: A\n"
    page.locator("#files").set_input_files(
        {"name": "aiken.txt", "mimeType": "text/plain", "buffer": body.encode()}
    )
    page.locator("#bank").fill("aiken-1")
    page.locator("#title").fill("Aiken")
    _sent(page)
    page.wait_for_url("**/admin/jobs/*")
    yield "job that waits", page
    with stage.app.app_context():
        jobs.do_waiting()
    expect(page.locator("#job a.btn")).to_be_visible(timeout=15_000)
    yield "job that is done", page


def _inviting(page, stage, new_number, query):
    for name, unit in (("with mistakes", "X9"), ("", OWNER)):
        page.goto(f"/admin/team/invitations{query}")
        yield f"invitations {name}", page
        sheet = SHEET_OF_PEOPLE.format(phone=new_number(), unit=unit).encode()
        file = {"name": "people.csv", "mimeType": "text/csv", "buffer": sheet}
        page.locator("#file").set_input_files(file)
        _sent(page)
        page.wait_for_url(re.compile("/team/invitations/[0-9a-f]+"))
        yield f"batch {name}", page
    _sent(page)
    page.wait_for_url("**/admin/jobs/*")
    with stage.app.app_context():
        jobs.do_waiting()
    page.locator("#job a.btn").click(timeout=15_000)
    expect(page.locator("main .note.ok")).to_be_visible()
    yield "batch that was sent", page


def _helping(page, stage, new_number, query):
    with stage.app.app_context():
        contest = get_contest(OPEN)
        db.session.rollback()
        fields = {"at": stage.clock.now(), "phone": new_number(), "name": NAME}
        person = made_person(contest.id, unit_text="Công ty May 10", **fields)
        made_person(contest.id, **fields | {"phone": new_number()})
        attempts.finished(contest, person, at=stage.clock.now())
        tickets.asked(contest, person, at=stage.clock.now())
        tickets.answered(contest, person, at=stage.clock.now())
    stage.make_boards()
    for path in ("typed-units", "incidents", "tickets", "tickets?show=answered"):
        page.goto(f"/admin/c/{OPEN}/{path}{query.replace('?', '&') if '?' in path else query}")
        yield f"{OPEN} {path}", page
    page.goto(f"/admin/c/{OPEN}/people{query}")
    page.locator("#who").press_sequentially("xuan mai")
    expect(page.locator("#found li").first).to_be_visible()
    yield "people who are found", page
    page.goto(f"/admin/c/{OPEN}/people/{person.public_id.hex()}{query}")
    yield "person", page
    page.locator("details.act summary").first.click()
    page.locator("#pin-reason").fill("24/11")
    page.locator("details[open] .btn").click()
    expect(page.locator(".big.code")).to_be_visible()
    yield "person with a code", page
    page.locator("main li.card a").first.click()
    page.wait_for_url("**/attempts/*")
    yield "attempt", page


def _watching(page, stage, new_number, query):
    with stage.app.app_context():
        if find_contest(GUESSED) is None:
            db.session.rollback()
            made_contest(GUESSED, owner=OWNER, prediction={"target": "unique_participants"})
    page.goto(f"/admin/c/{GUESSED}/live{query}")
    expect(page.locator("#live .tiles")).to_have_count(0)
    yield "live room, numbers kept back", page
    auditor = page.context.browser.new_context(base_url=stage.url, viewport=page.viewport_size)
    watcher = auditor.new_page()
    watcher.goto(stage.invite_organiser(phone=new_number(), role=Role.AUDITOR) + query)
    watcher.locator("#password").fill(PASSWORD)
    watcher.locator("#repeat").fill(PASSWORD)
    _sent(watcher)
    watcher.wait_for_url("**/admin*")
    watcher.goto(f"/admin/c/{OPEN}/live{query}")
    yield "live room", watcher
    auditor.close()


def _second_step(page, stage, number, query):
    page.goto(f"/admin/account{query}")
    page.locator('form[action*="second-step"] .btn').click()
    page.wait_for_url("**/account/second-step*")
    yield "second step", page
    letters = page.locator("p.secret").inner_text().replace(" ", "")
    page.locator("#code").fill(pyotp.TOTP(letters).at(stage.clock.now()))
    _sent(page)
    expect(page.locator("ol.secret li").first).to_be_visible()
    yield "recovery codes", page
    first = page.locator("ol.secret li").first.inner_text()
    page.goto(f"/admin/account{query}")
    yield "account with a second step", page
    page.locator('form[action*="signout"] .btn').click()
    page.goto(f"/signin{query}")
    page.locator("#phone").fill(number)
    page.locator("#password").fill(PASSWORD)
    _sent(page)
    page.wait_for_url("**/signin/code*")
    yield "code of the second step", page
    page.locator("#code").fill(first)
    _sent(page)
    page.wait_for_url("**/admin*")


def main(folder):
    """Keep a picture of every page on a phone and on a laptop, each as long as it is."""

    def keep(browser, stage):
        folder.mkdir(parents=True, exist_ok=True)
        numbers = (f"0912 41{n:02d} 77" for n in range(100))
        phone = browser.new_context(
            base_url=stage.url, viewport={"width": 360, "height": 740}, locale="vi-VN"
        )
        walk = desks(phone.new_page(), stage, new_number=lambda: next(numbers))
        for place, (name, page) in enumerate(walk):
            title = f"{place:02d}-{re.sub(r'[^a-z0-9]+', '-', name.lower())}"
            for size, width, height in (("phone", 360, 740), ("laptop", 1366, 768)):
                page.set_viewport_size({"width": width, "height": height})
                page.screenshot(path=folder / f"{title}-{size}.png", full_page=True)
            page.set_viewport_size({"width": 360, "height": 740})

    on_stage(keep)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
