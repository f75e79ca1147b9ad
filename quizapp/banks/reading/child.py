"""The process in which one file is read: bytes come in, a reading in JSON goes out."""

import sys

from quizapp.banks.errors import CannotRead
from quizapp.banks.reading import read_here, warm, wire
from quizapp.banks.reading.limits import NO_MEMORY, limit_this_process


def main() -> None:
    """Read the file that comes in."""
    warm()
    limit_this_process()
    try:
        told = wire.packed(read_here(sys.stdin.buffer.read()))
    except CannotRead as refusal:
        told = wire.refused(refusal)
    except MemoryError:
        sys.exit(NO_MEMORY)
    sys.stdout.buffer.write(told)


if __name__ == "__main__":
    main()
