"""Reads a file in a process of its own, with limits on time and memory and without a network.

Whoever sends a file made to do harm ends that process and nothing else: what becomes of it is a
problem of the file, told in words.
"""

import logging
import subprocess
import sys
from pathlib import Path
from signal import SIGXCPU
from threading import BoundedSemaphore

from quizapp.banks.errors import CannotRead
from quizapp.banks.reading import wire
from quizapp.banks.reading.limits import NO_MEMORY
from quizapp.banks.rules import Reading
from quizapp.errors import N_
from quizapp.said import Said, said

ROOT = Path(__file__).resolve().parents[3]
CHILD = "quizapp.banks.reading.child"
WALL_SECONDS = 120
# So many at once on one machine's memory; others wait their turn.
AT_ONCE = 2
TOO_LONG = said(
    N_("đọc quá lâu nên đã dừng; tệp có thể bị hỏng hoặc quá lớn. Hãy chia tệp thành nhiều phần.")
)
TOO_MUCH = said(
    N_(
        "cần quá nhiều bộ nhớ nên đã dừng; tệp có thể bị hỏng hoặc quá lớn. "
        "Hãy chia tệp thành nhiều phần."
    )
)
BROKEN = said(
    N_(
        "trình đọc phải dừng giữa chừng; tệp có thể bị hỏng. "
        "Hãy mở bằng Word hoặc Excel, lưu thành tệp mới rồi tải lại."
    )
)

log = logging.getLogger(__name__)
_slots = BoundedSemaphore(AT_ONCE)


def read_apart(content: bytes) -> Reading:
    """Return what a file holds, as read by a child process. Raises CannotRead."""
    with _slots:
        told = _child(content)
    try:
        return wire.unpacked(told)
    except ValueError as error:
        log.warning("reader of banks told nonsense: %d bytes", len(content))
        raise CannotRead(reason=BROKEN) from error


def _child(content: bytes) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - our own module, the file goes in by its input
            [sys.executable, "-m", CHILD],
            input=content,
            capture_output=True,
            timeout=WALL_SECONDS,
            check=False,
            cwd=ROOT,
            # Nothing of ours: keys and addresses of databases are no business of a reader.
            env={"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0", "LANG": "C.UTF-8"},
        )
    except subprocess.TimeoutExpired as error:
        log.warning("reader of banks took too long: %d bytes", len(content))
        raise CannotRead(reason=TOO_LONG) from error
    if done.returncode == 0:
        return done.stdout
    raise CannotRead(reason=_why(done, len(content)))


def _why(done: subprocess.CompletedProcess[bytes], size: int) -> Said:
    """Return in words why the child ended; the log gets the error's name, no text of a file."""
    error = done.stderr.rpartition(b"\n")[0].rpartition(b"\n")[2].partition(b":")[0]
    told = error[:80].decode("ascii", "replace")
    log.warning("reader of banks ended: code %d, %s, %d bytes", done.returncode, told, size)
    if done.returncode == -SIGXCPU:
        return TOO_LONG
    return TOO_MUCH if done.returncode == NO_MEMORY else BROKEN
