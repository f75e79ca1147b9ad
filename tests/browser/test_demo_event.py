"""`demo event` against a served stage: it says so when an evening is right, and when it is not."""

from dataclasses import replace

import pytest

from quizapp import worker
from quizapp.demo import evening
from quizapp.events.service import showing


@pytest.fixture
def played(stage, monkeypatch):
    """Return a function that plays an evening at once, the worker at work while it waits."""

    def pause(seconds):
        stage.clock.move(seconds=seconds)
        worker.run_once()

    monkeypatch.setattr(evening, "sleep", pause)
    for name, fewer in (("PER_STATE", 2), ("LATE", 2), ("LOOKS", 5)):
        monkeypatch.setattr(evening, name, fewer)
    command = ["demo", "event", "--speed", "600", "--url", stage.url]
    return lambda: stage.app.test_cli_runner().invoke(args=command)


def freezes_nothing(monkeypatch):
    as_seen = showing.as_seen
    monkeypatch.setattr(
        showing, "as_seen", lambda contest, at: as_seen(replace(contest, freeze_id=None), at)
    )


def shows_two_on_the_podium(monkeypatch):
    monkeypatch.setattr(showing, "PODIUM", 2)


def told_by(done):
    """Return what the command said. Threads of other tests of this process log where it prints."""
    return [line for line in done.output.splitlines() if "[warning " not in line]


def test_an_evening_that_goes_as_it_must_is_right(played):
    done = played()
    assert done.exit_code == 0, done.output
    [line] = told_by(done)
    assert line.startswith("Đúng: 14 bài đã nhận còn đủ; bảng giữ nguyên ")


@pytest.mark.parametrize(
    ("fault", "told"),
    [(freezes_nothing, "giữ bảng mà vẫn đổi: /screen/"), (shows_two_on_the_podium, "bục có ")],
)
def test_an_evening_with_a_fault_is_found_wrong(played, monkeypatch, fault, told):
    fault(monkeypatch)
    done = played()
    assert done.exit_code == 1
    assert told_by(done)[0].startswith(f"Sai: {told}")
