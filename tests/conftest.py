"""How the tests are shared out when several processes run them: `pytest -n 4 --dist loadgroup`.

Tests of one file and one database stay together, so that what a file makes once is made once. What
takes longest begins first; with `--no-loadscope-reorder` that order is kept.
"""

import pytest
import structlog

from quizapp.web import flushing
from tests import hearing

# The slowest files, the longest first; what is not named comes after them.
LONGEST_FIRST = (
    "test_faults.py",
    "test_load.py",
    "test_restarts.py",
    "test_start.py",
    "test_pages.py",
    "test_paper.py",
    "test_canary.py",
    "test_take_over.py",
    "test_open_targets.py",
    "test_every_route.py",
    "test_several_answers.py",
    "test_paper_clock.py",
    "test_attempt_machine.py",
    "test_served.py",
    "test_board_cost.py",
    "test_nginx.py",
)
ENGINES = ("database", "engine")  # how tests name the database they run on


def pytest_configure():
    hearing.listen()
    # Its threads outlive the tests that served something, and would complain of databases that are
    # gone into what a command of a later test prints.
    flushing.log = structlog.wrap_logger(structlog.testing.ReturnLogger())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """Fail a test while which somebody was named in what was printed or logged."""
    report = yield
    told = hearing.heard(report, item) if report.when == "teardown" and report.passed else []
    if told:
        report.outcome = "failed"
        report.longrepr = f"printed or logged: {', '.join(told)}"
    return report


def pytest_collection_modifyitems(config, items):
    if not hasattr(config, "workerinput"):
        return  # one process runs them all, as they stand
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group_of(item)))
    items.sort(key=place_of)


def place_of(item):
    """Return what orders a test alike in every process, also where it was made of a set."""
    first = LONGEST_FIRST.index(item.path.name) if item.path.name in LONGEST_FIRST else 99
    return first, str(item.path), item.location[1], item.nodeid


def group_of(item):
    """Return which tests a test stays with: those of its file, on its database."""
    given = item.callspec.params if hasattr(item, "callspec") else {}
    engine = next((str(given[name]) for name in ENGINES if name in given), "")
    return f"{item.path.parent.name}/{item.path.name} {engine}".strip()
