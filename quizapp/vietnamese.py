"""Vietnamese text: one spelling, a key to search by, a key to sort by. Pure."""

import unicodedata

LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}  # huyền hỏi ngã sắc nặng
RANK = {letter: rank for rank, letter in enumerate(LETTERS)}
PLAIN_D = str.maketrans({"đ": "d", "Đ": "D"})


def one_line(text: str) -> str:
    """Return `text` in composed Unicode (NFC), with runs of white space as one space."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def fold(text: str) -> str:
    """Return the key people search by: no marks, no case, `đ` as `d`, single spaces.

    Without marks the two ways to place a tone (`hòa`, `hoà`) are one.
    """
    decomposed = unicodedata.normalize("NFD", text.translate(PLAIN_D))
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(bare.casefold().split())


def initials(text: str) -> str:
    """Return the first letters of the words, folded: what an abbreviation is made of."""
    words = "".join(char if char.isalnum() else " " for char in fold(text)).split()
    return "".join(word if word.isdigit() else word[0] for word in words)


def sort_key(text: str) -> bytes:
    """Return bytes that sort as a Vietnamese dictionary does: letters, then tones, then case.

    Equal to ICU's `vi` order for names (letters, digits, spaces, hyphens).
    """
    letters, tones, cases = bytearray(), bytearray(), bytearray()
    for char in unicodedata.normalize("NFC", text):
        letter, tone = _split_tone(char.lower())
        letters.append(_weight(letter))
        tones.append(tone + 1)
        cases.append(2 if char != char.lower() else 1)
    return bytes(letters) + b"\0" + bytes(tones) + b"\0" + bytes(cases)


def name_sort_key(name: str) -> bytes:
    """Return the key of a person's name: given name (last word), then family, then middle."""
    words = one_line(name).split() or [""]
    family, middle, given = words[0], " ".join(words[1:-1]), words[-1]
    return b"\0\0".join(sort_key(part) for part in (given, family, middle))


def _split_tone(char: str) -> tuple[str, int]:
    decomposed = unicodedata.normalize("NFD", char)
    tone = next((TONES[mark] for mark in decomposed if mark in TONES), 0)
    rest = "".join(mark for mark in decomposed if mark not in TONES)
    return unicodedata.normalize("NFC", rest), tone


def _weight(letter: str) -> int:
    if letter in RANK:
        return 0x40 + RANK[letter]
    if letter.isspace():
        return 2
    if letter.isdigit():
        return 0x20 + unicodedata.digit(letter, 0)
    return 3 + min(ord(letter[0]) % 16, 15)
