"""Final attempts as they are stored, for whoever counts them again."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from itertools import groupby
from typing import Any

from sqlalchemy import select, tuple_

from quizapp.attempts.models import Attempt
from quizapp.contests.service import RoundCard
from quizapp.db import db
from quizapp.results.rules import Sheet
from quizapp.standings.models import NO_UNIT

FINAL = ("submitted", "expired")
AT_ONCE = 2000
AS_STORED = [
    field.name
    for field in fields(Sheet)
    if field.name not in {"attempt_id", "person_id", "unit_id"}
]


def get_sheets_by_person(one: RoundCard) -> Iterator[list[Sheet]]:
    """Yield each person's final attempts of a round, in order of number, a person at a time."""
    for _, mine in groupby(_sheets(one), key=lambda sheet: sheet.person_id):
        yield list(mine)


def get_sheets_of(one: RoundCard, person_ids: Sequence[int]) -> Iterator[list[Sheet]]:
    """Yield the final attempts of a round of each of some people, in order of number."""
    rows = db.session.execute(
        select(Attempt.__table__)
        .where(Attempt.round_id == one.id, Attempt.state.in_(FINAL))
        .where(Attempt.person_id.in_(person_ids))
        .order_by(Attempt.person_id, Attempt.number)
    ).all()
    for _, mine in groupby(rows, key=lambda row: row.person_id):
        yield [_sheet(row) for row in mine]


def _sheets(one: RoundCard) -> Iterator[Sheet]:
    last = (0, 0)
    while True:
        rows = db.session.execute(
            select(Attempt.__table__)
            .where(Attempt.round_id == one.id, Attempt.state.in_(FINAL))
            .where(tuple_(Attempt.person_id, Attempt.number) > last)
            .order_by(Attempt.person_id, Attempt.number)
            .limit(AT_ONCE)
        ).all()
        for row in rows:
            yield _sheet(row)
        if len(rows) < AT_ONCE:
            return
        last = (rows[-1].person_id, rows[-1].number)


def _sheet(row: Any) -> Sheet:
    return Sheet(
        attempt_id=row.id,
        person_id=row.person_id,
        unit_id=row.unit_assigned_id or NO_UNIT,
        **{name: getattr(row, name) for name in AS_STORED},
    )
