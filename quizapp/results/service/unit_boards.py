"""What boards of units should show, recounted: each unit is read once for a whole run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import floor
from typing import Any

from sqlalchemy import select

from quizapp.db import db
from quizapp.standings.models import NO_UNIT
from quizapp.standings.rules import KINDS
from quizapp.units import service as units
from quizapp.units.models import Unit

SUMMED = ("attempts", "points_milli", "all_right", "passed")
Share = tuple[int, ...]  # unit, then SUMMED
Row = tuple[int | str | None, ...]  # rank, code, then SHOWN
SHOWN = ("people", "attempts", "mean_centi", "passed", "pass_centi")
Totals = dict[int, list[int]]  # unit → people and the sums of shares


@dataclass(frozen=True, kw_only=True, slots=True)
class _Body:
    code: str
    kind: str
    parent_id: int | None


class Tree:
    """All units, by what never changes of them: code, kind and parent."""

    def __init__(self) -> None:
        rows = db.session.execute(select(Unit.id, Unit.code, Unit.kind, Unit.parent_id))
        self._bodies = {
            row.id: _Body(code=row.code, kind=row.kind, parent_id=row.parent_id) for row in rows
        }
        self._lines: dict[int, Sequence[int]] = {NO_UNIT: (NO_UNIT,)}

    def added_up(self, shares: Iterable[Share], heirs: Mapping[int, int]) -> Totals:
        """Return what each unit has, with all below it; `heirs`: unit → what stands for it now."""
        totals: Totals = {}
        for unit, *values in shares:
            for above in self._line_up(heirs.get(unit, unit)):
                total = totals.setdefault(above, [0] * (len(values) + 1))
                for index, value in enumerate((1, *values)):
                    total[index] += value
        return totals

    def boards(self, totals: Totals, *, has_pass_mark: bool) -> dict[str, list[Row]]:
        """Return the rows, sorted, of each board that these totals fill."""
        members: dict[str, list[int]] = {}
        for unit in totals.keys() - {NO_UNIT}:
            for board in self._on(self._bodies[unit]):
                members.setdefault(board, []).append(unit)
        rows = {board: self._rows(mine, totals) for board, mine in members.items()}
        if not has_pass_mark:
            rows = {
                board: [(*row[:-2], None, None) for row in mine] for board, mine in rows.items()
            }
        return {board: sorted(mine, key=repr) for board, mine in rows.items()}

    def line_up(self, unit_id: int) -> list[tuple[int, str]]:
        """Return (id, kind) of the unit and of those above it; nothing of a unit not known."""
        if unit_id == NO_UNIT:
            return []
        return [(above, self._bodies[above].kind) for above in self._line_up(unit_id)]

    def _line_up(self, unit_id: int) -> Sequence[int]:
        """Return the unit and those above it, by walking from parent to parent."""
        if unit_id not in self._lines:
            parent_id = self._bodies[unit_id].parent_id
            above = () if parent_id is None else self._line_up(parent_id)
            self._lines[unit_id] = (unit_id, *above)
        return self._lines[unit_id]

    def _on(self, body: _Body) -> list[str]:
        found = [board for board, kinds in KINDS.items() if body.kind in kinds]
        if body.parent_id is not None:
            found.append(f"units/{self._bodies[body.parent_id].code}")
        return found

    def _rows(self, unit_ids: Sequence[int], totals: Totals) -> list[Row]:
        rows: list[Row] = []
        before: tuple[int, int] | None = None  # people, rank
        most_first = sorted(unit_ids, key=lambda unit: -totals[unit][0])
        for place, unit in enumerate(most_first, start=1):
            people, attempts, points, _, passed = totals[unit]
            rank = before[1] if before and before[0] == people else place
            before = people, rank
            mean = floor(Fraction(points, 10 * people) + Fraction(1, 2))
            rate = floor(Fraction(10_000 * passed, people) + Fraction(1, 2))
            rows.append((rank, self._bodies[unit].code, people, attempts, mean, passed, rate))
        return rows


class Recounted:
    """The boards of units of one round (0: the contest), as then and as now on any day."""

    def __init__(self, tree: Tree, shares: Iterable[Share], *, has_pass_mark: bool) -> None:
        self._tree, self._shares, self._has_pass_mark = tree, list(shares), has_pass_mark
        self._then: dict[str, list[Row]] | None = None
        self._heirs: dict[date, Mapping[int, int]] = {}
        self._now: list[tuple[Mapping[int, int], dict[str, list[Row]]]] = []

    def boards(self, units_as: str, *, on: date) -> dict[str, list[Row]]:
        """Return the rows of each board that has any."""
        if units_as == "then":
            if self._then is None:
                self._then = self._made({})
            return self._then
        if on not in self._heirs:
            self._heirs[on] = units.get_present_ids(on=on)
        heirs = self._heirs[on]
        for known, made in self._now:  # most days have the same units as the day before
            if known == heirs:
                return made
        self._now.append((heirs, self._made(heirs)))
        return self._now[-1][1]

    def _made(self, heirs: Mapping[int, int]) -> dict[str, list[Row]]:
        totals = self._tree.added_up(self._shares, heirs)
        return self._tree.boards(totals, has_pass_mark=self._has_pass_mark)


def shown_rows(body: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Return the rows of a stored board as they compare, sorted."""
    rows = [(one["rank"], one["unit"]["code"], *(one.get(name) for name in SHOWN)) for one in body]
    return sorted(rows, key=repr)
