"""Cuts a document into questions, keys and headings. Pure.

Where some line begins with "Câu 5", only such lines begin questions and "1." may be an option;
where none does, a bare "5." begins one; without even that, each first option ends a stem.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from quizapp.banks.rules.documents import PICTURE, Grid, Line, Part, key_lists
from quizapp.banks.rules.documents.found import shortened
from quizapp.banks.rules.documents.key_lists import Entry
from quizapp.banks.rules.documents.labels import (
    END,
    TOPIC,
    Labels,
    bare_start,
    marks_within,
    option_marks,
    question_start,
    topic_in,
)
from quizapp.banks.rules.documents.told import CITATION, EXPLANATION, INLINE, told_in
from quizapp.errors import N_
from quizapp.said import NOTHING_SAID, Said, said

CONTINUES = re.compile(r"\s*(?:[a-zàáảãạăâđèéẻẽẹêìíỉĩịòóỏõọôơùúủũụưỳýỷỹỵ(]|[-–+•])")


class Starts(StrEnum):
    """What questions begin with in a document."""

    WORD = "word"
    NUMBER = "number"
    NOTHING = "nothing"


@dataclass(slots=True)
class Block:
    """The lines of a question; the first begins after its number."""

    number: int | None
    where: Said
    lines: list[Line]
    topic: str = ""
    options: int = 0


@dataclass(slots=True)
class Outline:
    """A document in its parts; `keys` maps how many blocks stood before a key to its entries."""

    items: list[Block | Grid] = field(default_factory=list)
    keys: list[tuple[int, list[Entry]]] = field(default_factory=list)
    unclear: list[tuple[Said, Said]] = field(default_factory=list)
    preface: list[Line] = field(default_factory=list)
    title: str = ""


@dataclass(slots=True)
class _Cutter:
    """Goes through a document line by line; `topic` is the last heading."""

    starts: Starts
    outline: Outline
    block: Block | None = None
    topic: str = ""
    entries: list[Entry] | None = None

    def add(self, line: Line) -> None:
        if self._is_key(line):
            return
        start = self._start(line)
        if start is not None:
            self._begin(line, *start)
        elif END.fullmatch(line.text) and line.text.strip():
            self.block = None
        elif self._is_topic(line):
            self.topic, self.block = topic_in(line) or "", None
        elif self.block is None:
            self._before(line)
        else:
            self.block.options += len(_options(line, self.starts))
            self.block.lines.append(line)

    def add_key(self, entries: list[Entry]) -> None:
        """Keep the keys of a table or a line."""
        if self.entries is None:
            self.entries = []
            self.outline.keys.append((self._count(), self.entries))
        self.entries += entries
        self.block = None

    def _numbers_since_key(self) -> list[int | None]:
        """Return the numbers of the questions that no key has followed yet."""
        begin = self.outline.keys[-1][0] if self.outline.keys else 0
        return [one.number for one in self.outline.items[begin:] if isinstance(one, Block)]

    def _count(self) -> int:
        return len(self.outline.items)

    def _is_key(self, line: Line) -> bool:
        text = line.text.strip()
        entries = key_lists.entries_in(text, line.where)
        alone = len(entries) == 1 and question_start(line) and not line.auto
        if entries and (self.entries is not None or alone or len(entries) >= key_lists.FEWEST):
            self.add_key(entries)
            return True
        headed = key_lists.headed_entries_in(text, line.where)
        # Pairs of a question that asks to match are no numbers of all the questions before.
        if headed and [entry.number for entry in headed] == self._numbers_since_key():
            self.add_key(headed)
            return True
        if key_lists.is_heading(text) and (self.block is None or self.block.options):
            self.entries = None
            self.add_key([])
            return True
        if self.entries is not None and text and not END.fullmatch(text):
            if self._start(line) is None and topic_in(line) is None:
                self.outline.unclear.append((line.where, shortened(text)))
                return True
            self.entries = None
        return False

    def _start(self, line: Line) -> tuple[int | None, int] | None:
        if self.starts is Starts.WORD:
            return question_start(line)
        if self.starts is Starts.NUMBER:
            return self._numbered(line)
        has_options = self.block is None or self.block.options >= 2
        if has_options and self.block and not PICTURE.sub("", line.text).strip():
            return None  # whose picture it is, the option's before or the question's after?
        is_plain = not _options(line, self.starts) and not _is_labelled(line.text)
        begins = has_options and is_plain and not CONTINUES.match(line.text)
        return (None, 0) if begins and line.text.strip() and not self._is_topic(line) else None

    def _numbered(self, line: Line) -> tuple[int, int] | None:
        """A number begins a question after the options of another, or where it goes on."""
        start = bare_start(line)
        if start is None or self.block is None or self.block.options >= 2:
            return start
        goes_on = self.block.number is not None and start[0] == self.block.number + 1
        return start if goes_on else None

    def _begin(self, line: Line, number: int | None, at: int) -> None:
        first = replace(line.cut(at), picture=line.picture)
        where = said(N_("{where}, “{line}”"), where=line.where, line=shortened(line.text))
        self.block = Block(number=number, where=where, lines=[first], topic=self.topic)
        self.block.options = len(marks_within(line, at))
        self.outline.items.append(self.block)
        self.entries = None

    def _is_topic(self, line: Line) -> bool:
        is_between = self.block is None or self.block.options >= 2
        if not is_between or _options(line, self.starts) or _is_labelled(line.text):
            return False
        is_shouted = line.text.isupper() and not TOPIC.fullmatch(line.text)
        if not self.outline.items and not line.is_heading and is_shouted:
            return False  # what stands above everything is a title
        return not line.is_title and topic_in(line) is not None

    def _before(self, line: Line) -> None:
        if not PICTURE.sub("", line.text).strip():
            return  # a logo
        is_first = not self.outline.items and not self.outline.title
        if is_first and line.text.strip() and not _options(line, self.starts):
            self.outline.title = line.text.strip()
        else:
            self.outline.preface.append(line)


def outline_of(parts: Sequence[Part], grids: Sequence[Grid]) -> Outline:
    """Return the questions and keys of a document; `grids` are its tables of questions."""
    lines = [line for part in parts for line in _lines(part, grids)]
    cutter = _Cutter(starts=_starts(lines), outline=Outline())
    for part in parts:
        if isinstance(part, Grid) and part in grids:
            cutter.outline.items.append(part)
            cutter.block = cutter.entries = None
        elif isinstance(part, Grid):
            _add_table(part, cutter)
        else:
            _add_line(part, cutter)
    return cutter.outline


def _add_table(grid: Grid, cutter: _Cutter) -> None:
    try:
        entries = key_lists.entries_of(grid)
    except ValueError:
        unclear = said(N_("bảng đáp án không rõ số câu và chữ cái"))
        cutter.outline.unclear.append((grid.where, unclear))
        return
    if entries:
        cutter.add_key(entries)
        return
    for row in grid.rows:
        for cell in row:
            for line in cell.lines:
                _add_line(line, cutter)


def _add_line(line: Line, cutter: _Cutter) -> None:
    if not line.text.strip() and not line.picture:
        return
    split = INLINE.search(line.text)
    if split is None:
        cutter.add(line)
        return
    # "D. Đủ 18 tuổi   Đáp án: B": the key is a line of its own.
    end = split.start() + (split.group() != "(")
    cutter.add(replace(line, text=line.text[:end], styles=line.styles[:end]))
    cutter.add(line.cut(split.end()))


def _lines(part: Part, grids: Sequence[Grid]) -> Iterator[Line]:
    if isinstance(part, Line):
        yield part
    elif part not in grids:
        for row in part.rows:
            for cell in row:
                yield from cell.lines


def _starts(lines: Sequence[Line]) -> Starts:
    if any(_is_question(line) for line in lines):
        return Starts.WORD
    if any(bare_start(line) for line in lines):
        return Starts.NUMBER
    return Starts.NOTHING


def _is_question(line: Line) -> bool:
    return question_start(line) is not None and not key_lists.entries_in(line.text)


def _options(line: Line, starts: Starts) -> list[object]:
    """Return the labels of options in a line; where questions are bare numbers, these are none."""
    marks = option_marks(line)
    if starts is Starts.NUMBER:
        is_number = bare_start(line) is not None
        marks = [] if is_number else [one for one in marks if one.labels is not Labels.DIGIT]
    return list(marks)


def _is_labelled(text: str) -> bool:
    return bool(CITATION.match(text) or EXPLANATION.match(text) or told_in(text, NOTHING_SAID))
