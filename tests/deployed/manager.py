"""Does with the files of `deploy/systemd` what systemd does: sockets that stay, READY, signals.

Where systemd itself runs (`python -m tests.deployed`) the same files are given to it.
"""

import fcntl
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress

from quizapp.config import ROOT
from quizapp.supervise import _end_with_parent
from tests.load.processes import NotUp

UNITS = ROOT / "deploy" / "systemd"
SETTINGS = ROOT / "deploy" / "quizapp.env"
INSTALLED = "/opt/quizapp/current"
FIRST_FD, HIGH_FD = 3, 100  # the first that systemd passes on; above all of them
# A shell: only the process itself can know the number that LISTEN_PID must have.
WITH_SOCKETS = 'export LISTEN_PID=$$ LISTEN_FDS={count}; exec {moved}; exec "$@"'
SYSTEMCTL = """#!/bin/bash
exec 3<>/dev/tcp/127.0.0.1/{port}
printf '%s\\n' "$*" >&3
read -r code <&3
exit "$code"
"""


def assignments(text):
    """Return name → value of `NAME=value` lines; what stands twice keeps the last."""
    lines = (line.strip() for line in text.splitlines())
    pairs = (line.partition("=") for line in lines if line and line[0] not in "#;[")
    return {name: value for name, _, value in pairs}


def listener():
    """Return a listening socket at a free port, with a number that is not among those passed on."""
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as made:
        return socket.socket(fileno=fcntl.fcntl(made.fileno(), fcntl.F_DUPFD_CLOEXEC, HIGH_FD))


class Unit:
    """One unit file as it is deployed, with the changes a control makes."""

    def __init__(self, name, changes):
        stem, _, kind = name.rpartition(".")
        template, _, self.instance = stem.partition("@")
        file = f"{template}@.{kind}" if self.instance else name
        text = (UNITS / file).read_text("utf-8").replace("%i", self.instance)
        self.name, self.settings = name, assignments(text) | changes

    def seconds(self, name):
        return float(self.settings[name])

    def command(self):
        """Return what is started, with this project in the place of an installed one."""
        program, *arguments = shlex.split(self.settings["ExecStart"])
        if program != f"{INSTALLED}/.venv/bin/python":
            raise ValueError(f"{self.name} starts {program}")
        return [sys.executable, *arguments]

    def environment(self):
        return assignments("\n".join(shlex.split(self.settings["Environment"])))

    def sockets(self):
        return self.settings.get("Sockets", "").split()


class Manager:
    """Starts, stops and restarts units; `pids` are those of the main processes that run."""

    def __init__(self, folder, environment):
        self._folder, self.changes = folder, {}  # changes of settings in all units, for a control
        self.environment = os.environ | assignments(SETTINGS.read_text("utf-8")) | environment
        self._processes = {}
        self._listeners = {path.name: listener() for path in UNITS.glob("*.socket")}
        self.port = self._listeners["quizapp-web.socket"].getsockname()[1]
        self.log = folder / "served.log"
        self.started = 0

    @property
    def pids(self):
        return {name: process.pid for name, process in self._processes.items()}

    def start(self, name):
        """Start a unit and wait as long as systemd does. Raises NotUp."""
        unit = Unit(name, self.changes)
        env, command = self.environment | unit.environment(), unit.command()
        fds = [self._listeners[one].fileno() for one in unit.sockets()]
        if fds:
            moved = " ".join(f"{to}<&{fd}" for to, fd in enumerate(fds, start=FIRST_FD))
            shell = WITH_SOCKETS.format(count=len(fds), moved=moved)
            command = ["bash", "-c", shell, "bash", *command]
        with self._notices() as (notices, address), self.log.open("ab") as log:
            if unit.settings["Type"] == "notify":
                env["NOTIFY_SOCKET"] = address
            process = self._processes[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=fds,
                start_new_session=True,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 - never called from a thread
            )
            if unit.settings["Type"] == "notify":
                self._wait_until_ready(process, notices, unit.seconds("TimeoutStartSec"))
        self.started += 1

    def stop(self, name):
        """End a unit as its file says; whatever is left of it is killed."""
        unit, process = Unit(name, self.changes), self._processes.pop(name)
        process.send_signal(signal.Signals[unit.settings["KillSignal"]])
        with suppress(subprocess.TimeoutExpired):
            process.wait(unit.seconds("TimeoutStopSec"))
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def run(self, command):
        """Run a script that calls `systemctl`; return its exit code."""
        with socket.create_server(("127.0.0.1", 0)) as asked:
            asked.settimeout(0.1)
            tool = self._folder / "bin" / "systemctl"
            tool.parent.mkdir(exist_ok=True)
            tool.write_text(SYSTEMCTL.format(port=asked.getsockname()[1]), "utf-8")
            tool.chmod(0o755)
            path = f"{tool.parent}:{os.environ['PATH']}"
            with subprocess.Popen(command, env=os.environ | {"PATH": path}) as script:
                while script.poll() is None:
                    with suppress(TimeoutError):
                        self._answer(asked.accept()[0])
        return script.returncode

    def close(self):
        for name in list(self._processes):
            self.stop(name)
        for one in self._listeners.values():
            one.close()

    def _answer(self, connection):
        with connection, connection.makefile("rw") as line:
            verb, name = line.readline().split()
            if verb != "restart":
                raise ValueError(f"systemctl {verb}")
            try:
                self.stop(name)
                self.start(name)
                line.write("0\n")
            except NotUp:
                line.write("1\n")

    @contextmanager
    def _notices(self):
        address = self._folder / "notify"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notices:
            notices.bind(str(address))
            try:
                yield notices, str(address)
            finally:
                address.unlink()

    def _wait_until_ready(self, process, notices, seconds):
        end = time.monotonic() + seconds
        notices.settimeout(0.2)
        while process.poll() is None and time.monotonic() < end:
            with suppress(TimeoutError):
                if "READY=1" in notices.recv(4096).decode().split("\n"):
                    return
        raise NotUp(self.log.read_text("utf-8", errors="replace")[-2000:])
