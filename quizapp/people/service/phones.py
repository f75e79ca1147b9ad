"""Phone numbers as people write them."""

import re

import phonenumbers

from quizapp.errors import N_
from quizapp.people.rules.entry import Problems

# Letters would be taken as the keys of a dial ("0912-VINA"), other scripts' digits as digits.
WRITTEN = re.compile(r"[0-9+() .\-]{9,24}")
# By shape, not by the list of networks: a prefix given out last month is a worker's number too.
MOBILE = re.compile(r"[35789][0-9]{8}")


def read_phone(text: str) -> str | None:
    """Return a Vietnamese mobile number as E.164, None when `text` is not one."""
    written = " ".join(text.split())
    if not WRITTEN.fullmatch(written):
        return None
    if written.startswith("84"):  # the country's code with its plus forgotten
        written = f"+{written}"
    try:
        number = phonenumbers.parse(written, "VN")
    except phonenumbers.NumberParseException:
        return None
    national = str(number.national_number)
    if number.country_code != 84 or number.extension or not MOBILE.fullmatch(national):
        return None
    return f"+84{national}"


def is_phone(text: str) -> bool:
    """Say whether the text is a Vietnamese mobile number as people write them."""
    return read_phone(text) is not None


def check_phone(text: str) -> Problems:
    """Refuse what is not a Vietnamese mobile number."""
    if read_phone(text) is None:
        return [("phone", N_("Số điện thoại không đúng. Hãy nhập số di động, ví dụ 0912 345 678."))]
    return []
