"""What contestants' pages cost a cheap phone on a bad line: `python -m tests.browser.budgets`.

Prints one JSON object: page → medians of three visits. The phone's processor is slowed down four
times; the line has 400 kbit/s and a delay of 400 ms; the server is `make run` of its own. The
limits are those of the product's specification of contestants' pages.
"""

import json
import re
import shutil
import statistics
import tempfile
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import brotli
from playwright.sync_api import sync_playwright

from quizapp.demo import SLUG
from tests.browser.walking import expect_saved, join, tap
from tests.integration.test_start import serving
from tests.ports import free_port

VISITS = 3
PATIENCE = 900  # seconds of a server's life, for all visits on a slow machine
LINE = {
    "offline": False,
    "latency": 400,  # ms
    "downloadThroughput": 400_000 / 8,  # bytes a second
    "uploadThroughput": 400_000 / 8,
}
FREE = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
SLOWDOWN = 4
NUMBERS = (f"0912 77{number:02d} 31" for number in range(100))

# Layout shifts within half a second of a tap are what was asked for.
OBSERVE = """(() => {
  window.seen = { lcp: 0, cls: 0, taps: 0 };
  new PerformanceObserver(list => list.getEntries().forEach(it => { seen.lcp = it.startTime }))
    .observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver(list => list.getEntries().forEach(it => {
    if (!it.hadRecentInput) seen.cls += it.value }))
    .observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver(list => list.getEntries().forEach(it => {
    if (it.interactionId) seen.taps = Math.max(seen.taps, it.duration) }))
    .observe({ type: "event", buffered: true, durationThreshold: 16 });
})()"""
BLOCKING = """() => [...document.querySelectorAll("link[rel~=stylesheet], head script[src]")]
  .filter(it => !it.async && !it.defer).length"""


@dataclass(frozen=True, slots=True)
class Cost:
    """One visit: bytes over the wire, headers too, requests, packed style and script, times in ms.

    `shift` is the cumulative layout shift; `tap_ms` the longest interaction, 0 without a tap.
    """

    bytes: float
    requests: float
    blocking: float
    css: float
    js: float
    lcp_ms: float
    shift: float
    tap_ms: float


LIMITS = Cost(
    bytes=30_000, requests=4, blocking=0, css=8_192, js=12_288, lcp_ms=1500, shift=0.02, tap_ms=100
)


class Weight:
    """What a page costs a phone: bytes as they crossed the network, headers too, and requests."""

    def __init__(self, page):
        self.network = page.context.new_cdp_session(page)
        self.network.send("Network.enable")
        self.network.on("Network.loadingFinished", self._finished)
        self.network.on("Network.requestWillBeSent", self._sent)
        self.begin()

    def begin(self):
        self.bytes, self.requests = 0, 0

    def _sent(self, event):
        if not event["request"]["url"].startswith("data:"):
            self.requests += 1

    def _finished(self, event):
        self.bytes += int(event["encodedDataLength"])


@contextmanager
def served(folder):
    """Yield the address of a running `make run` of its own whose data lies in `folder`."""
    port = free_port()
    with serving(folder, patience=PATIENCE, PORT=port):
        yield f"http://127.0.0.1:{port}"


def measure(phone):
    """Return page → Cost; `phone` makes pages of the served address, each on its own phone."""
    visits = [_visit(phone) for _ in range(VISITS)]
    return {page: _median([one[page] for one in visits]) for page in visits[0]}


def dearer(found):
    """Return a line for each figure above its limit."""
    return [
        f"{page}: {name} {value} > {limit}"
        for page, cost in found.items()
        for name, limit in asdict(LIMITS).items()
        if (value := asdict(cost)[name]) > limit
    ]


def _median(costs):
    return Cost(*(statistics.median(values) for values in zip(*map(_values, costs), strict=True)))


def _values(cost):
    return asdict(cost).values()


def _visit(phone):
    """Go through a contest once; each public page is the first that its phone ever sees."""
    found = {}
    for name, path in {
        "list": "/",
        "contest": f"/c/{SLUG}",
        "join": f"/c/{SLUG}/join",
        "board": f"/c/{SLUG}/boards/people",
        "return": "/return",
        "help": "/help",
    }.items():
        page = phone()
        found[name] = _cost(page, lambda path=path, page=page: page.goto(path, wait_until="load"))
        page.context.close()
    page = phone()
    join(page, next(NUMBERS), slug=SLUG)
    found["ready"] = _cost(page, page.reload)
    page.locator("main form .btn").first.click()
    page.wait_for_url("**/a/*")
    found["paper"] = _cost(page, page.reload, _answer)
    expect_saved(page)
    page.locator("#submit").click()
    page.locator("#sure-yes").click()
    page.wait_for_url("**/result*")
    found["result"] = _cost(page, page.reload)
    page.goto(f"/c/{SLUG}/me")
    found["me"] = _cost(page, page.reload)
    return found


def _answer(page):
    for letter in "BCADB":
        tap(page, letter)
        page.locator("#next").click()
    page.locator("#grid button").nth(1).click()
    tap(page, "A")


def _cost(page, open_page, use_page=None):
    weight = Weight(page)
    page.context.add_init_script(OBSERVE)
    weight.network.send("Network.setCacheDisabled", {"cacheDisabled": True})
    weight.network.send("Network.emulateNetworkConditions", LINE)
    weight.network.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    weight.begin()
    open_page()
    page.wait_for_load_state("networkidle")
    size, requests = weight.bytes, weight.requests
    if use_page:
        use_page(page)
    # Two frames: the last tap's has been painted and told.
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)))")
    seen, html = page.evaluate("() => seen"), page.content()
    weight.network.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    weight.network.send("Network.emulateNetworkConditions", FREE)
    return Cost(
        bytes=size,
        requests=requests,
        blocking=page.evaluate(BLOCKING),
        css=_packed(html, "style"),
        js=_packed(html, "script"),
        lcp_ms=round(seen["lcp"]),
        shift=round(seen["cls"], 4),
        tap_ms=seen["taps"],
    )


def _packed(html, tag):
    """Return the bytes of what stands in the page under this tag, as brotli packs it."""
    parts = re.findall(rf"<{tag}\b[^>]*>(.*?)</{tag}>", html, flags=re.DOTALL)
    return len(brotli.compress("".join(parts).encode(), quality=5))


@contextmanager
def phones():
    """Yield a maker of pages, each on a cheap phone of its own, against a new installation."""
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder)) as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), chromium_sandbox=False
        )
        options = {**playwright.devices["Galaxy S9+"], "viewport": {"width": 360, "height": 640}}
        yield lambda: browser.new_context(base_url=url, locale="vi-VN", **options).new_page()
        browser.close()


def main():
    with phones() as phone:
        found = measure(phone)
    print(json.dumps({page: asdict(cost) for page, cost in found.items()}, indent=2))


if __name__ == "__main__":
    main()
