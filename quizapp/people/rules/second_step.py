"""The second step of signing in: which codes count when, and how recovery codes look. Pure."""

import re
from datetime import datetime

STEP_SECONDS = 30
DIGITS = re.compile(r"[0-9]{6}")
# Without what is taken for something else when copied by hand: 0 o, 1 l i, 2 z, 5 s.
RECOVERY_LETTERS = "abcdefghjkmnpqrtuvwxy346789"
RECOVERY_CODES = 10
RECOVERY_LENGTH = 10  # 47 bits


def steps_heard(now: datetime, *, last_step: int) -> list[int]:
    """Return the steps whose code is taken now: the present one and its neighbours, not used yet.

    A phone's clock may be half a minute off. A code that was taken is never taken again, nor one
    before it: who looked over a shoulder gains nothing.
    """
    present = int(now.timestamp()) // STEP_SECONDS
    return [step for step in (present, present - 1, present + 1) if step > last_step]


def tidy_code(typed: str) -> str:
    """Return a code as it is compared: people group digits and letters by spaces and hyphens."""
    return "".join(char for char in typed.lower() if char.isalnum())


def is_of_device(code: str) -> bool:
    """Tell a device's code (six digits) from a recovery code."""
    return DIGITS.fullmatch(code) is not None


def grouped(code: str) -> str:
    """Return a recovery code as it is shown: `abcde-fghjk`."""
    half = len(code) // 2
    return f"{code[:half]}-{code[half:]}"
