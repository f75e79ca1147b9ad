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
        raise CannotRead(
            where=place(questions.line), reason="“questions” phải là danh sách câu hỏi."
        )
    if len(questions.items) > MOST_QUESTIONS:
        raise CannotRead(reason=f"có hơn {MOST_QUESTIONS} câu hỏi.")
    raws = [_raw(node, number, found) for number, node in enumerate(questions.items, start=1)]
    reading = Reading(
        format=FORMAT, title=clean_line(about.get("title", "")) or None, problems=tuple(found)
    )
    return assembled(reading, raws, as_of=_day(about.get("as_of", "")))


def _frame(root: Node, found: Found) -> Mapping[str, Node]:
    frame = {name: node for name, _, node in _named(root)} if isinstance(root, Table) else {}
    schema = frame.get("schema")
    if not isinstance(schema, Scalar) or schema.told != SCHEMA:
        raise CannotRead(reason=f"thiếu dòng “schema: {SCHEMA}”; đây không phải tệp ngân hàng.")
    if "questions" not in frame:
        raise CannotRead(reason="thiếu phần “questions”.")
    found += _unknown_names(root, HEADER)
    return frame


def _about_bank(node: Node | None, found: Found) -> Mapping[str, str]:
    if node is None:
        return {}
    if not isinstance(node, Table):
        found.append(_of_file(node, "“bank” phải gồm code, title, as_of."))
        return {}
    found += _unknown_names(node, BANK)
    return {name: value.told for name, _, value in _named(node) if isinstance(value, Scalar)}


def _unknown_names(node: Node, known: Sequence[str]) -> Iterator[Problem]:
    for name, key, _ in _named(node):
        if name not in known:
            yield _of_file(key, f"Không có trường “{name[:80]}” ở đây{_meant(name, known)}.")


def _of_file(node: Node, message: str) -> Problem:
    where = place(node.line)
    return Problem(severity=Severity.WARNING, where=where, question=None, message=message)


def _raw(node: Node, number: int, found: Found) -> Raw:
    """Return the question at `node`, adding what cannot even be understood to `found`."""
    raw = Raw(number=number, where=place(node.line))
    if not isinstance(node, Table):
        found.append(raw.error("", f"Đây phải là một câu hỏi gồm các trường, {_shape(node)}."))
        return raw
    texts: dict[str, str] = {}
    parts: dict[str, Mapping[str, str] | tuple[Mapping[str, str], ...]] = {}
    places: dict[str, str] = {}
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
            message = f"Không có trường “{name[:80]}”{_meant(name, known)}."
            found.append(_at(key, raw, message))
        elif name in seen:
            found.append(_at(key, raw, f"Trường “{name}” có hai lần."))
        else:
            seen.add(name)
            yield name, key, value


def _text(name: str, value: Node, raw: Raw, found: Found) -> str:
    if isinstance(value, Scalar):
        return value.told
    if name == "answer" and isinstance(value, Row):
        return ", ".join(_text("đáp án", item, raw, found) for item in value.items)
    found.append(_at(value, raw, f"“{name}” phải là một dòng chữ, {_shape(value)}."))
    return ""


def _options(value: Node, raw: Raw, found: Found, places: dict[str, str]) -> Mapping[str, str]:
    if not isinstance(value, Table):
        found.append(_at(value, raw, f"“options” phải viết “A: …”, “B: …”, {_shape(value)}."))
        return {}
    options: dict[str, str] = {}
    for name, key, node in _named(value):
        letter = name.upper()
        if not LETTER.fullmatch(letter):
            found.append(_at(key, raw, f"“{name[:80]}” không phải chữ cái của phương án."))
        elif letter in options:
            found.append(_at(key, raw, f"Phương án {letter} có hai lần."))
        else:
            places[f"option {letter}"] = place(key.line)
            options[letter] = _text(f"phương án {letter}", node, raw, found)
    return options


def _citations(value: Node, raw: Raw, found: Found) -> tuple[Mapping[str, str], ...]:
    if isinstance(value, Scalar) and not value.told:
        return ()
    nodes = value.items if isinstance(value, Row) else [value]
    return tuple(_citation(node, raw, found) for node in nodes)


def _citation(node: Node, raw: Raw, found: Found) -> Mapping[str, str]:
    if not isinstance(node, Table):
        found.append(_at(node, raw, "“citation” phải gồm law, text, article…"))
        return {}
    return {
        name: _text(name, value, raw, found)
        for name, _, value in _fields(node, CITATION_FIELDS, raw, found)
    }


def _pictures(value: Node, raw: Raw, found: Found) -> tuple[Mapping[str, str], ...]:
    """Return which pictures a question shows; their bytes are on the server that wrote this."""
    if not isinstance(value, Row):
        found.append(_at(value, raw, f"“pictures” phải là một danh sách, {_shape(value)}."))
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


def _at(node: Node, raw: Raw, message: str) -> Problem:
    return Problem(
        severity=Severity.ERROR, where=place(node.line), question=raw.number, message=message
    )


def _shape(node: Node) -> str:
    if isinstance(node, Foreign):
        return f"không dùng {node.what}"
    return {Row: "không phải danh sách", Table: "không phải nhóm trường"}.get(
        type(node), "không phải dòng chữ"
    )


def _meant(name: str, known: Sequence[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"; có phải “{close[0]}”?" if close else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
