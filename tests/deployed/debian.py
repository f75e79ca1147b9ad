"""A clean Debian with systemd as its first process, in a folder of this machine. Needs root."""

import os
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

SUITE = "bookworm"
# What Debian's installer puts on every machine, beside the essential packages.
INSTALLED = "systemd,systemd-sysv,dbus,ca-certificates,procps,iproute2"
# Names are found and certificates believed as on the machine that it stands on.
OF_HERE = ("etc/resolv.conf", "etc/ssl/certs/ca-certificates.crt")
SECONDS = 120
STARTED = ["systemctl", "is-system-running", "--wait"]


class NotBooted(Exception):
    """The machine did not come up, or a command in it failed; with what was said last."""


class Machine:
    """A running machine: `run` gives commands to root's shell in it."""

    def __init__(self, root, pid):
        self.root, self._pid = root, pid

    def run(self, commands, *, told="", check=True):
        """Run a piece of shell; return (exit code, what it printed). Raises NotBooted."""
        inside = ["nsenter", "--target", str(self._pid), "--all", "--"]
        kept = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        env = kept | {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/root",
            "LANG": "C.UTF-8",
        }
        shell = ["env", "-i", *(f"{name}={value}" for name, value in env.items())]
        done = subprocess.run(
            [*inside, *shell, "bash", "-euo", "pipefail", "-c", f"cd /root\n{commands}"],
            input=told,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if check and done.returncode:
            raise NotBooted(f"{commands}\nended with {done.returncode}: {done.stdout[-3000:]}")
        return done.returncode, done.stdout


def clean(folder):
    """Make the tree of a clean Debian in a folder unless it is there; return its path."""
    tree, done = folder / "clean", folder / "clean.done"
    if not done.exists():
        shutil.rmtree(tree, ignore_errors=True)
        command = ["debootstrap", "--variant=minbase", f"--include={INSTALLED}"]
        subprocess.run([*command, SUITE, str(tree)], check=True, stdout=subprocess.DEVNULL)
        done.touch()
    return tree


def copied(tree, folder):
    """Return a copy of the tree that may be written to."""
    root = folder / "root"
    subprocess.run(["cp", "-a", "--reflink=auto", str(tree), str(root)], check=True)
    for name in OF_HERE:
        (root / name).unlink(missing_ok=True)
        shutil.copyfile(Path("/") / name, root / name)
    return root


@contextmanager
def booted(root, log):
    """Yield a Machine that has come up; it is shut down after the block."""
    command = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--console=pipe"]
    with log.open("ab") as file:
        process = subprocess.Popen(
            [*command, "--hostname=quizapp", "--directory", str(root), "--boot"],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    try:
        yield _up(process, root, log)
    finally:
        process.send_signal(signal.SIGTERM)  # of nspawn: an orderly shutdown
        try:
            process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _up(process, root, log):
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    end = time.monotonic() + SECONDS
    while process.poll() is None and time.monotonic() < end:
        pids = children.read_text("utf-8").split()
        if pids and Path(f"/proc/{pids[0]}/comm").read_text("utf-8").strip() == "systemd":
            machine = Machine(root, int(pids[0]))
            # "degraded" too: a container has no time to set, for example.
            if machine.run(" ".join(STARTED), check=False)[1].strip() in {"running", "degraded"}:
                return machine
        time.sleep(0.2)
    raise NotBooted(log.read_text("utf-8", errors="replace")[-2000:])
