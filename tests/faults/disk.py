"""What a power cut leaves of a SQLite database: `disk.c` keeps what was synced, and nothing else.
It also makes a disk full.

`kill -9` of a process loses nothing that the process has written: the kernel holds it. So a missing
sync is invisible to it, and only this shows one.
"""

import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

SOURCE = Path(__file__).with_name("disk.c")


class NoCompiler(Exception):
    """There is no C compiler here, so no power can be cut."""


def find_compiler():
    """Return the C compiler. Raises NoCompiler."""
    found = shutil.which("cc") or shutil.which("gcc")
    if found is None:
        raise NoCompiler("no C compiler for tests/faults/disk.c")
    return found


class Disk:
    """The synced copies of one SQLite database, made by the server's own processes."""

    def __init__(self, folder, database):
        self._synced, self._database = folder / "synced", database
        self._library = folder / "disk.so"
        self._full = folder / "the-disk-is-full"
        self._synced.mkdir()
        flags = ("-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC")
        subprocess.run([find_compiler(), *flags, "-o", self._library, SOURCE, "-ldl"], check=True)
        # What is there before the first process starts is taken for synced.
        shutil.copyfile(database, self._synced / database.name)

    def environment(self):
        """Return what makes a process keep copies."""
        return {
            "LD_PRELOAD": str(self._library),
            "QUIZAPP_FAULTS_FILES": str(self._database),
            "QUIZAPP_FAULTS_DISK": str(self._synced),
            "QUIZAPP_FAULTS_FULL": str(self._full),
        }

    @contextmanager
    def full(self):
        """Let no process write to the database, for the block."""
        self._full.touch()
        try:
            yield
        finally:
            self._full.unlink()

    def lose_unsynced(self):
        """Put back what was synced. No process may have the database open."""
        for suffix in ("", "-wal", "-shm"):
            path = Path(f"{self._database}{suffix}")
            path.unlink(missing_ok=True)
            synced = self._synced / path.name
            if synced.exists():
                shutil.copyfile(synced, path)
