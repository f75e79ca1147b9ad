"""Tables of questions, a row per question: from Word, Excel or CSV. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from quizapp.banks.rules import LETTERS, Kind
from quizapp.banks.rules.cleaning import clean_line
from quizapp.banks.rules.days import DAYS, ISO_DATE, as_stored
from quizapp.banks.rules.documents import NOTHING, PICTURE, Cell, Grid, Line, plain_line
from quizapp.banks.rules.documents.blocks import Block
from quizapp.banks.rules.documents.columns import (
    HEADING_ROWS,
    PART_OF,
    Columns,
    columns_of,
    heading_of,
)
from quizapp.banks.rules.documents.found import Choice, Found, key_of, truth_choices
from quizapp.banks.rules.documents.labels import Labels, option_marks, topic_in
from quizapp.banks.rules.documents.parsing import parsed, without_sign
from quizapp.banks.rules.documents.statements import apart_in_table
from quizapp.banks.rules.documents.table_checks import LETTER_KEY, check_keys, check_lines
from quizapp.banks.rules.documents.told import Told, told_in
from quizapp.errors import N_
from quizapp.said import Said, said

# "Nhiều lựa chọn" is none of them: many call every question with options so.
KINDS: Mapping[Kind, re.Pattern[str]] = {
    Kind.SINGLE: re.compile(
        r"|single|(?:cau hoi )?(?:trac nghiem|tn|(?:trac nghiem )?(?:mot|1) dap an(?: dung)?)"
    ),
    Kind.MULTIPLE: re.compile(
        r"multiple|(?:cau hoi )?(?:trac nghiem )?nhieu (?:dap an(?: dung)?|phuong an dung)"
    ),
}
PLAIN_TEXTS = ("topic", "difficulty", "explanation")
TICKS = {"x", "v", "✓", "✔", "√", "đ", "có", "1", "dung", "đúng"}
EMPTY = Cell()
ONLY_NAMED = said(
    N_(
        "Cột hình chỉ ghi tên hoặc đường dẫn của hình. Hãy chèn chính hình đó vào ô, hoặc diễn "
        "đạt bằng chữ."
    )
)


@dataclass(slots=True)
class Rows:
    """The questions of a table with headings, and what these mean."""

    found: list[Found] = field(default_factory=list)
    columns: Columns | None = None


def is_question_table(grid: Grid) -> bool:
    """Say whether one of the first rows of a table has headings that name a question's parts."""
    return _headings(grid)[1] is not None


def rows_of(grid: Grid) -> Rows:
    """Return the questions of a table with headings; none for another table."""
    at, columns = _headings(grid)
    rows = Rows(columns=columns)
    if columns is None:
        return rows
    topic = ""
    for row, where in zip(grid.rows[at + 1 :], grid.places[at + 1 :], strict=True):
        if not _is_question(row, columns):
            continue
        heading = _only_heading(row)
        if heading is not None:
            topic = heading
            continue
        rows.found += apart_in_table(_Row(cells=row, columns=columns, where=where).found(topic))
    check_lines(rows.found, columns)
    check_keys(rows.found, columns)
    return rows


def shown_headings(headings: Iterable[str]) -> str:
    """Return headings as they are named in a sentence."""
    return ", ".join(f"“{heading}”" for heading in headings)


def _headings(grid: Grid) -> tuple[int, Columns | None]:
    rows = [[cell.text for cell in row] for row in grid.rows[: HEADING_ROWS + 1]]
    for index, row in enumerate(rows[:HEADING_ROWS]):
        columns = columns_of(row)
        below = _two_rows(row, rows[index + 1]) if index + 1 < len(rows) else None
        if below is not None:
            return index + 1, below
        if columns.is_complete:
            return index, columns
    return 0, None


def _two_rows(upper: Sequence[str], lower: Sequence[str]) -> Columns | None:
    """Return the columns of headings in two rows: "Phương án" above, "A", "B", "C" below it."""
    above, below = columns_of(upper), columns_of(lower)
    if above.options or "stem" not in above.parts or not {"A", "B"} <= below.options.keys():
        return None
    if below.parts:
        return None  # a row of headings of its own
    joined = columns_of(
        [low if clean_line(low) else up for up, low in zip_longest(upper, lower, fillvalue="")]
    )
    return joined if joined.is_complete else None


def _is_question(row: Sequence[Cell], columns: Columns) -> bool:
    """Rows numbered in advance and headings repeated for print are no questions."""
    names = ("stem", "answer", "choices", "is_true", "is_false")
    indexes = [columns.parts[name] for name in names if name in columns.parts]
    told = [_cell(row, index).text for index in (*indexes, *columns.options.values())]
    is_heading = (
        PART_OF.get(heading_of(_cell(row, columns.parts["stem"]).text)) == "stem"
        and columns_of([cell.text for cell in row]).is_complete
    )
    pictures = any(cell.drawn or any(line.picture for line in cell.lines) for cell in row)
    return (any(clean_line(text) for text in told) or pictures) and not is_heading


