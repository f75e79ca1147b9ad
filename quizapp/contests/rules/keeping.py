"""How long a contest keeps personal data, as it is typed. Pure."""

USUAL_MONTHS, MOST_MONTHS = 12, 120


def check_months(text: str) -> list[tuple[str, str]]:
    """Return what is wrong with a number of months as (words, what to do), in Vietnamese."""
    if not text or _number(text) is not None:
        return []
    fix = f"Ghi số tháng, hoặc để trống để giữ {USUAL_MONTHS} tháng."
    return [(f"Thời gian giữ dữ liệu phải là số tháng từ 1 đến {MOST_MONTHS}.", fix)]


def read_months(text: str) -> int:
    """Return the number of months; the usual one where none is typed, or none that can be."""
    return _number(text) or USUAL_MONTHS


def _number(text: str) -> int | None:
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(MOST_MONTHS))
    return int(text) if is_number and 1 <= int(text) <= MOST_MONTHS else None
