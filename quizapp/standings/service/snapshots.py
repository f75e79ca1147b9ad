"""How the worker makes boards: reads without a lock, then writes only what changed."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import delete, func, insert, select, update

from quizapp.contests.models import Contest, Round
from quizapp.db import db
from quizapp.people import service as people
from quizapp.standings.models import (
    NO_UNIT,
    WHOLE_CONTEST,
    RollupMark,
    Snapshot,
    Standing,
    UnitCount,
)
from quizapp.standings.rules import Count, competition_ranks, mean_centi
from quizapp.standings.service import Scope
from quizapp.standings.service.boards import KINDS, UNITS_AS, is_board
from quizapp.standings.service.rollup import ancestors_of
from quizapp.units import service as units
from quizapp.units.rules.head_counts import participation
from quizapp.units.rules.naming import keys_of
from quizapp.units.service import UnitCard, head_counts
from quizapp.vietnamese import day_in_vietnam

TOP = 100
SNAPSHOTS_KEPT = 20

Rows = Sequence[Mapping[str, object]]
Name = tuple[str, str]  # board, units as
Members = Callable[[int], Sequence[int | None]]  # unit → its head counts, None: not locked


@dataclass(frozen=True, kw_only=True, slots=True)
class NewBoard:
    """A board that differs from its newest snapshot."""

    name: Name
    body: str
    digest: str


def make_boards(
    scope: Scope, *, at: datetime, units_touched: Collection[int] | None = None
) -> list[NewBoard]:
    """Return the boards of a scope that changed; reads only, so that nobody waits for it.

    With `units_touched`, of the boards of units only those are made that show one of these.
    """
    on = day_in_vietnam(at)
    counts = {"then": _counts(scope)}
    present = units.get_present_ids(on=on)
    counts["now"] = _as_now(counts["then"], present)
    line_up = {above for unit_id in counts["now"] for above in ancestors_of(unit_id)}
    # Those touched may have nobody left: the boards above them still show what they had.
    line_up |= {above for unit_id in units_touched or () for above in ancestors_of(unit_id)}
    cards = units.get_cards((line_up | counts["then"].keys()) - {NO_UNIT}, on=on)
    known = _digests(scope)
    made: dict[Name, Rows] = {}
    people_rows = _people_rows(scope, cards)
    parts = _members(scope, present)
    for units_as in UNITS_AS:
        made["people", units_as] = people_rows
        made |= _unit_boards(cards, counts[units_as], units_as, parts[units_as])
    gone: dict[Name, Rows] = {name: [] for name in known.keys() - made.keys()}
    shown = None if units_touched is None else _boards_of(units_touched, present, cards)
    bodies = {
        name: json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
        for name, rows in (made | gone).items()
        # What a board showed may have moved away: of its units none is known here any more.
        if shown is None or not name[0].startswith("units/") or name[0] in shown or name in gone
    }
    found = [
        NewBoard(name=name, body=body, digest=_digest(scope, body)) for name, body in bodies.items()
    ]
    return [board for board in found if known.get(board.name) != board.digest]


def keep_boards(scope: Scope, boards: Sequence[NewBoard], *, at: datetime) -> None:
    """Write boards as the newest snapshots and drop very old ones.

    Nothing is written when the scope shows another generation by now.
    """
    if not boards or _shown_generation(scope) != scope.generation:
        return
    db.session.execute(
        insert(Snapshot),
        [
            {
                "contest_id": scope.contest_id,
                "round_number": scope.round_number,
                "board": board.name[0],
                "units_as": board.name[1],
                "generation": scope.generation,
                "as_of": at,
                "digest": board.digest,
                "body": board.body,
            }
            for board in boards
        ],
    )
    for board in boards:
        _drop_old(scope, board.name)


def stamp_boards(*, at: datetime) -> None:
    """Note that all boards show what was final at `at`."""
    db.session.execute(update(RollupMark).values(as_of=at))


def _people_rows(scope: Scope, cards: Mapping[int, UnitCard]) -> Rows:
    rows = db.session.execute(
        select(
            Standing.person_id,
            Standing.unit_id,
            Standing.rank_key,
            Standing.points_milli,
            Standing.duration_ms,
        )
        .where(Standing.contest_id == scope.contest_id)
        .where(Standing.round_number == scope.round_number)
        .where(Standing.generation == scope.generation)
        .where(Standing.rank_key != b"")  # where rounds stand alone nobody is ranked over all
        .order_by(Standing.rank_key, Standing.person_id)
        .limit(TOP)
    ).all()
    persons = people.get_person_cards([row.person_id for row in rows])
    ranks = competition_ranks([row.rank_key for row in rows])
    return [
        {
            "rank": rank,
            "person": {
                "name": persons[row.person_id].shown_name,
                "unit": cards[row.unit_id].name if row.unit_id in cards else None,
            },
            "points_milli": row.points_milli,
            "duration_ms": row.duration_ms,
        }
        for rank, row in zip(ranks, rows, strict=True)
    ]


def _unit_boards(
    cards: Mapping[int, UnitCard], counts: Mapping[int, Count], units_as: str, members: Members
) -> dict[Name, Rows]:
    """Return the boards of provinces, of sectors, and of the children of each unit."""
    shown = [card for card in cards.values() if card.id in counts]
    boards: dict[Name, Rows] = {
        (board, units_as): _unit_rows(
            [card for card in shown if card.kind in kinds], counts, members
        )
        for board, kinds in KINDS.items()
    }
    families: dict[int, list[UnitCard]] = {}
    for card in shown:
        if card.parent_id is not None and card.parent_id in cards:
            families.setdefault(card.parent_id, []).append(card)
    for parent, children in families.items():
        boards[f"units/{cards[parent].code}", units_as] = _unit_rows(children, counts, members)
    return boards


def _unit_rows(cards: Iterable[UnitCard], counts: Mapping[int, Count], members: Members) -> Rows:
    """Return the rows of a unit board: most people first, equal numbers share a rank."""
    ordered = sorted(
        cards, key=lambda card: (-counts[card.id].people, keys_of(card.name).sort_key, card.id)
    )
    ranks = competition_ranks([counts[card.id].people for card in ordered])
    return [
        {
            "rank": rank,
            "unit": {"code": card.code, "name": card.name, "name_en": card.name_en},
            "people": counts[card.id].people,
            "attempts": counts[card.id].attempts,
            "mean_centi": mean_centi(counts[card.id]),
        }
        | _rate(counts[card.id].people, members(card.id))
        for rank, card in zip(ranks, ordered, strict=True)
    ]


def _rate(people: int, members: Sequence[int | None]) -> dict[str, object]:
    """Return the columns of participation; none where a head count is missing."""
    found = participation(people, members)
    if found is None:
        return {}
    columns: dict[str, object] = {"members": found.members, "rate_centi": found.rate}
    return columns | ({"has_problem": True} if found.has_problem else {})


def _members(scope: Scope, present: Mapping[int, int]) -> dict[str, Members]:
    """Return for units as then and as now what gives the head counts a unit's members are made of.

    As now, a unit has the members of every body that it stands for and that was there when the
    round (the contest: its first) opened.
    """
    first, last = _days(scope)
    locked = head_counts.get_locked_counts(by=last)
    behind = head_counts.get_predecessors(present, on=first)
    return {
        "then": lambda unit_id: [locked.get(unit_id)],
        "now": lambda unit_id: [locked.get(one) for one in behind.get(unit_id, [unit_id])],
    }


def _days(scope: Scope) -> tuple[date, date]:
    """Return the first and the last day of the scope's rounds."""
    times = select(func.min(Round.opens_at), func.max(Round.closes_at)).where(
        Round.contest_id == scope.contest_id
    )
    if scope.round_number != WHOLE_CONTEST:
        times = times.where(Round.number == scope.round_number)
    opens, closes = db.session.execute(times).one()
    return day_in_vietnam(opens), day_in_vietnam(closes)