def _only_heading(row: Sequence[Cell]) -> str | None:
    told = [cell for cell in row if clean_line(cell.text)]
    if len(told) != 1 or len(told[0].lines) != 1 or any(cell.drawn for cell in row):
        return None
    return topic_in(told[0].lines[0])


def _cell(row: Sequence[Cell], index: int | None) -> Cell:
    return row[index] if index is not None and index < len(row) else EMPTY


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    """One row below the headings."""

    cells: Sequence[Cell]
    columns: Columns
    where: Said

    def found(self, topic: str) -> Found:
        """Return the question in this row; `topic` is the heading above it."""
        found = self._stem_and_options()
        for name, index in self.columns.parts.items():
            cell = _cell(self.cells, index)
            found.places.setdefault(name, cell.where)
            is_day = name.startswith("valid_") and ISO_DATE.fullmatch(cell.text)
            if cell.doubt and name not in {"number", "code"} and not is_day:
                found.doubt(name, cell.doubt)
        found.texts = {"topic": topic} | self._texts()
        serial = clean_line(self._part("number").text)
        number = re.fullmatch(r"(?:câu\s*)?(\d{1,9})[.:)]?", serial, re.IGNORECASE)
        found.told_number = int(number[1]) if number else None
        found.citations += [line.text for line in self._part("citation").lines]
        self._tell(found)
        pictures = (line.picture for cell in self.cells for line in cell.lines)
        picture = next(filter(None, pictures), "")
        if picture:
            text = N_(
                "Có {picture} ở dòng này, chưa đọc được. Hãy diễn đạt bằng chữ, hoặc đưa câu hỏi "
                "sang tệp Word (ở đó hình được giữ)."
            )
            found.doubt("stem", said(text, picture=picture))
        if self.columns.twice:
            text = N_("Bảng có hai cột cùng nghĩa “{heading}”. Hãy bỏ một.")
            found.doubt("stem", said(text, heading=self.columns.twice[0]))
        self._show(found)
        return found

    def _show(self, found: Found) -> None:
        """Give the stem the pictures over its cell and in a column of their own."""
        own = self._part("picture")
        beside = "".join(PICTURE.findall(own.text)) + own.drawn  # Word's stand in the text
        for drawn in filter(None, (self._part("stem").drawn, beside)):
            found.stem += f"\n{drawn}"
        if clean_line(PICTURE.sub("", own.text)):
            found.doubt("picture", ONLY_NAMED)
        shown = {self.columns.parts.get("stem"), self.columns.parts.get("picture")}
        shown |= set(self.columns.options.values())
        for index, cell in enumerate(self.cells):
            if cell.drawn and index not in shown:
                text = N_(
                    "Hình ({where}) không rõ của phần nào. Hãy đặt hình gọn trong ô câu hỏi, "
                    "ô phương án hoặc cột “Hình ảnh”."
                )
                found.doubt("pictures", said(text, where=cell.where))

    def _part(self, name: str) -> Cell:
        return _cell(self.cells, self.columns.parts.get(name))

    def _texts(self) -> dict[str, str]:
        texts = {name: self._part(name).text for name in PLAIN_TEXTS if self._part(name).text}
        texts["code"] = clean_line(self._part("code").text)
        texts["kind"] = kind_of(self._part("kind").text)
        for name in DAYS:
            texts[name] = as_stored(clean_line(self._part(name).text))
        return texts

    def _stem_and_options(self) -> Found:
        stem = self._part("stem")
        has_own = self.columns.options or {"choices", "is_true"} & self.columns.parts.keys()
        lines = list(stem.lines)
        if not has_own:
            return parsed(Block(number=None, where=self.where, lines=lines), Labels.UPPER)
        found = Found(where=self.where, stem="\n".join(line.text for line in lines))
        if "choices" in self.columns.parts:
            self._choices(found)
        elif self.columns.options:
            self._options(found)
        else:
            self._truths(found)
        return found

    def _choices(self, found: Found) -> None:
        """Add the options that stand together in one cell, a line each or with their letters."""
        cell = self._part("choices")
        lines = [line for line in cell.lines if line.text.strip()]
        if not any(option_marks(line) for line in lines):
            found.options = [
                Choice(letter=letter, label=line.cut(0, 0), body=[line], where=line.where)
                for letter, line in zip(LETTERS, lines, strict=False)
            ]
            found.by_number = True
            going_on = next((line.text for line in lines[1:] if _goes_on(lines[0], line)), "")
            if going_on:
                text = N_(
                    "Không rõ dòng “{line}” là phương án riêng hay nối dòng trên. Hãy ghi A., B., "
                    "C. trước mỗi phương án."
                )
                found.doubt("options", said(text, line=going_on[:40]))
            return
        block = Block(number=None, where=found.where, lines=[NOTHING, *lines])
        inner = parsed(block, Labels.UPPER)
        found.options, found.by_number = inner.options, inner.by_number
        if inner.stem:
            text = N_("Không rõ “{words}” trước phương án đầu. Hãy xoá đi.")
            inner.doubt("options", said(text, words=inner.stem[:40]))
        for name, message in inner.doubts.items():
            found.doubt(name, message)
        found.told += inner.told

    def _options(self, found: Found) -> None:
        found.by_number = self.columns.by_number
        told = []
        for letter, index in self.columns.options.items():
            cell = _cell(self.cells, index)
            name = f"option {letter}"
            found.places[name] = cell.where
            if cell.drawn:
                lines = (*cell.lines, plain_line(cell.drawn, cell.where))
                cell = replace(cell, lines=lines)
            if not clean_line(cell.text):
                continue
            if cell.doubt:
                found.doubt(name, cell.doubt)
            if cell.note:
                found.notes.append((name, cell.note))
            told.append((letter, cell))
        are_labelled = all(_own_label(letter, cell) for letter, cell in told)
        for letter, cell in told:
            choice = _choice(letter, cell, is_labelled=are_labelled)
            if "answer" not in self.columns.parts:
                choice.body[0], choice.sign = without_sign(choice.body[0])
            found.options.append(choice)

    def _truths(self, found: Found) -> None:
        """A tick in the column "Đúng" or "Sai" is the key of a statement."""
        ticked = [
            words
            for name, words in (("is_true", "Đúng"), ("is_false", "Sai"))
            if clean_line(self._part(name).text).lower() in TICKS
        ]
        found.options = [
            Choice(
                letter=letter,
                label=NOTHING,
                body=[plain_line(text, found.where)],
                where=found.where,
            )
            for letter, text in zip("AB", ("Đúng", "Sai"), strict=True)
        ]
        if len(ticked) == 1:
            found.told.append(Told(words=ticked[0], where=found.where))
        else:
            found.doubt("answer", said(N_("Cần đánh dấu đúng một trong hai ô “Đúng”, “Sai”.")))

    def _tell(self, found: Found) -> None:
        cell = self._part("answer")
        text = clean_line(cell.text)
        found.texts["answer"] = text
        if found.texts["kind"] == Kind.MULTIPLE or not text:
            return
        told = told_in(text, cell.where) or told_in(f"Đáp án: {text}", cell.where)
        if told is None:
            return
        same = [choice for choice in found.options if key_of(choice.text) == key_of(text)]
        is_bare = LETTER_KEY.fullmatch(text) is not None
        if told.letter and not is_bare and any(one.letter != told.letter for one in same):
            words = N_(
                "Đáp án “{answer}” vừa nêu phương án {letter} vừa là nội dung của phương án "
                "{other}. Hãy ghi chữ cái của phương án đúng."
            )
            facts = {"letter": told.letter, "other": same[0].letter}
            found.doubt("answer", said(words, answer=text[:40], **facts))
        found.told.append(told)
        found.citations += [told.citation] if told.citation else []
        words = told.words.lower()
        if not found.options and words in {"đúng", "sai", "đ", "s", "true", "false"}:
            found.options = truth_choices(found.where)


def kind_of(text: str) -> str:
    """Return the kind that the words mean; other words as they are."""
    meant = (kind for kind, words in KINDS.items() if words.fullmatch(heading_of(text)))
    return next(meant, clean_line(text))


def _goes_on(first: Line, line: Line) -> bool:
    """Say whether a line may go on with the one above: the options begin with capitals."""
    return first.text.lstrip()[:1].isupper() and line.text.lstrip()[:1].islower()


def _own_label(letter: str, cell: Cell) -> bool:
    marks = option_marks(cell.lines[0]) if cell.lines else []
    return bool(marks) and marks[0].letter == letter and marks[0].labels is Labels.UPPER


def _choice(letter: str, cell: Cell, *, is_labelled: bool) -> Choice:
    """Return the option in a cell; "A. …" under "Đáp án A" loses its label where all have one."""
    first, *others = cell.lines
    at = option_marks(first)[0].body if is_labelled else 0
    return Choice(
        letter=letter,
        label=first.cut(0, at),
        body=[first.cut(at), *others],
        where=cell.where,
    )
