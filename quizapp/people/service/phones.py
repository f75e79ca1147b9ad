"""Phone numbers as people write them."""

import re

import phonenumbers

from quizapp.errors import N_
from quizapp.people.rules.entry import Problems

# Letters would be taken as the keys of a dial ("0912-VINA"), other scripts' digits as digits.
WRITTEN = re.compile(r"[0-9+() .\-]{8,24}")
# By shape, not by the list of networks: a prefix given out last month is a worker's number too.
MOBILE = re.compile(r"[35789][0-9]{8}")
# Whom people call may have a desk: area codes begin with 02, national services are 1800 and 1900.
CALLABLE = re.compile(r"[35789][0-9]{8}|2[0-9]{9}|1[89]00[0-9]{4,6}")


def read_phone(text: str) -> str | None:
    """Return a Vietnamese mobile number as E.164, None when `text` is not one."""
    number = _read(text)
    if number is None or not MOBILE.fullmatch(str(number.national_number)):
        return None
    return f"+84{number.national_number}"


def read_hotline(text: str) -> str | None:
    """Return a number that anybody in Vietnam can call, as it is shown: "024 3942 1794", or None.

    Mobile, of a desk with its area, or of a service that begins with 1800 or 1900.
    """
    number = _read(text)
    if number is None or not CALLABLE.fullmatch(str(number.national_number)):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)


def check_hotline(text: str) -> list[tuple[str, str]]:
    """Return what is wrong with a number to call, which may be left out: (words, what to do)."""
    if not text.strip() or read_hotline(text) is not None:
        return []
    fix = N_("Ghi số di động, số cố định có mã vùng, hoặc số 1800, 1900; ví dụ 024 3942 1794.")
    return [(N_("Số điện thoại không đúng."), fix)]


def _read(text: str) -> phonenumbers.PhoneNumber | None:
    """Return a number of Vietnam without an extension, whoever has it."""
    written = " ".join(text.split())
    if not WRITTEN.fullmatch(written):
        return None
    if written.startswith("84"):  # the country's code with its plus forgotten
        written = f"+{written}"
    try:
        number = phonenumbers.parse(written, "VN")
    except phonenumbers.NumberParseException:
        return None
    return None if number.country_code != 84 or number.extension else number


def is_phone(text: str) -> bool:
    """Say whether the text is a Vietnamese mobile number as people write them."""
    return read_phone(text) is not None


def check_phone(text: str) -> Problems:
    """Refuse what is not a Vietnamese mobile number."""
    if read_phone(text) is None:
        return [("phone", N_("Số điện thoại không đúng. Hãy nhập số di động, ví dụ 0912 345 678."))]
    return []
