"""YAML as a plain tree with line numbers: no tags, no aliases, no objects, every scalar a text.

A bank needs nothing else, and texts stay as typed: `05` is not 5, `no` is not false. Events come
from libyaml: 5,000 questions take about a second, with a parser in Python they took twenty.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from quizapp.banks.errors import CannotRead
from quizapp.errors import N_
from quizapp.said import Said, said

DEEPEST = 12
MOST_NODES = 2_000_000
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
NULLS = {"", "~", "null", "Null", "NULL"}


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text; `is_plain` when it stood without quotes."""

    line: int
    text: str
    is_plain: bool

    @property
    def told(self) -> str:
        """The text, empty where YAML says null."""
        return "" if self.is_plain and self.text in NULLS else self.text


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping, in the order of the file; a key may stand twice."""

    line: int
    items: "tuple[tuple[Node, Node], ...]"


@dataclass(frozen=True, slots=True)
class Row:
    """A sequence."""

    line: int
    items: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Foreign:
    """Something YAML knows and a bank does not: an alias or a tag, named in `what`."""

    line: int
    what: Said


Node = Scalar | Table | Row | Foreign


def compose(text: str) -> Node:
    """Return the tree of the one document in `text`. Raises CannotRead, naming the line."""
    try:
        return _compose(text)
    except yaml.reader.ReaderError as error:
        # The position counts bytes with libyaml and characters without.
        line = text.encode()[: error.position].count(b"\n") + 1
        raise CannotRead(
            where=place(line), reason=said(N_("có ký tự không được phép trong YAML."))
        ) from error
    except yaml.MarkedYAMLError as error:
        raise _in_words(error) from error


def place(line: int) -> Said:
    """Return how people are told of a line."""
    return said(N_("dòng {n}"), n=line)


class _Growing:
    """A mapping or sequence whose end has not come yet."""

    def __init__(self, event: yaml.CollectionStartEvent, line: int) -> None:
        self.is_table = isinstance(event, yaml.MappingStartEvent)
        self.line = line
        self.foreign = _foreign(event, line)
        self.nodes: list[Node] = []

    def grown(self) -> Node:
        if self.foreign:
            return self.foreign
        if self.is_table:
            keys, values = self.nodes[::2], self.nodes[1::2]
            return Table(self.line, tuple(zip(keys, values, strict=True)))
        return Row(self.line, tuple(self.nodes))


def _compose(text: str) -> Node:
    growing: list[_Growing] = []
    roots: list[Node] = []
    for line, event in _bounded(text):
        node: Node
        if isinstance(event, yaml.ScalarEvent):
            node = _foreign(event, line) or Scalar(line, event.value, not event.style)
        elif isinstance(event, yaml.CollectionStartEvent):
            if len(growing) >= DEEPEST:
                text = N_("lồng quá sâu (hơn {most} bậc).")
                raise CannotRead(where=place(line), reason=said(text, most=DEEPEST))
            growing.append(_Growing(event, line))
            continue
        elif isinstance(event, yaml.CollectionEndEvent):
            node = growing.pop().grown()
        elif isinstance(event, yaml.AliasEvent):
            node = Foreign(line, said(N_("bí danh “*{name}”"), name=event.anchor))
        else:
            continue
        (growing[-1].nodes if growing else roots).append(node)
    if len(roots) != 1:
        raise CannotRead(reason=said(N_("tệp YAML phải có đúng một tài liệu.")))
    return roots[0]


def _bounded(text: str) -> Iterator[tuple[int, yaml.Event]]:
    for count, event in enumerate(yaml.parse(text, Loader=LOADER)):
        line = event.start_mark.line + 1
        if count > MOST_NODES:
            raise CannotRead(where=place(line), reason=said(N_("tệp có quá nhiều mục.")))
        yield line, event


def _foreign(event: yaml.NodeEvent, line: int) -> Foreign | None:
    """Return what stands for a node with a tag; an anchor alone does no harm."""
    return Foreign(line, said(N_("thẻ “{name}”"), name=event.tag)) if event.tag else None


def _in_words(error: yaml.MarkedYAMLError) -> CannotRead:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    begun = error.context_mark.line + 1 if error.context_mark else line
    if begun == line:
        text = N_(
            "YAML sai cú pháp ở đây hoặc ngay trên; xem lại thụt dòng, dấu hai chấm, dấu ngoặc "
            "({problem})."
        )
        return CannotRead(where=place(line), reason=said(text, problem=str(error.problem)))
    text = N_(
        "YAML sai cú pháp ở đây hoặc ngay trên, phần bắt đầu ở dòng {begun}; xem lại thụt dòng, "
        "dấu hai chấm, dấu ngoặc ({problem})."
    )
    reason = said(text, begun=begun, problem=str(error.problem))
    return CannotRead(where=place(line), reason=reason)
