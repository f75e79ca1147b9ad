"""How gunicorn serves the product. It is read by itself from the folder gunicorn starts in."""

import gc
import os
import subprocess
import sys
from itertools import count
from pathlib import Path
from typing import Any

from gunicorn import systemd
from gunicorn.glogging import Logger

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))

from quizapp.config import BadSetting, Settings  # noqa: E402 - the folder must be on the path first
from quizapp.logs import Line, is_for_people  # noqa: E402

try:
    settings = Settings.from_env()
except BadSetting as trouble:
    sys.exit(f"quizapp: {trouble}")

# A reload (HUP) forks from this process: what it keeps imported would outlive an update.
for name in [name for name in sys.modules if name.partition(".")[0] == "quizapp"]:
    del sys.modules[name]


class QuietLogger(Logger):
    """Leaves out what follows `?` in an address: people search there for names and units.

    Where nobody reads them as they come, its lines are as those of the product.
    """

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        if not is_for_people(sys.stderr):
            for handler in self.error_log.handlers:
                handler.setFormatter(Line())

    def exception(self, msg: str, *args: object, **kwargs: Any) -> None:
        super().exception(msg, *(str(arg).partition("?")[0] for arg in args), **kwargs)


wsgi_app = "wsgi:app"
host = f"[{settings.host}]" if ":" in settings.host else settings.host
bind = [f"{host}:{settings.port}"]
if settings.metrics_port:
    bind.append(f"127.0.0.1:{settings.metrics_port}")

worker_class = "gthread"
workers = settings.web_workers
threads = 8
timeout = 30
graceful_timeout = 30
keepalive = 15
# Workers are not replaced after so many requests: in the middle of a contest a new one would
# start with cold caches, and a leak must be found, not hidden.
max_requests = 0
# The heartbeat files must not wait for a slow disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - gunicorn makes private files there
# No control socket: it would let anyone with this account steer the server.
control_socket_disable = True
# No proxy is believed here: the application counts its proxies exactly (QUIZAPP_PROXY_HOPS).
forwarded_allow_ips = ""

# gunicorn says READY before any process can answer: we say it when the first one does.
NOTIFIED = os.environ.pop("NOTIFY_SOCKET", None)

accesslog = None
# For `--access-logfile -`: no address, no query, no browser; those tell people apart.
access_log_format = "%(t)s %(m)s %(U)s %(s)s %(B)s %(L)s"
logger_class = QuietLogger


def on_starting(_server: object) -> None:
    """Refuse to start on a database that does not answer, is not migrated or has other keys."""
    # A process of its own, for the same reason as above: this one must not import the product.
    command = [sys.executable, "-m", "quizapp.serve", "--check"]
    check = subprocess.run(command, cwd=ROOT, check=False)  # noqa: S603 - our own module
    if check.returncode:
        sys.exit(check.returncode)


def pre_fork(server: Any, worker: Any) -> None:
    """Give a new process the lowest number that no running one of this server has."""
    taken = {one.number for one in server.WORKERS.values()}
    worker.number = next(number for number in count() if number not in taken)


def processor_of(worker: Any, processors: list[int]) -> int:
    """Return the one that a process keeps to: by its number, after those of the services before."""
    before = (settings.web_number - 1) * settings.web_workers
    return processors[(before + worker.number) % len(processors)]


def post_worker_init(worker: Any) -> None:
    """Leave what was imported out of the collector's rounds; keep to one processor; say READY.

    A whole round takes 100 ms and more, and whoever waits for the write lock waits with it.
    Of a process's threads only one runs Python at a time: handing that from one processor to
    another, at each statement, made an attempt a sixth dearer.
    """
    gc.collect()
    gc.freeze()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {processor_of(worker, sorted(os.sched_getaffinity(0)))})
    if NOTIFIED:
        os.environ["NOTIFY_SOCKET"] = NOTIFIED
        systemd.sd_notify("READY=1", worker.log, unset_environment=True)
