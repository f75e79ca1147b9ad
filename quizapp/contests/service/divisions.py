"""Which division a unit belongs to, decided once in a process: neither rules nor lines change."""

from collections.abc import Collection, Mapping, Sequence

from quizapp.contests.rules import ContestRules
from quizapp.contests.rules.divisions import KNOWN, Body, Division, division_of
from quizapp.db import kept_for_good
from quizapp.units import service as units


def find_division(contest_rules: ContestRules, unit_id: int | None) -> int | None:
    """Return the place (from 1) of the division of people of a unit (None: not known yet).

    None when the rules have none, or none takes them. Reads a unit only once.
    """
    if not contest_rules.divisions:
        return None
    return find_divisions(contest_rules, [unit_id])[unit_id]


def find_divisions(
    contest_rules: ContestRules, unit_ids: Collection[int | None]
) -> Mapping[int | None, int | None]:
    """Return for each unit the place of its division; two statements for all that are new."""
    known = kept_for_good("divisions").setdefault(contest_rules.divisions, {})
    missing = {unit_id for unit_id in unit_ids if unit_id not in known}
    if missing:
        lines = units.get_lines({unit_id for unit_id in missing if unit_id is not None})
        bodies = _bodies({above for line in lines.values() for above in line})
        for unit_id in missing:
            line = [bodies[above] for above in lines.get(unit_id or 0, ())]
            known[unit_id] = division_of(contest_rules.divisions, line)
    return {unit_id: known[unit_id] for unit_id in unit_ids}


def unknown_units(divisions: Sequence[Division]) -> list[str]:
    """Return the codes that a division names and no unit has, except by a word that is known."""
    asked = {code for one in divisions if not _is_as_known(one) for code in one.units}
    return sorted(asked - units.get_ids(asked).keys())


def named_twice(divisions: Sequence[Division]) -> list[str]:
    """Return the codes of units that two divisions name, each by another of its codes."""
    ids = units.get_ids({code for one in divisions for code in one.units})
    named = [(ids[code], code) for one in divisions for code in one.units if code in ids]
    every = [unit_id for unit_id, _ in named]
    return sorted(code for unit_id, code in named if every.count(unit_id) > 1)


def _is_as_known(one: Division) -> bool:
    known = KNOWN.get(one.name)
    return known is not None and (known.units, known.kinds) == (one.units, one.kinds)


def _bodies(unit_ids: Collection[int]) -> Mapping[int, Body]:
    marks = units.get_marks(unit_ids)
    return {one: Body(codes=found.codes, kind=found.kind) for one, found in marks.items()}
