"""Pictures that people send on: texts that fit on a coloured ground, as small PNG files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONTS = Path(__file__).resolve().parent / "fonts"
DEEP, GOLD, WHITE, DIM, BLACK = "#0b3c69", "#f6bd42", "#ffffff", "#c7dbec", "#000000"
LINE_HEIGHT = 1.36  # of a letter with two marks (Ễ, Ậ) and of one below it
COLOURS = 32  # a few inks and what lies between each and its ground
STEP = 4  # pixels between the sizes that are tried
PACKED = 6  # of zlib: the best packing takes seven times as long for a sixth less
ELLIPSIS = "…"
# The shapes of our mark, as in templates/base.html: the tick in a square of 24.
TICK = ((6, 12.5), (10, 16.5), (18, 7.5))


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A text and the room it has: the largest size that fits, the smallest if none does.

    Sizes are in pixels. What does not fit at the smallest size ends in an ellipsis.
    """

    words: str
    largest: int
    smallest: int
    lines: int = 1
    is_bold: bool = False
    ink: str = WHITE


@dataclass(frozen=True, kw_only=True, slots=True)
class Fitted:
    """The lines that a text was broken into, and the size they have."""

    lines: tuple[str, ...]
    size: int


def fit(text: Text, width: int) -> Fitted:
    """Break a text between words into lines no wider than `width`, as large as they can be."""
    for size in range(text.largest, text.smallest, -STEP):
        lines = _broken(text.words, width, _measure(size, is_bold=text.is_bold))
        if lines is not None and len(lines) <= text.lines:
            return Fitted(lines=tuple(lines), size=size)
    measure = _measure(text.smallest, is_bold=text.is_bold)
    return Fitted(lines=tuple(_cut(text, width, measure)), size=text.smallest)


class Sheet:
    """A picture on which texts are put one below the other, between two margins."""

    def __init__(self, width: int, height: int, *, margin: int) -> None:
        self._image = Image.new("RGB", (width, height), DEEP)
        self._draw = ImageDraw.Draw(self._image)
        self._width, self._height, self._margin = width, height, margin
        self._draw.rectangle((0, height - 14, width, height), fill=GOLD)

    def brand(self, words: str) -> None:
        """Put our mark and the name of the place at the top."""
        left, top, scale = self._margin, self._margin - 8, 2.5
        self._draw.rounded_rectangle((left, top, left + 60, top + 60), radius=15, fill="#06294a")
        tick = [(left + x * scale, top + y * scale) for x, y in TICK]
        self._draw.line(tick, fill=GOLD, width=8, joint="curve")
        self._draw.text(
            (left + 80, top + 30), words, font=_font(32, is_bold=False), fill=DIM, anchor="lm"
        )

    def put(self, texts: Sequence[Text], *, top: int, bottom: int, gap: int = 24) -> None:
        """Put texts below each other, in the middle between two heights."""
        width = self._width - 2 * self._margin
        fitted = [fit(text, width) for text in texts]
        heights = [len(one.lines) * round(one.size * LINE_HEIGHT) for one in fitted]
        free = bottom - top - sum(heights) - gap * (len(texts) - 1)
        place = top + max(free, 0) // 2
        for text, one, height in zip(texts, fitted, heights, strict=True):
            self._put(text, one, place)
            place += height + gap

    def squares(self, matrix: Sequence[Sequence[int]], *, side: int, above: int) -> None:
        """Put a code of dark squares at the lower right, with the white margin that cameras need.

        `side` is the most that it takes, `above` how far from the bottom it stands.
        """
        rim = 4  # squares, as the standard of QR codes asks
        step = side // (len(matrix) + 2 * rim)
        whole = step * (len(matrix) + 2 * rim)
        left, top = self._width - self._margin - whole, self._height - above - whole
        self._draw.rectangle((left, top, left + whole - 1, top + whole - 1), fill=WHITE)
        for row, line in enumerate(matrix):
            for column, is_dark in enumerate(line):
                if is_dark:
                    x, y = left + (column + rim) * step, top + (row + rim) * step
                    self._draw.rectangle((x, y, x + step - 1, y + step - 1), fill=BLACK)

    def _put(self, text: Text, fitted: Fitted, top: int) -> None:
        font = _font(fitted.size, is_bold=text.is_bold)
        step = round(fitted.size * LINE_HEIGHT)
        for number, line in enumerate(fitted.lines):
            at = (self._margin, top + number * step + step // 2)
            self._draw.text(at, line, font=font, fill=text.ink, anchor="lm")

    def png(self) -> bytes:
        """Return the picture as the bytes of a PNG file; the same texts give the same bytes."""
        packed = BytesIO()
        few = self._image.quantize(COLOURS, method=Image.Quantize.FASTOCTREE)
        few.save(packed, "PNG", compress_level=PACKED)
        return packed.getvalue()


def _broken(words: str, width: int, measure: Callable[[str], float]) -> list[str] | None:
    """Return the lines, None where a single word is wider than one."""
    lines: list[str] = []
    for word in words.split():
        if measure(word) > width:
            return None
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and measure(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _cut(text: Text, width: int, measure: Callable[[str], float]) -> list[str]:
    """Return as many lines as there may be, broken within words where need be, the last cut."""
    lines = [""]
    for word in text.words.split():
        longer = f"{lines[-1]} {word}".strip()
        if measure(longer) <= width:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for sign in word:
            if measure(lines[-1] + sign) > width:
                lines.append("")
            lines[-1] += sign
    if len(lines) <= text.lines:
        return lines
    last = lines[text.lines - 1]
    while last and measure(last + ELLIPSIS) > width:
        last = last[:-1]
    return [*lines[: text.lines - 1], last.rstrip() + ELLIPSIS]


def _measure(size: int, *, is_bold: bool) -> Callable[[str], float]:
    return _font(size, is_bold=is_bold).getlength


@cache
def _font(size: int, *, is_bold: bool) -> ImageFont.FreeTypeFont:
    name = "noto-sans-bold.ttf" if is_bold else "noto-sans-regular.ttf"
    # Without the shaping library, which not every wheel has: composed letters need none.
    return ImageFont.truetype(FONTS / name, size, layout_engine=ImageFont.Layout.BASIC)