def _boards_of(
    unit_ids: Collection[int], present: Mapping[int, int], cards: Mapping[int, UnitCard]
) -> set[str]:
    """Return the names of the boards on which these units, or what stands for them, are rows."""
    heirs = {above for one in unit_ids for above in ancestors_of(present.get(one, one))}
    parents = {cards[one].parent_id for one in heirs | set(unit_ids) if one in cards}
    return {f"units/{cards[one].code}" for one in parents if one is not None and one in cards}


def _counts(scope: Scope) -> dict[int, Count]:
    rows = db.session.execute(
        select(UnitCount.unit_id, UnitCount.people, UnitCount.attempts, UnitCount.points_milli)
        .where(UnitCount.contest_id == scope.contest_id)
        .where(UnitCount.round_number == scope.round_number)
        .where(UnitCount.people > 0)
    )
    return {
        row.unit_id: Count(people=row.people, attempts=row.attempts, points_milli=row.points_milli)
        for row in rows
    }


def _as_now(counts: dict[int, Count], present: Mapping[int, int]) -> dict[int, Count]:
    """Return the counts with every ended unit's own numbers in the line of what stands for it now.

    A unit's own numbers are its total less its children's; an heir may stand under another parent,
    so totals are added up anew.
    """
    if all(present.get(unit_id, unit_id) == unit_id for unit_id in counts):
        return counts
    own = {unit_id: replace(count) for unit_id, count in counts.items()}
    for unit_id, count in counts.items():
        line = ancestors_of(unit_id)
        if len(line) > 1 and line[-2] in own:
            own[line[-2]].add_count(count, -1)
    moved: dict[int, Count] = {}
    for unit_id, count in own.items():
        for above in ancestors_of(present.get(unit_id, unit_id)):
            moved.setdefault(above, Count()).add_count(count, 1)
    return {unit_id: count for unit_id, count in moved.items() if count.people}


def _digest(scope: Scope, body: str) -> str:
    return hashlib.sha256(f"{scope.generation}\n{body}".encode()).hexdigest()


def _digests(scope: Scope) -> dict[Name, str]:
    """Return the digest of the newest snapshot of each board of the scope."""
    newest = (
        select(func.max(Snapshot.id))
        .where(Snapshot.contest_id == scope.contest_id)
        .where(Snapshot.round_number == scope.round_number)
        .group_by(Snapshot.board, Snapshot.units_as)
    )
    rows = db.session.execute(
        select(Snapshot.board, Snapshot.units_as, Snapshot.digest).where(Snapshot.id.in_(newest))
    )
    return {(row.board, row.units_as): row.digest for row in rows}


def _shown_generation(scope: Scope) -> int | None:
    """Return the generation that is shown, which no rebuild changes until we have committed."""
    shown = select(Contest.generation).where(Contest.id == scope.contest_id)
    if scope.round_number != WHOLE_CONTEST:
        shown = select(Round.generation).where(
            Round.contest_id == scope.contest_id, Round.number == scope.round_number
        )
    return db.session.scalar(shown.with_for_update(read=True))


def _drop_old(scope: Scope, name: Name) -> None:
    of_board = is_board(scope, *name)
    oldest = (
        select(Snapshot.id)
        .where(*of_board)
        .order_by(Snapshot.id.desc())
        .offset(SNAPSHOTS_KEPT - 1)
        .limit(1)
        .scalar_subquery()
    )
    db.session.execute(delete(Snapshot).where(*of_board, Snapshot.id < oldest))
