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
from quizapp.standings.service import boards
from quizapp.units import service as units
from quizapp.units.models import Unit

Share = tuple[int, int, int, int]  # unit, attempts, points in thousandths, all right
Row = tuple[int, str, int, int, int]  # rank, code, people, attempts, mean points in hundredths
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

    def boards(self, totals: Totals) -> dict[str, list[Row]]:
        """Return the rows, sorted, of each board that these totals fill."""
        members: dict[str, list[int]] = {}
        for unit in totals.keys() - {NO_UNIT}:
            for board in self._on(self._bodies[unit]):
                members.setdefault(board, []).append(unit)
        return {board: self._rows(mine, totals) for board, mine in members.items()}

    def _line_up(self, unit_id: int) -> Sequence[int]:
        """Return the unit and those above it, by walking from parent to parent."""
        if unit_id not in self._lines:
            parent_id = self._bodies[unit_id].parent_id
            above = () if parent_id is None else self._line_up(parent_id)
            self._lines[unit_id] = (unit_id, *above)
        return self._lines[unit_id]

    def _on(self, body: _Body) -> list[str]:
        found = [board for board, kinds in boards.KINDS.items() if body.kind in kinds]
        if body.parent_id is not None:
            found.append(f"units/{self._bodies[body.parent_id].code}")
        return found

    def _rows(self, unit_ids: Sequence[int], totals: Totals) -> list[Row]:
        rows: list[Row] = []
        before: tuple[int, int] | None = None  # people, rank
        most_first = sorted(unit_ids, key=lambda unit: -totals[unit][0])
        for place, unit in enumerate(most_first, start=1):
            people, attempts, points = totals[unit][:3]
            rank = before[1] if before and before[0] == people else place
            before = people, rank
            mean = floor(Fraction(points, 10 * people) + Fraction(1, 2))
            rows.append((rank, self._bodies[unit].code, people, attempts, mean))
        return sorted(rows)


class Recounted:
    """The boards of units of one round (0: the contest), as then and as now on any day."""

    def __init__(self, tree: Tree, shares: Iterable[Share]) -> None:
        self._tree, self._shares = tree, list(shares)
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
        return self._tree.boards(self._tree.added_up(self._shares, heirs))


def shown_rows(body: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Return the rows of a stored board as they compare, sorted."""
    names = ("people", "attempts", "mean_centi")
    rows = ((one["rank"], one["unit"]["code"], *(one[name] for name in names)) for one in body)
    return sorted(rows)
