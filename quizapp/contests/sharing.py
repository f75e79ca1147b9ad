"""What leads to a contest: the picture that chat programs show beside a link, and QR codes."""

import hashlib
from threading import Lock

import segno
from markupsafe import Markup

from quizapp.contests.service import ContestCard
from quizapp.db import kept_for_good
from quizapp.vietnamese import one_line
from quizapp.web.drawing import GOLD, Sheet, Text
from quizapp.web.formats import clock_time, day

WIDTH, HEIGHT, MARGIN = 1200, 630, 72  # what Facebook and Zalo ask for
KEPT = 64  # pictures of 10 to 30 kB
BRAND = "Thi trực tuyến công đoàn"  # the card is Vietnamese: one picture for a link
_lock = Lock()


def card_of(contest: ContestCard) -> bytes:
    """Return the card of a contest as a PNG, drawn once by each process."""
    shelf, name = kept_for_good("share_cards"), card_version(contest)
    with _lock:
        png: bytes | None = shelf.get(name)
        if png is None:
            while len(shelf) >= KEPT:
                del shelf[next(iter(shelf))]
            png = shelf[name] = _drawn(*_words(contest))
    return png


def card_version(contest: ContestCard) -> str:
    """Return what changes with what the card says: part of its address, which chats remember."""
    return hashlib.sha256("\n".join(_words(contest)).encode()).hexdigest()[:8]


def qr(address: str, *, border: int = 4) -> Markup:
    """Return the QR code of an address as SVG, dark on white with the margin that readers need.

    `border` in modules: less where the page itself keeps white around the code.
    """
    code = segno.make(address, error="m", micro=False)
    drawn = code.svg_inline(omitsize=True, border=border, dark="#000", light="#fff")
    return Markup(drawn)  # noqa: S704 - numbers of our own


def _words(contest: ContestCard) -> tuple[str, str]:
    ends = min(one.window.opens_at for one in contest.rounds), contest.ends_at
    days = " – ".join(f"{clock_time(at)} {day(at)}" for at in ends)
    return one_line(contest.title), days


def _drawn(title: str, days: str) -> bytes:
    sheet = Sheet(WIDTH, HEIGHT, margin=MARGIN)
    sheet.brand(BRAND)
    sheet.put(
        [
            Text(words=title, largest=84, smallest=40, lines=4, is_bold=True),
            Text(words=days, largest=44, smallest=28, ink=GOLD),
        ],
        top=140,
        bottom=HEIGHT - 40,
    )
    return sheet.png()
