"""Vietnamese of the nineties: TCVN3 (ABC) and VNI, decided once per document. Pure.

Both hold Vietnamese letters in places where Unicode has others, and look right only in their fonts
(".VnTime", "VNI-Times"). Which one it is follows from the fonts; where no font is told, from words:
what becomes Vietnamese syllables in one of them, and is none as it stands.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from unicodedata import is_normalized, normalize

from quizapp.banks.rules import Problem, Severity
from quizapp.banks.rules.documents import Line, Style, line_of
from quizapp.errors import N_
from quizapp.said import NOTHING_SAID, Said, said
from quizapp.vietnamese import syllable

TCVN3_FROM = (
    "¡¢£¤¥¦§¨©ª«¬\xad®¯µ¶·¸¹º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ"
)
TCVN3_TO = (
    "ĂÂÊÔƠƯĐăâêôơưđẰàảãáạẲằẳẵắẴẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịòỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ"
)
TCVN3: Mapping[str, str] = dict(zip(TCVN3_FROM, TCVN3_TO, strict=True))
# VNI writes a base letter and then its marks: "aù" is "á", "aá" is "ấ".
VNI_MARKS = {
    "ù": "\u0301",
    "ø": "\u0300",
    "û": "\u0309",
    "õ": "\u0303",
    "ï": "\u0323",
    "â": "\u0302",
    "á": "\u0302\u0301",
    "à": "\u0302\u0300",
    "å": "\u0302\u0309",
    "ã": "\u0302\u0303",
    "ä": "\u0302\u0323",
    "ê": "\u0306",
    "é": "\u0306\u0301",
    "è": "\u0306\u0300",
    "ú": "\u0306\u0309",
    "ü": "\u0306\u0303",
    "ë": "\u0306\u0323",
}
VNI_BASES = frozenset("aeouyAEOUYôöÔÖ")
VNI_ALONE = dict(zip("ôöñíìæóòîÔÖÑÍÌÆÓÒÎ", "ơưđíìỉĩịỵƠƯĐÍÌỈĨỊỴ", strict=True))
BETWEEN = re.compile(r"[\s;,|/\"()]+")
EDGES = ".,;:!?()[]{}\"'“”‘’…-–/\\*+=%<>|0123456789"
SYLLABLE = re.compile(
    r"(?:ngh|gh|ng|nh|ch|tr|th|ph|kh|gi|qu|[bcdđghklmnpqrstvx])?"
    r"(?:[aăâeêioôơuưy]|ai|ao|au|ay|âu|ây|eo|êu|i[aêu]|iêu|o[aăeiô]|oa[iyo]|oe[o]|ôi|ơi|oo"
    r"|u[aâêiôơy]|uây|uy[aêu]|uôi|ư[aơiu]|ươ[iu]|yê|yêu)"
    r"(?:ch|ng|nh|[cmnpt])?"
)
SURE = 0.9
UNLIKELY = 0.5
ENOUGH_WORDS = 4
LONGEST_SAMPLE = 200_000
SAMPLES = 3


class Piece(NamedTuple):
    """Text of one look, in a font ("" where it is not told)."""

    text: str
    style: Style
    font: str


# Chat programs put them before a letter, which then begins no line any more.
NO_WIDTH = str.maketrans({"\xa0": " "} | dict.fromkeys("\u200b\u2060\ufeff", ""))


@dataclass(frozen=True, kw_only=True, slots=True)
class Script:
    """How the letters of a document are to be read; `name` is empty for Unicode."""

    name: str = ""
    by_font: bool = False
    problems: tuple[Problem, ...] = ()

    def line(self, pieces: Sequence[Piece], **about: object) -> Line:
        """Return the line of these pieces in Unicode."""
        return line_of(((self.text(one), one.style) for one in pieces), **about)

    def text(self, piece: Piece) -> str:
        """Return the text of a piece in Unicode."""
        text = piece.text.translate(NO_WIDTH)
        if not self.name or text.isascii() or _is_unicode(text):
            is_capitals = self.name == "TCVN3" and _is_capitals(piece.font)
            return text.upper() if is_capitals else text
        if self.by_font and script_of_font(piece.font) != self.name:
            return text
        converted = CONVERTED[self.name](text)
        return converted.upper() if _is_capitals(piece.font) else converted


def script_of(pieces: Sequence[Piece]) -> Script:
    """Decide how a whole document is to be read, and tell it with samples."""
    fonts = Counter[str]()
    for piece in pieces:
        if not piece.text.isascii() and not _is_unicode(piece.text):
            fonts[script_of_font(piece.font)] += len(piece.text)
    told = [name for name, _ in fonts.most_common() if name and _fits(name, pieces)]
    if told:
        script = Script(name=told[0], by_font=True)
    else:
        script = Script(name=script_by_words("".join(_with_ends(pieces))))
    problems = _told(script, pieces) if script.name else _decomposed(pieces)
    return Script(name=script.name, by_font=script.by_font, problems=tuple(problems))


def _fits(name: str, pieces: Sequence[Piece]) -> bool:
    """Say whether the words in such fonts become Vietnamese: Unicode may stand in them too."""
    words = [
        word
        for piece in pieces
        if script_of_font(piece.font) == name
        for word in marked_words(piece.text)
    ]
    converted = share_of_syllables([CONVERTED[name](word) for word in words])
    return converted > share_of_syllables(words)


def script_of_font(font: str) -> str:
    """Return the encoding that a font is made for, empty for Unicode."""
    name = font.strip().lower()
    if name.startswith(".vn"):
        return "TCVN3"
    return "VNI" if name.startswith("vni") else ""


def from_tcvn3(text: str) -> str:
    """Return a text of TCVN3 (as Latin-1 shows it) in Unicode."""
    return "".join(TCVN3.get(char, char) for char in text)


def from_vni(text: str) -> str:
    """Return a text of VNI (as Latin-1 shows it) in Unicode."""
    written: list[str] = []
    for index, char in enumerate(text):
        before = text[index - 1] if index else ""
        mark = VNI_MARKS.get(char.lower()) if before in VNI_BASES else None
        written.append(mark or VNI_ALONE.get(char, char))
    return normalize("NFC", "".join(written))


CONVERTED = {"TCVN3": from_tcvn3, "VNI": from_vni}


def share_of_syllables(words: Sequence[str]) -> float:
    """Return which part of the words are written as Vietnamese syllables are, 0 to 1."""
    counts = Counter(words)
    right = (count for word, count in counts.items() if SYLLABLE.fullmatch(syllable(word)[0]))
    return sum(right) / len(words) if words else 0.0


def marked_words(text: str) -> list[str]:
    """Return the words with a letter beyond ASCII."""
    words = (word.strip(EDGES) for word in BETWEEN.split(text[:LONGEST_SAMPLE]))
    return [word for word in words if word and not word.isascii()]


def script_by_words(text: str) -> str:
    """Return the old encoding in which most words are Vietnamese, empty for none."""
    words = marked_words(text)
    if len(words) < ENOUGH_WORDS or share_of_syllables(words) > UNLIKELY:
        return ""
    shares = {
        name: share_of_syllables([convert(word) for word in words])
        for name, convert in CONVERTED.items()
    }
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] >= SURE else ""


def _with_ends(pieces: Sequence[Piece]) -> Iterable[str]:
    for piece in pieces:
        yield piece.text
        yield " " if piece.text.endswith((".", "?", ":")) else ""


def _is_unicode(text: str) -> bool:
    """Say whether a text holds a letter that neither old encoding can have."""
    return any(char > "\xff" and char not in "–—‘’“”•…Œœ™" for char in text)


def _is_capitals(font: str) -> bool:
    name = font.strip().lower()
    return name.startswith(".vn") and name.endswith("h")


def _told(script: Script, pieces: Sequence[Piece]) -> Iterable[Problem]:
    pairs = ((one.text.strip(), script.text(one).strip()) for one in pieces)
    samples = [f"“{old[:40]}” → “{new[:40]}”" for old, new in pairs if old != new][:SAMPLES]
    text = N_("Tệp dùng bảng mã cũ {name}, đã chuyển sang Unicode: {samples}.")
    yield _note(said(text, name=script.name, samples="; ".join(samples)))


def _decomposed(pieces: Sequence[Piece]) -> Iterable[Problem]:
    samples = [one.text.strip()[:40] for one in pieces if not is_normalized("NFC", one.text)]
    if samples:
        shown = "; ".join(f"“{normalize('NFC', sample)}”" for sample in samples[:SAMPLES])
        text = N_("Tệp dùng Unicode tổ hợp, đã chuyển sang dựng sẵn: {samples}.")
        yield _note(said(text, samples=shown))


def _note(message: Said) -> Problem:
    return Problem(severity=Severity.WARNING, where=NOTHING_SAID, question=None, message=message)
