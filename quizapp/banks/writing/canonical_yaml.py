"""Writes `schema: quizbank/1`: read back, it has the same digest."""

from collections.abc import Mapping, Sequence

import yaml

from quizapp.banks.rules import (
    CITATION_FIELDS,
    LETTERS,
    PICTURE_FIELDS,
    SCHEMA,
    Content,
    letters_of,
)
from quizapp.banks.rules.fixed_order import keeps_order

# One line per text: a folded line would show as changed when a word before it changes.
NEVER_FOLD = 1_000_000


class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc] # libyaml's class where it is built in
    """Writes a value that stands twice twice: readers take no aliases."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True


def write(questions: Sequence[Content], *, code: str, title: str, number: int) -> bytes:
    """Return the file in UTF-8."""
    bank = {"code": code, "title": title, "version": number, "language": "vi"}
    body = {
        "schema": SCHEMA,
        "bank": bank,
        "questions": [_question(question) for question in questions],
    }
    text: str = yaml.dump(
        body, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=NEVER_FOLD
    )
    return text.encode()


def _question(one: Content) -> dict[str, object]:
    told: dict[str, object] = {
        "id": one.code,
        "type": str(one.kind),
        "topic": one.topic,
        "difficulty": str(one.difficulty) if one.difficulty else None,
        "stem": one.stem,
        "options": dict(zip(LETTERS, one.options, strict=False)),
        "answer": letters_of(one.right),
        "explanation": one.explanation,
        "citation": _citation(one.citations),
        "pictures": [{name: picture[name] for name in PICTURE_FIELDS} for picture in one.pictures]
        or None,
        "valid_from": one.valid_from,
        "valid_to": one.valid_to,
    }
    if one.fixed_order != keeps_order(one.options):
        told["fixed_order"] = one.fixed_order
    return {name: value for name, value in told.items() if value is not None}


def _citation(citations: Sequence[Mapping[str, str]]) -> object:
    written = [
        {name: _number_or_text(one[name]) for name in CITATION_FIELDS if name in one}
        for one in citations
    ]
    return (written[0] if len(written) == 1 else written) or None


def _number_or_text(text: str) -> int | str:
    """Write article 20 without quotes, as people do; the reader takes every scalar as a text."""
    is_number = text.isascii() and text.isdecimal() and (text == "0" or text[0] != "0")
    return int(text) if is_number and len(text) < 10 else text
