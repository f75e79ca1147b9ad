"""When rounds open and close: by the clock alone, in Vietnam's zone. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise

from quizapp.vietnamese import VIETNAM, day_in_vietnam

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class Phase(StrEnum):
    NOT_OPEN = "not_open"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """When a round is open: from `opens_at` (included) to `closes_at` (excluded), in UTC."""

    opens_at: datetime
    closes_at: datetime

    def phase(self, now: datetime) -> Phase:
        """Return where the round stands at `now`; the clock alone opens and closes it."""
        if now < self.opens_at:
            return Phase.NOT_OPEN
        return Phase.OPEN if now < self.closes_at else Phase.CLOSED

    def days(self) -> tuple[date, date]:
        """Return the first and last calendar day of the window, in Vietnam."""
        last = self.closes_at - timedelta(microseconds=1)
        return day_in_vietnam(self.opens_at), day_in_vietnam(last)


class BadMoment(Exception):
    """The text is not a moment; the message says what one looks like, in Vietnamese."""


def read_moment(text: str) -> datetime:
    """Return the moment that `text` means, in UTC; without a zone it is Vietnam's time.

    `2026-11-23 07:00`, `23/11/2026 07:00`, or ISO 8601 with a zone. `24:00` (or `24h00`) of a day
    is 00:00 of the next. Raises BadMoment.
    """
    cleaned = re.sub(r"(\d)h(\d\d)", r"\1:\2", text.strip())
    cleaned = re.sub(r"^(\d{1,2})/(\d{1,2})/(\d{4})", r"\3-\2-\1", cleaned)
    whole = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})[ T](\d{1,2}):(\d\d)(?::(\d\d))?", cleaned)
    try:
        if whole is None:
            at = datetime.fromisoformat(cleaned)
            return (at if at.tzinfo else at.replace(tzinfo=VIETNAM)).astimezone(UTC)
        year, month, day, hour, minute, second = (int(part or 0) for part in whole.groups())
        is_midnight_after = (hour, minute, second) == (24, 0, 0)
        start = datetime(year, month, day, 0 if is_midnight_after else hour, minute, second)  # noqa: DTZ001 - the zone is put on below
        at = start + timedelta(days=1) if is_midnight_after else start
        return at.replace(tzinfo=VIETNAM).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadMoment(
            f"“{text}” không phải ngày giờ; ví dụ: 2026-11-23 07:00, 23/11/2026 24:00"
        ) from error


def preset_windows(schedule: Mapping[str, object], *, after: datetime) -> list[Window]:
    """Return the windows of a preset's `rounds`, the first one opening at or after `after`.

    `schedule` is one of {"count": 3, "unit": "week", "opens": "Mon 07:00", "closes": "Sun 21:00"},
    {"count": 1, "days": 30} (whole days from midnight), and
    {"windows": ["15:30 d1 - 23:59 d5", …]} (day 1 is the first that begins at or after `after`).
    Raises BadMoment when it is of another form.
    """
    if "windows" in schedule:
        return _windows_of_days(schedule["windows"], after)
    if "days" in schedule:
        return _whole_days(schedule, after)
    return _weekly_windows(schedule, after)


def _weekly_windows(schedule: Mapping[str, object], after: datetime) -> list[Window]:
    count, unit = schedule.get("count"), schedule.get("unit")
    if not isinstance(count, int) or not 1 <= count <= 60 or unit != "week":
        raise BadMoment("rounds: cần count (1-60), unit: week, opens và closes, ví dụ “Mon 07:00”")
    first = _next(str(schedule.get("opens")), after)
    last = _next(str(schedule.get("closes")).removesuffix(" next"), first)
    weeks = [timedelta(weeks=week) for week in range(count)]
    return [Window(opens_at=first + week, closes_at=last + week) for week in weeks]


def _whole_days(schedule: Mapping[str, object], after: datetime) -> list[Window]:
    count, days = schedule.get("count", 1), schedule["days"]
    if not isinstance(count, int) or not isinstance(days, int) or not 1 <= count <= 60:
        raise BadMoment("rounds: cần count (1-60) và days, số ngày của mỗi vòng")
    first = _at_time(after, time())
    return [
        Window(
            opens_at=first + timedelta(days=days * n),
            closes_at=first + timedelta(days=days * n + days),
        )
        for n in range(count)
    ]


def _windows_of_days(texts: object, after: datetime) -> list[Window]:
    if not isinstance(texts, list) or not texts:
        raise BadMoment("rounds.windows: cần danh sách khoảng, ví dụ “15:30 d1 - 23:59 d5”")
    form = re.compile(r"(\d\d):(\d\d) d(\d+) - (\d\d):(\d\d) d(\d+)")
    matches = [form.fullmatch(str(text)) for text in texts]
    numbers = [[int(part) for part in match.groups()] for match in matches if match]
    if len(numbers) < len(texts):
        raise BadMoment(f"rounds.windows: {texts} không có dạng “15:30 d1 - 23:59 d5”")
    opens = _at_time(after, time(hour=numbers[0][0], minute=numbers[0][1])) - timedelta(
        days=numbers[0][2]
    )
    midnight = opens - timedelta(hours=numbers[0][0], minutes=numbers[0][1])

    def moment(hour: int, minute: int, day: int) -> datetime:
        return midnight + timedelta(days=day, hours=hour, minutes=minute)

    return [Window(opens_at=moment(*six[:3]), closes_at=moment(*six[3:])) for six in numbers]


def _at_time(after: datetime, of_day: time) -> datetime:
    """Return the first moment at or after another that has this time of day in Vietnam."""
    local = after.astimezone(VIETNAM)
    at = datetime.combine(local.date(), of_day, tzinfo=VIETNAM)
    return (at if at >= local else at + timedelta(days=1)).astimezone(UTC)


def _next(weekly: str, after: datetime) -> datetime:
    """Return the first `Mon 07:00` at or after a moment."""
    match = re.fullmatch(r"(\w{3}) (\d\d):(\d\d)", weekly)
    if match is None or match[1] not in WEEKDAYS:
        raise BadMoment(f"“{weekly}” không phải thứ và giờ, ví dụ “Mon 07:00”")
    local = after.astimezone(VIETNAM)
    day: date = local.date() + timedelta(days=(WEEKDAYS.index(match[1]) - local.weekday()) % 7)
    at = datetime(day.year, day.month, day.day, int(match[2]), int(match[3]), tzinfo=VIETNAM)
    return (at if at >= local else at + timedelta(weeks=1)).astimezone(UTC)


def schedule_problem(windows: Sequence[Window]) -> str | None:
    """Return what is wrong with the rounds' windows, in Vietnamese, or None."""
    if not windows:
        return "cần ít nhất một vòng"
    for window in windows:
        if window.opens_at >= window.closes_at:
            return "giờ mở phải trước giờ đóng"
    for earlier, later in pairwise(windows):
        if later.opens_at < earlier.closes_at:
            return "các vòng không được chồng lên nhau"
    return None
