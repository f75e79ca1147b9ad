"""What a process that reads strangers' files may still do: read, compute, answer."""

import os
import resource
import sys

CPU_SECONDS = 60
MEMORY = 1536 * 1024 * 1024
SPARE_SECONDS = 5
FILES = 64
NO_MEMORY = 86  # exit code of a process that ran into MEMORY
# Nothing that reading a file needs: no socket, no other program, no change of a file.
FORBIDDEN = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "os.remove",
    "os.rename",
    "os.mkdir",
    "os.rmdir",
    "os.chmod",
    "os.truncate",
    "shutil.",
)
CODE = (".py", ".pyc", ".so")  # modules that are imported late


def limit_this_process() -> None:
    """Take from this process what reading a file does not need. For good."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, FILES),
        (resource.RLIMIT_NPROC, 0),
    ):
        hard = resource.getrlimit(what)[1]
        # The soft limit of time ends a process by a signal of its own, which tells why.
        highest = most + SPARE_SECONDS if what == resource.RLIMIT_CPU else most
        if hard != resource.RLIM_INFINITY:
            highest = min(highest, hard)
        resource.setrlimit(what, (min(most, highest), highest))
    sys.addaudithook(_refuse)


def _refuse(event: str, args: tuple[object, ...]) -> None:
    if event.startswith(FORBIDDEN):
        raise PermissionError(event)
    if event == "open":
        path, flags = str(args[0]), args[2]
        is_read = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) == 0
        if not is_read or not path.endswith(CODE):
            raise PermissionError(path)
