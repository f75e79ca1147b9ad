"""Sentences that remember how they were put together, for readers of either language.

A rule or a reader of files says what is wrong long before anybody looks at it, and for whoever
will: the Vietnamese sentence travels and is stored with what it was made of.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Self

PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
WORDS = "{words}"  # the text of what is no sentence of ours
KEYS = {"text", "facts"}
PLAIN = (str, int)
DEEPEST = 50  # a sentence within a sentence; "A hoặc B hoặc …" is one per letter


class Said(str):
    """A sentence in Vietnamese. It was made of `text`, a key of the translation catalogue with
    `{fact}` places, and `facts`, which may be sentences themselves.
    """

    __slots__ = ("facts", "text")
    text: str
    facts: "Mapping[str, Fact]"

    def __new__(cls, text: str, facts: "Mapping[str, Fact]") -> Self:
        made = super().__new__(cls, text.format_map(facts))
        made.text, made.facts = text, facts
        return made

    def __reduce__(self) -> tuple[type["Said"], tuple[str, "Mapping[str, Fact]"]]:
        return Said, (self.text, self.facts)


Fact = str | int | Said


def said(text: str, **facts: Fact) -> Said:
    """Say `text`, marked by N_ for the catalogue, with `facts` at its places."""
    return Said(text, facts)


def verbatim(words: str) -> Said:
    """Say words that are the same in every language: those of a file, or of an earlier release."""
    return Said(WORDS, {"words": words})


def is_verbatim(words: str) -> bool:
    """Tell whether words are the same in every language, no sentence that can be told in each."""
    return not isinstance(words, Said) or words.text == WORDS


NOTHING_SAID = verbatim("")


def listed(parts: Sequence[Fact]) -> Said:
    """Say one after the other, with commas."""
    facts = {f"part_{place}": part for place, part in enumerate(parts)}
    return Said(", ".join(f"{{{name}}}" for name in facts), facts)


def packed(words: str) -> object:
    """Return words as JSON takes them; `unpacked` gives equal ones."""
    if not isinstance(words, Said) or is_verbatim(words):
        return str(words)
    facts = {
        name: packed(fact) if isinstance(fact, str) else fact for name, fact in words.facts.items()
    }
    return {"text": words.text, "facts": facts}


def unpacked(told: object) -> Said:
    """Return what `packed` was given; a plain text is what releases before 0042 stored.

    Raises ValueError for what it never gives: whoever took over the process that reads a file
    must not have the one that shows its problems evaluate anything, or write without end.
    """
    return _unpacked(told, DEEPEST)


def written(words: str) -> str:
    """Return words as a column of text takes them; `read` gives equal ones."""
    told = packed(words)
    return told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)


def read(text: str) -> Said:
    """Return what `written` was given; as `unpacked` does, take what is no JSON as it stands."""
    try:
        told = json.loads(text)
    except ValueError:
        return verbatim(text)
    return unpacked(told) if isinstance(told, dict) else verbatim(text)


def _unpacked(told: object, deepest: int) -> Said:
    # No match statement: it takes as long as all the rest, forty thousand times a review.
    if isinstance(told, str):
        return verbatim(told)
    if isinstance(told, dict) and told.keys() == KEYS and deepest:
        text, facts = told["text"], told["facts"]
        if isinstance(text, str) and isinstance(facts, dict):
            return _remade(text, facts, deepest - 1)
    raise ValueError("no sentence")


def _remade(text: str, facts: Mapping[str, object], deepest: int) -> Said:
    made: dict[str, Fact] = {
        name: fact if isinstance(fact, PLAIN) else _unpacked(fact, deepest)
        for name, fact in facts.items()
    }
    once, again = _places(text)
    if not once <= made.keys() or (again and not all(isinstance(made[one], int) for one in again)):
        raise ValueError("no facts of this sentence")
    return Said(text, made)


@lru_cache(maxsize=1000)
def _places(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of the facts in a text, and of those that stand there more than once.

    Raises ValueError where braces hold anything but a name: `{x.__class__}`, `{x:>999999999}`.
    """
    if set(PLACE.sub("", text)) & set("{}"):
        raise ValueError("no text of the catalogue")
    names = PLACE.findall(text)
    return frozenset(names), frozenset(name for name in names if names.count(name) > 1)
