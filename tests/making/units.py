"""Union bodies for tests."""

from datetime import UTC, date, datetime

from quizapp.db import db, transaction
from quizapp.units import service
from quizapp.units.commands import CATALOGUE, FILES
from quizapp.units.kinds import UnitKind
from quizapp.units.service import CatalogueRow
from quizapp.units.service import head_counts as counting

FIRST_DAY = date(2020, 1, 1)
ROOT_CODE = "TLD"
COUNTED_AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def unit_row(code="P_THU", **fields):
    """Return the row of a provincial federation directly under the confederation."""
    given = {
        "code": code,
        "name": f"Liên đoàn Lao động tỉnh {code}",
        "kind": UnitKind.PROVINCE,
        "valid_from": FIRST_DAY,
        "source": "thử",
    }
    return CatalogueRow(**given | fields)


def root_row(**fields):
    """Return the row of the confederation."""
    name = "Tổng Liên đoàn Lao động Việt Nam"
    return unit_row(ROOT_CODE, **{"name": name, "kind": UnitKind.NATIONAL} | fields)


def made_units(*rows):
    """Write the rows, and the confederation if there is none; return the units by code."""
    db.session.rollback()  # a test may have looked at something before
    with transaction():
        first = () if service.find_root() else (root_row(),)
        service.load_rows([*first, *rows])
        return {row.code: service.find_unit(row.code) for row in (*first, *rows)}


def made_unit(code="P_THU", **fields):
    """Write one body and return it."""
    return made_units(unit_row(code, **fields))[code]


def loaded_catalogue():
    """Load the project's own catalogue: 83 bodies in 2020, 51 since 2025."""
    db.session.rollback()
    with transaction():
        files = {name: (CATALOGUE / name).read_bytes() for name in FILES}
        return service.load_rows(service.read_files(files))


def head_count(
    code, members=1_000, *, day=date(2026, 10, 1), is_locked=False, actor="system", at=COUNTED_AT
):
    """Enter how many members a unit has, and perhaps lock it."""
    db.session.rollback()
    with transaction():
        unit_id = service.find_unit(code).id
        counting.enter_count(unit_id, members, day, "báo cáo", actor=actor, at=at)
        if is_locked:
            counting.lock_count(unit_id, day, actor=actor, at=at)
