"""What a rehearsal of an evening shows: people, units and numbers that nobody has. Pure, by seed.

Every name holds a word that no name has, so that none of them can be of somebody: “Thử” (to try)
in names of people, places of the sky in names of units. They are as long as real ones.
"""

import random
from collections.abc import Mapping, Sequence
from typing import Any

from quizapp.events.rules import MOST_ROWS
from quizapp.events.rules.tiles import STEPS, TILES, Tile

FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Đặng", "Bùi", "Niê")
MIDDLE = ("Thị Thử", "Văn Thử", "Thử Minh", "Thử Ngọc", "Hoàng Thử Phương", "Thử")
GIVEN = ("Mây", "Nắng", "Sao", "Gió", "Sương", "Suối", "Biển", "Trăng", "Thuyền", "Đồi", "Rừng")
PLACES = (
    *("Mây Trắng", "Trăng Non", "Sao Mai", "Nắng Sớm", "Gió Lành", "Sương Đêm", "Cầu Vồng"),
    *("Bình Minh Xa", "Ngân Hà", "Sao Hôm", "Mưa Xuân", "Chân Trời", "Hoàng Hôn Tím"),
)
SHAPES = {
    "provinces": ("Liên đoàn Lao động tỉnh {}", "Liên đoàn Lao động Thành phố {}"),
    "sectors": ("Công đoàn ngành {} Việt Nam thử", "Công đoàn Tổng công ty Thử {}"),
    "units": ("Công đoàn cơ sở Công ty TNHH Thử {}", "Công đoàn xã thử {}"),
}
MANY = {"provinces": len(TILES), "sectors": 20, "units": MOST_ROWS, "people": MOST_ROWS}
LONGEST_MS = 20 * 60_000
EQUALS = 5  # the fifth and the sixth stand equal, as happens on such an evening
Rows = Sequence[Mapping[str, Any]]


def invented_rows(seed: int, board: str, order: str) -> Rows:
    """Return the rows of a board in order of rank, as boards have them; always the same."""
    chance = random.Random(f"{seed} {board} {order}")  # noqa: S311 - invented, nothing secret
    number = MANY[board]
    ranks = [EQUALS if place == EQUALS + 1 else place for place in range(1, number + 1)]
    if board == "people":
        return _people(chance, ranks)
    return _units(chance, ranks, SHAPES[board], order)


def invented_totals(seed: int) -> tuple[int, int]:
    """Return how many people and attempts the rehearsal tells of."""
    chance = random.Random(f"{seed} totals")  # noqa: S311 - invented, nothing secret
    people = chance.randrange(100_000, 1_000_000)
    return people, people + chance.randrange(people)


def invented_tiles(seed: int) -> Sequence[Tile]:
    """Return the map with colours by chance."""
    chance = random.Random(f"{seed} tiles")  # noqa: S311 - invented, nothing secret
    return [
        Tile(name=name, short=short, column=column, row=row, step=chance.randint(1, STEPS))
        for name, (short, column, row) in TILES.items()
    ]


def _people(chance: random.Random, ranks: Sequence[int]) -> Rows:
    spent = sorted(chance.sample(range(LONGEST_MS // 4, LONGEST_MS), len(ranks)))
    return [
        {
            "rank": rank,
            "person": {
                "name": f"{chance.choice(FAMILY)} {chance.choice(MIDDLE)} {chance.choice(GIVEN)}",
                "unit": _unit_name(chance.choice(SHAPES["units"]), chance.randrange(100)),
            },
            "points_milli": 19_870 - 130 * (rank // 3),  # no paper is worth such points
            "duration_ms": spent[rank - 1],
        }
        for rank in ranks
    ]


def _units(chance: random.Random, ranks: Sequence[int], shapes: Sequence[str], order: str) -> Rows:
    people = sorted((chance.randrange(1_000, 90_000) for _ in ranks), reverse=True)
    shares = sorted((chance.randrange(500, 9_500) for _ in ranks), reverse=True)
    if order != "people":
        chance.shuffle(people)
    own = {"rate": "rate_centi", "pass": "pass_centi", "mean": "mean_centi"}.get(order)
    rows = []
    for place, rank in enumerate(ranks):
        name = _unit_name(shapes[place % len(shapes)], place)
        share = shares[rank - 1] // (5 if order == "mean" else 1)
        row = {"rank": rank, "unit": {"name": name, "name_en": None}, "people": people[rank - 1]}
        rows.append(row | ({own: share} if own else {}))
    return rows


def _unit_name(shape: str, number: int) -> str:
    again, at = divmod(number, len(PLACES))
    return shape.format(f"{PLACES[at]} {again + 1}" if again else PLACES[at])
