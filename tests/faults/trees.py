"""Which processes a process has started, and their end by force."""

import os
import signal
from contextlib import suppress
from pathlib import Path


def children(pid, words=""):
    """Return the ids of the running processes that `pid` started, those with `words` in their
    command line; none when it is gone."""
    found = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found |= set(map(int, task.read_text("utf-8").split()))
    return tuple(sorted(child for child in found if words in _command(child)))


def freeze(pids):
    """Stop each one where it is; only its end by force follows."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)


def kill_all(pids):
    """Kill -9 each one; return how many were there to be killed."""
    killed = 0
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            killed += 1
    return killed


def is_running(pid):
    """Tell whether the process is there and not a zombie that waits for its parent."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def _command(pid):
    with suppress(OSError):
        return (
            Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        )
    return ""
