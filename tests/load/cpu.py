"""CPU time of the server's processes, read from /proc; the client's own is not in it."""

import os
from dataclasses import dataclass
from pathlib import Path

import psycopg

TICK = os.sysconf("SC_CLK_TCK")
SHARED = "checkpointer", "background writer", "walwriter"


class Gone(Exception):
    """A process that was to be measured ended on the way: its figures would be too small."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Spent:
    """Seconds of CPU by part of the server, and of everything else on the machine."""

    web: float
    worker: float
    database: float
    database_shared: float
    machine: float
    proxy: float = 0.0

    def __sub__(self, before):
        names = self.__dataclass_fields__
        return Spent(**{name: getattr(self, name) - getattr(before, name) for name in names})

    @property
    def server(self):
        """The parts that the product causes; PostgreSQL's own writers count in full."""
        return self.web + self.worker + self.database + self.database_shared + self.proxy


def cpu_seconds(pid):
    """Return user and system time of a process with all its threads. Raises Gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except OSError as error:
        raise Gone(f"process {pid} ended") from error
    fields = text.rpartition(")")[2].split()  # its name may hold spaces and brackets
    return (int(fields[11]) + int(fields[12])) / TICK


def children(pid):
    """Return the ids of the processes that `pid` started and that still run."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8")
    return tuple(sorted(map(int, listed.split())))


def machine_seconds():
    """Return how long all cores together were busy since the machine started."""
    line = Path("/proc/stat").read_text("utf-8").partition("\n")[0]
    user, nice, system, _, _, irq, softirq, steal = map(int, line.split()[1:9])
    return (user + nice + system + irq + softirq + steal) / TICK


class Meter:
    """Reads what the server's processes have spent.

    Of PostgreSQL: the backends of our own database (`database`), and the writers that serve all
    databases (`database_shared`), so that somebody else's tests on the same server do not count
    as ours, or only as little as they make those writers do.
    """

    def __init__(self, *, web, worker=None, server=None, database=None):
        self._web, self._worker, self._proxy = web, worker, None
        self._of_web = children(web)
        self._database = database
        self._postgres = psycopg.connect(server, autocommit=True) if server else None
        self._backends = {}

    def stand_behind(self, proxy):
        """Count the proxy with this main process, and its children, from now on."""
        self._proxy = proxy

    def read(self):
        """Return what was spent until now. Raises Gone when a process was replaced."""
        if children(self._web) != self._of_web:
            raise Gone("gunicorn has replaced a worker process")
        return Spent(
            web=sum(map(cpu_seconds, (self._web, *self._of_web))),
            worker=cpu_seconds(self._worker) if self._worker else 0.0,
            database=self._own_backends(),
            database_shared=sum(
                map(cpu_seconds, self._pids("backend_type = ANY(%s)", list(SHARED)))
            ),
            machine=machine_seconds(),
            proxy=sum(map(cpu_seconds, (self._proxy, *children(self._proxy))))
            if self._proxy
            else 0,
        )

    def close(self):
        if self._postgres:
            self._postgres.close()

    def _own_backends(self):
        """Keep what a backend had spent when last seen: connections come and go."""
        for pid in self._pids("datname = %s AND pid <> pg_backend_pid()", self._database):
            self._backends[pid] = cpu_seconds(pid)
        return sum(self._backends.values())

    def _pids(self, which, value):
        if self._postgres is None:
            return []
        query = f"SELECT pid FROM pg_stat_activity WHERE {which}"
        return [row[0] for row in self._postgres.execute(query, [value])]
