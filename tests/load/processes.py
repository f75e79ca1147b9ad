"""The product as it is served: gunicorn with its own configuration, and the worker."""

import http.client
import os
import subprocess
import sys
import time
from contextlib import closing, contextmanager, suppress

from quizapp.config import ROOT
from quizapp.supervise import _end_with_parent

WORKER = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
UP_SECONDS = 120  # a loaded machine imports slowly; a process that ends is noticed at once
STOP_SECONDS = 40


class NotUp(Exception):
    """A process of the server did not come up; the message has the end of what it said."""


def environment(instance, url, port):
    """Return what the product reads: everything on this machine's own address."""
    return os.environ | {
        "QUIZAPP_INSTANCE": str(instance),
        "QUIZAPP_DATABASE_URL": url,
        "QUIZAPP_HOST": "127.0.0.1",
        "QUIZAPP_TRUSTED_HOSTS": "",
        "QUIZAPP_PROXY_HOPS": "0",
        "QUIZAPP_HTTPS": "0",
        "PORT": str(port),
    }


def gunicorn(options, *arguments):
    """Return the command that serves with gunicorn.conf.py and what was asked instead."""
    given = [(f"--{name}", getattr(options, name)) for name in ("workers", "threads")]
    asked = [str(part) for pair in given if pair[1] is not None for part in pair]
    return [sys.executable, "-m", "gunicorn", "--log-level", "warning", *asked, *arguments]


def configuration(options, env):
    """Return class, processes and threads as gunicorn itself resolves them."""
    # It would load the product only to drop it again: any callable does.
    command = gunicorn(options, "--print-config", "builtins:print")
    printed = subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, check=True
    ).stdout
    lines = (line.partition("=") for line in printed.splitlines())
    found = {name.strip(): value.strip() for name, _, value in lines}
    return {
        "class": found["worker_class"],
        "workers": int(found["workers"]),
        "threads": int(found["threads"]),
        "keepalive": int(found["keepalive"]),
    }


@contextmanager
def running(command, env, log):
    """Keep the command running, for the block; it ends with us however we end."""
    with log.open("ab") as file:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - no threads here
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_up(process, port, log):
    """Return when the server answers. Raises NotUp when it ends or takes too long."""
    end = time.monotonic() + UP_SECONDS
    while time.monotonic() < end and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        with closing(connection), suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/healthz")
            connection.getresponse()
            return
        time.sleep(0.1)
    ended = "still runs" if process.poll() is None else f"ended with {process.returncode}"
    said = log.read_text("utf-8", errors="replace")[-2000:]
    raise NotUp(f"the server {ended}; it said last: {said}")
