"""What a page that refuses says to the help desk: a code, and a note of who met it.

No row is written on the way: the code itself holds what was refused, and the notes wait in the
process until a feature above takes them (`take_met`). A storm fills the shelf and no table; what
no longer fits is left out of the notes, never out of the code.
"""

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, current_app, request

from quizapp import clock
from quizapp.errors import N_, Refusal
from quizapp.web.codes import code_of_refusal
from quizapp.web.contestant import read_contestant
from quizapp.web.flushing import flusher
from quizapp.web.guards import SAFE
from quizapp.web.language import translated
from quizapp.web.noting import note_support_code

SHELF = "quizapp refusals met"
KEPT = 2_000  # (person, kind) pairs waiting in one process
PAPERS = "/a/"
FACT = re.compile(r"\{\w+\}")
CODE_WORDS = N_("Mã hỗ trợ: %(code)s")

# What the framework refuses by itself, in words a person can act on.
HTTP_WORDS = {
    400: N_("Máy chủ không đọc được yêu cầu này. Hãy tải lại trang rồi thử lần nữa."),
    404: N_("Không tìm thấy trang này."),
    405: N_("Không tìm thấy trang này."),
    413: N_("Nội dung gửi lên quá lớn."),
    500: N_("Có lỗi ở máy chủ. Bài làm đã lưu của bạn vẫn còn; hãy thử lại sau ít giây."),
    503: N_(
        "Máy chủ đang gián đoạn trong chốc lát nên chưa xác nhận được lần gửi này."
        " Những gì đã báo là lưu thì vẫn còn; hãy thử lại sau vài giây."
    ),
}
OTHER_TROUBLE = N_("Máy chủ không nhận yêu cầu này.")

ContestOf = Callable[[Mapping[str, object]], int | None]


@dataclass(kw_only=True, slots=True)
class Times:
    """How often one person met one kind of refusal, when first and when last."""

    count: int
    first_at: datetime
    last_at: datetime


class Shelf:
    """What one process has noted since it was last emptied."""

    def __init__(self, contest_of: ContestOf) -> None:
        self.contest_of = contest_of
        self.contests: dict[str, int] = {}  # slug, or how a round's papers begin → contest
        self._met: dict[tuple[int, str], Times] = {}
        self._lock = threading.Lock()

    def note(self, person_id: int, kind: str, at: datetime) -> None:
        """Count one more; when the shelf is full, only for those who are on it."""
        with self._lock:
            times = self._met.get((person_id, kind))
            if times is not None:
                times.count, times.last_at = times.count + 1, at
            elif len(self._met) < KEPT:
                self._met[person_id, kind] = Times(count=1, first_at=at, last_at=at)

    def take(self) -> dict[tuple[int, str], Times]:
        """Return what was noted and forget it."""
        with self._lock:
            met, self._met = self._met, {}
        return met

    def give_back(self, met: Mapping[tuple[int, str], Times]) -> None:
        """Add what was taken to what was noted since; what no longer fits is left out."""
        with self._lock:
            for place, earlier in met.items():
                times = self._met.get(place)
                if times is not None:
                    times.count += earlier.count
                    times.first_at = min(times.first_at, earlier.first_at)
                    times.last_at = max(times.last_at, earlier.last_at)
                elif len(self._met) < KEPT:
                    self._met[place] = earlier


def init_refusing(app: Flask, contest_of: ContestOf) -> None:
    """Let refusals carry a code; `contest_of` tells the contest of an address without a statement.

    It gets the parts of the address (`slug`, `public_id`) and may not know: None.
    """
    app.extensions[SHELF] = Shelf(contest_of)


def refused_code(kind: str) -> str:
    """Return the code of what this request is refused, and note it for who asks."""
    at, person_id = clock.now(), _who_asks()
    if person_id:
        _shelf().note(person_id, kind, at)
        flusher().wake()
    key = current_app.config["SUPPORT_KEY"]
    code = code_of_refusal(kind, person_id=person_id, at=at, key=key)
    note_support_code(code)
    return code


def code_words(refusal: Refusal) -> str:
    """Return the line that gives the code of a refusal which a form shows."""
    return translated(CODE_WORDS) % {"code": refused_code(type(refusal).__name__)}


def kinds_of_refusal() -> Mapping[str, str]:
    """Return every kind of refusal there is → its words, the facts in them left open."""
    kinds = {f"Http{code}": words for code, words in HTTP_WORDS.items()}
    waiting = [Refusal]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if hasattr(kind, "text"):
            kinds[kind.__name__] = kind.text
    return kinds


def words_of_kind(kind: str) -> str:
    """Return what somebody was told who met this kind of refusal, `…` in place of the facts."""
    words = kinds_of_refusal().get(kind)
    return translated(OTHER_TROUBLE) if words is None else FACT.sub("…", translated(words))


def contest_here() -> int:
    """Return the contest that the request's address is of, 0 where this process does not know."""
    parts = request.view_args or {}
    name = str(parts.get("slug") or str(parts.get("public_id", ""))[:6])
    shelf = _shelf()
    if name and name not in shelf.contests:
        contest_id = shelf.contest_of(parts)
        if contest_id is None:
            return 0
        shelf.contests[name] = contest_id
    return shelf.contests.get(name, 0)


def take_met() -> dict[tuple[int, str], Times]:
    """Return what this process noted since the last time: (person, kind) → how often."""
    return _shelf().take()


def give_met_back(met: Mapping[tuple[int, str], Times]) -> None:
    """Let what was taken and could not be written down wait for the next time."""
    _shelf().give_back(met)


def _who_asks() -> int:
    """Return the person this phone takes part as where it asks, 0 when that is not known.

    Public pages read no cookie, also when there is nothing to show: they are equal for all.
    """
    if request.method in SAFE and not request.path.startswith(PAPERS):
        return 0
    people = read_contestant().people
    if len(people) == 1:
        return next(iter(people.values()))
    contest_id = _shelf().contest_of(request.view_args or {}) if people else None
    return people.get(contest_id, 0) if contest_id is not None else 0


def _shelf() -> Shelf:
    shelf: Shelf = current_app.extensions[SHELF]
    return shelf
