"""Hashing passwords, two at a time at most: a storm of sign-ins must not take the whole machine."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from quizapp.people.errors import Busy
from quizapp.people.rules.organisers import tidy_password

# OWASP's argon2id of the smallest memory: about 15 ms; the library's defaults take ten times that.
HASHER = PasswordHasher(time_cost=5, memory_cost=7 * 1024, parallelism=1)
POOL = threading.BoundedSemaphore(2)
# Of the eight threads of a process (gunicorn.conf.py) at most four hash or wait to: in a storm of
# sign-ins the others go on answering those who take part.
DOOR = threading.BoundedSemaphore(4)
LONGEST_WAIT = 5.0  # seconds
# The hash of a random password nobody knows: unknown phones cost what known ones cost.
NOBODYS_HASH = (
    "$argon2id$v=19$m=7168,t=5,p=1$YwRTdQIQg8YCmj70xEIb2g"
    "$b/EfCv61sROKiCRMkyYJPa3ZfCJUD76zrArdzozrfbg"
)


def hash_password(password: str) -> str:
    """Return the argon2id hash to store. Raises Busy. Never call inside a write transaction."""
    with _turn():
        return HASHER.hash(tidy_password(password))


def is_password(password: str, *, stored: str | None) -> bool:
    """Compare with a stored hash; None does the same work and says no. Raises Busy.

    Never call inside a write transaction: SQLite's only writer would wait for the hashing.
    """
    with _turn():
        try:
            HASHER.verify(stored or NOBODYS_HASH, tidy_password(password))
        except VerifyMismatchError:
            return False
    return stored is not None


@contextmanager
def _turn() -> Iterator[None]:
    if not DOOR.acquire(blocking=False):
        raise Busy
    try:
        if not POOL.acquire(timeout=LONGEST_WAIT):
            raise Busy
        try:
            yield
        finally:
            POOL.release()
    finally:
        DOOR.release()
