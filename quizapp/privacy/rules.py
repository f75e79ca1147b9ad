"""What the law gives people over their data, and by when. Pure.

Law 91/2025/QH15 and decree 356/2025/NĐ-CP, article 5: an answer within 2 working days; a consent
taken back within 15 days; seen, corrected or handed out within 10; erased within 20.
"""

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from quizapp.errors import N_
from quizapp.vietnamese import VIETNAM, day_in_vietnam

ANSWER_WORKING_DAYS = 2
SATURDAY = 5
SOON = timedelta(days=3)
SHORTEST_REASON, LONGEST_REASON = 3, 300


class Kind(StrEnum):
    """Which right is used."""

    CORRECT = "correct"
    WITHDRAW = "withdraw"
    EXPORT = "export"
    ERASE = "erase"


class State(StrEnum):
    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"


class Field(StrEnum):
    """What people may ask to have corrected."""

    NAME = "name"
    UNIT = "unit"
    BIRTH_YEAR = "birth_year"


class Urgency(StrEnum):
    """How an open request stands to its two days; the law was broken from `unanswered` on."""

    OVERDUE = "overdue"
    UNANSWERED = "unanswered"
    SOON = "soon"
    CALM = "calm"


DAYS = {Kind.CORRECT: 10, Kind.EXPORT: 10, Kind.WITHDRAW: 15, Kind.ERASE: 20}


def answer_by(asked_on: date) -> date:
    """Return the last day for an answer: the second working day after the one it was asked on.

    Public holidays count as working days here, so the day is never later than the law's.
    """
    day, left = asked_on, ANSWER_WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < SATURDAY
    return day


def done_by(kind: Kind, asked_on: date) -> date:
    """Return the last day for doing what was asked; the day of asking is not counted."""
    return asked_on + timedelta(days=DAYS[kind])


def urgency(*, answer_by: date, done_by: date, today: date) -> Urgency:
    """Return how a request that is still open stands today."""
    if today > done_by:
        return Urgency.OVERDUE
    if today > answer_by:
        return Urgency.UNANSWERED
    return Urgency.SOON if done_by - today <= SOON else Urgency.CALM


def kept_until(last_close: datetime, months: int) -> datetime:
    """Return when the data of a contest have been kept long enough.

    The end of the day, in Vietnam, that many months after the day its last round closed; where the
    month has no such day, of its last.
    """
    day = day_in_vietnam(last_close)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    return datetime.combine(last + timedelta(days=1), time(), tzinfo=VIETNAM)


def reason_problem(reason: str) -> str | None:
    """Return what is wrong with an answer that refuses or explains, None when it can be taken."""
    if len(reason) < SHORTEST_REASON:
        return N_("Hãy ghi lý do: người gửi yêu cầu đọc được lý do này.")
    if len(reason) > LONGEST_REASON:
        return N_("Lý do dài nhất 300 ký tự.")
    return None
