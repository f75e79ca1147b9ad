"""Vietnamese text (one spelling, a key to search by, a key to sort by) and Vietnam's days. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}  # huyền hỏi ngã sắc nặng
# The order of the root collation of Unicode (CLDR), for what may stand in a name or a title.
PUNCTUATION = "_-–—,;:!?.…·'‘’\"“”()[]{}@*/\\&#%`^+<=>|~$€"
RANK = {letter: 0x40 + rank for rank, letter in enumerate(LETTERS)}
RANK |= {mark: 0x03 + rank for rank, mark in enumerate(PUNCTUATION)}
UNSEEN = {"Cc", "Cf"}
AFTER_LETTERS = b"\x7f"
FOREIGN_MARK = 6
# Old fonts and some keyboards give the Icelandic eth, which looks like đ and never is meant.
STROKED_D = str.maketrans({"ð": "đ", "Ð": "Đ", "ɖ": "đ", "Ɖ": "Đ"})
# Applied to decomposed small letters: đ and its look-alikes lose their stroke, marks are dropped.
BARE = str.maketrans(dict.fromkeys("đðɖ", "d") | dict.fromkeys(map(chr, range(0x300, 0x370))))
WORD = re.compile(r"[^\W_]+")


def day_in_vietnam(at: datetime) -> date:
    """Return the calendar day of a moment where laws and units begin and end: in Vietnam."""
    return at.astimezone(VIETNAM).date()


def one_line(text: str) -> str:
    """Return `text` in composed Unicode (NFC), with runs of white space as one space.

    Characters that cannot be seen (zero width, direction marks, NUL) are dropped: they come along
    from chat programs, and PostgreSQL refuses a NUL.
    """
    line = " ".join(unicodedata.normalize("NFC", text).split())
    if line.isprintable():
        return line
    seen = "".join(char for char in line if unicodedata.category(char) not in UNSEEN)
    return " ".join(unicodedata.normalize("NFC", seen).split())


def fold(text: str) -> str:
    """Return the key people search by: no marks, no case, `đ` as `d`, single spaces.

    Without marks the two ways to place a tone (`hòa`, `hoà`) are one.
    """
    return unicodedata.normalize("NFD", one_line(text).casefold()).translate(BARE)


def words_of(folded: str) -> list[str]:
    """Return the runs of letters and digits in a folded text, in order."""
    return WORD.findall(folded)


def initials(text: str) -> str:
    """Return the first letters of the words, folded: what an abbreviation is made of."""
    return initials_of(words_of(fold(text)))


def initials_of(words: Iterable[str]) -> str:
    """Return the first letters of folded words; a number stays whole: `May 10` gives `m10`."""
    return "".join(word if word.isdigit() else word[0] for word in words)


def syllable(word: str) -> tuple[str, int]:
    """Return the small letters of `word` without its tone, and the tone (0 to 5).

    The same for both ways to place a tone (`hòa`, `hoà`), different for `hoa` and `hóa`.
    """
    decomposed = unicodedata.normalize("NFD", word.translate(STROKED_D).lower())
    tone = next((TONES[mark] for mark in decomposed if mark in TONES), 0)
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if c not in TONES)), tone


def sort_key(text: str) -> bytes:
    """Return bytes that sort as a Vietnamese dictionary does: letters, then tones, then case.

    Equal to ICU's `vi` order for what names are made of: Vietnamese letters (and the same letters
    with foreign marks), digits, spaces, the usual punctuation. Anything else comes last.
    """
    weights = [_weigh(char) for char in unicodedata.normalize("NFC", text)]
    return b"\0".join(b"".join(level) for level in zip(*weights, strict=True)) or b"\0\0"


def name_sort_key(name: str) -> bytes:
    """Return the key of a person's name: given name (last word), then family, then middle."""
    words = one_line(name).split() or [""]
    family, middle, given = words[0], " ".join(words[1:-1]), words[-1]
    return b"\0\0".join(sort_key(part) for part in (given, family, middle))


def name_search_key(name: str) -> bytes:
    """Return the key a person is searched by: the words without marks, the given name first.

    `an van` begins the keys of everybody whose name ends in `Văn An`.
    """
    return " ".join(reversed(words_of(fold(name)))).encode()


@lru_cache(maxsize=4096)
def _weigh(char: str) -> tuple[bytes, bytes, bytes]:
    """Return the weights of a character's letter, tone and case; none holds a zero byte."""
    small = char.translate(STROKED_D).lower()
    letter, tone = _letter_and_tone(small)
    return letter, bytes([1 + tone]), b"\1" if char == char.lower() else b"\2"


def _letter_and_tone(small: str) -> tuple[bytes, int]:
    letter, tone = syllable(small)
    if letter in RANK:
        return bytes([RANK[letter]]), tone
    if letter.isspace():
        return b"\x02", 0
    if letter.isdigit():
        return bytes([0x34 + unicodedata.digit(letter[0])]), 0
    base = unicodedata.normalize("NFD", letter)[0]
    if base in RANK:
        return bytes([RANK[base]]), FOREIGN_MARK
    return AFTER_LETTERS + letter.encode(), 0
