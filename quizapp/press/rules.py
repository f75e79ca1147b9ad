"""Figures of a contest as of a moment: which mornings there are, what is said, what is kept back.

Pure. Everywhere people (each once, however often they try) and attempts are two numbers with two
names: the news mix them up.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from quizapp.contests.rules.hiding import Span, tier
from quizapp.contests.rules.schedule import Window
from quizapp.units.rules.naming import keys_of
from quizapp.vietnamese import VIETNAM

DAY = timedelta(days=1)
TOP = 5
# In this order; kinds that are not named here come after.
KINDS = ("province", "sector", "corporation", "upper", "grassroots")


class Version(StrEnum):
    """Whether a file tells the numbers, or only what may be known while they are predicted."""

    EXACT = "exact"
    KEPT_BACK = "kept_back"


class Form(StrEnum):
    WORD = "docx"
    EXCEL = "xlsx"
    PICTURE = "png"
    CARDS = "zip"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A body right below the owner of the contest; `rate` in hundredths of a percent of `members`.

    Ranks are by people, among bodies of its kind and of its division; None without people. Numbers
    are None where they are kept back, and `tier` (`tier_in_division`) is told in place of a rank.
    `more_people`, `more_attempts`: since the period before, None where there is none.
    """

    code: str
    name: str
    kind: str
    people: int | None
    attempts: int | None
    members: int | None = None
    rate: int | None = None
    has_ended: bool = False
    has_people: bool = True
    division: int | None = None
    rank: int | None = None
    rank_in_division: int | None = None
    tier: Span | None = None
    tier_in_division: Span | None = None
    more_people: int | None = None
    more_attempts: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """All that is said of a contest (`round_title` empty) or a round as of a moment.

    `lines`: most people first, then those without any, each in Vietnamese order. `own_…` are of
    people who count for the owner itself, for none of the bodies below it; `elsewhere_…` of those
    whose unit is not known yet or stands outside the owner. `before`: the period before.
    `boards`: board → SHA-256 of the snapshot whose numbers these are.
    """

    title: str
    round_title: str
    owner: str
    as_of: datetime
    people: int | None
    attempts: int | None
    elsewhere_people: int | None
    elsewhere_attempts: int | None
    lines: tuple[Line, ...]
    own_people: int | None = 0
    own_attempts: int | None = 0
    divisions: tuple[str, ...] = ()
    members: int | None = None
    rate: int | None = None
    before: datetime | None = None
    more_people: int | None = None
    more_attempts: int | None = None
    boards: Mapping[str, str] = field(default_factory=dict)
    is_kept_back: bool = False

    @property
    def taking_part(self) -> Sequence[Line]:
        return [one for one in self.lines if one.has_people]

    @property
    def at_zero(self) -> Sequence[Line]:
        """Return the bodies that nobody takes part for; one that has ended is not waited for."""
        return [one for one in self.lines if not one.has_people and not one.has_ended]


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Bodies that are compared with each other: of one kind, or of one division (`place`)."""

    kind: str | None
    place: int | None
    lines: Sequence[Line]

    @property
    def taking_part(self) -> Sequence[Line]:
        return [one for one in self.lines if one.has_people]

    @property
    def top(self) -> Sequence[Line]:
        """Return those to name first; of ranks that are kept back, the whole first tier."""
        return [one for one in self.taking_part if self.first_of(one) <= TOP]

    def first_of(self, line: Line) -> int:
        """Return the rank of one of them in this group, or the first it may be."""
        span = self.span_of(line)
        return TOP + 1 if span is None else span[0]

    def span_of(self, line: Line) -> Span | None:
        rank = line.rank if self.place is None else line.rank_in_division
        told = line.tier if self.place is None else line.tier_in_division
        return told if rank is None else (rank, rank)


def mornings(
    windows: Iterable[Window], *, grace: timedelta, since: datetime, until: datetime
) -> list[datetime]:
    """Return each 24h00 after `since`, up to `until`, before which something was going on.

    Also the 24h00 after the last day on which a paper's grace ended.
    """
    at = datetime.combine(since.astimezone(VIETNAM).date(), time(), tzinfo=VIETNAM) + DAY
    spans = [(one.opens_at, one.closes_at + grace) for one in windows]
    found = []
    while at <= until:
        if any(opens < at and at - DAY < closes for opens, closes in spans):
            found.append(at.astimezone(UTC))
        at += DAY
    return found


def is_24h00(at: datetime) -> bool:
    """Tell whether a moment is midnight in Vietnam."""
    return at.astimezone(VIETNAM).time() == time()


def day_of(at: datetime) -> date:
    """Return the day that a moment is told of: at 24h00 the day that has ended."""
    day = at.astimezone(VIETNAM).date()
    return day - DAY if is_24h00(at) else day


def with_ranks(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return the lines with ranks in their kind and division: equal numbers share, next skips."""
    return tuple(
        replace(
            one,
            rank=_rank(one, [each for each in lines if each.kind == one.kind]),
            rank_in_division=None
            if one.division is None
            else _rank(one, [each for each in lines if each.division == one.division]),
        )
        for one in lines
    )


