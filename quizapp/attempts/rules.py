"""What a paper asks, what its answers are worth, and until when. Pure.

Draw, version 1: a stream of bytes from SHAKE-128 over (domain, round secret, person's public id,
number of the attempt); Fisher-Yates from the end, each index by rejection from the fewest whole
bytes. First the questions of each quota topic in order of topic name (or of all), then the order
of the questions, then of each question's options in the order in which they are asked.
"""

import base64
import hashlib
import hmac
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

DRAW_VERSION = 1
ANSWERS_VERSION = 1
LETTERS = "ABCDEFGH"
T = TypeVar("T")


class AttemptState(StrEnum):
    RUNNING = "running"
    SUBMITTED = "submitted"
    EXPIRED = "expired"
    VOID = "void"


class Drawable(Protocol):
    """What the draw needs to know of a question."""

    @property
    def number(self) -> int: ...
    @property
    def topic(self) -> str | None: ...
    @property
    def options(self) -> tuple[str, ...]: ...
    @property
    def fixed_order(self) -> bool: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One question of a paper: its number in the bank version and its options as shown.

    `order[i]` is the canonical index (0-based) of the option shown under the i-th letter.
    """

    number: int
    order: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DrawRules:
    """How many questions, of which topics (empty: any), and what is shuffled."""

    questions: int
    quota: Mapping[str, int]
    shuffle_questions: bool
    shuffle_options: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """The right options of a question as a bitmask of canonical options."""

    right: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Marking:
    """What an answer brings, in thousandths of a point."""

    right_milli: int
    wrong_milli: int
    blank_milli: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    right_count: int
    points_milli: int
    asked: int

    @property
    def all_right(self) -> bool:
        return self.right_count == self.asked


def draw(
    pool: Sequence[Drawable], draw_rules: DrawRules, *, secret: bytes, person: bytes, number: int
) -> tuple[Asked, ...]:
    """Return the paper of a person's `number`-th attempt; the same facts give the same paper.

    `pool` is in order of question number and large enough: that was checked with the rules.
    """
    seed = b"\0".join((b"quizapp draw 1", secret, person, number.to_bytes(2, "big")))
    below = _uniform(seed)
    chosen = _choose(pool, draw_rules, below)
    if draw_rules.shuffle_questions:
        chosen = _shuffled(chosen, below)
    else:
        chosen.sort(key=lambda question: question.number)
    return tuple(_with_options(question, draw_rules, below) for question in chosen)


def share_turns(starts: Mapping[int, datetime], *, limit: int) -> tuple[list[int], list[int]]:
    """Return which attempts of one person in a round are within the limit, and which beyond it.

    `starts` is attempt → when it began; the earlier come first.
    """
    ordered = sorted(starts, key=lambda attempt: (starts[attempt], attempt))
    return ordered[:limit], ordered[limit:]


def deadline(*, started_at: datetime, time_limit: timedelta, closes_at: datetime) -> datetime:
    """Return when the paper is over: a late starter gets less time, never more than the round."""
    return min(started_at + time_limit, closes_at)


def number_limit(per: str, maximum: int, *, before_today: int, elsewhere: int) -> int:
    """Return the highest number that an attempt of a person may have in a round.

    Attempts of a round are numbered from 1. `before_today`: how many of them began on an earlier
    day in Vietnam; `elsewhere`: how many the person began in other rounds of the contest.
    """
    if per == "day":
        return maximum + before_today
    return maximum - elsewhere if per == "contest" else maximum


def is_over(*, deadline_at: datetime, grace: timedelta, now: datetime) -> bool:
    """Tell whether nothing sent at `now` counts; the last moment of the grace still does."""
    return now > deadline_at + grace


def duration_ms(
    *, started_at: datetime, deadline_at: datetime, received_at: datetime, paused_ms: int = 0
) -> int:
    """Return how long the paper took in whole milliseconds, without what was interrupted.

    The grace is the network's, not the paper's. Never negative, though a clock may jump back.
    """
    taken = (min(received_at, deadline_at) - started_at) // timedelta(milliseconds=1)
    return max(taken - paused_ms, 0)


def overlap(start: datetime, end: datetime, began: datetime, ended: datetime) -> timedelta:
    """Return how much of an interruption falls between a start and an end; never negative."""
    return max(min(end, ended) - max(start, began), timedelta())


def score(
    paper: Sequence[Asked], keys: Mapping[int, Key], answers: Sequence[int], marking: Marking
) -> Score:
    """Mark the answers (bitmasks of canonical options, 0 blank) in the order of the paper.

    All or nothing: of several right options all must be chosen, and no other.
    """
    right = blank = 0
    for asked, chosen in zip(paper, answers, strict=True):
        right += chosen != 0 and chosen == keys[asked.number].right
        blank += chosen == 0
    wrong = len(paper) - right - blank
    points = right * marking.right_milli + wrong * marking.wrong_milli + blank * marking.blank_milli
    return Score(right_count=right, points_milli=points, asked=len(paper))


def encode_paper(paper: Iterable[Asked]) -> bytes:
    """Return the paper as bytes: version, then per question its number (2), count (1), order."""
    body = bytearray([DRAW_VERSION])
    for asked in paper:
        body += asked.number.to_bytes(2, "big") + bytes([len(asked.order), *asked.order])
    return bytes(body)


def decode_paper(body: bytes) -> tuple[Asked, ...]:
    """Return the paper that `encode_paper` wrote."""
    if body[0] != DRAW_VERSION:
        raise ValueError(f"paper of unknown version {body[0]}")
    paper, at, end = [], 1, len(body)
    while at < end:
        start = at + 3
        end_of_order = start + body[at + 2]
        order = tuple(body[start:end_of_order])
        paper.append(Asked(number=body[at] << 8 | body[at + 1], order=order))
        at = end_of_order
    return tuple(paper)


def encode_answers(answers: Iterable[int]) -> bytes:
    """Return answers as bytes: version, then one bitmask of canonical options per question."""
    return bytes([ANSWERS_VERSION, *answers])


def decode_answers(body: bytes) -> tuple[int, ...]:
    """Return the bitmasks that `encode_answers` wrote."""
    if body[0] != ANSWERS_VERSION:
        raise ValueError(f"answers of unknown version {body[0]}")
    return tuple(body[1:])


def as_canonical(
    shown: Mapping[int, str | None], paper: Sequence[Asked], *, several: Container[int]
) -> dict[int, int]:
    """Return position (1-based) → bitmask of canonical options for letters as shown.

    `several` has the numbers of the questions that take more than one letter, in alphabetical
    order ("BD"). Raises ValueError with the position when there is no such question or letter.
    """
    chosen: dict[int, int] = {}
    for position, letters in shown.items():
        if not 1 <= position <= len(paper):
            raise ValueError(f"câu {position}")
        asked = paper[position - 1]
        known = LETTERS[: len(asked.order)]
        if letters and len(letters) == 1 and letters in known:  # what nearly all answers are
            chosen[position] = 1 << asked.order[known.index(letters)]
            continue
        most = len(asked.order) if asked.number in several else 1
        if not _are_in_order(letters or "", known, most=most):
            raise ValueError(f"câu {position}: {letters}")
        chosen[position] = sum(1 << asked.order[known.index(letter)] for letter in letters or "")
    return chosen


def _are_in_order(letters: str, known: str, *, most: int) -> bool:
    """Tell whether these are up to `most` of the known letters, each once, in their order."""
    if len(letters) < 2:
        return letters in {"", *known}
    return len(letters) <= most and letters == "".join(one for one in known if one in letters)


def as_shown(answers: Sequence[int], paper: Sequence[Asked]) -> dict[int, str]:
    """Return position (1-based) → letters as shown, for the questions that are answered."""
    return {
        position: "".join(
            letter
            for letter, canonical in zip(LETTERS, asked.order, strict=False)
            if chosen >> canonical & 1
        )
        for position, (asked, chosen) in enumerate(zip(paper, answers, strict=True), start=1)
        if chosen
    }


def receipt(key: bytes, *facts: bytes) -> str:
    """Return the number printed on a result, as XXXX-XXXX-XXXX: 60 bits of a keyed hash.

    Letters that look alike (I, L, O, U) are not used.
    """
    mac = hmac.new(key, b"\0".join(facts), hashlib.sha256).digest()
    plain = base64.b32encode(mac)[:12].decode()
    text = plain.translate(str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", CROCKFORD))
    return "-".join((text[:4], text[4:8], text[8:]))


CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def _choose(pool: Sequence[Drawable], draw_rules: DrawRules, below: "_Below") -> list[Drawable]:
    if not draw_rules.quota:
        return _shuffled(list(pool), below, keep=draw_rules.questions)
    chosen: list[Drawable] = []
    for topic in sorted(draw_rules.quota):
        of_topic = [question for question in pool if question.topic == topic]
        chosen += _shuffled(of_topic, below, keep=draw_rules.quota[topic])
    return chosen


def _with_options(question: Drawable, draw_rules: DrawRules, below: "_Below") -> Asked:
    order = list(range(len(question.options)))
    if draw_rules.shuffle_options and not question.fixed_order:
        order = _shuffled(order, below)
    return Asked(number=question.number, order=tuple(order))


def _shuffled(items: list[T], below: "_Below", *, keep: int | None = None) -> list[T]:
    """Return the last `keep` places (all: None) of a Fisher-Yates shuffle from the end."""
    items = list(items)
    kept = len(items) if keep is None else keep
    for last in range(len(items) - 1, max(len(items) - kept, 1) - 1, -1):
        other = below(last + 1)
        items[last], items[other] = items[other], items[last]
    return items[len(items) - kept :]


class _Below(Protocol):
    def __call__(self, bound: int, /) -> int: ...


def _uniform(seed: bytes) -> _Below:
    """Return a function that gives uniform whole numbers below a bound, from the seed's stream."""
    block, at, size = hashlib.shake_128(seed).digest(512), 0, 512

    def below(bound: int) -> int:
        nonlocal block, at, size
        width = 1 if bound <= 256 else (bound - 1).bit_length() + 7 >> 3
        usable = (1 << 8 * width) // bound * bound
        while True:
            if at + width > size:  # a longer digest begins with the shorter one
                size *= 2
                block = hashlib.shake_128(seed).digest(size)
            value = block[at] if width == 1 else int.from_bytes(block[at : at + width], "big")
            at += width
            if value < usable:
                return value % bound

    return below
