"""A PostgreSQL of our own, to be killed: other people's work is on the machine's."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from quizapp.supervise import _end_with_parent
from tests.faults.trees import children, kill_all
from tests.ports import free_port

OWNER = "postgres"  # PostgreSQL refuses to run as root
DATABASE = "quizapp"
UP_SECONDS = 60
LEFT_SECONDS = 5  # how long processes of a killed postmaster may take to end by themselves
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": 100,
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "64MB",
    "log_min_messages": "fatal",
}
# The longer the writer sleeps, the more is acknowledged and in nobody's hands when it is killed.
ASYNC_COMMIT = {"synchronous_commit": "off", "wal_writer_delay": "2s"}


class NoServer(Exception):
    """PostgreSQL's programs are not here, or the cluster does not start."""


def find_programs():
    """Return the folder of PostgreSQL's server programs. Raises NoServer."""
    on_path = shutil.which("postgres")
    found = [Path(on_path)] if on_path else []
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), reverse=True)
    if not found:
        raise NoServer("no PostgreSQL server programs on this machine")
    return found[0].resolve().parent


class Cluster:
    """A running postmaster that can be killed and started again."""

    def __init__(self, folder, programs, settings):
        self.folder, self.port = folder, free_port()
        self._programs = programs
        self._password = secrets.token_urlsafe(18)
        self._settings = SETTINGS | settings | {"port": self.port}
        self._postmaster = None
        self._left = ()

    def url(self, port=None, database=DATABASE):
        """Return the address of the database, also through a proxy on another port."""
        return f"postgresql://{OWNER}:{self._password}@127.0.0.1:{port or self.port}/{database}"

    def make(self):
        """Write the empty cluster and its database."""
        password = self.folder / "password"
        password.write_text(self._password)
        self._give(password)
        made = subprocess.run(
            [
                self._programs / "initdb",
                *("--pgdata", self.folder / "data", "--pwfile", password, "--username", OWNER),
                *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync"),
            ],
            **self._as_owner(),
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise NoServer(made.stderr.strip())
        self.start()
        with psycopg.connect(self.url(database="postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0")

    def start(self):
        """Start the postmaster and wait until it serves. Raises NoServer.

        Processes of a killed one may hold its memory for a moment: then it is tried again, and
        what waits on a lock of one that is gone is killed, as whoever runs a server would.
        """
        began = time.monotonic()
        while (waited := time.monotonic() - began) < UP_SECONDS:
            if waited > LEFT_SECONDS:
                kill_all(one for one in self._left if self._is_ours(one))
                self._left = ()
            if self._postmaster is None or self._postmaster.poll() is not None:
                self._postmaster = self._run()
            if self._serves():
                return
            time.sleep(0.05)
        raise NoServer((self.folder / "log").read_text("utf-8", errors="replace")[-2000:])

    def kill(self, *, whole):
        """Kill -9 the postmaster, or it and all of its processes at once."""
        self._left = children(self._postmaster.pid)
        kill_all([self._postmaster.pid, *(self._left if whole else ())])
        self._postmaster.wait()

    def backends(self):
        """Return the process ids of the connections to our database."""
        return children(self._postmaster.pid, f"{OWNER} {DATABASE} ")

    def end(self):
        """End the cluster; its files are not needed again."""
        if self._postmaster is None:
            return
        with suppress(ProcessLookupError):
            self._postmaster.send_signal(signal.SIGQUIT)
        try:
            self._postmaster.wait(15)
        except subprocess.TimeoutExpired:
            self.kill(whole=True)

    def _run(self):
        given = [f"--{name}={value}" for name, value in self._settings.items()]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [self._programs / "postgres", "-D", self.folder / "data", *given],
                **self._as_owner(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                # After the change of user, which would forget it. Not in a thread: Linux ends
                # the child with the thread that made it.
                preexec_fn=_end_with_parent,  # noqa: PLW1509 - see above
            )

    def _serves(self):
        with suppress(psycopg.OperationalError):
            psycopg.connect(self.url(database="postgres"), connect_timeout=3).close()
            return True
        return False

    def _is_ours(self, pid):
        """Tell whether the process still works in our folder: numbers are given out again."""
        with suppress(OSError):
            return Path(f"/proc/{pid}/cwd").resolve() == self.folder / "data"
        return False

    def _as_owner(self):
        mine = {"cwd": self.folder, "env": {"PATH": os.environ["PATH"], "LC_ALL": "C"}}
        if os.geteuid() == 0:
            mine |= {"user": OWNER, "group": OWNER, "extra_groups": []}
        return mine

    def _give(self, path):
        path.chmod(0o600 if path.is_file() else 0o700)
        if os.geteuid() == 0:
            shutil.chown(path, OWNER, OWNER)


@contextmanager
def cluster(settings):
    """Yield a new Cluster that serves; everything of it is gone afterwards."""
    programs = find_programs()
    folder = Path(tempfile.mkdtemp(prefix="quizapp-faults-pg-")).resolve()
    own = Cluster(folder, programs, settings)
    try:
        own._give(folder)
        own.make()
        yield own
    finally:
        own.end()
        shutil.rmtree(folder, ignore_errors=True)
