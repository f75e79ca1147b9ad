"""A tour of every page in every state that a person can see."""

from playwright.sync_api import expect

from tests.browser.desks import desks
from tests.browser.stage import COMING, OPEN, OVER
from tests.browser.walking import PIN, begin, come_back, join, start, tap

PUBLIC = {
    "list": "/",
    "open contest": f"/c/{OPEN}",
    "coming contest": f"/c/{COMING}",
    "finished contest": f"/c/{OVER}",
    "people": f"/c/{OPEN}/boards/people",
    "provinces of a round": f"/c/{OPEN}/boards/provinces?round=1",
    "sectors": f"/c/{OPEN}/boards/sectors",
    "board without results": f"/c/{COMING}/boards/people",
    "search of a board": f"/c/{OPEN}/boards/people?q=hue",
    "statistics": f"/c/{OVER}/statistics",
    "statistics of an open round": f"/c/{OPEN}/statistics",
    "nothing here": "/nothing-here",
}


def tour(page, plain, stage, *, new_number, query=""):
    """Go everywhere; yield (name, page) at each stop. `query` (`?lang=en`) begins each way.

    `plain` is a phone without JavaScript. It takes the paper over from `page` and loses it again.
    """
    number = new_number()
    yield from _public(page, query)
    yield from _entering(page, new_number(), query)
    yield from _answering(page, number, query)
    yield from _taking_over(page, plain, number, query)
    yield from _waiting(plain, stage, page.url.partition("?")[0] + "/result" + query)
    yield from _results(page, stage, new_number(), query)
    yield from desks(page, stage, new_number=new_number, query=query)


def _public(page, query):
    for name, path in PUBLIC.items():
        page.goto(path + (query.replace("?", "&") if "?" in path else query))
        yield name, page


def _entering(page, number, query):
    page.goto(f"/c/{OPEN}/join{query}")
    yield "join", page
    page.locator("form .btn[type=submit]").last.click()
    expect(page.locator("#errors")).to_be_visible()
    expect(page.locator("#known")).to_be_hidden()  # an empty form is nobody
    yield "join with mistakes", page
    page.locator("#unit_text").fill("ldld")
    page.locator("#units label").first.click()
    yield "join with units", page
    join(page, number, slug=COMING, query=query)
    yield "before the round", page
    page.goto(f"/mine{query}")
    yield "mine", page
    page.goto(f"/c/{OPEN}/join{query}")
    expect(page.locator("#known")).to_be_visible()
    yield "join with what was typed before", page
    page.goto(f"/return{query}")
    yield "return", page
    page.locator("#phone").fill(number)
    page.locator("#pin").fill(PIN[::-1])
    page.locator("main form .btn").click()
    expect(page.locator("#errors")).to_be_visible()
    yield "return with a wrong PIN", page


def _answering(page, number, query):
    join(page, number, query=query)
    yield "ready", page
    page.goto(f"/c/{OPEN}/me{query}")
    yield "me without a result", page
    page.goto(f"/c/{OPEN}/rounds/1{query}")
    start(page)
    tap(page, "A")
    expect(page.locator("#saved[data-state=ok]")).to_be_visible()
    yield "paper", page
    page.locator("#submit").click()
    yield "last look", page
    page.locator("#sure-no").click()
    page.locator("#grid button").last.click()
    page.locator("#prediction").fill("abc")
    expect(page.locator("#prediction-error")).to_be_visible()
    yield "prediction that is no number", page
    page.locator("#grid button").first.click()


def _taking_over(page, plain, number, query):
    page.context.set_offline(True)
    tap(page, "B")
    expect(page.locator("#saved[data-state=off]")).to_be_visible()
    yield "paper without a network", page
    come_back(plain, number, query=query)
    yield "ready to go on", plain
    plain.goto(page.url)
    yield "paper on another phone", plain
    start(plain)
    yield "paper without JavaScript", plain
    plain.locator("#prediction").fill("abc")
    plain.locator("#submit").click()
    expect(plain.get_by_role("alert")).to_be_visible()
    yield "paper sent with a mistake", plain
    page.context.set_offline(False)
    expect(page.locator("#offer")).to_be_visible()
    yield "paper held elsewhere", page
    page.reload()
    expect(page.locator("#offer")).to_be_visible()
    yield "paper on another phone, with an answer that did not arrive", page
    start(page)
    expect(page.locator("#offer")).to_be_visible()
    yield "paper taken back", page


def _waiting(page, stage, result):
    stage.clock.move(minutes=21)
    page.goto(result)
    expect(page.locator(".hero")).to_have_count(0)  # no result yet
    yield "paper that waits for the worker", page
    stage.clock.put_right()


def _results(page, stage, number, query):
    stage.clock.move(days=-5)
    begin(page, number, slug=OVER, query=query)
    tap(page, "B")
    page.context.set_offline(True)
    page.locator("#submit").click()
    page.locator("#sure-yes").click()
    expect(page.locator("#end-text")).not_to_be_empty()
    expect(page.locator("#saved[data-state=off]")).to_be_visible()
    yield "handing in without a network", page
    page.context.set_offline(False)
    page.wait_for_url("**/result*")
    yield "result", page
    address = page.url.partition("/result")[0]
    page.goto(f"{address}/certificate{query}")
    yield "certificate", page
    code = page.locator(".code").inner_text()
    for name, typed in (("genuine", code), ("unknown", "2222")):
        page.goto(f"/c/{OVER}/verify?code={typed}{query.replace('?', '&')}")
        yield f"a certificate checked: {name}", page
    stage.make_boards()
    page.goto(f"/c/{OVER}/me{query}")
    yield "me", page
    stage.clock.put_right()
    page.locator("li.card a").first.click()
    page.wait_for_url("**/result*")
    yield "result with the right answers", page
    page.goto(f"/c/{OVER}/rounds/1{query}")
    yield "after the round", page
