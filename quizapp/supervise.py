"""Two processes and whoever watches them: the web ends the program, the worker is started again."""

import ctypes
import http.client
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Event

import click

from quizapp.config import Settings

WEB = ("gunicorn", "--log-level", "warning")
WORKER = ("flask", "--app", "wsgi", "worker")
POLL_SECONDS = 0.25
STOP_SECONDS = 35  # gunicorn lets a running request end for 30
HEALTHY_SECONDS = 60
LONGEST_PAUSE = 60
PR_SET_PDEATHSIG = 1

Start = Callable[[], subprocess.Popen[bytes]]


class Respawned:
    """A process that is started again when it ends, after a pause that grows while it keeps ending.

    `now` is always seconds of a clock that never goes back.
    """

    def __init__(self, start: Start, *, now: float) -> None:
        self._start = start
        self._failures = 0
        self._due: float | None = None
        self.process = start()
        self._born = now

    def tend(self, now: float) -> None:
        """Start the process again when it has ended and its pause is over."""
        if self._due is None:
            if self.process.poll() is not None:
                self._plan(now)
        elif now >= self._due:
            self.process, self._born, self._due = self._start(), now, None

    def _plan(self, now: float) -> None:
        was_healthy = now - self._born >= HEALTHY_SECONDS
        self._failures = 1 if was_healthy else self._failures + 1
        pause = pause_after(self._failures)
        click.echo(
            f"quizapp: tiến trình nền dừng (mã {self.process.returncode}),"
            f" chạy lại sau {pause} giây / the worker ended and is started again in {pause} s",
            err=True,
        )
        self._due = now + pause


def pause_after(failures: int) -> int:
    """Return the seconds to wait after so many failures in a row: 1, 2, 4 … 60."""
    return min(1 << min(failures - 1, 6), LONGEST_PAUSE)


def keep_running(settings: Settings, *, welcome: Callable[[], None]) -> int:
    """Serve until a signal or the web's own end; call `welcome` once it answers.

    Returns the exit code: 0 after a signal, else what the web ended with.
    """
    stopped = Event()
    numbers = [signal.SIGTERM, signal.SIGINT]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # `nohup` asks to outlive the window
        numbers.append(signal.SIGHUP)
    for number in numbers:
        signal.signal(number, lambda *_: stopped.set())
    web = _start(WEB)
    worker = Respawned(lambda: _start(WORKER), now=time.monotonic())
    try:
        if _wait_until_up(settings, web, stopped):
            welcome()
        return _watch(web, worker, stopped)
    finally:
        _stop(web, worker.process)


def _watch(web: subprocess.Popen[bytes], worker: Respawned, stopped: Event) -> int:
    while not stopped.wait(POLL_SECONDS):
        if web.poll() is not None:
            return exit_code(web.returncode)
        worker.tend(time.monotonic())
    return 0


def exit_code(returncode: int) -> int:
    """Return the code a shell would show: 128 + the signal for a process that one ended."""
    return 128 - returncode if returncode < 0 else returncode


def _wait_until_up(settings: Settings, web: subprocess.Popen[bytes], stopped: Event) -> bool:
    while web.poll() is None and not stopped.is_set():
        if _answers(settings):
            return True
        stopped.wait(POLL_SECONDS)
    return False


def _answers(settings: Settings) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - compared with, not bound to
    connection = http.client.HTTPConnection(host, settings.port, timeout=5)
    with suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/healthz")
        connection.getresponse()
        return True
    return False


def _start(module: tuple[str, ...]) -> subprocess.Popen[bytes]:
    """Start a Python module in a session of its own: Ctrl-C is for us, and we end it in order."""
    return subprocess.Popen(  # noqa: S603 - the two commands above
        [sys.executable, "-m", *module],
        start_new_session=True,
        preexec_fn=_end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - no threads here
    )


def _end_with_parent() -> None:
    """Have Linux end this process when we are killed: an orphan would keep the port."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _stop(*processes: subprocess.Popen[bytes]) -> None:
    running = [process for process in processes if process.poll() is None]
    for process in running:
        process.terminate()
    end = time.monotonic() + STOP_SECONDS
    for process in running:
        try:
            process.wait(max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
