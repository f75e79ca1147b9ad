"""The independent recount against what is stored and shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import current_app
from sqlalchemy import select, tuple_

from quizapp.attempts.models import Attempt
from quizapp.attempts.rules import AttemptState
from quizapp.banks import service as banks
from quizapp.contests import service as contests
from quizapp.contests.service import ContestCard, RoundCard
from quizapp.db import db
from quizapp.results import rules
from quizapp.results.models import PlaceByHand, RoundClose
from quizapp.results.rules import Division, Sheet, Terms, Worth
from quizapp.results.service import comparing, rank_counts
from quizapp.results.service.bulk import is_postgresql, see_one_moment
from quizapp.results.service.sheets import get_sheets_by_person
from quizapp.results.service.unit_boards import Tree
from quizapp.standings.models import WHOLE_CONTEST, ResultEvent, RollupMark, Standing
from quizapp.standings.service import boards
from quizapp.units.models import UnitName

Worths = dict[int, Worth]
COMPARED = (
    "unit_id",
    "attempt_id",
    "attempts",
    "points_milli",
    "all_right",
    "passed",
    "duration_ms",
    "perfect",
    "error",
    "division",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Verified:
    """What a recount looked at, and a line for each thing that is not as it should be.

    `waiting` is how many people's newest results the worker has not rolled up yet: what it keeps of
    them, and the boards, could not be compared.
    """

    attempts: int
    people: int
    units: int
    waiting: int
    problems: Sequence[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Recount:
    """A round (0: the whole contest) counted again."""

    number: int
    worths: Worths
    ranks: Mapping[int, int]
    division_ranks: Mapping[int, int]
    before_close: Mapping[int, int]  # ranks without what only the close knows
    is_closed: bool


def verify_contest(slug: str) -> Verified:
    """Recount the contest from its attempts and compare every stored number with the recount.

    Reads attempts, bank and rules only; the code that wrote the standings is not used. All reads
    see one moment, so that results may go on arriving. Raises NoSuchContest.
    """
    see_one_moment()
    contest = contests.get_contest(slug)
    problems, attempts, tree = _bank_problems(contest), 0, Tree()
    by_round: list[_Recount] = []
    for one in contest.rounds:
        count, worths, found = _count_round(one, tree)
        attempts += count
        problems += found
        recount, found = _judge_round(contest, one, worths, count)
        by_round.append(recount)
        problems += found
    whole, found = _judge_whole(contest, by_round, attempts)
    problems += found
    for recount in (*by_round, whole):
        problems += _standing_problems(contest, recount)
    waiting = _waiting(contest)
    counted, found = comparing.kept_problems(
        contest, {one.number: one.worths for one in (*by_round, whole)}, waiting, tree
    )
    problems += found
    for recount in (*by_round, whole):
        people = None if waiting else (recount.worths, recount.before_close)
        problems += rank_counts.rank_problems(contest.id, recount.number, people)
    if not waiting:
        for recount in (*by_round, whole):
            is_ranked = recount.number != WHOLE_CONTEST or contest.ranks_whole
            ranks = (recount.ranks, recount.division_ranks) if is_ranked else ({}, {})
            problems += comparing.board_problems(
                contest, recount.number, recount.worths, ranks, tree
            )
    return Verified(
        attempts=attempts,
        people=len(whole.worths),
        units=counted,
        waiting=len(waiting),
        problems=problems,
    )


def _bank_problems(contest: ContestCard) -> list[str]:
    problems = []
    for version_id in sorted({one.bank_version_id for one in contest.rounds}):
        check = banks.recompute_digest(version_id)
        if check.stored != check.computed:
            problems.append(f"bank version {version_id}: its questions have another digest")
    return problems


def _count_round(one: RoundCard, tree: Tree) -> tuple[int, Worths, list[str]]:
    """Return (attempts, person → what counts, problems) of a round's stored attempts."""
    terms, key = _terms(one), current_app.config["RECEIPT_KEY"]
    right = {q.number: q.right for q in banks.get_questions(one.bank_version_id)}
    divisions, of_unit = _divisions(one), dict[int, int | None]()
    attempts, worths, problems = 0, {}, []
    for sheets in get_sheets_by_person(one):
        attempts += len(sheets)
        worth = rules.worth_of(sheets, terms)
        if divisions and worth.unit_id not in of_unit:
            of_unit[worth.unit_id] = rules.division(tree.line_up(worth.unit_id), divisions)
        worths[worth.person_id] = replace(worth, division=of_unit.get(worth.unit_id))
        for sheet in sheets:
            problems += rules.sheet_problems(sheet, right, terms)
            problems += _receipt_problems(sheet, key)
    return attempts, worths, problems


