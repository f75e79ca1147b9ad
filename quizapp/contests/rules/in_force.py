"""Questions whose law is not in force on every day of a round, and what was decided of them. Pure.

A question without dates is taken as always in force: nobody told otherwise.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar


class Dated(Protocol):
    """A question as far as its dates go; each is the first or last day, None means not told."""

    @property
    def code(self) -> str: ...
    @property
    def valid_from(self) -> date | None: ...
    @property
    def valid_to(self) -> date | None: ...


Question = TypeVar("Question", bound=Dated)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ruling:
    """What an organiser decided of one question: asked in this round all the same, or left out.

    `before` is the ruling whose place it took, None for the first one.
    """

    is_asked: bool
    reason: str
    before: "Ruling | None" = None

    def stored(self) -> dict[str, object]:
        told: dict[str, object] = {"is_asked": self.is_asked, "reason": self.reason}
        return told | ({"before": self.before.stored()} if self.before else {})

    def is_same(self, other: "Ruling | None") -> bool:
        """Say whether both decide alike, for the same reason."""
        told = other and (other.is_asked, other.reason)
        return told == (self.is_asked, self.reason)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rulings:
    """What was decided of questions before their contest is there: of some by code, of all others.

    `of_others` None: nobody decided of those.
    """

    of_others: Ruling | None
    own: Mapping[str, Ruling]

    def of(self, code: str) -> Ruling | None:
        return self.own.get(code, self.of_others)


def mark_of(ruling: Ruling | None) -> str:
    """Return what tells whether a ruling is still the one that somebody looked at."""
    told = None if ruling is None else ruling.stored()
    return hashlib.sha256(repr(told).encode()).hexdigest()[:12]


def is_in_force(question: Dated, first: date, last: date) -> bool:
    """Say whether the question is right on every day from `first` to `last`."""
    starts, ends = question.valid_from, question.valid_to
    return (starts is None or starts <= first) and (ends is None or last <= ends)


def out_of_force(questions: Sequence[Question], first: date, last: date) -> list[Question]:
    """Return the questions that are not right on every one of these days, in their order."""
    return [question for question in questions if not is_in_force(question, first, last)]


def askable(
    questions: Sequence[Question], first: date, last: date, rulings: Mapping[str, Ruling]
) -> list[Question]:
    """Return the questions that may be asked on these days: in force, or asked all the same."""
    asked = {code for code, ruling in rulings.items() if ruling.is_asked}
    return [one for one in questions if one.code in asked or is_in_force(one, first, last)]


def read_rulings(stored: Mapping[str, Mapping[str, object]]) -> dict[str, Ruling]:
    """Return code → ruling of what a round has stored."""
    return {code: read_ruling(one) for code, one in stored.items()}


def read_ruling(stored: Mapping[str, object]) -> Ruling:
    """Return a ruling as it was stored."""
    before = stored.get("before")
    return Ruling(
        is_asked=bool(stored["is_asked"]),
        reason=str(stored["reason"]),
        before=read_ruling(before) if isinstance(before, Mapping) else None,
    )
