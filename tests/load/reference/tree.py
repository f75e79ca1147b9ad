"""The tree of four levels under today's bodies: upper unions, and grassroots unions below them."""

from dataclasses import dataclass, field
from datetime import date
from itertools import cycle

from sqlalchemy import func, select

from quizapp.db import db
from quizapp.units.kinds import Confidence, UnitKind
from quizapp.units.models import Unit
from quizapp.units.rules.naming import KEYS_VERSION, keys_of

SINCE = date(2025, 7, 1)
FIELDS = ("May", "Giày", "Điện tử", "Cơ khí", "Thuỷ sản", "Gỗ", "Bao bì", "Xây dựng", "Vận tải")
NAMES = ("Sông Hồng", "Hoà Bình", "Thành Công", "Việt Tiến", "An Phú", "Đại Dương", "Tân Á")
PLACES = ("phường", "xã", "khu công nghiệp")
COLUMNS = {
    "unit": ("id", "code", "kind", "parent_id", "path", "valid_from"),
    "unit_name": (
        "unit_id",
        "valid_from",
        "code",
        "name",
        "confidence",
        "source",
        "search_key",
        "initials",
        "sort_key",
        "keys_version",
    ),
    "unit_term": ("term", "unit_id"),
}


@dataclass(frozen=True, slots=True)
class Tree:
    """Rows by table; `lines`: unit → its line from the root; `chosen`: what people declare.

    `names`: unit → its name.
    """

    rows: dict = field(default_factory=lambda: {table: [] for table in COLUMNS})
    lines: dict = field(default_factory=dict)
    names: dict = field(default_factory=dict)
    chosen: list = field(default_factory=list)


def grown_tree(*, upper, grassroots, spread=map):
    """Return so many upper unions, shared by today's bodies, and grassroots unions below them.

    `spread` makes the keys of all names, as `map` does.
    """
    tree, bodies = Tree(), _bodies()
    tree.lines.update(dict(bodies))
    newest = db.session.scalar(select(func.max(Unit.id)))
    parents = []
    turns = cycle([unit_id for unit_id, line in bodies if len(line) == 2])
    for number in range(1, upper + 1):
        name = f"Công đoàn {PLACES[number % len(PLACES)]} {NAMES[number % len(NAMES)]} {number}"
        parents.append(newest + number)
        _add(tree, newest + number, next(turns), kind=UnitKind.UPPER, name=name)
    turns = cycle(parents)
    for number in range(1, grassroots + 1):
        name = (
            f"Công đoàn cơ sở Công ty cổ phần {FIELDS[number % len(FIELDS)]}"
            f" {NAMES[number % len(NAMES)]} {number}"
        )
        unit_id = newest + upper + number
        _add(tree, unit_id, next(turns), kind=UnitKind.GRASSROOTS, name=name)
        tree.chosen.append(unit_id)
    _name_all(tree, spread)
    if not tree.chosen:
        tree.chosen.extend(unit_id for unit_id, line in bodies if len(line) == 2)
    return tree


def _bodies():
    """Return (id, line from the root) of the root and of today's bodies directly under it."""
    today = select(Unit.id, Unit.path).where(Unit.valid_to.is_(None)).order_by(Unit.id)
    rows = db.session.execute(today).all()
    db.session.rollback()
    return [(row.id, tuple(map(int, row.path.rstrip(".").split(".")))) for row in rows]


def _add(tree, unit_id, parent_id, *, kind, name):
    line = (*tree.lines[parent_id], unit_id)
    tree.lines[unit_id] = line
    path, code = "".join(f"{above}." for above in line), f"TT{unit_id:06d}"
    tree.rows["unit"].append((unit_id, code, str(kind), parent_id, path, SINCE))
    tree.names[unit_id] = name


def _name_all(tree, spread):
    known = zip(tree.names.items(), spread(keys_of, tree.names.values()), strict=True)
    for (unit_id, name), keys in known:
        tree.rows["unit_name"].append(
            (
                unit_id,
                SINCE,
                f"TT{unit_id:06d}",
                name,
                str(Confidence.HIGH),
                "tải thử",
                keys.search_key,
                keys.initials,
                keys.sort_key,
                KEYS_VERSION,
            )
        )
        tree.rows["unit_term"].extend((term, unit_id) for term in keys.terms)
