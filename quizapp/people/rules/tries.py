"""How often a secret may be tried: a growing delay per person, a high limit per address. Pure.

Nobody is locked out for good: a lock would be a weapon against others in a contest.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

FREE_FAILURES = 5
LONGEST_DELAY = timedelta(minutes=15)
# A person's failures are forgotten after a quiet day.
QUIET = timedelta(days=1)
# A whole factory sits behind one address, so only failures count and the limit is high.
SOURCE_FAILURES = 200
SOURCE_WINDOW = timedelta(minutes=5)
# Files that one session brings: far more than a person chooses one after the other.
UPLOADS = 20
UPLOAD_WINDOW = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tries:
    """Failures counted since `counted_since`; the next try is heard from `next_try_at` on."""

    failures: int
    counted_since: datetime
    last_failed_at: datetime
    next_try_at: datetime


def no_tries(at: datetime) -> Tries:
    """Return the count of somebody who has not failed yet."""
    return Tries(failures=0, counted_since=at, last_failed_at=at, next_try_at=at)


def wait_before_try(tries: Tries | None, *, now: datetime) -> int:
    """Return the whole seconds to wait before a try is heard, rounded up; 0 means now.

    `now` may lie a little before the last failure: a request reads its clock, hashes, then asks.
    A failure that delays nobody must not delay that one.
    """
    if tries is None or now >= tries.next_try_at or tries.next_try_at <= tries.last_failed_at:
        return 0
    return ceil((tries.next_try_at - now).total_seconds())


def after_failure_of_person(tries: Tries, *, now: datetime) -> Tries:
    """Count one more failure: the first five are free, then 1 s, 2 s, 4 s … up to 15 minutes."""
    if now - tries.last_failed_at >= QUIET:
        tries = no_tries(now)
    failures = tries.failures + 1
    return Tries(
        failures=failures,
        counted_since=tries.counted_since,
        last_failed_at=now,
        next_try_at=now + delay_after(failures),
    )


def after_failure_of_source(tries: Tries, *, now: datetime) -> Tries:
    """Count one more failure from an address; the 200th within five minutes closes the window."""
    if now - tries.counted_since >= SOURCE_WINDOW:
        tries = no_tries(now)
    failures = tries.failures + 1
    is_full = failures >= SOURCE_FAILURES
    return Tries(
        failures=failures,
        counted_since=tries.counted_since,
        last_failed_at=now,
        next_try_at=tries.counted_since + SOURCE_WINDOW if is_full else now,
    )


def after_upload(uploads: Tries, *, now: datetime) -> Tries:
    """Count one more file of a session; the 20th within ten minutes closes the window."""
    if now - uploads.counted_since >= UPLOAD_WINDOW:
        uploads = no_tries(now)
    count = uploads.failures + 1
    return Tries(
        failures=count,
        counted_since=uploads.counted_since,
        last_failed_at=now,
        next_try_at=uploads.counted_since + UPLOAD_WINDOW if count >= UPLOADS else now,
    )


def delay_after(failures: int) -> timedelta:
    """Return how long the next try must wait after so many failures."""
    if failures <= FREE_FAILURES:
        return timedelta(0)
    doublings = min(failures - FREE_FAILURES - 1, 20)  # 2 ** 20 s is far past the longest delay
    return min(timedelta(seconds=2**doublings), LONGEST_DELAY)
