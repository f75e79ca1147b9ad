"""Restarts of what `deploy/` installs: people notice none, and a careless one is caught.

`python -m tests.deployed` does it twenty times, with systemd itself.
"""

import os
from contextlib import ExitStack, closing

import pytest

from quizapp.config import ROOT
from tests.deployed.crowd import crowd, wait_for
from tests.deployed.manager import Manager
from tests.faults.check import stored
from tests.faults.ledger import Ledger
from tests.faults.phones import Phone
from tests.faults.stage import installed
from tests.load.nginx import NoNginx, find_nginx, in_front

RESTART = [str(ROOT / "deploy" / "restart.sh")]
SERVICES = FIRST, SECOND, WORKER = (
    "quizapp-web@1.service",
    "quizapp-web@2.service",
    "quizapp-worker.service",
)
ROUNDS = 2  # of two web services and the worker
ANSWERS = 20  # between two rounds


@pytest.fixture(scope="module")
def ledger():
    return Ledger()


@pytest.fixture(scope="module")
def deployed(tmp_path_factory):
    """The product as `deploy/` runs it, behind nginx: (manager, address, app)."""
    try:
        find_nginx()
    except NoNginx as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))
    folder = tmp_path_factory.mktemp("deployed")
    url = f"sqlite:///{folder / 'quizapp.sqlite3'}"
    app = installed(folder, url, minutes=20)
    own = {"QUIZAPP_INSTANCE": str(folder), "QUIZAPP_DATABASE_URL": url}
    own |= {"QUIZAPP_TRUSTED_HOSTS": "", "QUIZAPP_HTTPS": "0"}
    with ExitStack() as stack:
        manager = stack.enter_context(closing(Manager(folder, own)))
        for name in SERVICES:
            manager.start(name)
        front = stack.enter_context(in_front(folder, behind=manager.port))
        yield manager, front.address, app


def test_restarts_under_load_fail_no_request_and_lose_nothing(deployed, ledger):
    manager, address, app = deployed
    before, started = manager.pids, manager.started

    with crowd(address, places=(1, 2), ledger=ledger) as people:
        for _ in range(ROUNDS):
            wait_for(people, ANSWERS)
            assert manager.run(RESTART) == 0

    assert manager.started - started == ROUNDS * len(SERVICES)
    assert not set(manager.pids.values()) & set(before.values())
    assert people.failed() == {}
    assert all(ledger.acknowledged().values()), ledger.acknowledged()
    assert ledger.balance(*stored(app)) == []


def test_a_release_that_does_not_start_leaves_the_others_answering(deployed, ledger):
    manager, address, _ = deployed
    before, right = manager.pids, manager.environment

    with crowd(address, places=(3,), ledger=ledger) as people:
        manager.environment = right | {"QUIZAPP_WEB_WORKERS": "không"}
        assert manager.run(RESTART) == 1
        wait_for(people, ANSWERS)
        manager.environment = right
        manager.start(FIRST)

    assert people.failed() == {}
    assert (manager.pids[SECOND], manager.pids[WORKER]) == (before[SECOND], before[WORKER])


def test_a_restart_that_lets_nobody_finish_is_caught(deployed, ledger, monkeypatch):
    manager, address, app = deployed
    monkeypatch.setitem(manager.changes, "KillSignal", "SIGKILL")

    with crowd(address, places=(4, 5, 6, 7), ledger=ledger, phone=Phone) as people:
        for _ in range(5):
            wait_for(people, ANSWERS)
            assert manager.run(RESTART) == 0
            if people.failed():
                break

    assert people.failed()
    assert ledger.balance(*stored(app)) == []  # phones asked again until they were answered
