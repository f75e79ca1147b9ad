"""What the objects of the log are called where people read it; the log itself holds ids only.

Features register how theirs are named, from above:

    @names_of("contest")
    def name_contests(ids: Collection[str], at: datetime) -> Mapping[str, Named]: …
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """What an object is called now, and the units it belongs to: who may read about it."""

    words: str
    unit_ids: frozenset[int]


Namer = Callable[[Collection[str], datetime], Mapping[str, Named]]
_namers: dict[str, Namer] = {}


def names_of(kind: str) -> Callable[[Namer], Namer]:
    """Make a function the one that names objects of a kind ("contest" of "contest:3").

    It gets ids as they stand in the log and returns those it knows. Register it in a module that
    `service/__init__` of the feature imports. Raises ValueError for a second one.
    """

    def put(namer: Namer) -> Namer:
        if _namers.setdefault(kind, namer) is not namer:
            raise ValueError(f"two ways to name {kind!r}")
        return namer

    return put


def kinds_named() -> frozenset[str]:
    """Return the kinds of objects that somebody names."""
    return frozenset(_namers)


def name_objects(objects: Collection[str], *, at: datetime) -> Mapping[str, Named]:
    """Return object → its name; what nobody knows (any more) is left out."""
    by_kind: dict[str, set[str]] = {}
    for one in objects:
        kind, _, key = one.partition(":")
        by_kind.setdefault(kind, set()).add(key)
    return {
        f"{kind}:{key}": named
        for kind, keys in by_kind.items()
        if kind in _namers
        for key, named in _namers[kind](keys, at).items()
    }
