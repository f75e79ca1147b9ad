"""The one way an attempt becomes final: scored, timed, with a receipt, ranked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import Row, update

from quizapp.attempts import rules
from quizapp.attempts.models import Attempt
from quizapp.attempts.rules import AttemptState, Key, Marking, Score
from quizapp.banks import service as banks
from quizapp.contests.service import get_rules
from quizapp.db import db
from quizapp.standings import service as standings
from quizapp.standings.rules import Result
from quizapp.standings.service import Scope


@dataclass(frozen=True, kw_only=True, slots=True)
class Final:
    """What is handed in: bitmasks of canonical options in the order of the paper."""

    answers: tuple[int, ...]
    prediction: int | None


def finish(
    row: Row[*tuple[Any, ...]], *, state: AttemptState, at: datetime, final: Final | None = None
) -> None:
    """Write the final state of a running, locked attempt and its standing. Two statements.

    `row` has the attempt's columns and its round's. Without `final` the saved answers count.
    An expired paper ends at its deadline, whenever that is noticed.
    """
    given = final or Final(answers=rules.decode_answers(row.answers), prediction=row.prediction)
    contest_rules = get_rules(row.rule_set_id)
    score = _score(row, given)
    ended_at = min(at, row.deadline_at) if state is AttemptState.EXPIRED else at
    taken = rules.duration_ms(
        started_at=row.started_at, deadline_at=row.deadline_at, received_at=ended_at
    )
    answers = rules.encode_answers(given.answers)
    db.session.execute(
        update(Attempt)
        .where(Attempt.id == row.id, Attempt.state == AttemptState.RUNNING)
        .values(
            state=state,
            answers=answers,
            prediction=given.prediction,
            submitted_at=ended_at,
            right_count=score.right_count,
            points_milli=score.points_milli,
            duration_ms=taken,
            receipt=_receipt(row, answers, ended_at),
        )
    )
    standings.record_result(
        Scope(contest_id=row.contest_id, round_number=row.round_number, generation=row.generation),
        contest_rules,
        Result(
            points_milli=score.points_milli,
            all_right=score.all_right,
            duration_ms=taken,
            started_at=row.started_at,
            submitted_at=ended_at,
            prediction=given.prediction,
        ),
        person_id=row.person_id,
        unit_id=row.unit_assigned_id,
        attempt=(row.id, row.number),
    )


def _score(row: Row[*tuple[Any, ...]], final: Final) -> Score:
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


def _receipt(row: Row[*tuple[Any, ...]], answers: bytes, ended_at: datetime) -> str:
    key = current_app.config["KEYS"].derive("receipt")
    return rules.receipt(key, row.public_id, answers, ended_at.isoformat().encode())
