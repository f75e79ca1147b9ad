"""What may be wrong in the tree as it stands in the database."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise

from quizapp.units.rules.chains import circles_of
from quizapp.units.rules.plan import CatalogueUnit, DatedName

DAY = timedelta(days=1)


def find_faults(units: Mapping[int, CatalogueUnit], paths: Mapping[int, str]) -> list[str]:
    """Return what is wrong, one line each, by code of the unit; empty when the tree is sound.

    Both mappings go by the id of the unit; `paths` is what the database has stored.
    """
    by_code = {unit.code: unit for unit in units.values()}
    ids = {unit.code: id_ for id_, unit in units.items()}
    circles = _circles(by_code)
    faults = []
    for id_, unit in sorted(units.items(), key=lambda item: item[1].code):
        found = (
            *_name_faults(unit),
            *_heir_faults(unit, by_code, circles),
            *_parent_faults(unit, by_code),
            *_path_faults(paths[id_], f"{_path_above(unit, ids, paths)}{id_}."),
        )
        faults += [f"{unit.code}: {words}" for words in found]
    return faults


def _name_faults(unit: CatalogueUnit) -> Iterator[str]:
    if not unit.names:
        yield "không có tên nào"
        return
    if unit.code not in {name.code for name in unit.names}:
        yield "mã của đơn vị không có trong các tên của nó"
    if unit.names[0].valid_from != unit.valid_from:
        yield f"tên đầu có từ {unit.names[0].valid_from}, đơn vị có từ {unit.valid_from}"
    if unit.names[-1].valid_to != unit.valid_to:
        yield f"tên cuối đến {_end(unit.names[-1].valid_to)}, đơn vị đến {_end(unit.valid_to)}"
    for before, after in pairwise(unit.names):
        yield from _joint_faults(before, after)


def _joint_faults(before: DatedName, after: DatedName) -> Iterator[str]:
    if before.valid_to is None or before.valid_to >= after.valid_from:
        yield f"hai tên chồng nhau từ {after.valid_from}"
    elif before.valid_to + DAY < after.valid_from:
        yield f"không có tên nào từ {before.valid_to + DAY} đến {after.valid_from - DAY}"


def _heir_faults(
    unit: CatalogueUnit, by_code: Mapping[str, CatalogueUnit], circles: frozenset[str]
) -> Iterator[str]:
    if unit.successor_code is None:
        return
    heir = by_code.get(unit.successor_code)
    if heir is None:
        yield f"đơn vị kế thừa {unit.successor_code} chưa có trong danh mục"
    elif unit.valid_to is None or heir.valid_from <= unit.valid_to:
        yield (
            f"đơn vị kế thừa {heir.code} bắt đầu {heir.valid_from}, "
            f"trước khi {unit.code} kết thúc {_end(unit.valid_to)}"
        )
    if unit.code in circles:
        yield "kế thừa vòng tròn"


def _parent_faults(unit: CatalogueUnit, by_code: Mapping[str, CatalogueUnit]) -> Iterator[str]:
    parent = by_code.get(unit.parent_code or "")
    if parent is None:
        return
    starts_early = unit.valid_from < parent.valid_from
    ends_late = parent.valid_to is not None and (
        unit.valid_to is None or unit.valid_to > parent.valid_to
    )
    if starts_early or ends_late:
        yield (
            f"có từ {unit.valid_from} đến {_end(unit.valid_to)}, ra ngoài thời gian của cấp trên "
            f"{parent.code} ({parent.valid_from} đến {_end(parent.valid_to)})"
        )


def _path_faults(stored: str, right: str) -> Iterator[str]:
    if stored != right:
        yield f"đường dẫn trong cây là {stored}, đúng ra là {right}"


def _path_above(unit: CatalogueUnit, ids: Mapping[str, int], paths: Mapping[int, str]) -> str:
    """Return the stored path of the parent: where that one is wrong, its own line says so."""
    return "" if unit.parent_code is None else paths[ids[unit.parent_code]]


def _circles(by_code: Mapping[str, CatalogueUnit]) -> frozenset[str]:
    heirs = {code: unit.successor_code for code, unit in by_code.items() if unit.successor_code}
    return circles_of(heirs)


def _end(day: date | None) -> str:
    return "nay" if day is None else str(day)