def _receipt_problems(sheet: Sheet, key: bytes) -> list[str]:
    made = rules.receipt(key, sheet)
    if made == sheet.receipt:
        return []
    return [f"attempt {sheet.attempt_id}: receipt is {sheet.receipt}, made again {made}"]


def _judge_round(
    contest: ContestCard, one: RoundCard, worths: Worths, attempts: int
) -> tuple[_Recount, list[str]]:
    """Return the recount of a round, with its final ranks where it is closed, and problems."""
    problems: list[str] = []
    close = _close_of(one)
    if close is not None:
        truth = _truth(contest, one, "round", worths, attempts)
        worths = rules.judged(worths, truth, _places(contest.id, one.number))
        problems += _running_problems(one)
        problems += _differs(f"round {one.number}: truth", close.truth, truth)
        problems += _differs(f"round {one.number}: generation", one.generation, close.generation)
    ranks = _ranks(worths, one.rules.ranking, one, is_closed=close is not None)
    if close is not None:
        digest = rules.order_digest(worths, ranks)
        problems += _differs(f"round {one.number}: digest", close.digest, digest)
        problems += _differs(f"round {one.number}: people", close.people, len(worths))
    in_divisions = _ranks_in_divisions(worths, one.rules.ranking, one, is_closed=close is not None)
    before = _ranks(worths, one.rules.ranking, one, is_closed=False) if close else ranks
    return _Recount(
        number=one.number,
        worths=worths,
        ranks=ranks,
        division_ranks=in_divisions,
        before_close=before,
        is_closed=close is not None,
    ), problems


def _judge_whole(
    contest: ContestCard, rounds: Sequence[_Recount], attempts: int
) -> tuple[_Recount, list[str]]:
    """Return the recount of the whole contest, and problems of its close."""
    last = contest.rounds[-1]
    worths = rules.whole([one.worths for one in rounds], _terms(last))
    close = _whole_close_of(contest)
    truth = None
    if close is not None:
        truth = _truth(contest, last, "contest", worths, attempts)
        worths = rules.judged(worths, truth, _places(contest.id, WHOLE_CONTEST))
    ranks = _ranks(worths, last.rules.whole_ranking, last, is_closed=close is not None)
    problems: list[str] = []
    if close is not None:
        digest = rules.order_digest(worths, ranks)
        problems += _differs("whole contest: truth", close.whole_truth, truth)
        problems += _differs("whole contest: digest", close.whole_digest, digest)
    ranking = last.rules.whole_ranking
    in_divisions = _ranks_in_divisions(worths, ranking, last, is_closed=close is not None)
    before = _ranks(worths, ranking, last, is_closed=False) if close else ranks
    return _Recount(
        number=WHOLE_CONTEST,
        worths=worths,
        ranks=ranks,
        division_ranks=in_divisions,
        before_close=before,
        is_closed=close is not None,
    ), problems


def _ranks(
    worths: Worths, ranking: Sequence[str], one: RoundCard, *, is_closed: bool
) -> dict[int, int]:
    resolution = one.rules.resolution_ms
    return rules.ranks(worths.values(), ranking, resolution_ms=resolution, is_closed=is_closed)


def _ranks_in_divisions(
    worths: Worths, ranking: Sequence[str], one: RoundCard, *, is_closed: bool
) -> dict[int, int]:
    return rules.ranks_in_divisions(
        worths.values(), ranking, resolution_ms=one.rules.resolution_ms, is_closed=is_closed
    )


def _divisions(one: RoundCard) -> list[Division]:
    """Return the boards A, B, C… of the rules, with the units that their codes name."""
    said = one.rules.divisions
    codes = {code for each in said for code in each.units}
    rows = select(UnitName.code, UnitName.unit_id).where(UnitName.code.in_(codes))
    ids = {row.code: row.unit_id for row in db.session.execute(rows)} if codes else {}
    return [
        Division(
            units=frozenset(ids[code] for code in each.units if code in ids),
            kinds=each.kinds,
            is_rest=not each.units and not each.kinds,
        )
        for each in said
    ]


def _truth(
    contest: ContestCard, one: RoundCard, scope: str, worths: Worths, attempts: int
) -> int | None:
    """Return what was to be predicted of a round, or of the contest, None where nothing was."""
    said = one.rules.prediction
    if said is None:
        return None
    is_asked = said["scope"] == scope or (scope == "round" and len(contest.rounds) == 1)
    return rules.truth(said["target"], worths, attempts) if is_asked else None


def _close_of(one: RoundCard) -> RoundClose | None:
    mine = RoundClose.round_id == one.id
    return db.session.scalar(select(RoundClose).where(mine, RoundClose.state == "done"))


