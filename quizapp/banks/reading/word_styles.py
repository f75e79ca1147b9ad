"""What text looks like in Word: defaults, styles and their ancestors, direct formatting."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from quizapp.banks.rules.documents import Style

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
OFF = {"0", "false", "off", "none"}
# A style may rest on 10 others in a file that Word made; more is a circle.
DEEPEST = 20
# Darker than this on every channel reads as black: pasted from pages, many texts are 1F1F1F.
NEARLY_BLACK = 0x50
BLACK = {"", "auto", "000000"}
DARK_THEMES = {"text1", "dark1", "text2", "dark2"}
NO_FILL = {"", "auto", "FFFFFF", "ffffff"}
TOGGLES = ("b", "i", "strike", "dstrike", "vanish")


@dataclass(slots=True)
class _NamedStyle:
    based_on: str = ""
    runs: Element | None = None
    paragraphs: Element | None = None
    name: str = ""


@dataclass(slots=True)
class Looks:
    """The styles of a document."""

    styles: dict[str, _NamedStyle] = field(default_factory=dict)
    defaults: Element | None = None
    default_paragraph: str = ""
    _known: dict[tuple[str, str], dict[str, Element]] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Element | None) -> "Looks":
        """Return the styles told in word/styles.xml, none without that part."""
        looks = cls()
        if root is None:
            return looks
        looks.defaults = root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
        for element in root.iter(f"{W}style"):
            looks._add(element)
        return looks

    def _add(self, element: Element) -> None:
        code = element.get(f"{W}styleId", "")
        self.styles[code] = _NamedStyle(
            based_on=value(element.find(f"{W}basedOn")),
            runs=element.find(f"{W}rPr"),
            paragraphs=element.find(f"{W}pPr"),
            name=value(element.find(f"{W}name")).lower(),
        )
        is_default = element.get(f"{W}default", "0") not in OFF
        if is_default and element.get(f"{W}type") == "paragraph":
            self.default_paragraph = code

    def run(
        self, paragraph_style: str, direct: Element | None, nearer: Element | None = None
    ) -> "Look":
        """Return what a run with these direct properties looks like in such a paragraph.

        `nearer` comes before them: what a list says of its numbers.
        """
        character_style = value(direct.find(f"{W}rStyle")) if direct is not None else ""
        layers = (
            self._properties(paragraph_style or self.default_paragraph),
            self._properties(character_style),
            _children(direct) | _children(nearer),
        )
        return Look(defaults=_children(self.defaults), layers=layers)

    def paragraph_property(self, code: str, path: str) -> Element | None:
        """Return the nearest of the style's paragraph properties at `path`."""
        for style in self._line(code or self.default_paragraph):
            found = None if style.paragraphs is None else style.paragraphs.find(path)
            if found is not None:
                return found
        return None

    def names(self, code: str) -> list[str]:
        """Return the name of a style and of those it rests on, nearest first."""
        return [style.name for style in self._line(code or self.default_paragraph)]

    def _line(self, code: str) -> Iterator[_NamedStyle]:
        for _ in range(DEEPEST):
            style = self.styles.get(code)
            if style is None:
                return
            yield style
            code = style.based_on

    def _properties(self, code: str) -> Mapping[str, Element]:
        known = self._known.get((code, "r"))
        if known is None:
            known = {}
            for style in reversed(list(self._line(code))):
                known |= _children(style.runs)
            self._known[code, "r"] = known
        return known


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """The properties of a run by layer: paragraph style, character style, direct."""

    defaults: Mapping[str, Element]
    layers: tuple[Mapping[str, Element], ...]

    @property
    def is_hidden(self) -> bool:
        return self._toggle("vanish")

    @property
    def font(self) -> str:
        element = self._nearest("rFonts")
        if element is None:
            return ""
        return element.get(f"{W}ascii") or element.get(f"{W}hAnsi") or ""

    def style(self, *, shade: str = "") -> Style:
        """Return what is seen; `shade` is the fill of the paragraph behind it."""
        underline = self._nearest("u")
        return Style(
            bold=self._toggle("b"),
            italic=self._toggle("i"),
            underline=underline is not None and value(underline, "single") not in OFF,
            colour=self._colour(),
            highlight=self._highlight() or shade,
            struck=self._toggle("strike") or self._toggle("dstrike"),
        )

    def _nearest(self, name: str) -> Element | None:
        for layer in (*reversed(self.layers), self.defaults):
            if name in layer:
                return layer[name]
        return None

    def _toggle(self, name: str) -> bool:
        """Direct formatting says it; else paragraph and character style cancel each other."""
        *styles, direct = self.layers
        if name in direct:
            return _is_on(direct[name])
        if name in self.defaults and _is_on(self.defaults[name]):
            return not any(name in layer and not _is_on(layer[name]) for layer in styles)
        return sum(name in layer and _is_on(layer[name]) for layer in styles) % 2 == 1

    def _colour(self) -> str:
        element = self._nearest("color")
        if element is None:
            return ""
        theme, told = element.get(f"{W}themeColor", ""), value(element)
        if theme in DARK_THEMES or (not theme and is_black(told)):
            return ""
        return told.upper() or theme

    def _highlight(self) -> str:
        element = self._nearest("highlight")
        if element is not None and value(element) not in OFF:
            return value(element)
        return fill(self._nearest("shd"))


def value(element: Element | None, missing: str = "") -> str:
    """Return the `w:val` of an element."""
    return missing if element is None else element.get(f"{W}val", missing)


def fill(element: Element | None) -> str:
    """Return the colour of a shading, empty for none or white."""
    told = "" if element is None else element.get(f"{W}fill", "")
    return "" if told in NO_FILL else told.upper()


def _children(element: Element | None) -> dict[str, Element]:
    return {} if element is None else {child.tag.removeprefix(W): child for child in element}


def _is_on(element: Element) -> bool:
    return value(element, "1") not in OFF


def is_black(told: str) -> bool:
    if told in BLACK:
        return True
    try:
        return all(int(told[at : at + 2], 16) < NEARLY_BLACK for at in (0, 2, 4))
    except ValueError:
        return False
