from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select, text, update

from quizapp.attempts import rules as attempt_rules
from quizapp.attempts import service as attempts
from quizapp.attempts.models import Attempt
from quizapp.banks import service as banks
from quizapp.contests.models import Contest, Round
from quizapp.contests.service import ContestCard, RoundCard
from quizapp.db import db
from quizapp.results import rules
from quizapp.results.rules import Sheet, Terms, Worth
from quizapp.standings.models import (
    NO_UNIT,
    WHOLE_CONTEST,
    ResultEvent,
    Standing,
    Tally,
    UnitCount,
)
from quizapp.standings.rules import Result
from quizapp.standings.service import (
    Recorded,
    Scope,
    boards,
    standing_row,
)
from quizapp.standings.service.rollup import count_again, lock_mark
from quizapp.standings.service.snapshots import TOP
from quizapp.units import service as units

FINAL = ("submitted", "expired")
AT_ONCE = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class Verified:
    """What a recount looked at, and a line for each thing that is not as it should be."""

    attempts: int
    people: int
    units: int
    problems: Sequence[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rebuilt:
    """What a rebuild wrote, and what `catch_up` needs to know."""

    people: int
    since: int


def verify_contest(contest: ContestCard) -> Verified:
    """Recount the contest from its attempts and compare every stored number with the recount.

    Reads attempts, bank and rules only; the code that wrote the standings is not used.
    """
    problems: list[str] = []
    attempts, shares = 0, {}
    by_round: dict[int, dict[int, Worth]] = {}
    for one in contest.rounds:
        sheets = list(_sheets(one))
        attempts += len(sheets)
        right = {q.number: q.right for q in banks.get_questions(one.bank_version_id)}
        for sheet in sheets:
            problems += rules.sheet_problems(sheet, right, _terms(one))
        worths = rules.places(sheets, _terms(one))
        by_round[one.number] = worths
        problems += _standing_problems(contest, one.number, worths)
        shares[one.number] = _shares(worths.values())
    whole = rules.whole(by_round.values(), contest.rounds[0].rules.resolution_ms)
    problems += _standing_problems(contest, WHOLE_CONTEST, whole)
    shares[WHOLE_CONTEST] = _shares(whole.values())
    for number, expected in shares.items():
        problems += _tally_problems(contest.id, number, expected)
    counted, unit_problems = _unit_problems(contest.id, shares)
    problems += unit_problems
    problems += _board_problems(contest, by_round)
    people = len({person for worths in by_round.values() for person in worths})
    return Verified(attempts=attempts, people=people, units=counted, problems=problems)


def rebuild_contest(contest: ContestCard) -> Rebuilt:
    """Write all standings anew under the next generation, show it, and count again.

    One transaction of the caller's, to be followed by `catch_up` in another: on PostgreSQL results
    go on arriving, under the generation that was shown when they began. The worker waits.
    """
    lock_mark()
    since = _settled()
    persons: set[int] = set()
    for one in contest.rounds:
        generation = one.generation + 1
        scope = Scope(contest_id=contest.id, round_number=one.number, generation=generation)
        db.session.execute(update(Round).where(Round.id == one.id).values(generation=generation))
        rows = _standing_rows(scope, one)
        for start in range(0, len(rows), AT_ONCE):
            db.session.execute(insert(Standing), rows[start : start + AT_ONCE])
        persons |= {int(row["person_id"]) for row in rows}
    db.session.execute(
        update(Contest).where(Contest.id == contest.id).values(generation=contest.generation + 1)
    )
    known = db.session.scalars(
        select(Tally.person_id).where(Tally.contest_id == contest.id).distinct()
    ).all()
    _reset_counts(contest.id)
    count_again(contest.id, persons | set(known))
    return Rebuilt(people=len(persons), since=since)


def catch_up(contest: ContestCard, *, since: int) -> int:
    """Record again, in what is shown now, the results that a rebuild may not have seen.

    `since` is what the rebuild returned. Returns how many people that were. Nobody else writes
    results for the time of the work, which depends on what is new.
    """
    lock_mark()
    if db.engine.dialect.name == "postgresql":
        # A submit under way holds its row by SELECT … FOR UPDATE: only this mode waits for it.
        db.session.execute(text("LOCK TABLE attempt IN EXCLUSIVE MODE"))
    order = ResultEvent.xid if db.engine.dialect.name == "postgresql" else ResultEvent.id
    late: set[int] = set()
    for one in contest.rounds:
        mine = ResultEvent.round_id == one.id
        events = select(ResultEvent.person_id).where(mine, order >= since).distinct()
        persons = set(db.session.scalars(events).all())
        if persons:
            attempts.record_again(one_round=one.id, person_ids=persons)
            late |= persons
    count_again(contest.id, late)
    return len(late)


def _settled() -> int:
    """Return where results begin that this transaction may not see: an id of a transaction on
    PostgreSQL, of an event on SQLite, whose writers take turns.
    """
    if db.engine.dialect.name == "postgresql":
        query = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(db.session.execute(query).scalar_one())
    return (db.session.scalar(select(func.max(ResultEvent.id))) or 0) + 1


def _recorded(sheet: Sheet, scope: Scope, one: RoundCard) -> Recorded:
    return Recorded(
        scope=scope,
        rules=one.rules,
        result=Result(
            points_milli=sheet.points_milli,
            all_right=sheet.right_count == len(attempt_rules.decode_answers(sheet.answers)),
            duration_ms=sheet.duration_ms,
            started_at=sheet.started_at,
            submitted_at=sheet.submitted_at,
            prediction=None,
        ),
        person_id=sheet.person_id,
        unit_id=sheet.unit_id,
        attempt_id=sheet.attempt_id,
        number=sheet.number,
    )


def _reset_counts(contest_id: int) -> None:
    """Forget what was tallied, so that everything is counted from nothing."""
    for table in (Tally, UnitCount):
        db.session.execute(delete(table).where(table.contest_id == contest_id))


def _standing_rows(scope: Scope, one: RoundCard) -> list[dict[str, Any]]:
    best: dict[int, dict[str, Any]] = {}
    for sheet in _sheets(one):
        row = standing_row(_recorded(sheet, scope, one))
        known = best.get(sheet.person_id)
        attempts = max(sheet.number, int(known["attempts"]) if known else 0)
        if known is None or row["count_key"] < known["count_key"]:
            known = row
        best[sheet.person_id] = known | {"attempts": attempts}
    return list(best.values())


def _sheets(one: RoundCard) -> Iterator[Sheet]:
    """Yield the round's final attempts in order of id, a batch at a time."""
    last = 0
    while True:
        rows = db.session.execute(
            select(Attempt.__table__)
            .where(Attempt.round_id == one.id, Attempt.state.in_(FINAL), Attempt.id > last)
            .order_by(Attempt.id)
            .limit(AT_ONCE)
        ).all()
        for row in rows:
            yield Sheet(
                attempt_id=row.id,
                person_id=row.person_id,
                unit_id=row.unit_assigned_id or NO_UNIT,
                number=row.number,
                paper=row.paper,
                answers=row.answers,
                started_at=row.started_at,
                deadline_at=row.deadline_at,
                submitted_at=row.submitted_at,
                right_count=row.right_count,
                points_milli=row.points_milli,
                duration_ms=row.duration_ms,
                paused_ms=row.paused_ms,
            )
        if len(rows) < AT_ONCE:
            return
        last = rows[-1].id


def _terms(one: RoundCard) -> Terms:
    return Terms(
        right_milli=one.rules.right_milli,
        wrong_milli=one.rules.wrong_milli,
        blank_milli=one.rules.blank_milli,
        counts=str(one.rules.counts),
        ranking=one.rules.ranking,
        resolution_ms=one.rules.resolution_ms,
    )


def _standing_problems(contest: ContestCard, number: int, worths: Mapping[int, Worth]) -> list[str]:
    """Compare the shown standings of a round with the recount: values, and the order of people."""
    scope = boards.scopes_of(contest)[number]
    rows = db.session.scalars(
        select(Standing)
        .where(Standing.contest_id == contest.id, Standing.round_number == number)
        .where(Standing.generation == scope.generation)
        .order_by(Standing.rank_key, Standing.person_id)
    ).all()
    stored = {row.person_id: row for row in rows}
    problems = [
        f"round {number}, person {person}: no standing"
        for person in sorted(worths.keys() - stored.keys())
    ]
    problems += [
        f"round {number}, person {person}: a standing without an attempt"
        for person in sorted(stored.keys() - worths.keys())
    ]
    names = ("unit_id", "attempt_id", "attempts", "points_milli", "all_right", "duration_ms")
    for person in sorted(stored.keys() & worths.keys()):
        problems += [
            f"round {number}, person {person}: standing {name} is {getattr(stored[person], name)},"
            f" recounted {getattr(worths[person], name)}"
            for name in names
            if getattr(stored[person], name) != getattr(worths[person], name)
        ]
    return problems + _order_problems(number, rows, worths)


def _order_problems(
    number: int, rows: Sequence[Standing], worths: Mapping[int, Worth]
) -> list[str]:
    expected = rules.ranks(worths.values())
    shown: dict[int, int] = {}
    previous: Standing | None = None
    for position, row in enumerate(rows, start=1):
        is_tied = previous is not None and previous.rank_key == row.rank_key
        shown[row.person_id] = shown[previous.person_id] if is_tied and previous else position
        previous = row
    return [
        f"round {number}, person {person}: rank is {shown[person]}, recounted {rank}"
        for person, rank in expected.items()
        if person in shown and shown[person] != rank
    ]


Share = tuple[int, int, int, int]  # unit, attempts, points in thousandths, all right


def _shares(worths: Iterable[Worth]) -> dict[int, Share]:
    return {
        worth.person_id: (worth.unit_id, worth.attempts, worth.points_milli, worth.all_right)
        for worth in worths
    }


def _tally_problems(contest_id: int, number: int, expected: Mapping[int, Share]) -> list[str]:
    rows = db.session.scalars(
        select(Tally).where(Tally.contest_id == contest_id, Tally.round_number == number)
    )
    stored = {
        row.person_id: (row.unit_id, row.attempts, row.points_milli, row.all_right) for row in rows
    }
    return [
        f"round {number}, person {person}: tallied {stored.get(person)},"
        f" recounted {expected.get(person)}"
        for person in sorted(stored.keys() | expected.keys())
        if stored.get(person) != expected.get(person)
    ]


def _unit_problems(
    contest_id: int, shares: Mapping[int, Mapping[int, Share]]
) -> tuple[int, list[str]]:
    expected: dict[tuple[int, int], list[int]] = {}
    for number, by_person in shares.items():
        for unit, count, points, all_right in by_person.values():
            for above in _line_up(unit):
                total = expected.setdefault((number, above), [0, 0, 0, 0])
                for index, value in enumerate((1, count, points, all_right)):
                    total[index] += value
    rows = db.session.scalars(select(UnitCount).where(UnitCount.contest_id == contest_id))
    stored = {
        (row.round_number, row.unit_id): [row.people, row.attempts, row.points_milli, row.all_right]
        for row in rows
    }
    nothing = [0, 0, 0, 0]
    problems = [
        f"round {key[0]}, unit {key[1]}: counts are {stored.get(key, nothing)},"
        f" recounted {expected.get(key, nothing)}"
        for key in sorted(stored.keys() | expected.keys())
        if stored.get(key, nothing) != expected.get(key, nothing)
    ]
    return len(expected), problems


def _line_up(unit_id: int) -> Sequence[int]:
    """Return the unit and those above it, by walking from parent to parent."""
    if unit_id == NO_UNIT:
        return (NO_UNIT,)
    line: list[int] = []
    at: int | None = unit_id
    while at is not None:
        line.append(at)
        card = units.get_unit_by_id(at)
        at = card.parent_id
    return line


def _board_problems(contest: ContestCard, by_round: Mapping[int, Mapping[int, Worth]]) -> list[str]:
    """Compare the people on the shown board of each round with the recount, row by row."""
    problems = []
    scopes = boards.scopes_of(contest)
    for number, worths in by_round.items():
        body = boards.find_body(scopes[number], "people", units_as="then")
        expected = sorted(rules.ranks(worths.values()).items(), key=lambda pair: pair[1])
        wanted = sorted(
            (rank, worths[person].points_milli, worths[person].duration_ms)
            for person, rank in expected[:TOP]
        )
        shown = sorted((row["rank"], row["points_milli"], row["duration_ms"]) for row in body)
        if shown != wanted:
            problems.append(
                f"round {number}: the board of people shows {len(shown)} rows that differ"
            )
    return problems
