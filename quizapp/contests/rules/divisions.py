"""Boards A, B, C… of one contest: people compete in divisions, each with prizes of its own. Pure.

Who stands where follows from the unit alone. Of a unit and those above it the nearest one that a
division names by its code decides; if none is named, the nearest whose kind a division takes; if
there is none either, or the unit is not known, the division that takes the rest. No unit, no kind
and no rest stand in two of them, so nobody does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from quizapp.errors import N_


@dataclass(frozen=True, kw_only=True, slots=True)
class Division:
    """One of the boards A, B, C… `name` stands in addresses, `title` is for people.

    `units` are codes, `kinds` kinds of units; with neither it takes the rest.
    """

    name: str
    title: str
    units: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()

    @property
    def takes_rest(self) -> bool:
        return not self.units and not self.kinds


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """A unit as divisions see it: every code it ever had, and its kind."""

    codes: frozenset[str]
    kind: str


# What the words of R07 mean where a contest says no more about them. Sectors of a province are of
# kind “upper”: schools and hospitals below a province are named by their codes.
KNOWN = {
    one.name: one
    for one in (
        Division(
            name="territorial",
            title=N_("Công đoàn theo địa bàn"),
            kinds=frozenset({"province"}),  # and all below, unless another kind is nearer
        ),
        Division(
            name="schools_hospitals",
            title=N_("Trường học, bệnh viện"),
            units=frozenset({"S_GIAO_DUC", "S_Y_TE"}),
        ),
        Division(
            name="corporations_offices",
            title=N_("Tổng công ty, ngành, cơ quan"),
            kinds=frozenset({"sector", "corporation"}),
        ),
        Division(name="others", title=N_("Người lao động khác")),
    )
}
MOST = 20  # letters stand before their titles


def division_of(divisions: Sequence[Division], line: Sequence[Body]) -> int | None:
    """Return the place (from 1) of the division of a unit, None when nobody takes it.

    `line` goes from the root down to the unit; it is empty when the unit is not known.
    """
    for body in reversed(line):
        for place, one in enumerate(divisions, start=1):
            if one.units & body.codes:
                return place
    for body in reversed(line):
        for place, one in enumerate(divisions, start=1):
            if body.kind in one.kinds:
                return place
    rest = (place for place, one in enumerate(divisions, start=1) if one.takes_rest)
    return next(rest, None)


def claimed_twice(divisions: Sequence[Division]) -> list[str]:
    """Return what stands in two divisions: names, codes, kinds, or the rest."""
    found = []
    given = [one.name for one in divisions]
    given += [code for one in divisions for code in sorted(one.units)]
    given += [kind for one in divisions for kind in sorted(one.kinds)]
    found += sorted({each for each in given if given.count(each) > 1})
    rest = [one.name for one in divisions if one.takes_rest]
    return found + (rest if len(rest) > 1 else [])