def _rank(line: Line, among: Iterable[Line]) -> int | None:
    if not line.people:
        return None
    return 1 + sum((each.people or 0) > line.people for each in among)


def with_changes(report: Report, before: Report | None) -> Report:
    """Return the report with what is more (negative: less) than in the period before."""
    if before is None:
        return report
    old = {one.code: one for one in before.lines}
    return replace(
        report,
        before=before.as_of,
        more_people=_more(report.people, before.people),
        more_attempts=_more(report.attempts, before.attempts),
        lines=tuple(
            replace(
                one,
                more_people=_more(one.people, old[one.code].people if one.code in old else 0),
                more_attempts=_more(one.attempts, old[one.code].attempts if one.code in old else 0),
            )
            for one in report.lines
        ),
    )


def _more(now: int | None, before: int | None) -> int | None:
    return None if now is None or before is None else now - before


def kept_back(report: Report) -> Report:
    """Return what may be known of a report while how many there are is predicted: no number.

    As on the boards: units by tiers of their rank, in a tier by name.
    """
    lines = [_kept_back(one) for one in report.lines]
    lines.sort(key=lambda one: (one.tier or (10**9, 0), keys_of(one.name).sort_key))
    nothing = dict.fromkeys(
        (
            *("people", "attempts", "elsewhere_people", "elsewhere_attempts", "members", "rate"),
            *("own_people", "own_attempts", "before", "more_people", "more_attempts"),
        )
    )
    kept: dict[str, Any] = nothing | {"lines": tuple(lines), "boards": {}, "is_kept_back": True}
    return replace(report, **kept)


def _kept_back(line: Line) -> Line:
    in_division = line.rank_in_division
    return Line(
        code=line.code,
        name=line.name,
        kind=line.kind,
        has_ended=line.has_ended,
        has_people=line.has_people,
        division=line.division,
        people=None,
        attempts=None,
        tier=None if line.rank is None else tier(line.rank),
        tier_in_division=None if in_division is None else tier(in_division),
    )


def groups(report: Report) -> list[Group]:
    """Return the bodies by kind and, where the contest has them, by division; none is empty."""
    kinds = sorted({one.kind for one in report.lines}, key=_place_of_kind)
    found = [
        Group(kind=kind, place=None, lines=[one for one in report.lines if one.kind == kind])
        for kind in kinds
    ]
    for place in range(1, len(report.divisions) + 1):
        mine = [one for one in report.lines if one.division == place]
        if mine:
            ordered = sorted(mine, key=lambda one: one.tier_in_division or (0, 0))
            found.append(Group(kind=None, place=place, lines=ordered))
    return found


def _place_of_kind(kind: str) -> tuple[int, str]:
    return (KINDS.index(kind) if kind in KINDS else len(KINDS)), kind


def written(report: Report) -> tuple[str, str]:
    """Return (JSON, its SHA-256) of a report with exact numbers: the same report, the same text."""
    told = asdict(report) | {
        "as_of": report.as_of.isoformat(),
        "before": None if report.before is None else report.before.isoformat(),
        "lines": [_told(one) for one in report.lines],
    }
    body = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return body, hashlib.sha256(body.encode()).hexdigest()


def _told(line: Line) -> dict[str, object]:
    return {name: value for name, value in asdict(line).items() if value is not None}


def read(body: str) -> Report:
    """Return the report that was written as this text."""
    told = json.loads(body)
    moments = {
        name: None if told[name] is None else datetime.fromisoformat(told[name])
        for name in ("as_of", "before")
    }
    lines = tuple(Line(**{"people": None, "attempts": None} | one) for one in told["lines"])
    return Report(**told | moments | {"lines": lines, "divisions": tuple(told["divisions"])})
