"""Following arrows: from a unit to its parent, from an ended unit to its successor."""

from collections.abc import Mapping
from typing import TypeVar

Key = TypeVar("Key", int, str)


def ends_of(next_of: Mapping[Key, Key]) -> dict[Key, Key]:
    """Return for every key the last one its arrows lead to.

    A key whose arrows run in a circle stands for itself: nothing else would be less wrong.
    """
    circles = circles_of(next_of)
    ends: dict[Key, Key] = {}
    for start in next_of:
        way, key = [start], start
        while key in next_of and key not in circles and key not in ends:
            key = next_of[key]
            way.append(key)
        end = ends.get(key, key)
        ends.update((passed, passed if passed in circles else end) for passed in way)
    return {start: ends[start] for start in next_of}


def circles_of(next_of: Mapping[Key, Key]) -> frozenset[Key]:
    """Return the keys that their own arrows lead back to."""
    found: set[Key] = set()
    settled: set[Key] = set()
    for start in next_of:
        way: dict[Key, int] = {}
        key = start
        while key in next_of and key not in settled and key not in way:
            way[key] = len(way)
            key = next_of[key]
        if key in way:
            found.update(passed for passed, step in way.items() if step >= way[key])
        settled.update(way)
    return frozenset(found)
