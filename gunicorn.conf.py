"""How gunicorn serves the product. It is read by itself from the folder gunicorn starts in."""

import gc
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))

from quizapp.config import BadSetting, Settings  # noqa: E402 - the folder must be on the path first

try:
    settings = Settings.from_env()
except BadSetting as trouble:
    sys.exit(f"quizapp: {trouble}")

# A reload (HUP) forks from this process: what it keeps imported would outlive an update.
for name in [name for name in sys.modules if name.partition(".")[0] == "quizapp"]:
    del sys.modules[name]


class QuietLogger(Logger):
    """Leaves out what follows `?` in an address: people search there for names and units."""

    def exception(self, msg: str, *args: object, **kwargs: Any) -> None:
        super().exception(msg, *(str(arg).partition("?")[0] for arg in args), **kwargs)


wsgi_app = "wsgi:app"
host = f"[{settings.host}]" if ":" in settings.host else settings.host
bind = f"{host}:{settings.port}"

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


def post_worker_init(worker: Any) -> None:
    """Leave what was imported out of the collector's rounds; keep to one processor.

    A whole round takes 100 ms and more, and whoever waits for the write lock waits with it.
    Of a process's threads only one runs Python at a time: handing that from one processor to
    another, at each statement, made an attempt a sixth dearer.
    """
    gc.collect()
    gc.freeze()
    if hasattr(os, "sched_setaffinity"):
        processors = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {processors[worker.age % len(processors)]})
