"""The one way an attempt becomes final: scored, timed, with a receipt, ranked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import Select, bindparam, select, update

from quizapp.attempts import rules
from quizapp.attempts.errors import RoundIsFinal
from quizapp.attempts.models import Attempt
from quizapp.attempts.rules import AttemptState, Key, Marking, Score
from quizapp.attempts.service.rows import ATTEMPT, AnyRow, with_round
from quizapp.banks import service as banks
from quizapp.contests.models import Round
from quizapp.contests.service import get_rules
from quizapp.db import db, run_many
from quizapp.standings import service as standings
from quizapp.standings.rules import Result
from quizapp.standings.service import Recorded, Scope

WRITTEN = (
    "state",
    "answers",
    "prediction",
    "deadline_at",
    "paused_ms",
    "submitted_at",
    "right_count",
    "points_milli",
    "duration_ms",
    "receipt",
)
FINAL = (AttemptState.SUBMITTED, AttemptState.EXPIRED)
END = (
    update(ATTEMPT)
    .where(ATTEMPT.c.id == bindparam("this"), ATTEMPT.c.state == AttemptState.RUNNING)
    .values({name: bindparam(f"new_{name}") for name in WRITTEN})
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Final:
    """What is handed in: bitmasks of canonical options in the order of the paper."""

    answers: tuple[int, ...]
    prediction: int | None


def finish(
    row: AnyRow,
    *,
    state: AttemptState,
    at: datetime,
    final: Final | None = None,
    others: Sequence[AnyRow] | None = None,
) -> None:
    """Write the final state of a running, locked attempt and its standing. Two statements.

    `row` has the attempt's columns and its round's. Without `final` the saved answers count.
    An expired paper ends at its deadline, whenever that is noticed. `others` are all the person's
    attempts of the round, locked too; without them a third statement reads them where they weigh.
    """
    ended = _Ended.of(row, final or _saved(row), state=state, at=at)
    _end([ended])
    if others is None or not get_rules(row.rule_set_id).weighs_all_attempts:
        _record([ended])
        return
    before = [_recorded_of(one) for one in others if one.state in FINAL and one.id != row.id]
    mine = sorted([*before, _recorded(ended)], key=lambda one: one.number)
    standings.replace_results([standings.standing_of(mine)])


def expire(rows: Sequence[AnyRow], *, at: datetime) -> None:
    """Write the end of many running, locked attempts whose time is over, in two round trips."""
    ended = [_Ended.of(row, _saved(row), state=AttemptState.EXPIRED, at=at) for row in rows]
    _end(ended)
    _record(ended)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ended:
    """A final attempt: what is written of it, and what it brings to the standings."""

    row: AnyRow
    values: dict[str, Any]
    result: Result

    @classmethod
    def of(cls, row: AnyRow, final: Final, *, state: AttemptState, at: datetime) -> "_Ended":
        score = _score(row, final)
        is_expired = state is AttemptState.EXPIRED
        ended_at = min(at, row.deadline_at) if is_expired else at
        stood = timedelta() if is_expired else _stood_still(row, at=at)
        deadline_at = row.deadline_at + stood
        paused_ms = row.paused_ms + stood // timedelta(milliseconds=1)
        taken = rules.duration_ms(
            started_at=row.started_at,
            deadline_at=deadline_at,
            received_at=ended_at,
            paused_ms=paused_ms,
        )
        answers = rules.encode_answers(final.answers)
        values = {  # those of WRITTEN
            "state": state,
            "answers": answers,
            "prediction": final.prediction,
            "deadline_at": deadline_at,
            "paused_ms": paused_ms,
            "submitted_at": ended_at,
            "right_count": score.right_count,
            "points_milli": score.points_milli,
            "duration_ms": taken,
            "receipt": receipt_of(row, answers, ended_at),
        }
        result = Result(
            points_milli=score.points_milli,
            all_right=score.all_right,
            duration_ms=taken,
            started_at=row.started_at,
            submitted_at=ended_at,
            prediction=final.prediction,
        )
        return cls(row=row, values=values, result=result)


def _end(ended: Sequence[_Ended]) -> None:
    run_many(
        END,
        [
            {"this": one.row.id} | {f"new_{name}": value for name, value in one.values.items()}
            for one in ended
        ],
    )


def _record(ended: Sequence[_Ended]) -> None:
    """Put final attempts into the standings: one statement, two where all attempts weigh."""
    recorded = [_recorded(one) for one in ended]
    standings.record_results([one for one in recorded if not one.rules.weighs_all_attempts])
    persons: dict[int, set[int]] = {}
    for one in ended:
        if get_rules(one.row.rule_set_id).weighs_all_attempts:
            persons.setdefault(one.row.round_id, set()).add(one.row.person_id)
    for round_id, person_ids in persons.items():
        finals = _finals(round_id, person_ids)
        _record_weighed(db.session.execute(finals.with_for_update(of=Attempt)).all())


def _record_weighed(rows: Sequence[AnyRow]) -> None:
    """Write standings that depend on all of a person's attempts; `rows` are all of them."""
    by_person: dict[int, list[Recorded]] = {}
    for row in rows:
        by_person.setdefault(row.person_id, []).append(_recorded_of(row))
    standings.replace_results([standings.standing_of(mine) for mine in by_person.values()])


