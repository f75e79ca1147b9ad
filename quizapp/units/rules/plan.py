"""From rows to units: which rows are one body under two names, and what a load would change."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from quizapp.units.kinds import Confidence, UnitKind
from quizapp.units.rules.chains import circles_of
from quizapp.units.rules.rows import ROOT, CatalogueRow, Place, Problem
from quizapp.vietnamese import one_line

ADMINISTRATIVE_WORD = re.compile(r"\b(?:tỉnh|thành phố|tp\b\.?)(?!\w)")
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class DatedName:
    """What a unit was called, under which code of the catalogue, and who says so."""

    code: str
    name: str
    name_en: str | None
    valid_from: date
    valid_to: date | None
    confidence: Confidence
    source: str
    note: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CatalogueUnit:
    """A unit with all its names in order. Codes of other units are their lasting ones.

    `parent_code` None: the root. `successor_code` may be the code of a unit nobody described yet.
    """

    code: str
    kind: UnitKind
    parent_code: str | None
    valid_from: date
    valid_to: date | None
    successor_code: str | None
    names: tuple[DatedName, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What a load would do: `new` with parents before children, `changed` by id of the unit."""

    new: tuple[CatalogueUnit, ...]
    changed: Mapping[int, CatalogueUnit]
    unchanged: int
    problems: tuple[Problem, ...]


def plan_load(existing: Mapping[int, CatalogueUnit], rows: Sequence[CatalogueRow]) -> Plan:
    """Lay `rows` over the units there are (by id) and say what becomes of each of them.

    Of two rows with one code the later counts. What once was one unit under two names stays one:
    attempts point to it. `unchanged` counts units that `rows` name.
    """
    table = _overlay(existing, rows)
    owners = {name.code: id_ for id_, unit in existing.items() for name in unit.names}
    groups = _groups(table, owners)
    lasting = _lasting_codes(groups, existing, owners)
    units = {lasting[group[0].code]: _unit(group, lasting) for group in groups}
    places = {lasting[row.code]: row.place for row in table.values() if row.place is not None}
    ids = {unit.code: id_ for id_, unit in existing.items()}
    changed = {
        ids[code]: unit
        for code, unit in units.items()
        if code in ids and unit != existing[ids[code]]
    }
    return Plan(
        new=tuple(_parents_first(units, known=ids)),
        changed=changed,
        unchanged=sum(code in ids and ids[code] not in changed for code in places),
        problems=(
            *_torn(groups, owners),
            *_parent_problems(units, places, existing),
            *_circle_problems(units, places),
        ),
    )


def is_rename(before: CatalogueRow, after: CatalogueRow) -> bool:
    """Say whether `after` is the same body renamed, if nobody else flows into it.

    Same kind and parent, no day between, and only `tỉnh` against `thành phố` in the name differs:
    Đồng Nai on 2026-04-30. A merged province that keeps its name is another body.
    """
    old, new = one_line(before.name).lower(), one_line(after.name).lower()
    return (
        before.successor_code == after.code
        and _continues(before, after)
        and old != new
        and ADMINISTRATIVE_WORD.sub("·", old) == ADMINISTRATIVE_WORD.sub("·", new)
    )


def rows_of(unit: CatalogueUnit) -> list[CatalogueRow]:
    """Return the rows that would give `unit`: one for each of its names."""
    following = [name.code for name in unit.names[1:]] + [unit.successor_code]
    return [
        CatalogueRow(
            code=name.code,
            name=name.name,
            name_en=name.name_en,
            kind=unit.kind,
            valid_from=name.valid_from,
            valid_to=name.valid_to,
            successor_code=successor,
            parent_code=unit.parent_code,
            confidence=name.confidence,
            source=name.source,
            note=name.note,
        )
        for name, successor in zip(unit.names, following, strict=True)
    ]


def _overlay(
    existing: Mapping[int, CatalogueUnit], rows: Iterable[CatalogueRow]
) -> dict[str, CatalogueRow]:
    """Return all rows by code, old and new; every row below the root names its parent."""
    table = {row.code: row for unit in existing.values() for row in rows_of(unit)}
    for row in rows:
        old = table.get(row.code)
        is_silent = row.parent_code is None and old is not None
        table[row.code] = replace(row, parent_code=old.parent_code) if is_silent and old else row
    nationals = [row for row in table.values() if row.kind is UnitKind.NATIONAL]
    root = max(nationals, key=lambda row: row.valid_from).code if nationals else ROOT
    return {
        code: row
        if row.parent_code
        else replace(row, parent_code=None if row.kind is UnitKind.NATIONAL else root)
        for code, row in table.items()
    }


def _groups(
    table: Mapping[str, CatalogueRow], owners: Mapping[str, int]
) -> list[list[CatalogueRow]]:
    """Return the rows in groups, each one body under its names in order."""
    flows = Counter(row.successor_code for row in table.values())
    following = {
        row.code: heir.code
        for row in table.values()
        if (heir := table.get(row.successor_code or "")) is not None
        and _is_one_body(row, heir, owners, flows[heir.code])
    }
    later = set(following.values())
    groups = []
    for row in table.values():
        if row.code not in later:
            group = [row]
            while (code := following.get(group[-1].code)) is not None:
                group.append(table[code])
            groups.append(group)
    return groups


