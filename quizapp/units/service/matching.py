"""The matcher of free texts over the catalogue: made once, kept until a unit is added."""

from datetime import date

from sqlalchemy import func, or_, select

from quizapp.db import db, kept_for_good
from quizapp.units.models import Unit, UnitName
from quizapp.units.rules.matching import Matcher
from quizapp.units.service.reading import get_present_ids, inside


def newest_unit() -> int:
    """Return the id of the unit added last, 0 in an empty catalogue: units are never taken away."""
    return db.session.scalar(select(func.max(Unit.id))) or 0


def get_matcher(owner_id: int, *, on: date) -> Matcher:
    """Return the matcher over the names, old ones too, of what is there at or below a unit.

    A name of a body that has ended gives the one that stands for it. Some seconds the first time
    for a hundred thousand units, nothing after.
    """
    kept = kept_for_good("matchers")
    version = newest_unit()
    if owner_id not in kept or kept[owner_id][:2] != (version, on):
        kept[owner_id] = (version, on, _made(owner_id, on))
    matcher: Matcher = kept[owner_id][2]
    return matcher


def _made(owner_id: int, on: date) -> Matcher:
    below = select(Unit.id).where(inside(owner_id))
    here = set(db.session.scalars(below.where(or_(Unit.valid_to.is_(None), Unit.valid_to >= on))))
    present = get_present_ids(on=on)
    rows = db.session.execute(
        select(UnitName.unit_id, UnitName.name).order_by(UnitName.unit_id, UnitName.valid_from)
    )
    named = ((present.get(row.unit_id, row.unit_id), row.name) for row in rows)
    return Matcher((unit_id, name) for unit_id, name in named if unit_id in here)
