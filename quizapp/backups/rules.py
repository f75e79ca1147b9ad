"""When a backup is due, which old ones are thrown away, what a file is called. Pure."""

import re
from collections.abc import Collection, Iterable
from datetime import datetime, time, timedelta
from typing import Any

from quizapp.vietnamese import VIETNAM

LATE_AFTER = timedelta(hours=26)  # a day, and the two hours that a large one may take
AGAIN_AFTER = timedelta(hours=1)  # one that failed is tried again
NAMED = re.compile(r"quizapp-(\d{4}-\d\d-\d\d-\d{6})\.tar\.gz\.age")
STAMP = "%Y-%m-%d-%H%M%S"


def file_name(at: datetime) -> str:
    """Return `quizapp-2026-11-29-020013.tar.gz.age`: the moment in Vietnam, and how it is read."""
    return f"quizapp-{stamp(at)}.tar.gz.age"


def stamp(at: datetime) -> str:
    """Return the moment in Vietnam as it stands in names of files and in the log."""
    return at.astimezone(VIETNAM).strftime(STAMP)


def moment_of(name: str) -> datetime | None:
    """Return when a file of this name was made; None for files that are not ours."""
    found = NAMED.fullmatch(name)
    try:
        return None if found is None else _moment(found[1])
    except ValueError:
        return None


def is_due(
    *, now: datetime, hour: int, last_good: datetime | None, last_try: datetime | None
) -> bool:
    """Tell whether none was made since the last time it struck `hour` in Vietnam.

    A machine that slept at that hour makes it when it wakes.
    """
    if last_try is not None and now - last_try < AGAIN_AFTER:
        return False
    return last_good is None or last_good < _last_strike(now, hour)


def is_late(age: timedelta | None) -> bool:
    """Tell whether people are to be warned: the newest is too old, or there is none."""
    return age is None or age > LATE_AFTER


def superseded(made: Collection[datetime], *, days: int, weeks: int) -> set[datetime]:
    """Return those to throw away: all but the newest of each of the last days and weeks.

    Counted are days and weeks with a backup, so that a machine that was off for a month keeps what
    it has. The newest is always kept.
    """
    newest_first = sorted(made, reverse=True)
    kept = set(newest_first[:1])
    kept |= _newest_of_each(newest_first, days, lambda at: at.date())
    kept |= _newest_of_each(newest_first, weeks, lambda at: at.isocalendar()[:2])
    return set(made) - kept


def _newest_of_each(newest_first: Iterable[datetime], most: int, group: Any) -> set[datetime]:
    first: dict[Any, datetime] = {}
    for at in newest_first:
        first.setdefault(group(at.astimezone(VIETNAM)), at)
    return set(list(first.values())[:most])


def _last_strike(now: datetime, hour: int) -> datetime:
    here = now.astimezone(VIETNAM)
    struck = datetime.combine(here.date(), time(hour), tzinfo=VIETNAM)
    return struck if struck <= here else struck - timedelta(days=1)


def _moment(text: str) -> datetime:
    return datetime.strptime(text, STAMP).replace(tzinfo=VIETNAM)
