"""Where the product says it is found, and when a process that keeps ending is started again."""

from pathlib import Path

import pytest

from quizapp.config import Settings
from quizapp.serve import Addresses, addresses
from quizapp.supervise import Respawned, exit_code, pause_after

LAN = "192.168.1.20"


def settings(**given):
    return Settings(instance=Path("/srv"), database_url="sqlite:////srv/quizapp.sqlite3", **given)


@pytest.mark.parametrize(
    ("given", "lan", "here", "phone"),
    [
        ({}, LAN, "http://localhost:8000", f"http://{LAN}:8000"),
        ({}, None, "http://localhost:8000", None),
        ({"port": 8123}, LAN, "http://localhost:8123", f"http://{LAN}:8123"),
        ({"host": "127.0.0.1"}, LAN, "http://127.0.0.1:8000", None),
        ({"host": "::1"}, LAN, "http://[::1]:8000", None),
        ({"host": "10.0.0.7"}, LAN, "http://10.0.0.7:8000", "http://10.0.0.7:8000"),
        ({"trusted_hosts": ("thi.vn",)}, LAN, "http://thi.vn:8000", "http://thi.vn:8000"),
        (
            {"trusted_hosts": (".thi.vn",), "proxy_hops": 1, "https": True},
            LAN,
            "https://thi.vn",
            "https://thi.vn",
        ),
    ],
)
def test_addresses_are_those_that_people_can_open(given, lan, here, phone):
    assert addresses(settings(**given), lan=lan) == Addresses(here=here, phone=phone)


def test_the_pause_doubles_and_ends_at_a_minute():
    assert [pause_after(failures) for failures in range(1, 9)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert pause_after(100_000) == 60


@pytest.mark.parametrize(("returncode", "code"), [(0, 0), (3, 3), (-9, 137), (-15, 143)])
def test_the_exit_code_is_the_one_a_shell_would_show(returncode, code):
    assert exit_code(returncode) == code


class Ending:
    """A process that ends when told to."""

    returncode = None

    def poll(self):
        return self.returncode


@pytest.fixture
def started():
    return []


@pytest.fixture
def respawned(started):
    def start():
        started.append(Ending())
        return started[-1]

    return Respawned(start, now=0)


def test_a_running_worker_is_left_alone(respawned, started):
    for now in (1, 100, 10_000):
        respawned.tend(now)

    assert len(started) == 1


def test_a_worker_that_ended_is_started_again_after_its_pause_and_not_before(respawned, started):
    started[0].returncode = 1
    respawned.tend(10)
    respawned.tend(10.9)
    assert len(started) == 1

    respawned.tend(11)

    assert len(started) == 2
    assert respawned.process is started[1]


def test_the_pause_grows_while_the_worker_keeps_ending_and_a_healthy_minute_forgets(
    respawned, started
):
    for failures, now in enumerate((0, 10, 20), start=1):
        started[-1].returncode = 1
        respawned.tend(now)
        respawned.tend(now + pause_after(failures) - 0.1)
        assert len(started) == failures
        respawned.tend(now + pause_after(failures))
        assert len(started) == failures + 1

    started[-1].returncode = 1
    respawned.tend(24 + 60)
    respawned.tend(24 + 61)

    assert len(started) == 5