def _is_one_body(
    before: CatalogueRow, after: CatalogueRow, owners: Mapping[str, int], predecessors: int
) -> bool:
    old, new = owners.get(before.code), owners.get(after.code)
    if old is not None and new is not None:
        return old == new and _continues(before, after)
    return predecessors == 1 and is_rename(before, after)


def _continues(before: CatalogueRow, after: CatalogueRow) -> bool:
    return (
        before.kind == after.kind
        and before.parent_code == after.parent_code
        and before.valid_to is not None
        and before.valid_to + DAY == after.valid_from
    )


def _lasting_codes(
    groups: Iterable[Sequence[CatalogueRow]],
    existing: Mapping[int, CatalogueUnit],
    owners: Mapping[str, int],
) -> dict[str, str]:
    """Return for each row's code the code of its unit: the one it has, or its first."""
    codes: dict[str, str] = {}
    for group in groups:
        owner = next((owners[row.code] for row in group if row.code in owners), None)
        code = group[0].code if owner is None else existing[owner].code
        codes.update((row.code, code) for row in group)
    return codes


def _unit(group: Sequence[CatalogueRow], lasting: Mapping[str, str]) -> CatalogueUnit:
    last, parent = group[-1], group[-1].parent_code
    successor = last.successor_code
    return CatalogueUnit(
        code=lasting[last.code],
        kind=last.kind,
        parent_code=None if parent is None else lasting.get(parent, parent),
        valid_from=group[0].valid_from,
        valid_to=last.valid_to,
        successor_code=None if successor is None else lasting.get(successor, successor),
        names=tuple(_name(row) for row in group),
    )


def _name(row: CatalogueRow) -> DatedName:
    return DatedName(
        code=row.code,
        name=row.name,
        name_en=row.name_en,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        confidence=row.confidence,
        source=row.source,
        note=row.note,
    )


def _parents_first(
    units: Mapping[str, CatalogueUnit], *, known: Mapping[str, int]
) -> Iterator[CatalogueUnit]:
    """Yield the units that are not known yet, each after its parent."""
    done = set(known)
    for unit in units.values():
        way = []
        at: CatalogueUnit | None = unit
        while at is not None and at.code not in done:
            done.add(at.code)
            way.append(at)
            at = units.get(at.parent_code or ROOT)
        yield from reversed(way)


def _torn(groups: Iterable[Sequence[CatalogueRow]], owners: Mapping[str, int]) -> Iterator[Problem]:
    """Find units whose rows would fall apart although they are one unit already."""
    seen: dict[int, Sequence[CatalogueRow]] = {}
    for group in groups:
        for owner in {owners[row.code] for row in group if row.code in owners}:
            other = seen.setdefault(owner, group)
            rows = [row for row in (*other, *group) if row.place is not None]
            if other is not group and rows:
                words = "các mã này đã là một đơn vị đổi tên: tên sau phải tiếp ngay tên trước, "
                words += "cùng loại và cùng cấp trên"
                place = rows[-1].place
                yield from _problem(place, "successor_code", words)


def _parent_problems(
    units: Mapping[str, CatalogueUnit],
    places: Mapping[str, Place],
    existing: Mapping[int, CatalogueUnit],
) -> Iterator[Problem]:
    parents = {unit.code: unit.parent_code for unit in existing.values()}
    for code, place in places.items():
        unit = units[code]
        words = _parent_words(unit, units)
        if words is None and code in parents and parents[code] != unit.parent_code:
            words = (
                f"không được chuyển {code} từ {parents[code]} sang {unit.parent_code}: "
                "hãy ghi ngày kết thúc và thêm một dòng mới cho đơn vị kế thừa"
            )
        yield from _problem(place, "parent_code", words)


def _parent_words(unit: CatalogueUnit, units: Mapping[str, CatalogueUnit]) -> str | None:
    if unit.kind is UnitKind.NATIONAL:
        return "cấp toàn quốc (national) không có cấp trên" if unit.parent_code else None
    if not unit.parent_code:
        return "chưa có đơn vị gốc (loại national) để làm cấp trên"
    if unit.parent_code not in units:
        return f"không có đơn vị cấp trên mã {unit.parent_code}"
    return None


def _circle_problems(
    units: Mapping[str, CatalogueUnit], places: Mapping[str, Place]
) -> Iterator[Problem]:
    parents = {unit.code: unit.parent_code for unit in units.values() if unit.parent_code}
    heirs = {unit.code: unit.successor_code for unit in units.values() if unit.successor_code}
    for code in sorted(circles_of(parents)):
        words = f"{code} là cấp trên của chính mình qua các đơn vị khác"
        yield from _problem(places.get(code), "parent_code", words)
    for code in sorted(circles_of(heirs)):
        words = f"{code} kế thừa chính mình qua các đơn vị khác"
        yield from _problem(places.get(code), "successor_code", words)


def _problem(place: Place | None, column: str, words: str | None) -> Iterator[Problem]:
    if place is not None and words is not None:
        yield Problem(place=place, column=column, words=words)
