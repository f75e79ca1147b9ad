"""How many questions two bank versions have in common: versions never change, so counted once.

Two banks of ten thousand questions take a second or two. A deed that needs to know has them
compared before its transaction (`compares_first`), so that nobody waits for it behind a write.
"""

import threading
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import replace
from functools import wraps
from typing import ParamSpec, TypeVar

from quizapp.banks import service as banks
from quizapp.banks.rules.duplicates import Asked, asked_in_version, find_twins
from quizapp.banks.service import QuestionCard
from quizapp.db import end_reads, is_writing, kept_for_good

P = ParamSpec("P")
R = TypeVar("R")
Pair = tuple[int, int]  # ids of two versions: the one practised with, the one asked in earnest
SHELF = "shared_questions"
IN_EARNEST, PRACTISED = "r:", "p:"
TRIES = 5  # each finds versions that were published since the one before
_COMPARING = threading.Lock()
_COMES_AGAIN: ContextVar[bool] = ContextVar("a deed that is not ready comes again", default=False)


class NotCompared(Exception):
    """A write needs counts that this process does not have yet."""


def compares_first(ahead: Callable[P, None]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let `ahead` count what a deed needs, before the deed's transaction begins.

    Stands above `@writes`, and is given what the deed is given. What was published meanwhile has
    another id: the deed finds it lacking, is undone, and both are done once more.
    """

    def around(deed: Callable[P, R]) -> Callable[P, R]:
        @wraps(deed)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
            for _ in range(TRIES):
                ahead(*args, **kwargs)
                end_reads()
                token = _COMES_AGAIN.set(True)
                try:
                    return deed(*args, **kwargs)
                except NotCompared:
                    continue
                finally:
                    _COMES_AGAIN.reset(token)
            return deed(*args, **kwargs)

        return wrapper

    return around


def expect_compared(pairs: Sequence[Pair]) -> None:
    """Raise NotCompared in a deed that comes again, when a write would have to compare."""
    shelf = kept_for_good(SHELF)
    if _COMES_AGAIN.get() and is_writing() and not all(pair in shelf for pair in pairs):
        raise NotCompared


def count_shared(practised: int, asked: int) -> int:
    """Return how many questions of a practice version another version has too, word for word or
    nearly so.
    """
    expect_compared([(practised, asked)])
    return _compare(practised, asked)


def _compare(practised: int, asked: int) -> int:
    shelf = kept_for_good(SHELF)
    with _COMPARING:  # after a restart one thread does it, not all
        if (practised, asked) not in shelf:
            shelf[practised, asked] = len(
                _alike(banks.get_questions(practised), banks.get_questions(asked))
            )
    count: int = shelf[practised, asked]
    return count


def _alike(practised: Sequence[QuestionCard], asked: Sequence[QuestionCard]) -> set[str]:
    """Return the codes of practised questions that are asked too."""
    same = {_exactly(one) for one in asked}
    known = [_named(one, IN_EARNEST) for one in asked]
    twins = find_twins([_named(one, PRACTISED) for one in practised], known)
    near = {
        str(twin.second).removeprefix(PRACTISED)
        for twin in twins
        if str(twin.first).startswith(IN_EARNEST)
    }
    return near | {one.code for one in practised if _exactly(one) in same}


def _named(one: QuestionCard, where: str) -> Asked:
    return replace(asked_in_version(one), name=f"{where}{one.code}")


def _exactly(one: QuestionCard) -> tuple[str, frozenset[str]]:
    return one.stem, frozenset(one.options)
