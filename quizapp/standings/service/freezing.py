"""A freeze: what everybody sees of a contest's standings stays as it was, whatever comes in.

It is a property of what is read, not of a page: whoever shows standings asks `as_seen` first and
gets the contest, the moment and the scopes of the freeze, and every board, count, rank and rule
about what is kept back follows from these. Results go on being counted beside it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, insert, literal, select, update

from quizapp.contests.models import Contest
from quizapp.contests.rules.hiding import Hidden, exact_in_division, exactly
from quizapp.contests.service import ContestCard
from quizapp.db import db
from quizapp.standings.errors import FrozenAlready, NotFrozen
from quizapp.standings.models import Freeze, FrozenBoard, FrozenCount, UnitCount
from quizapp.standings.rules import UNITS_AS
from quizapp.standings.service import FrozenScope, Place, PlaceLine, Scope
from quizapp.standings.service.boards import PEOPLE, find_frozen, get_freshness, scopes_of
from quizapp.standings.service.rollup import COUNTED, lock_mark
from quizapp.standings.service.snapshots import people_boards
from quizapp.standings.service.totals import get_totals
from quizapp.standings.service.unit_boards import Rows, unit_boards
from quizapp.vietnamese import day_in_vietnam

AROUND = 2  # neighbours on each side of a person


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """A contest as everybody may see its standings: as it is now, or as it was at a freeze.

    `scopes` has each round by its number, and the whole contest under 0.
    """

    contest: ContestCard
    at: datetime
    scopes: Mapping[int, Scope]
    frozen_at: datetime | None


def as_seen(contest: ContestCard, now: datetime) -> Seen:
    """Return the contest as its standings may be shown to everybody at `now`."""
    scopes = scopes_of(contest)
    freeze = None if contest.freeze_id is None else db.session.get(Freeze, contest.freeze_id)
    if freeze is None:
        return Seen(contest=contest, at=now, scopes=scopes, frozen_at=None)
    final = set(json.loads(freeze.final))
    rounds = [
        replace(one, closed_at=(one.closed_at or freeze.at) if one.number in final else None)
        for one in contest.rounds
    ]
    frozen = {
        number: FrozenScope(
            contest_id=scope.contest_id,
            round_number=scope.round_number,
            generation=scope.generation,
            freeze_id=freeze.id,
            at=freeze.at,
            as_of=freeze.as_of,
        )
        for number, scope in scopes.items()
    }
    shown = replace(contest, rounds=tuple(rounds))
    return Seen(contest=shown, at=freeze.at, scopes=frozen, frozen_at=freeze.at)


Others = Mapping[tuple[int, str], object]  # round, name → what else is kept, ready for JSON


def freeze_standings(contest: ContestCard, others: Others, *, reason: str, at: datetime) -> str:
    """Keep what is shown of a contest's standings as it is now; return the digest of it.

    In the caller's transaction; nobody counts meanwhile. Raises FrozenAlready.
    """
    lock_mark()
    locked = select(Contest.freeze_id).where(Contest.id == contest.id).with_for_update()
    if db.session.scalar(locked) is not None:
        raise FrozenAlready
    bodies = _bodies(contest, others, at=at)
    freeze = Freeze(
        contest_id=contest.id,
        at=at,
        as_of=get_freshness(now=at).as_of,
        final=json.dumps([one.number for one in contest.rounds if one.closed_at is not None]),
        digest="",
        reason=reason,
    )
    db.session.add(freeze)
    db.session.flush()  # its rows need the id
    rows = [
        {
            "freeze_id": freeze.id,
            "round_number": number,
            "board": board,
            "units_as": units_as,
            "body": body,
        }
        for (number, board, units_as), body in sorted(bodies.items())
    ]
    db.session.execute(insert(FrozenBoard), rows)
    _keep_counts(contest.id, freeze.id)
    freeze.digest = _digest(freeze.id, bodies)
    mine = Contest.id == contest.id
    db.session.execute(update(Contest).where(mine).values(freeze_id=freeze.id))
    return freeze.digest


def thaw_standings(contest: ContestCard, *, at: datetime) -> str:
    """Show everybody what stands now again; return the digest of what was shown so far.

    In the caller's transaction. Raises NotFrozen.
    """
    locked = select(Contest.freeze_id).where(Contest.id == contest.id).with_for_update()
    freeze_id = db.session.scalar(locked)
    freeze = db.session.get(Freeze, freeze_id) if freeze_id is not None else None
    if freeze is None:
        raise NotFrozen
    freeze.thawed_at = at
    mine = Contest.id == contest.id
    db.session.execute(update(Contest).where(mine).values(freeze_id=None))
    # The counts are the bulk of it and nobody asks for them again; boards stay as a record.
    db.session.execute(delete(FrozenCount).where(FrozenCount.freeze_id == freeze.id))
    return freeze.digest


def find_frozen_place(
    scope: FrozenScope, person_id: int, *, hides: frozenset[Hidden], divisions: Sequence[str]
) -> Place | None:
    """Return the place of a person among the first hundred of a freeze; None of anybody else.

    Ranks further down are kept by nobody: to tell them the freeze would have to copy everybody.
    """
    lines = find_frozen(scope, PEOPLE) or []
    at = next((n for n, one in enumerate(lines) if one["person_id"] == person_id), None)
    if at is None:
        return None
    mine = lines[at]
    return Place(
        span=exactly(mine["rank"]),
        in_division=_in_division(scope, person_id, hides=hides, divisions=divisions),
        of_people=None if Hidden.COUNTS in hides else get_totals(scope).people,
        points_milli=mine["points_milli"],
        duration_ms=mine["duration_ms"],
        attempts=mine["attempts"],
        lines=[
            PlaceLine(
                span=exactly(one["rank"]),
                person_id=one["person_id"],
                points_milli=one["points_milli"],
                duration_ms=one["duration_ms"],
            )
            for one in lines[max(0, at - AROUND) : at + AROUND + 1]
        ],
    )


def _in_division(
    scope: FrozenScope, person_id: int, *, hides: frozenset[Hidden], divisions: Sequence[str]
) -> tuple[int, int] | None:
    most = exact_in_division(len(divisions)) if hides and divisions else None
    for place, name in enumerate(divisions, start=1):
        for one in find_frozen(scope, f"{PEOPLE}/{name}") or []:
            if one["person_id"] == person_id and (most is None or one["rank"] <= most):
                return place, one["rank"]
    return None


def _bodies(
    contest: ContestCard, others: Others, *, at: datetime
) -> dict[tuple[int, str, str], str]:
    """Return (round, board, units as) → its body: all boards that are made, and what else."""
    on = day_in_vietnam(at)
    bodies = {(number, name, "then"): _as_json(body) for (number, name), body in others.items()}
    for number, scope in scopes_of(contest).items():
        boards: dict[tuple[str, str], Rows] = unit_boards(scope, on=on)
        for name, rows in people_boards(scope, on=on).items():
            boards |= {(name, units_as): rows for units_as in UNITS_AS}
        bodies |= {(number, *name): _as_json(rows) for name, rows in boards.items()}
    return bodies


def _as_json(body: object) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _keep_counts(contest_id: int, freeze_id: int) -> None:
    columns = ["round_number", "unit_id", *COUNTED]
    now = select(literal(freeze_id), *(getattr(UnitCount, name) for name in columns))
    mine = now.where(UnitCount.contest_id == contest_id)
    db.session.execute(insert(FrozenCount).from_select(["freeze_id", *columns], mine))


def _digest(freeze_id: int, bodies: Mapping[tuple[int, str, str], str]) -> str:
    """Return the digest of all that is kept: boards by name, then counts in order."""
    digest = hashlib.sha256()
    for name, body in sorted(bodies.items()):
        digest.update(f"{name}\n{body}\n".encode())
    table = FrozenCount
    counts = select(table.round_number, table.unit_id, *(getattr(table, n) for n in COUNTED))
    rows = db.session.execute(
        counts.where(table.freeze_id == freeze_id).order_by(table.round_number, table.unit_id)
    )
    for row in rows:
        digest.update(f"{tuple(row)}\n".encode())
    return digest.hexdigest()
