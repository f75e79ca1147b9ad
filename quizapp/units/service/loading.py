"""Loading a catalogue: rows in, units and names written, all or nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import delete, func, select, text, update

from quizapp.db import db, write_rows
from quizapp.units.errors import BadCatalogue
from quizapp.units.models import Unit, UnitName, UnitTerm
from quizapp.units.rules.naming import KEYS_VERSION, keys_of
from quizapp.units.rules.plan import CatalogueUnit, Plan, plan_load
from quizapp.units.rules.rows import CatalogueRow, Place, Problem, read_rows
from quizapp.units.service.state import State, read_state
from quizapp.units.service.values import LoadReport

BATCH = 5_000


def read_files(files: Mapping[str, bytes]) -> list[CatalogueRow]:
    """Return the rows of CSV files (name → content) in order; touches no database.

    Raises BadCatalogue with every problem of every file.
    """
    readings = [read_rows(name, content) for name, content in files.items()]
    _refuse([problem for reading in readings for problem in reading.problems])
    return [row for reading in readings for row in reading.rows]


def load_rows(rows: Sequence[CatalogueRow]) -> LoadReport:
    """Write `rows`; of two with one code the later counts. The same again changes nothing.

    What a load leaves out stays as it is: a catalogue never takes a unit away. Raises BadCatalogue
    with every problem found; nothing is written then. On SQLite nobody else writes meanwhile:
    some seconds for ten thousand units.
    """
    _take_turn()
    state = read_state()
    plan = plan_load(state.units, _placed(rows))
    _refuse(plan.problems)
    _write(plan, state)
    return LoadReport(
        new=len(plan.new),
        changed=len(plan.changed),
        unchanged=plan.unchanged,
        awaited=_settle_awaited(),
    )


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        lines = dict.fromkeys(map(str, problems))
        raise BadCatalogue(problems="\n".join(lines), count=len(lines))


def _take_turn() -> None:
    """Wait for another load to end; readers and rows that point to units are not held up."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("LOCK TABLE unit IN SHARE ROW EXCLUSIVE MODE"))


def _placed(rows: Iterable[CatalogueRow]) -> list[CatalogueRow]:
    """Give rows that come from no file a place, so that what is wrong with them can be told."""
    return [
        row if row.place else replace(row, place=Place(file=row.source, line=number))
        for number, row in enumerate(rows, start=1)
    ]


def _write(plan: Plan, state: State) -> None:
    ids = {unit.code: id_ for id_, unit in state.units.items()}
    taken = dict(zip(_take_ids(len(plan.new)), plan.new, strict=True))
    ids.update((unit.code, id_) for id_, unit in taken.items())
    _insert_units(taken, ids, dict(state.paths))
    changed = dict(plan.changed)
    heirless = {id_ for id_, unit in taken.items() if unit.successor_code is None}
    _update_units(
        {id_: unit for id_, unit in {**taken, **changed}.items() if id_ not in heirless}, ids
    )
    renewed = {id_: changed.get(id_, state.units[id_]) for id_ in {*changed, *state.stale}}
    _delete_names(sorted(renewed))
    _insert_names({**taken, **renewed})


def _take_ids(count: int) -> list[int]:
    """Return ids nobody else will get: a unit's path holds its own id, so it is needed before."""
    if db.engine.dialect.name == "postgresql":
        ids = text(
            "SELECT nextval(pg_get_serial_sequence('unit', 'id')) FROM generate_series(1, :count)"
        )
        return list(db.session.scalars(ids, {"count": count}))
    last = db.session.scalar(select(func.coalesce(func.max(Unit.id), 0))) or 0
    return list(range(last + 1, last + 1 + count))


def _insert_units(
    taken: Mapping[int, CatalogueUnit], ids: Mapping[str, int], paths: dict[int, str]
) -> None:
    """Insert units, parents first; successors follow when every unit is there."""
    rows = []
    for id_, unit in taken.items():
        parent_id = None if unit.parent_code is None else ids[unit.parent_code]
        paths[id_] = f"{'' if parent_id is None else paths[parent_id]}{id_}."
        rows.append(
            {
                "id": id_,
                "code": unit.code,
                "kind": str(unit.kind),
                "parent_id": parent_id,
                "path": paths[id_],
                "valid_from": unit.valid_from,
                "valid_to": unit.valid_to,
            }
        )
    write_rows(Unit, rows)


def _update_units(units: Mapping[int, CatalogueUnit], ids: Mapping[str, int]) -> None:
    rows = [
        {
            "id": id_,
            "kind": unit.kind,
            "valid_from": unit.valid_from,
            "valid_to": unit.valid_to,
            "successor_id": ids.get(unit.successor_code or ""),
            "awaited_successor_code": None if unit.successor_code in ids else unit.successor_code,
        }
        for id_, unit in units.items()
    ]
    if rows:
        db.session.execute(update(Unit), rows)


def _delete_names(unit_ids: Sequence[int]) -> None:
    for start in range(0, len(unit_ids), BATCH):
        some = unit_ids[start : start + BATCH]
        db.session.execute(delete(UnitTerm).where(UnitTerm.unit_id.in_(some)))
        db.session.execute(delete(UnitName).where(UnitName.unit_id.in_(some)))


def _insert_names(units: Mapping[int, CatalogueUnit]) -> None:
    names, terms = [], []
    for id_, unit in units.items():
        found: set[str] = set()
        for name in unit.names:
            keys = keys_of(name.name)
            found |= keys.terms
            names.append(
                {
                    "unit_id": id_,
                    "valid_from": name.valid_from,
                    "valid_to": name.valid_to,
                    "code": name.code,
                    "name": name.name,
                    "name_en": name.name_en,
                    "confidence": str(name.confidence),
                    "source": name.source,
                    "note": name.note,
                    "search_key": keys.search_key,
                    "initials": keys.initials,
                    "sort_key": keys.sort_key,
                    "keys_version": KEYS_VERSION,
                }
            )
        terms += [{"term": term, "unit_id": id_} for term in sorted(found)]
    write_rows(UnitName, names)
    write_rows(UnitTerm, terms)


def _settle_awaited() -> tuple[str, ...]:
    """Point units at successors that have come by now; return the codes still awaited, in order."""
    heir = select(UnitName.unit_id).where(UnitName.code == Unit.awaited_successor_code)
    db.session.execute(
        update(Unit)
        .where(Unit.awaited_successor_code.in_(select(UnitName.code)))
        .values(successor_id=heir.scalar_subquery(), awaited_successor_code=None)
        .execution_options(synchronize_session=False)
    )
    awaited = select(Unit.awaited_successor_code).where(Unit.awaited_successor_code.is_not(None))
    return tuple(sorted({code for code in db.session.scalars(awaited) if code is not None}))
