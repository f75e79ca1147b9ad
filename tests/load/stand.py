"""The product standing ready to be loaded: web server, worker, and who reads their clocks."""

import time
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import click

from tests.load.cpu import Meter, children, cpu_seconds
from tests.load.drive import drive
from tests.load.nginx import in_front
from tests.load.processes import environment, running, wait_until_up
from tests.ports import free_port

START_SECONDS = 300  # on a large installation every board is made again first
SETTLE_SECONDS = 20
PASS_SECONDS = 0.6  # a little longer than the worker's pause
IDLE_SECONDS = 0.02
PREPARING_CLIENTS = 8
PREPARING_SECONDS = 600


@dataclass(frozen=True, kw_only=True, slots=True)
class Served:
    """What is measured: the command of the web server, of the worker (None: there is none)."""

    name: str
    web: list
    worker: list | None
    environment: dict


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """One start of the server: where it answers, and who reads its clocks."""

    address: str
    meter: Meter
    web_pid: int
    worker_pid: int | None

    def measured(self, work):
        """Do the work, which returns what was Seen; return that and what the server Spent.

        Until the server was idle again: what the worker counts afterwards belongs to it too.
        """
        before, began = self.meter.read(), time.perf_counter()
        seen = work()
        self.settle()
        seen.measured_seconds = time.perf_counter() - began
        return seen, self.meter.read() - before

    def prepare(self, scripts):
        """Run scripts that are not measured. Raises ClickException when one fails."""
        seen = drive(
            scripts,
            address=self.address,
            clients=PREPARING_CLIENTS,
            seconds=PREPARING_SECONDS,
        )
        if seen.failures:
            raise click.ClickException(f"before the run: {seen.failures[:3]}")

    def memory_mb_per_worker(self):
        """Return how much memory each web process has for itself, its share of the rest too."""
        return [round(pss_kb(pid) / 1024, 1) for pid in children(self.web_pid)]

    @contextmanager
    def behind_nginx(self, folder):
        """Yield this Place as it is reached through nginx, whose CPU counts too."""
        with in_front(folder, behind=int(self.address.rpartition(":")[2])) as front:
            self.meter.stand_behind(front.pid)
            yield replace(self, address=front.address)

    def settle(self, seconds=SETTLE_SECONDS):
        """Return when the worker has nothing to do, or after so many seconds."""
        end = time.monotonic() + seconds
        before = -1.0
        while self.worker_pid and time.monotonic() < end:
            spent = cpu_seconds(self.worker_pid)
            if spent - before <= IDLE_SECONDS:
                return
            before = spent
            time.sleep(PASS_SECONDS)


@contextmanager
def standing(base, served):
    """Yield a Place with a Scratch installation's server and worker, started; stop them after."""
    port = free_port()
    env = environment(base.folder, base.url, port) | served.environment
    web_log = base.folder / "web.log"
    with ExitStack() as stack:
        web = stack.enter_context(running(served.web, env, web_log))
        wait_until_up(web, port, web_log)
        worker_pid = None
        if served.worker:
            log = base.folder / "worker.log"
            worker_pid = stack.enter_context(running(served.worker, env, log)).pid
        clocks = Meter(web=web.pid, worker=worker_pid, server=base.server, database=base.database)
        meter = stack.enter_context(closing(clocks))
        address = f"127.0.0.1:{port}"
        place = Place(address=address, meter=meter, web_pid=web.pid, worker_pid=worker_pid)
        place.settle(START_SECONDS)  # what the worker needs to start belongs to nobody
        yield place


def pss_kb(pid):
    """Return the proportional set size of a process: shared pages by their share."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    raise ValueError(f"no Pss of process {pid}")