def _whole_close_of(contest: ContestCard) -> RoundClose | None:
    rounds = [one.id for one in contest.rounds]
    return db.session.scalar(
        select(RoundClose).where(
            RoundClose.round_id.in_(rounds),
            RoundClose.state == "done",
            RoundClose.whole_digest.is_not(None),
        )
    )


def _places(contest_id: int, number: int) -> dict[int, int]:
    rows = db.session.execute(
        select(PlaceByHand.person_id, PlaceByHand.place).where(
            PlaceByHand.contest_id == contest_id, PlaceByHand.round_number == number
        )
    )
    return {row.person_id: row.place for row in rows}


def _running_problems(one: RoundCard) -> list[str]:
    running = (Attempt.round_id == one.id, Attempt.state == AttemptState.RUNNING)
    ids = db.session.scalars(select(Attempt.id).where(*running).order_by(Attempt.id)).all()
    return [f"attempt {attempt_id}: runs though the round is closed" for attempt_id in ids]


def _differs(what: str, stored: object, recounted: object) -> list[str]:
    return [] if stored == recounted else [f"{what} is {stored}, recounted {recounted}"]


def _terms(one: RoundCard) -> Terms:
    return Terms(
        right_milli=one.rules.right_milli,
        wrong_milli=one.rules.wrong_milli,
        blank_milli=one.rules.blank_milli,
        pass_milli=one.rules.pass_milli,
        counts=str(one.rules.counts),
        ranking=one.rules.ranking,
        whole_ranking=one.rules.whole_ranking,
        whole_rounds=one.rules.whole_rounds,
        resolution_ms=one.rules.resolution_ms,
    )


def _waiting(contest: ContestCard) -> set[int]:
    """Return the people of whom something is new that the worker has not rolled up."""
    mark = db.session.execute(select(RollupMark.event_id, RollupMark.event_xid)).one()
    newer = ResultEvent.id > mark.event_id
    if is_postgresql():
        newer = tuple_(ResultEvent.xid, ResultEvent.id) > (mark.event_xid, mark.event_id)
    mine = ResultEvent.round_id.in_([one.id for one in contest.rounds])
    return set(db.session.scalars(select(ResultEvent.person_id).where(newer, mine).distinct()))


def _standing_problems(contest: ContestCard, recount: _Recount) -> list[str]:
    """Compare shown standings with the recount: values, and the order of people."""
    number, worths = recount.number, recount.worths
    rows = _shown_standings(contest, number)
    stored = {row.person_id: row for row in rows}
    # The worker writes the whole contest's: what it has not seen yet is no difference.
    skipped = _waiting(contest) if number == WHOLE_CONTEST else set()
    problems = [
        f"round {number}, person {person}: no standing"
        for person in sorted(worths.keys() - stored.keys() - skipped)
    ]
    problems += [
        f"round {number}, person {person}: a standing without an attempt"
        for person in sorted(stored.keys() - worths.keys() - skipped)
    ]
    for person in sorted((stored.keys() & worths.keys()) - skipped):
        problems += _value_problems(recount, person, stored[person])
    return problems if skipped else problems + _order_problems(recount, rows)


def _shown_standings(contest: ContestCard, number: int) -> Sequence[Standing]:
    scope = boards.scopes_of(contest)[number]
    rows: Any = db.session.execute(  # rows, not objects: there may be a million
        select(Standing.__table__)
        .where(Standing.contest_id == contest.id, Standing.round_number == number)
        .where(Standing.generation == scope.generation)
        .order_by(Standing.rank_key, Standing.person_id)
    ).all()
    return list(rows)


def _value_problems(recount: _Recount, person: int, row: Standing) -> list[str]:
    worth = recount.worths[person]
    found = {name: (getattr(row, name), getattr(worth, name)) for name in COMPARED}
    if not recount.is_closed:
        found["error"] = (row.error, None)
    in_division = recount.division_ranks.get(person)
    found["rank"] = (row.rank, recount.ranks[person] if recount.is_closed else None)
    found["division_rank"] = (row.division_rank, in_division if recount.is_closed else None)
    return [
        f"round {recount.number}, person {person}: standing {name} is {stored}, recounted {counted}"
        for name, (stored, counted) in found.items()
        if stored != counted
    ]


def _order_problems(recount: _Recount, rows: Sequence[Standing]) -> list[str]:
    shown: dict[int, int] = {}
    previous: Standing | None = None
    for position, row in enumerate(rows, start=1):
        is_tied = previous is not None and previous.rank_key == row.rank_key
        shown[row.person_id] = shown[previous.person_id] if is_tied and previous else position
        previous = row
    return [
        f"round {recount.number}, person {person}: rank is {shown[person]}, recounted {rank}"
        for person, rank in recount.ranks.items()
        if person in shown and shown[person] != rank
    ]
