"""What changed from one version of a bank to another, question by question. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import StrEnum

from quizapp.banks.rules import CITATION_FIELDS, LETTERS, Content, positions_of


class Verb(StrEnum):
    STAYS = "stays"
    GOES = "goes"
    COMES = "comes"


TELLING = frozenset({"answer", "explanation", "citation"})
MARKS = {Verb.STAYS: "{}", Verb.GOES: "[-{}-]", Verb.COMES: "{{+{}+}}"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A stretch of words that stand in both texts, only in the older or only in the newer."""

    verb: Verb
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One field of a question; an empty text means it was or is not there."""

    field: str
    before: str
    after: str

    @property
    def marked(self) -> str:
        """Show both texts in one, word by word: `[-gone-]` and `{+new+}`."""
        return marked(self.before, self.after)

    @property
    def pieces(self) -> list[Piece]:
        """Return both texts in one, word by word."""
        return pieces(self.before, self.after)


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    """A question in both versions whose content differs; `code` is the newer one."""

    code: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """Added in the newer order, removed in the older, changed in the newer.

    `is_reordered`: the questions in both versions stand in another order.
    """

    added: tuple[Content, ...]
    removed: tuple[Content, ...]
    changed: tuple[Changed, ...]
    is_reordered: bool


def compare(before: Sequence[Content], after: Sequence[Content]) -> Difference:
    """Return what differs. A question is the same one by its stem, else by its code.

    The stem comes first because codes made from row numbers move when a row is put in between.
    """
    pairs = _pairs(before, after)
    olds = [pairs[index] for index in range(len(after)) if index in pairs]
    changed = (
        Changed(code=after[new].code, changes=_changes(before[pairs[new]], after[new]))
        for new in sorted(pairs)
    )
    return Difference(
        added=tuple(one for index, one in enumerate(after) if index not in pairs),
        removed=tuple(one for index, one in enumerate(before) if index not in set(olds)),
        changed=tuple(one for one in changed if one.changes),
        is_reordered=olds != sorted(olds),
    )


def without_keys(found: Difference) -> Difference:
    """Return what differs apart from right options and what tells them."""
    changed = (
        replace(one, changes=tuple(change for change in one.changes if change.field not in TELLING))
        for one in found.changed
    )
    return replace(found, changed=tuple(one for one in changed if one.changes))


def marked(before: str, after: str) -> str:
    """Return one text with the words only in `before` as `[-…-]` and only in `after` as `{+…+}`."""
    return " ".join(MARKS[piece.verb].format(piece.words) for piece in pieces(before, after))


def pieces(before: str, after: str) -> list[Piece]:
    """Return both texts in one, word by word, as stretches that stay, go and come."""
    old, new = before.split(), after.split()
    found = []
    for verb, old_from, old_to, new_from, new_to in SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        if verb == "equal":
            found.append(Piece(verb=Verb.STAYS, words=" ".join(old[old_from:old_to])))
            continue
        if old_to > old_from:
            found.append(Piece(verb=Verb.GOES, words=" ".join(old[old_from:old_to])))
        if new_to > new_from:
            found.append(Piece(verb=Verb.COMES, words=" ".join(new[new_from:new_to])))
    return found


def _pairs(before: Sequence[Content], after: Sequence[Content]) -> dict[int, int]:
    """Return positions in `after` → positions in `before` of the same question."""
    pairs: dict[int, int] = {}
    free = dict(enumerate(before))
    for key in (
        lambda one: (one.code, one.stem),
        lambda one: (one.stem, one.options),
        lambda one: one.stem,
        lambda one: one.code,
    ):
        places: dict[object, int] = {}
        for index, one in reversed(free.items()):
            places[key(one)] = index
        for index, one in enumerate(after):
            if index not in pairs and key(one) in places:
                pairs[index] = places.pop(key(one))
                del free[pairs[index]]
    return pairs


def _changes(before: Content, after: Content) -> tuple[Change, ...]:
    old, new = _texts(before), _texts(after)
    names = list(dict.fromkeys((*old, *new)))
    texts = ((name, old.get(name, ""), new.get(name, "")) for name in names)
    return tuple(
        Change(field=name, before=was, after=now) for name, was, now in texts if was != now
    )


def _texts(one: Content) -> Mapping[str, str]:
    return {
        "code": one.code,
        "kind": one.kind,
        "stem": one.stem,
        **{f"option {letter}": text for letter, text in zip(LETTERS, one.options, strict=False)},
        "answer": "; ".join(
            f"{LETTERS[place]}. {one.options[place]}" for place in positions_of(one.right)
        ),
        "fixed_order": "true" if one.fixed_order else "false",
        "topic": one.topic or "",
        "difficulty": one.difficulty or "",
        "explanation": one.explanation or "",
        "citation": " | ".join(_citation(citation) for citation in one.citations),
        "pictures": " | ".join(_picture(picture) for picture in one.pictures),
        "valid_from": str(one.valid_from or ""),
        "valid_to": str(one.valid_to or ""),
    }


def _picture(picture: Mapping[str, str]) -> str:
    return f"{picture['option']} {picture['alt']} ({picture['digest'][:12]})".strip()


def _citation(citation: Mapping[str, str]) -> str:
    told = ((name, citation[name]) for name in CITATION_FIELDS if name in citation)
    return ", ".join(value if name == "text" else f"{name} {value}" for name, value in told)
