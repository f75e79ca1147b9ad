"""Standings of a contest's people from their attempts, under a generation that nothing shows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from quizapp.attempts import rules as attempt_rules
from quizapp.attempts.models import Attempt
from quizapp.contests.service import ContestCard, RoundCard
from quizapp.db import db
from quizapp.results.rules import Sheet
from quizapp.results.service import bulk
from quizapp.results.service.sheets import FINAL, get_sheets_of
from quizapp.standings.models import ResultEvent, Standing
from quizapp.standings.rules import Result
from quizapp.standings.service import Recorded, Scope, standing_of, standing_row
from quizapp.standings.service.rollup import sum_row


def people_after(contest: ContestCard, person_id: int) -> Sequence[int]:
    """Return the next people with a final attempt, as many as one transaction writes."""
    rounds = [one.id for one in contest.rounds]
    mine = Attempt.round_id.in_(rounds), Attempt.state.in_(FINAL), Attempt.person_id > person_id
    ids = select(Attempt.person_id).where(*mine).distinct().order_by(Attempt.person_id)
    return db.session.scalars(ids.limit(people_at_once(contest))).all()


def people_at_once(contest: ContestCard) -> int:
    """Return of how many people one transaction writes all standings."""
    return max(1, bulk.batch_size() // (len(contest.rounds) + 1))


def late_people(contest: ContestCard, since: int) -> list[int]:
    """Return whose results may have changed from `since` on."""
    order = ResultEvent.xid if bulk.is_postgresql() else ResultEvent.id
    mine = ResultEvent.round_id.in_([one.id for one in contest.rounds])
    return sorted(db.session.scalars(select(ResultEvent.person_id).where(mine, order >= since)))


def rows_of(
    contest: ContestCard,
    person_ids: Sequence[int],
    generation: int,
    *,
    until: datetime | None = None,
) -> list[Any]:
    """Return these people's standings of each round and of the whole contest.

    `until`: as they were at that moment, from what had been handed in by then.
    """
    rows: dict[int, list[dict[str, Any]]] = {}
    for one in contest.rounds:
        scope = Scope(contest_id=contest.id, round_number=one.number, generation=generation)
        for mine in get_sheets_of(one, person_ids):
            recorded = [
                _recorded(sheet, scope, one)
                for sheet in mine
                if until is None or sheet.submitted_at <= until
            ]
            if recorded:
                rows.setdefault(mine[0].person_id, []).append(standing_row(standing_of(recorded)))
    own = contest.rounds[-1].rules
    wholes = [
        sum_row([Standing(**row) for row in mine], generation=generation, contest_rules=own)
        for mine in rows.values()
    ]
    return [row for mine in rows.values() for row in mine] + wholes


def forget(contest: ContestCard, person_ids: Sequence[int], generation: int) -> None:
    """Delete what stands there of these people."""
    mine = Standing.contest_id == contest.id, Standing.generation == generation
    db.session.connection().execute(
        delete(Standing).where(*mine, Standing.person_id.in_(person_ids))
    )


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
