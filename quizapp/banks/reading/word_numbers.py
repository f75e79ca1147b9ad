"""The numbers and bullets that Word itself puts before paragraphs."""

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from quizapp.banks.reading.word_styles import W, value

LEVELS = 9
BULLET = "•"
ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Level:
    start: int
    format: str
    text: str
    runs: Element | None
    style: str


@dataclass(slots=True)
class Numbers:
    """The lists of a document, counting while its paragraphs are read in order."""

    levels: dict[str, dict[int, _Level]] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)
    overrides: dict[str, dict[int, int]] = field(default_factory=dict)
    counters: dict[str, dict[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Element | None) -> "Numbers":
        """Return the lists told in word/numbering.xml, none without that part."""
        numbers = cls()
        if root is None:
            return numbers
        for element in root.iter(f"{W}abstractNum"):
            code = element.get(f"{W}abstractNumId", "")
            numbers.levels[code] = dict(map(_level, element.findall(f"{W}lvl")))
        for element in root.iter(f"{W}num"):
            numbers._add(element)
        return numbers

    def _add(self, element: Element) -> None:
        code = element.get(f"{W}numId", "")
        self.lists[code] = value(element.find(f"{W}abstractNumId"))
        self.overrides[code] = {
            _whole(override.get(f"{W}ilvl")): _whole(value(override.find(f"{W}startOverride")), 1)
            for override in element.findall(f"{W}lvlOverride")
            if override.find(f"{W}startOverride") is not None
        }

    def level_of_style(self, code: str, style: str) -> int:
        """Return the level of a list that is tied to a paragraph style, 0 for none."""
        levels = self.levels.get(self.lists.get(code, ""), {})
        return next((at for at, level in levels.items() if style and level.style == style), 0)

    def next_label(self, code: str, at: int) -> tuple[str, Element | None]:
        """Return the next number of a list, as shown, and how it is formatted."""
        abstract = self.lists.get(code, "")
        level = self.levels.get(abstract, {}).get(at)
        if level is None:
            return "", None
        self._count(code, abstract, at, level)
        return self._shown(abstract, level), level.runs

    def _count(self, code: str, abstract: str, at: int, level: _Level) -> None:
        counters = self.counters.setdefault(abstract, {})
        restart = self.overrides.get(code, {}).pop(at, None)
        if restart is not None:
            counters[at] = restart
        else:
            counters[at] = counters[at] + 1 if at in counters else level.start
        for deeper in [one for one in counters if one > at]:
            del counters[deeper]

    def _shown(self, abstract: str, level: _Level) -> str:
        if level.format == "bullet":
            return BULLET
        shown = level.text
        for at in range(LEVELS):
            if f"%{at + 1}" in shown:
                its = self.levels[abstract].get(at, level)
                count = self.counters[abstract].get(at, its.start)
                shown = shown.replace(f"%{at + 1}", _counted(count, its.format))
        return shown.strip()


def _level(element: Element) -> tuple[int, _Level]:
    level = _Level(
        start=_whole(value(element.find(f"{W}start")), 1),
        format=value(element.find(f"{W}numFmt"), "decimal"),
        text=value(element.find(f"{W}lvlText"))[:80],
        runs=element.find(f"{W}rPr"),
        style=value(element.find(f"{W}pStyle")),
    )
    return _whole(element.get(f"{W}ilvl")), level


def _whole(text: str | None, missing: int = 0) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 7 else missing


def _counted(count: int, form: str) -> str:
    if form in {"upperLetter", "lowerLetter"}:
        # After Z Word doubles the letter: AA, BB.
        letter = chr(ord("A") + (count - 1) % 26) * min((count - 1) // 26 + 1, 9)
        return letter if form == "upperLetter" else letter.lower()
    if form in {"upperRoman", "lowerRoman"}:
        roman = _roman(count)
        return roman.upper() if form == "upperRoman" else roman
    if form == "none":
        return ""
    return f"{count:02d}" if form == "decimalZero" else str(count)


def _roman(count: int) -> str:
    written = ""
    count = min(count, 99)
    for worth, letters in ROMAN:
        while count >= worth:
            written += letters
            count -= worth
    return written
