"""`python -m quizapp.web.packing`: pack static files once, so that nginx sends them as they lie."""

import gzip
from pathlib import Path

import brotli

from quizapp.web.assets import STATIC

KINDS = {".css", ".js"}
LEAST = 1024  # bytes; what is smaller fits into one packet anyway


def pack(folder: Path) -> list[Path]:
    """Write `NAME.br` and `NAME.gz` beside each file worth it; return them. The same each time."""
    written = []
    for path in sorted(folder.iterdir()):
        body = path.read_bytes() if path.suffix in KINDS else b""
        if len(body) < LEAST:
            continue
        packed = {".br": brotli.compress(body, quality=11), ".gz": gzip.compress(body, 9, mtime=0)}
        for ending, small in packed.items():
            path.with_name(path.name + ending).write_bytes(small)
            written.append(path.with_name(path.name + ending))
    return written


if __name__ == "__main__":
    pack(STATIC)
