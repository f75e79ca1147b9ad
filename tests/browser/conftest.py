"""A real Chromium against a served application; what it complains about fails the test."""

import itertools
import os
import shutil
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from quizapp import clock as app_clock
from tests import hearing
from tests.browser.stage import staged
from tests.browser.walking import Watch

CHROMIUM = shutil.which("chromium")
QUIET = (
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
    "--disable-dev-shm-usage",
)
# What a busy machine is allowed to take; what is promised in seconds is tested with stood clocks.
expect.set_options(timeout=20_000)


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    if CHROMIUM is None:
        missing = "no Chromium; on Debian: sudo apt install chromium"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return {
        **browser_type_launch_args,
        "executable_path": CHROMIUM,
        "chromium_sandbox": False,
        "args": [*QUIET],
    }


@pytest.fixture(scope="session")
def stage(tmp_path_factory):
    yield from staged(tmp_path_factory.mktemp("browser"))


@pytest.fixture(scope="package", autouse=True)
def _server_clock(stage):
    """Let the server's clock rule here and nowhere else: other tests read the machine's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app_clock, "now", stage.clock.now)
        yield


@pytest.fixture(scope="session")
def base_url(stage):
    return stage.url


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args, playwright):
    return {
        **browser_context_args,
        **playwright.devices["Galaxy S9+"],
        "viewport": {"width": 360, "height": 640},
        "device_scale_factor": 2,
        "locale": "vi-VN",
        "timezone_id": "Asia/Ho_Chi_Minh",
    }


@pytest.fixture
def phone(browser, browser_context_args, stage, request):
    """Return a maker of pages, each on a phone of its own, watched until the test ends."""
    watch, made = Watch(), []

    def make(**options):
        context = browser.new_context(**browser_context_args | options)
        watch.follow(context)
        made.append(context)
        return context.new_page()

    yield make
    for context in made:
        context.close()
    hearing.remember(request.node, stage.app)
    watch.check()


@pytest.fixture
def page(phone):
    return phone()


@pytest.fixture
def plain(phone):
    """A page on a phone without JavaScript."""
    return phone(java_script_enabled=False)


@pytest.fixture
def clock(stage):
    """The server's clock, put right when the test is over."""
    yield stage.clock
    stage.clock.put_right()


@pytest.fixture(scope="session")
def new_number():
    """Return a maker of phone numbers that nobody has used yet."""
    numbers = itertools.count(1)
    return lambda: f"0912 40{next(numbers):02d} 77"


@pytest.fixture(scope="session")
def axe():
    return Axe()
