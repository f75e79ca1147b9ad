"""Reads our own YAML, `schema: quizbank/1` (docs/bank-format.md): problems name their lines."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches

from quizapp.banks.errors import CannotRead
from quizapp.banks.reading.yaml_nodes import Foreign, Node, Row, Scalar, Table, compose, place
from quizapp.banks.rules import (
    CITATION_FIELDS,
    PICTURE_FIELDS,
    SCHEMA,
    Problem,
    Raw,
    Reading,
    Severity,
)
from quizapp.banks.rules.checking import assembled
from quizapp.banks.rules.cleaning import clean_line
from quizapp.errors import N_
from quizapp.said import Said, said

FORMAT = "yaml"
MOST_QUESTIONS = 20_000
HEADER = ("schema", "bank", "laws", "questions")
BANK = ("code", "title", "version", "language", "as_of")
# Names in the file → names of Raw.
TEXTS = {
    "id": "code",
    "type": "kind",
    "topic": "topic",
    "difficulty": "difficulty",
    "stem": "stem",
    "answer": "answer",
    "explanation": "explanation",
    "valid_from": "valid_from",
    "valid_to": "valid_to",
    "fixed_order": "fixed_order",
}
# What editors write for each other: it stays in the file and is not published.
NOTES = ("confidence", "checked", "source_phrase", "note", "stale_from")
FIELDS = (*TEXTS, "options", "citation", "pictures", *NOTES)
LETTER = re.compile(r"[A-Za-z]")
Found = list[Problem]


def is_mine(content: bytes) -> bool:
    """Say whether these bytes may be YAML: any text without NUL in UTF-8."""
    try:
        return "\0" not in content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False


def read(content: bytes) -> Reading:
    """Return drafts and problems of a canonical file.

    Raises CannotRead for what is no YAML (with the line) or lacks the schema's frame.
    """
    root = compose(content.decode("utf-8-sig"))
    found: Found = []
    frame = _frame(root, found)
    about = _about_bank(frame.get("bank"), found)
    questions = frame["questions"]
    if not isinstance(questions, Row) or not questions.items:
        text = N_("“questions” phải là danh sách câu hỏi.")
        raise CannotRead(where=place(questions.line), reason=said(text))
    if len(questions.items) > MOST_QUESTIONS:
        raise CannotRead(reason=said(N_("có hơn {most} câu hỏi."), most=MOST_QUESTIONS))
    raws = [_raw(node, number, found) for number, node in enumerate(questions.items, start=1)]
    reading = Reading(
        format=FORMAT, title=clean_line(about.get("title", "")) or None, problems=tuple(found)
    )
    return assembled(reading, raws, as_of=_day(about.get("as_of", "")))


def _frame(root: Node, found: Found) -> Mapping[str, Node]:
    frame = {name: node for name, _, node in _named(root)} if isinstance(root, Table) else {}
    schema = frame.get("schema")
    if not isinstance(schema, Scalar) or schema.told != SCHEMA:
        text = N_("thiếu dòng “schema: {schema}”; đây không phải tệp ngân hàng.")
        raise CannotRead(reason=said(text, schema=SCHEMA))
    if "questions" not in frame:
        raise CannotRead(reason=said(N_("thiếu phần “questions”.")))
    found += _unknown_names(root, HEADER)
    return frame


def _about_bank(node: Node | None, found: Found) -> Mapping[str, str]:
    if node is None:
        return {}
    if not isinstance(node, Table):
        found.append(_of_file(node, said(N_("“bank” phải gồm code, title, as_of."))))
        return {}
    found += _unknown_names(node, BANK)
    return {name: value.told for name, _, value in _named(node) if isinstance(value, Scalar)}


def _unknown_names(node: Node, known: Sequence[str]) -> Iterator[Problem]:
    for name, key, _ in _named(node):
        if name not in known:
            yield _of_file(key, _unknown_here(name, known))


def _of_file(node: Node, message: Said) -> Problem:
    where = place(node.line)
    return Problem(severity=Severity.WARNING, where=where, question=None, message=message)


def _raw(node: Node, number: int, found: Found) -> Raw:
    """Return the question at `node`, adding what cannot even be understood to `found`."""
    raw = Raw(number=number, where=place(node.line))
    if not isinstance(node, Table):
        text = N_("Đây phải là một câu hỏi gồm các trường, {shape}.")
        found.append(raw.error("", said(text, shape=_shape(node))))
        return raw
    texts: dict[str, str] = {}
    parts: dict[str, Mapping[str, str] | tuple[Mapping[str, str], ...]] = {}
    places: dict[str, Said] = {}
    for name, key, value in _fields(node, FIELDS, raw, found):
        places[TEXTS.get(name, name)] = place(key.line)
        if name in TEXTS:
            texts[TEXTS[name]] = _text(name, value, raw, found)
        elif name == "options":
            parts["options"] = _options(value, raw, found, places)
        elif name == "citation":
            parts["citations"] = _citations(value, raw, found)
        elif name == "pictures":
            parts["pictures"] = _pictures(value, raw, found)
    return Raw(number=number, where=raw.where, places=places, **texts, **parts)  # type: ignore[arg-type] # the keys are fields of Raw, see TEXTS


def _fields(
    node: Table, known: Sequence[str], raw: Raw, found: Found
) -> Iterator[tuple[str, Node, Node]]:
    """Yield name, key and value of the fields we know, each once; the others are problems."""
    seen: set[str] = set()
    for name, key, value in _named(node):
        if name not in known:
            found.append(_at(key, raw, _unknown(name, known)))
        elif name in seen:
            found.append(_at(key, raw, said(N_("Trường “{name}” có hai lần."), name=name)))
        else:
            seen.add(name)
            yield name, key, value


def _text(name: str | Said, value: Node, raw: Raw, found: Found) -> str:
    if isinstance(value, Scalar):
        return value.told
    if name == "answer" and isinstance(value, Row):
        return ", ".join(_text(said(N_("đáp án")), item, raw, found) for item in value.items)
    text = N_("“{name}” phải là một dòng chữ, {shape}.")
    found.append(_at(value, raw, said(text, name=name, shape=_shape(value))))
    return ""


def _options(value: Node, raw: Raw, found: Found, places: dict[str, Said]) -> Mapping[str, str]:
    if not isinstance(value, Table):
        text = N_("“options” phải viết “A: …”, “B: …”, {shape}.")
        found.append(_at(value, raw, said(text, shape=_shape(value))))
        return {}
    options: dict[str, str] = {}
    for name, key, node in _named(value):
        letter = name.upper()
        if not LETTER.fullmatch(letter):
            text = N_("“{name}” không phải chữ cái của phương án.")
            found.append(_at(key, raw, said(text, name=name[:80])))
        elif letter in options:
            text = N_("Phương án {letter} có hai lần.")
            found.append(_at(key, raw, said(text, letter=letter)))
        else:
            places[f"option {letter}"] = place(key.line)
            called = said(N_("phương án {letter}"), letter=letter)
            options[letter] = _text(called, node, raw, found)
    return options


def _citations(value: Node, raw: Raw, found: Found) -> tuple[Mapping[str, str], ...]:
    if isinstance(value, Scalar) and not value.told:
        return ()
    nodes = value.items if isinstance(value, Row) else [value]
    return tuple(_citation(node, raw, found) for node in nodes)


def _citation(node: Node, raw: Raw, found: Found) -> Mapping[str, str]:
    if not isinstance(node, Table):
        found.append(_at(node, raw, said(N_("“citation” phải gồm law, text, article…"))))
        return {}
    return {
        name: _text(name, value, raw, found)
        for name, _, value in _fields(node, CITATION_FIELDS, raw, found)
    }


def _pictures(value: Node, raw: Raw, found: Found) -> tuple[Mapping[str, str], ...]:
    """Return which pictures a question shows; their bytes are on the server that wrote this."""
    if not isinstance(value, Row):
        text = N_("“pictures” phải là một danh sách, {shape}.")
        found.append(_at(value, raw, said(text, shape=_shape(value))))
        return ()
    return tuple(
        {
            name: _text(name, part, raw, found)
            for name, _, part in _fields(node, PICTURE_FIELDS, raw, found)
        }
        for node in value.items
        if isinstance(node, Table)
    )


def _named(node: Node) -> Iterator[tuple[str, Node, Node]]:
    """Yield the name of each key, the key and its value; a key that is no text is named so."""
    for key, value in node.items if isinstance(node, Table) else ():
        yield (key.text if isinstance(key, Scalar) else "?"), key, value


def _at(node: Node, raw: Raw, message: Said) -> Problem:
    return Problem(
        severity=Severity.ERROR, where=place(node.line), question=raw.number, message=message
    )


def _shape(node: Node) -> Said:
    """Return what stands where something else should, to be told after a comma."""
    if isinstance(node, Foreign):
        return said(N_("không dùng {what}"), what=node.what)
    if isinstance(node, Row):
        return said(N_("không phải danh sách"))
    if isinstance(node, Table):
        return said(N_("không phải nhóm trường"))
    return said(N_("không phải dòng chữ"))


def _unknown_here(name: str, known: Sequence[str]) -> Said:
    close = get_close_matches(name, known, n=1)
    if close:
        text = N_("Không có trường “{name}” ở đây; có phải “{close}”?")
        return said(text, name=name[:80], close=close[0])
    return said(N_("Không có trường “{name}” ở đây."), name=name[:80])


def _unknown(name: str, known: Sequence[str]) -> Said:
    close = get_close_matches(name, known, n=1)
    if close:
        text = N_("Không có trường “{name}”; có phải “{close}”?")
        return said(text, name=name[:80], close=close[0])
    return said(N_("Không có trường “{name}”."), name=name[:80])


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
