"""What a contestant may enter about themselves, and how a name is shown without consent. Pure.

Each check returns problems as (field of the form, Vietnamese words), none when all is well.
"""

import re
import unicodedata
from datetime import datetime
from itertools import pairwise

from quizapp.errors import N_
from quizapp.vietnamese import one_line

Problems = list[tuple[str, str]]

ERASED_NAME = N_("Người đã xóa dữ liệu")  # what stands in place of a name that was erased
ERASED_TEXT = "–"  # and of words
SHORTEST_NAME, LONGEST_NAME = 2, 80
LONGEST_UNIT_TEXT = 200
YOUNGEST, OLDEST = 14, 100  # years; the labour code lets nobody work regularly below 15
PIN = re.compile(r"[0-9]{6}")
# "An.com", "facebook.vn" – but not the dots of "Nguyễn V. A." or "Y.B. Êban".
ADDRESS = re.compile(r"\.[^\W\d_]{2,}")
# What people press when asked for six digits, beyond the patterns below.
PRESSED_PINS = """
102030 112358 121314 123321 147258 147369 159357 159753 246810 258369 258456 321456 456123 789456
963852
"""
COMMON_PINS = frozenset(PRESSED_PINS.split())


def check_name(name: str) -> Problems:
    """Refuse what cannot be a person's name: too short or long, digits, addresses, odd signs."""
    tidy = one_line(name)
    if not tidy:
        return [("name", N_("Hãy nhập họ và tên."))]
    if not SHORTEST_NAME <= len(tidy) <= LONGEST_NAME:
        return [("name", N_("Họ và tên dài từ 2 đến 80 ký tự."))]
    if not _is_spelled_as_a_name(tidy) or ADDRESS.search(tidy):
        return [("name", N_("Họ và tên chỉ gồm chữ cái, không có số, ký hiệu hay địa chỉ mạng."))]
    return []


def check_pin(pin: str, *, phone: str | None) -> Problems:
    """Refuse a PIN that is not six digits, or that others would guess first.

    `phone` is the person's own number as E.164 digits, None when it could not be read.
    """
    if not PIN.fullmatch(pin):
        return [("pin", N_("Mã PIN gồm đúng sáu chữ số."))]
    if phone is not None and pin in _local_digits(phone):
        return [("pin", N_("Mã PIN không được lấy từ số điện thoại của bạn."))]
    if _is_easily_guessed(pin):
        return [("pin", N_("Mã PIN này quá dễ đoán. Hãy chọn sáu chữ số khác."))]
    return []


def check_birth_year(year: int | None, *, at: datetime) -> Problems:
    """Refuse a year of birth nobody at work can have; None means that nobody asked."""
    if year is None or at.year - OLDEST <= year <= at.year - YOUNGEST:
        return []
    return [("birth_year", N_("Năm sinh không đúng. Hãy nhập bốn chữ số, ví dụ 1990."))]


def check_unit(unit_id: int | None, unit_text: str | None) -> Problems:
    """Ask for exactly one of a unit of the catalogue and the person's own words for it."""
    words = one_line(unit_text or "")
    if (unit_id is None) == (not words):
        return [("unit", N_("Hãy chọn đơn vị, hoặc ghi tên đơn vị nếu không tìm thấy."))]
    if len(words) > LONGEST_UNIT_TEXT:
        return [("unit", N_("Tên đơn vị dài nhất 200 ký tự."))]
    return []


def mask_name(name: str) -> str:
    """Return the name as shown without consent: "Nguyễn Văn An" → "Nguyễn V. A."

    A name of one word gives its first letter only.
    """
    words = one_line(name).split()
    shown = words[:1] if len(words) > 1 else []
    return " ".join(shown + [f"{_first_letter(word)}." for word in words[len(shown) :]])


def mask_phone(phone: str) -> str:
    """Return an E.164 number as shown to those who may not see it: "09xx xxx 678"."""
    digits = _local_digits(phone)
    return f"{digits[:2]}xx xxx {digits[-3:]}"


def _is_spelled_as_a_name(text: str) -> bool:
    """Letters (of any script), at most one loose mark after each, and the signs names need."""
    kinds = [unicodedata.category(char)[0] for char in text]
    if "L" not in kinds:
        return False
    pairs = pairwise(kinds)
    if kinds[0] == "M" or any(first == second == "M" for first, second in pairs):
        return False
    return all(kind in "LM" or char in " '’-." for kind, char in zip(kinds, text, strict=True))


def _first_letter(word: str) -> str:
    return next((char for char in word if char.isalpha()), word[0]).upper()


def _local_digits(phone: str) -> str:
    """Return the digits as they are dialled at home: +84912345678 → 0912345678."""
    return "0" + phone.removeprefix("+84")


def _is_easily_guessed(pin: str) -> bool:
    digits = [int(char) for char in pin]
    steps = {(after - before) % 10 for before, after in pairwise(digits)}
    is_run = len(steps) == 1 and steps <= {0, 1, 9}
    is_repeat = pin[:3] == pin[3:] or pin[:2] == pin[2:4] == pin[4:]
    is_pairs = pin[0::2] == pin[1::2]  # 112233
    return is_run or is_repeat or is_pairs or _is_year_twice(pin) or pin in COMMON_PINS


def _is_year_twice(pin: str) -> bool:
    """A year of birth and a part of it again: 199090, 901990, 198519."""
    for year, rest in ((pin[:4], pin[4:]), (pin[2:], pin[:2])):
        if 1930 <= int(year) <= 2029 and rest in {year[:2], year[2:]}:
            return True
    return False
