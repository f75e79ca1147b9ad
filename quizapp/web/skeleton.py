"""Pages of which little changes from one person to the next: rendered once, filled in each time.

A template is rendered with a mark in the place of each value that varies. What stands between the
marks is kept as it is, and its long ends (style and scripts) are kept packed: of a paper's 55 kB
only the questions are rendered, joined and packed for a request. The words still live in templates.
"""

import secrets
import zlib
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

from flask import Response, current_app, request
from markupsafe import escape

from quizapp.web.assets import allow_sources, allowed_sources

_PREFIX = f"mark{secrets.token_hex(8)}x"  # letters and digits pass an address and HTML unchanged
_END = "0"  # no name has a digit
KEPT = 128
# Of zlib, for what is packed at each request: 4 saves 5 % of the bytes, in nearly twice the time.
LEVEL = 3  # what is packed once takes 9
RAW = -15  # zlib's number for a stream without a header
GZIP_HEADER = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"


def mark(name: str) -> str:
    """Return what to render where the value of this name goes."""
    return f"{_PREFIX}{name}{_END}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Skeleton:
    """A page with gaps: `texts` has one more than `names`, which say what goes between them."""

    texts: tuple[str, ...]
    names: tuple[str, ...]
    head: bytes
    """The first text, packed."""
    tail: bytes
    """The last text, packed, and the end of the stream."""
    head_size: int
    head_check: int
    """How long the first text is in bytes, and the checksum of it that the rest is added to."""
    last: bytes
    """The last text as it is."""
    sources: Mapping[str, tuple[str, ...]]
    """What the page's policy allows."""

    def response(self, values: Mapping[str, object]) -> Response:
        """Return the page with the values in their places, packed where the browser takes that.

        Values are escaped, unless they are Markup.
        """
        allow_sources(self.sources)
        middle = self._middle(values)
        if not request.accept_encodings.quality("gzip"):
            page = Response(self.texts[0] + middle + self.texts[-1], mimetype="text/html")
        else:
            page = Response(self._packed(middle.encode()), mimetype="text/html")
            page.content_encoding = "gzip"
        page.headers["Vary"] = "Accept-Encoding"  # a new response has none to add to
        return page

    def _middle(self, values: Mapping[str, object]) -> str:
        parts = [str(escape(values[self.names[0]]))]
        for text, name in zip(self.texts[1:-1], self.names[1:], strict=True):
            parts += [text, str(escape(values[name]))]
        return "".join(parts)

    def _packed(self, middle: bytes) -> bytes:
        """Return the gzip stream: blocks of a stream may be packed apart, its checksum may not."""
        check = zlib.crc32(self.last, zlib.crc32(middle, self.head_check))
        size = self.head_size + len(middle) + len(self.last)
        end = check.to_bytes(4, "little") + (size & 0xFFFFFFFF).to_bytes(4, "little")
        return b"".join((GZIP_HEADER, self.head, _block(middle, LEVEL), self.tail, end))


def skeleton(render: Callable[[], str], *, name: Hashable) -> Skeleton:
    """Return the skeleton kept under the name in this application, or what `render` makes.

    `name` has everything that `render` shows as it is: the language, titles, which parts there are.
    """
    kept, lock = _shelf(current_app.config["FORM_TOKEN_KEY"])
    with lock:
        found = kept.pop(name, None)
        if found is not None:
            kept[name] = found  # back on as the most recently used
            return found
    made = _made(render())
    with lock:
        kept[name] = made
        while len(kept) > KEPT:
            del kept[next(iter(kept))]
    return made


@lru_cache(maxsize=8)
def _shelf(_key: bytes) -> tuple[dict[Hashable, Skeleton], Lock]:
    return {}, Lock()


def _made(page: str) -> Skeleton:
    first, *others = page.split(_PREFIX)
    names, texts = [], [first]
    for other in others:
        name, _, text = other.partition(_END)
        names.append(name)
        texts.append(text)
    packer = zlib.compressobj(9, zlib.DEFLATED, RAW)
    head, last = first.encode(), texts[-1].encode()
    return Skeleton(
        texts=tuple(texts),
        names=tuple(names),
        head=_block(head, 9),
        tail=packer.compress(last) + packer.flush(),
        head_size=len(head),
        head_check=zlib.crc32(head),
        last=last,
        sources=allowed_sources(),
    )


def _block(body: bytes, level: int) -> bytes:
    """Return the body as blocks of a stream that goes on and refers to nothing before them."""
    packer = zlib.compressobj(level, zlib.DEFLATED, RAW)
    return packer.compress(body) + packer.flush(zlib.Z_FULL_FLUSH)
