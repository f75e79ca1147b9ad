"""The map of provinces as tiles of one size, with the two island districts. Pure.

A tile for each province reads from far, gives no province more room than another, and shows Hoàng
Sa and Trường Sa, as any map of Vietnam must. Columns and rows from the north-west.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

STEPS = 6  # of one hue, light to dark
ROUNDED_AWAY = 0.5  # hundredths of a percent: a few of very many members take part
ISLANDS = (("Hoàng Sa", 6, 7), ("Trường Sa", 6, 12))
TILES: Mapping[str, tuple[str, int, int]] = {
    "Lai Châu": ("LCh", 0, 0),
    "Lào Cai": ("LCa", 1, 0),
    "Tuyên Quang": ("TQ", 2, 0),
    "Cao Bằng": ("CB", 3, 0),
    "Điện Biên": ("ĐB", 0, 1),
    "Sơn La": ("SL", 1, 1),
    "Thái Nguyên": ("TNg", 2, 1),
    "Lạng Sơn": ("LS", 3, 1),
    "Quảng Ninh": ("QNi", 4, 1),
    "Phú Thọ": ("PT", 1, 2),
    "Hà Nội": ("HN", 2, 2),
    "Bắc Ninh": ("BN", 3, 2),
    "Hải Phòng": ("HP", 4, 2),
    "Thanh Hóa": ("TH", 1, 3),
    "Ninh Bình": ("NB", 2, 3),
    "Hưng Yên": ("HY", 3, 3),
    "Nghệ An": ("NA", 2, 4),
    "Hà Tĩnh": ("HT", 3, 4),
    "Quảng Trị": ("QT", 3, 5),
    "Huế": ("Huế", 3, 6),
    "Đà Nẵng": ("ĐNg", 4, 7),
    "Quảng Ngãi": ("QNg", 4, 8),
    "Gia Lai": ("GL", 4, 9),
    "Đắk Lắk": ("ĐL", 4, 10),
    "Khánh Hòa": ("KH", 5, 10),
    "Đồng Nai": ("ĐNi", 3, 11),
    "Lâm Đồng": ("LĐ", 4, 11),
    "Tây Ninh": ("TNi", 2, 12),
    "Hồ Chí Minh": ("HCM", 3, 12),
    "An Giang": ("AG", 1, 13),
    "Đồng Tháp": ("ĐT", 2, 13),
    "Vĩnh Long": ("VL", 3, 13),
    "Cà Mau": ("CM", 1, 14),
    "Cần Thơ": ("CT", 2, 14),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Tile:
    """A province on the map: `step` is from 0 (nobody, or nothing told) to STEPS."""

    name: str
    short: str  # two or three letters: a whole name in a tile could not be read from far
    column: int
    row: int
    step: int


def tile_name(unit_name: str) -> str | None:
    """Return the province that a unit's name ends with, None when it is of none on the map."""
    return next((name for name in TILES if unit_name.endswith(name)), None)


def tiles_of(rows: Sequence[Mapping[str, Any]]) -> list[Tile]:
    """Return every tile, coloured by the rows of the board of provinces as everybody sees it.

    By the rate of members who take part where each row has one, else by people; by the tier of its
    rank where numbers are kept back.
    """
    values = _values(rows)
    named = {tile_name(row["unit"]["name"]): value for row, value in zip(rows, values, strict=True)}
    most = max(named.values(), default=0)
    return [
        Tile(name=name, short=short, column=col, row=row, step=_step(named.get(name, 0), most))
        for name, (short, col, row) in TILES.items()
    ]


def _values(rows: Sequence[Mapping[str, Any]]) -> list[float]:
    if any("ranks" in row for row in rows):
        return [1 / row["ranks"][0] for row in rows]
    if rows and all("rate_centi" in row for row in rows):
        return [max(row["rate_centi"], ROUNDED_AWAY if row["people"] else 0) for row in rows]
    return [row["people"] for row in rows]


def _step(value: float, most: float) -> int:
    """Return the step of a value, by its share of the largest; whoever takes part has one."""
    return min(STEPS, 1 + int(STEPS * value / most)) if value else 0
