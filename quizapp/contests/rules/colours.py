"""The colour of a contest: whether people can read with it, and what follows from it. Pure.

Contrast is WCAG 2.2's: (lighter + 0.05) / (darker + 0.05) of relative luminances, 1 to 21.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

HEX = re.compile(r"#[0-9a-f]{6}")
LEAST = 4.5  # between letters and what is behind them (WCAG 2.2, 1.4.3)
WHITE = "#ffffff"
# What the colour stands on or under, as `static/app.css` has it.
LIGHT = (WHITE, "#f3f5f8")
DARK = ("#0f151b", "#18212a")
TINT_LIGHT, TINT_DARK = 0.1, 0.22  # how much of the colour is in the ground of what is chosen
STEPS = 256

Rgb = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Palette:
    """What a page is drawn with: `deep` behind white letters; links and buttons, and the ground
    of what is chosen, in light and in dark.
    """

    deep: str
    brand: str
    soft: str
    dark_brand: str
    dark_soft: str


def read_colour(text: str) -> str | None:
    """Return the colour as `#0b4f8a`, None when it is none; `0B4F8A` and `#0bf` are read too."""
    typed = text.strip().lower().removeprefix("#")
    if len(typed) == 3:
        typed = "".join(digit * 2 for digit in typed)
    return f"#{typed}" if HEX.fullmatch(f"#{typed}") else None


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def worst_contrast(colour: str) -> float:
    """Return the least contrast that letters have anywhere on pages of this colour.

    In dark pages its lighter relative is used, which always has enough: what is left is the colour
    itself on light grounds and under white letters.
    """
    return min(contrast(colour, ground) for ground in (*LIGHT, _mixed(colour, WHITE, TINT_LIGHT)))


def is_readable(colour: str) -> bool:
    """Tell whether letters can be read in light and in dark."""
    return worst_contrast(colour) >= LEAST


def nearest_readable(colour: str) -> str:
    """Return the colour, or the lightest one of its hue, darker than it, that can be read."""
    return _first(_darker(colour), is_readable)


def check_colour(text: str) -> list[tuple[str, str]]:
    """Return what is wrong with a colour as (words, what to do), in Vietnamese; "" is none."""
    if not text.strip():
        return []
    colour = read_colour(text)
    if colour is None:
        return [(f"“{text[:20]}” không phải mã màu.", "Ghi như #0b4f8a, hoặc để trống.")]
    if is_readable(colour):
        return []
    found = f"{worst_contrast(colour):.1f}".replace(".", ",")
    return [
        (
            f"Màu {colour} nhạt quá, chữ khó đọc: độ tương phản {found}, cần ít nhất 4,5.",
            f"Màu gần nhất đọc được: {nearest_readable(colour)}.",
        )
    ]


def palette(colour: str) -> Palette:
    """Return what pages are drawn with. The colour is one that can be read."""
    dark_soft = _mixed(colour, DARK[1], TINT_DARK)
    grounds = (*DARK, dark_soft)

    def can_be_read(one: str) -> bool:
        return all(contrast(one, ground) >= LEAST for ground in grounds)

    return Palette(
        deep=colour,
        brand=colour,
        soft=_mixed(colour, WHITE, TINT_LIGHT),
        dark_brand=_first(_lighter(colour), can_be_read),
        dark_soft=dark_soft,
    )


def _first(colours: Iterable[str], is_good: Callable[[str], bool]) -> str:
    return next(one for one in colours if is_good(one))


def _darker(colour: str) -> Iterable[str]:
    """Yield the colour, then darker and darker ones down to black."""
    return (_mixed(colour, "#000000", 1 - step / STEPS) for step in range(STEPS + 1))


def _lighter(colour: str) -> Iterable[str]:
    """Yield the colour, then lighter and lighter ones up to white."""
    return (_mixed(colour, WHITE, 1 - step / STEPS) for step in range(STEPS + 1))


def _mixed(colour: str, ground: str, share: float) -> str:
    """Return so much of the colour over the ground."""
    pairs = zip(_rgb(colour), _rgb(ground), strict=True)
    parts = (round(255 * (share * one + (1 - share) * other)) for one, other in pairs)
    return "#" + "".join(f"{part:02x}" for part in parts)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part) for part in _rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _rgb(colour: str) -> Rgb:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue
