"""Days as people write them and as banks store them, `31/12/2026` and `2026-12-31`. Pure."""

import re
from datetime import date

DAYS = ("valid_from", "valid_to")  # fields of a question
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")
VIETNAMESE_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


def day_in(text: str) -> date | None:
    """Return the day that a bank stores as `text`, None where that is none of the calendar."""
    if not ISO_DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def as_stored(text: str) -> str:
    """Return `31/12/2026` as `2026-12-31`; what is no day stays as it was written."""
    match = VIETNAMESE_DAY.fullmatch(text.strip())
    iso = f"{match[3]}-{int(match[2]):02d}-{int(match[1]):02d}" if match else ""
    return iso if day_in(iso) else text


def as_people_write(text: str) -> str:
    """Return `2026-12-31` as `31/12/2026`; what is no day stays as it was written."""
    day = day_in(text)
    return f"{day:%d/%m/%Y}" if day else text
