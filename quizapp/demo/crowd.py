"""A made-up crowd: who comes, from where, how able, when, and what they do. Pure; one seed."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from quizapp.vietnamese import fold

FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ")
MIDDLE = ("Văn", "Thị", "Đức", "Minh", "Ngọc", "Thanh", "Hữu", "Thu", "Quang", "Hồng")
GIVEN = ("An", "Bình", "Châu", "Dũng", "Giang", "Hà", "Hùng", "Lan", "Mai", "Nam", "Oanh", "Tú")
HEADS = ("CĐCS", "CĐ", "Công đoàn", "")
PHONES = 10_000_000
FREE_TEXT, NO_UNIT = 0.07, 0.01
TWICE, TOO_OFTEN = 0.45, 0.04
VOID_ATTEMPTS, VOID_PEOPLE = 0.004, 0.002


class End(StrEnum):
    """How a visit ends: handed in, run out of time, or handed in after the grace."""

    SUBMIT = "submit"
    EXPIRE = "expire"
    LATE = "late"


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """One go at a round: begun at `at`, left or handed in after `minutes`.

    `right` is the share of right answers; `saves`: how often answers are sent on the way.
    """

    round_number: int
    at: datetime
    minutes: float
    right: float
    saves: int
    end: End


@dataclass(frozen=True, kw_only=True, slots=True)
class Visitor:
    """One person with all visits in order of time; `unit` is an index into the units given."""

    number: int
    name: str
    phone: str
    pin: str
    unit: int | None
    unit_text: str | None
    shows_name: bool
    joins_at: datetime
    visits: tuple[Visit, ...]
    is_void: bool
    has_void_attempt: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """Where the crowd goes: each round's opening and last start, the limit, names of units."""

    rounds: Sequence[tuple[int, datetime, datetime]]
    attempts_max: int
    minutes: int
    units: Sequence[str]


def crowd(people: int, stage: Stage, *, seed: int) -> Iterator[Visitor]:
    """Yield the visitors by number; the same seed gives the same crowd."""
    # Some units bring many people and most bring few, as in real contests.
    chance = random.Random(seed)  # noqa: S311 - a made-up crowd, nothing secret
    weights = [chance.paretovariate(1.1) for _ in stage.units]
    numbers = chance.sample(range(PHONES), people)
    for number in range(people):
        yield _visitor(chance, number, stage, weights=weights, phone=numbers[number])


def _visitor(
    chance: random.Random, number: int, stage: Stage, *, weights: Sequence[float], phone: int
) -> Visitor:
    ability = min(max(chance.gauss(0.72, 0.16), 0.1), 1.0)
    unit = chance.choices(range(len(stage.units)), weights)[0]
    own_words = _own_words(chance, stage.units[unit])
    visits = tuple(_visits(chance, stage, ability))
    first = visits[0].at
    return Visitor(
        number=number,
        name=f"{chance.choice(FAMILY)} {chance.choice(MIDDLE)} {chance.choice(GIVEN)}",
        phone=f"091{phone:07d}",
        pin=f"{chance.randrange(200_000, 999_999)}",
        unit=unit if own_words is None else None,
        unit_text=own_words,
        shows_name=chance.random() < 0.6,
        joins_at=first - timedelta(seconds=chance.randrange(20, 200)),
        visits=visits,
        is_void=chance.random() < VOID_PEOPLE,
        has_void_attempt=chance.random() < VOID_ATTEMPTS,
    )


def _own_words(chance: random.Random, name: str) -> str | None:
    """Return what somebody types who does not pick a unit; None for most."""
    kind = chance.random()
    if kind < NO_UNIT:
        return chance.choice(("công nhân", "tự do", "không rõ"))
    if kind > NO_UNIT + FREE_TEXT:
        return None
    text = f"{chance.choice(HEADS)} {name}".strip()
    text = fold(text) if chance.random() < 0.4 else text
    return text.upper() if chance.random() < 0.3 else text


def _visits(chance: random.Random, stage: Stage, ability: float) -> Iterator[Visit]:
    """Yield the visits of one person: in some rounds, once or more, better each time."""
    chosen = [one for one in stage.rounds if chance.random() < 0.7] or [stage.rounds[0]]
    for number, opens, last in chosen:
        turns = 1 + (chance.random() < TWICE) if stage.attempts_max > 1 else 1
        turns += stage.attempts_max if chance.random() < TOO_OFTEN else 0
        at = opens + (last - opens) * chance.betavariate(1.2, 2.2)
        for turn in range(turns):
            if at > last:
                return
            visit = _visit(chance, number, at, stage.minutes, ability=min(ability + turn * 0.04, 1))
            yield visit
            at = _on_the_second(visit.at + timedelta(minutes=stage.minutes + chance.uniform(3, 90)))


def _visit(
    chance: random.Random, number: int, at: datetime, minutes: int, *, ability: float
) -> Visit:
    end = chance.choices(list(End), (94, 4, 2))[0]
    used = min(max(chance.gauss(0.55 - 0.2 * ability, 0.15), 0.08), 0.98) * minutes
    return Visit(
        round_number=number,
        at=_on_the_second(at),
        minutes=used if end is End.SUBMIT else minutes + chance.uniform(1, 2),
        right=min(max(chance.gauss(ability, 0.08), 0.0), 1.0),
        saves=chance.choices((0, 1, 2), (7, 2, 1))[0] if end is End.SUBMIT else 1,
        end=end,
    )


def _on_the_second(at: datetime) -> datetime:
    return at.replace(microsecond=0)