def _finals(round_id: int, person_ids: set[int]) -> Select[*tuple[Any, ...]]:
    """Select these people's final attempts of a round in order of number."""
    return (
        with_round()
        .where(Attempt.round_id == round_id, Attempt.person_id.in_(person_ids))
        .where(Attempt.state.in_(FINAL))
        .order_by(Attempt.person_id, Attempt.number)
    )


def record_again(*, one_round: int, person_ids: set[int]) -> None:
    """Write these people's standings of a round anew, from their final attempts as they are now.

    The standings are locked first: a submit of theirs that is under way is waited for, and seen.
    Raises RoundIsFinal: what is closed changes only after the close was undone.
    """
    scope = None
    while scope != (shown := _open_scope(one_round)):  # a rebuild may show another meanwhile
        scope = shown
        standings.lock_results(scope, person_ids)
    rows = db.session.execute(_finals(one_round, person_ids)).all()
    standings.forget_results(scope, person_ids)
    if rows and get_rules(rows[0].rule_set_id).weighs_all_attempts:
        _record_weighed(rows)
        return
    # Two attempts of one person must not meet in one statement.
    for number in sorted({row.number for row in rows}):
        standings.record_results([_recorded_of(row) for row in rows if row.number == number])


def _recorded_of(row: AnyRow) -> Recorded:
    """Return a final attempt as it is stored."""
    return _recorded(_Ended(row=row, values={}, result=_result(row)))


def _open_scope(round_id: int) -> Scope:
    """Return the scope of a round whose results may still change."""
    columns = Round.contest_id, Round.number, Round.generation, Round.closing_at
    one = db.session.execute(select(*columns).where(Round.id == round_id)).one()
    if one.closing_at is not None:
        raise RoundIsFinal
    return Scope(contest_id=one.contest_id, round_number=one.number, generation=one.generation)


def _result(row: AnyRow) -> Result:
    """Return what a final attempt brings, from the values it is stored with."""
    return Result(
        points_milli=row.points_milli,
        all_right=row.right_count == len(rules.decode_answers(row.answers)),
        duration_ms=row.duration_ms,
        started_at=row.started_at,
        submitted_at=row.submitted_at,
        prediction=row.prediction,
    )


def _stood_still(row: AnyRow, *, at: datetime) -> timedelta:
    """Return how long the clocks of the round have been standing: this paper sees no resumption."""
    return timedelta() if row.paused_at is None else max(at - row.paused_at, timedelta())


def _recorded(one: _Ended) -> Recorded:
    row = one.row
    return Recorded(
        scope=Scope(
            contest_id=row.contest_id, round_number=row.round_number, generation=row.generation
        ),
        rules=get_rules(row.rule_set_id),
        result=one.result,
        person_id=row.person_id,
        unit_id=row.unit_assigned_id,
        attempt_id=row.id,
        number=row.number,
    )


def _saved(row: AnyRow) -> Final:
    return Final(answers=rules.decode_answers(row.answers), prediction=row.prediction)


def _score(row: AnyRow, final: Final) -> Score:
    contest_rules = get_rules(row.rule_set_id)
    questions = banks.get_questions(row.bank_version_id)
    paper = rules.decode_paper(row.paper)
    keys = {asked.number: Key(right=questions[asked.number - 1].right) for asked in paper}
    marking = Marking(
        right_milli=contest_rules.right_milli,
        wrong_milli=contest_rules.wrong_milli,
        blank_milli=contest_rules.blank_milli,
    )
    return rules.score(paper, keys, final.answers, marking)


def receipt_of(row: AnyRow, answers: bytes, ended_at: datetime) -> str:
    """Return the receipt of an attempt with these answers: whoever changes one has not its key."""
    key = current_app.config["RECEIPT_KEY"]
    return rules.receipt(key, row.public_id, answers, ended_at.isoformat().encode())
