"""The product as `make run` keeps it running, and how to hit its processes.

`python -m tests.faults.served` is what is started: web server and worker under the product's own
supervision, without the first-run loading of `make run`.
"""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

from quizapp import supervise
from quizapp.config import ROOT, Settings
from tests.faults.trees import children, freeze, is_running, kill_all
from tests.load.processes import NotUp, environment, wait_until_up
from tests.ports import free_port

STOP_SECONDS = 45
GONE_SECONDS = 10
WORKER_WORDS = " worker"
APPLICATION = "QUIZAPP_FAULTS_APPLICATION"  # what the worker is started from, when not `wsgi`


class Served:
    """Web and worker on a database; started, hit, started again on the same port."""

    def __init__(self, folder, url, extra):
        self.port = free_port()
        self.log = folder / "served.log"
        self._env = environment(folder, url, self.port) | extra
        self._process = None

    def start(self):
        """Start everything and wait until it answers. Raises NotUp."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.served"],
                cwd=ROOT,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=supervise._end_with_parent,  # noqa: PLW1509 - never called from a thread
            )
        wait_until_up(self._process, self.port, self.log)

    def stop(self):
        """End everything in order, or by force when that takes too long."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill_everything()

    def web_workers(self):
        return [pid for master in self._masters() for pid in children(master)]

    def background(self):
        """Return the worker's process id in a tuple, empty while it waits to be started again."""
        return children(self._process.pid, WORKER_WORDS)

    def kill_everything(self):
        """Kill -9 every process at once and wait until none is left."""
        # Who starts processes is stopped first: one started meanwhile would outlive the power cut.
        freeze([self._process.pid])
        freeze(self._masters())
        pids = [self._process.pid, *self._masters(), *self.background(), *self.web_workers()]
        kill_all(pids)
        self._process.wait()
        end = time.monotonic() + GONE_SECONDS
        while any(map(is_running, pids)):
            if time.monotonic() > end:
                raise NotUp("a killed process is still there")
            time.sleep(0.01)

    def said(self):
        """Return everything the processes printed and logged."""
        return self.log.read_text("utf-8", errors="replace")

    def troubles(self):
        """Return what the processes said last in tracebacks: the line → how often."""
        found, is_open = {}, False
        for line in self.said().splitlines():
            if line.startswith("Traceback"):
                is_open = True
            elif is_open and line and not line.startswith((" ", "The above", "During")):
                is_open = False
                found[line[:200]] = found.get(line[:200], 0) + 1
        return found

    def _masters(self):
        return children(self._process.pid, "gunicorn")


def main():
    """Run what `make run` runs, until a signal."""
    if APPLICATION in os.environ:
        supervise.WORKER = ("flask", "--app", os.environ[APPLICATION], "worker")
    with suppress(KeyboardInterrupt):
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        sys.exit(supervise.keep_running(Settings.from_env(), welcome=lambda: None))


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
