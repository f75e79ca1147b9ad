"""Which refusals people met, as the processes noted them: written down out of any request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.exc import SQLAlchemyError

from quizapp.db import db, transaction, upsert
from quizapp.people.models import Person, RefusalMet
from quizapp.web.refusing import Times, give_met_back, take_met

AT_ONCE = 100
KEPT_FOR = timedelta(days=90)


@dataclass(frozen=True, kw_only=True, slots=True)
class MetCard:
    """How often a person met a kind of refusal; `kind` is the name of its class."""

    kind: str
    times: int
    first_at: datetime
    last_at: datetime


def keep_met() -> None:
    """Write down what this process noted, a few rows in a transaction; what fails waits on."""
    waiting = sorted(take_met().items(), key=lambda one: one[0])
    for start in range(0, len(waiting), AT_ONCE):
        try:
            with transaction():
                _keep(waiting[start : start + AT_ONCE])
        except SQLAlchemyError:
            give_met_back(dict(waiting[start:]))
            raise


def _keep(some: Sequence[tuple[tuple[int, str], Times]]) -> None:
    ids = {person_id for (person_id, _), _ in some}
    known = set(db.session.scalars(select(Person.id).where(Person.id.in_(ids))))
    rows = [
        {
            "person_id": person_id,
            "kind": kind,
            "times": met.count,
            "first_at": met.first_at,
            "last_at": met.last_at,
        }
        for (person_id, kind), met in some
        if person_id in known
    ]
    if rows:
        _add(rows)


def _add(rows: Sequence[dict[str, object]]) -> None:
    new = upsert(RefusalMet).values(rows)
    later = func.max if db.engine.dialect.name == "sqlite" else func.greatest
    db.session.execute(
        new.on_conflict_do_update(
            index_elements=["person_id", "kind"],
            set_={
                "times": RefusalMet.times + new.excluded.times,
                "last_at": later(RefusalMet.last_at, new.excluded.last_at),
            },
        )
    )


def get_refusals_met(person_id: int) -> Sequence[MetCard]:
    """Return what a person was refused, by when that was last."""
    mine = select(RefusalMet).where(RefusalMet.person_id == person_id)
    rows = db.session.scalars(mine.order_by(RefusalMet.last_at.desc(), RefusalMet.kind))
    return [
        MetCard(kind=row.kind, times=row.times, first_at=row.first_at, last_at=row.last_at)
        for row in rows
    ]


def forget_old_refusals(*, at: datetime) -> int:
    """Forget what nobody met for a long time; return how many rows that were."""
    old = delete(RefusalMet).where(RefusalMet.last_at < at - KEPT_FOR)
    return len(db.session.scalars(old.returning(RefusalMet.person_id)).all())
