"""From the lines of a question to its stem, options and what is told about it. Pure."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from quizapp.banks.rules import LETTERS
from quizapp.banks.rules.documents import Line
from quizapp.banks.rules.documents.blocks import CONTINUES, Block
from quizapp.banks.rules.documents.found import Choice, Found, shortened, truth_choices
from quizapp.banks.rules.documents.labels import (
    SIGNS,
    Labels,
    Mark,
    chosen,
    marks_within,
    option_marks,
)
from quizapp.banks.rules.documents.told import (
    CITATION,
    EXPLANATION,
    IN_BRACKETS,
    PROVISION,
    TRUTHS,
    Told,
    told_in,
)
from quizapp.errors import N_
from quizapp.said import said

SIGN_BEFORE = re.compile(rf"\s*([{SIGNS}])\s*(?=\S)")
SIGN_AFTER = re.compile(
    r"\s*([*✓✔☑√]|\((?:đ|đúng|s|sai)\)|(?<=\s)\(x\))\s*([.;]?)\s*$", re.IGNORECASE
)
VERDICT_AFTER = re.compile(r"\s*[(\[](đúng|sai|đ|s)[)\]]\s*[.;]?\s*$", re.IGNORECASE)
WRONG = {"(s)", "(sai)"}
PREFERRED = (Labels.UPPER, Labels.LOWER, Labels.AUTO, Labels.TRUTH, Labels.DIGIT)
Marked = Mapping[int, list[Mark]]


def labels_of(blocks: Sequence[Block]) -> Labels:
    """Return the kind of labels that the options of most questions have."""
    counts = Counter[Labels]()
    for block in blocks:
        kinds = _kinds(_marked(block))
        counts.update({kind: 1 for kind, count in kinds.items() if count >= 2})
    return max(PREFERRED, key=lambda kind: (counts[kind], -PREFERRED.index(kind)))


def parsed(block: Block, usual: Labels) -> Found:
    """Return the question in a block; `usual` is the kind of labels in its document."""
    marked = _marked(block)
    labels = _labels(marked, usual)
    found = Found(where=block.where, told_number=block.number, texts={"topic": block.topic})
    reader = _Reader(found=found, marks=_own(marked, labels), labels=labels)
    for index, line in enumerate(block.lines):
        if line.picture:
            text = N_("Có {picture} ở {where}, chưa đọc được. Hãy diễn đạt bằng chữ.")
            found.doubt("stem", said(text, picture=line.picture, where=line.where))
        if any(style.struck for style in line.styles):
            text = N_("Có chữ bị gạch ngang ở {where}, không rõ bỏ hay giữ. Hãy xoá hoặc bỏ gạch.")
            found.doubt("stem", said(text, where=line.where))
        reader.read(index, line)
    found.stem = "\n".join(text for text in reader.stem if text)
    _truths(found)
    _order(found, labels)
    return found


def choice_of(line: Line, mark: Mark, end: int | None, order: int) -> Choice:
    """Return the option that a label begins, its sign taken off its words."""
    label, body = line.cut(mark.start, mark.body), line.cut(mark.body, end)
    body, sign = without_sign(body)
    told = body.text.rstrip()
    if end is not None and told.endswith(";"):
        body = body.cut(0, len(told) - 1)  # what parts it from the next option on its line
    before = next((char for char in label.text[:2] if char in SIGNS), "")
    is_auto = mark.labels is Labels.AUTO
    letter = mark.letter or (LETTERS[order] if order < len(LETTERS) else "?")
    shown = re.sub(r"[^A-Za-z]", "", label.text).upper() if is_auto else ""
    return Choice(
        letter=letter,
        label=label,
        body=[body],
        sign=before or sign,
        shown=shown,
        where=line.where,
    )


def without_sign(body: Line) -> tuple[Line, str]:
    """Return the words of an option and the sign before or after them, if there is one."""
    sign = ""
    before = SIGN_BEFORE.match(body.text)
    if before:
        sign, body = before[1], body.cut(before.end())
    after = SIGN_AFTER.search(body.text)
    if after and body.text[: after.start()].strip():
        told = after[1].lower()
        sign = sign or ("" if told in WRONG else told)
        body = body.cut(0, after.start())
    return body, sign


@dataclass(slots=True)
class _Reader:
    """Goes through the lines of a question; `into` is what a plain line belongs to."""

    found: Found
    marks: Marked
    labels: Labels | None
    stem: list[str] = field(default_factory=list)
    into: str = "stem"
    several: bool = False

    def read(self, index: int, line: Line) -> None:
        marks = self.marks.get(index)
        if marks:
            self._options(index, line, marks)
        elif not self._labelled(line):
            self._plain(index, line)

    def _options(self, index: int, line: Line, marks: list[Mark]) -> None:
        following = next(
            (own[0].letter for at, own in sorted(self.marks.items()) if at > index), ""
        )
        kept = chosen(marks, following=following, several=self.several)
        self.several |= len(kept) > 1
        if self.into == "stem":
            self.stem.append(line.text[: kept[0].start].strip() if index == 0 else "")
        ends = [mark.start for mark in kept[1:]] + [None]
        for mark, end in zip(kept, ends, strict=True):
            choice = choice_of(line, mark, end, len(self.found.options))
            self.found.options.append(choice)
        self.into = "option"

    def _labelled(self, line: Line) -> bool:
        citation, explanation = CITATION.fullmatch(line.text), EXPLANATION.fullmatch(line.text)
        if citation:
            self.found.citations.append(citation["rest"].strip())
            self.into = "citation"
        elif explanation:
            self.found.explanation.append(explanation["rest"].strip())
            self.into = "explanation"
        else:
            return self._told(line)
        return True

    def _told(self, line: Line) -> bool:
        told = told_in(line.text, line.where)
        if told is None:
            return False
        is_truth = told.words.lower() in TRUTHS
        if not self.found.options and not is_truth and not told.letter:
            return False
        self.found.told.append(told)
        self.found.citations += [told.citation] if told.citation else []
        self.found.explanation += [told.explanation] if told.explanation else []
        self.into = "told"
        return True

    def _plain(self, index: int, line: Line) -> None:
        text = line.text.strip()
        if self.into == "stem":
            self.stem.append(text)
        elif self.into == "option":
            self._goes_on(index, line)
        elif self.into == "citation" or (self.into == "told" and PROVISION.search(text)):
            self.found.citations.append(text)
        else:
            self.found.explanation.append(text)

    def _goes_on(self, index: int, line: Line) -> None:
        """A line between two options belongs to the first; after the last that is not sure."""
        is_between = any(at > index for at in self.marks)
        basis = None if is_between else IN_BRACKETS.fullmatch(line.text)
        if basis:
            # As a part of the last option it would be shown to contestants, and hide its mark.
            self.found.citations.append(basis["rest"].strip())
            self.into = "citation"
        elif is_between or CONTINUES.match(line.text):
            self.found.options[-1].body.append(line.cut(0))
        elif line.text.strip():
            text = N_(
                "Không rõ dòng “{line}” ({where}) sau phương án cuối thuộc câu nào. Hãy đánh số "
                "“Câu …:”, đưa vào phương án hoặc xoá đi."
            )
            message = said(text, line=shortened(line.text), where=line.where)
            self.found.doubt("options", message)


def _marked(block: Block) -> dict[int, list[Mark]]:
    """Return the labels in each line that may begin options, by the line's index."""
    marked = {}
    for index, line in enumerate(block.lines):
        marks = (index == 0 and marks_within(line, 0)) or (option_marks(line) if index else [])
        if marks:
            marked[index] = marks
    return marked


def _kinds(marked: Marked) -> Counter[Labels]:
    return Counter(mark.labels for marks in marked.values() for mark in marks)


def _labels(marked: Marked, usual: Labels) -> Labels | None:
    """Return which labels are those of the options: lists in a stem have labels too."""
    kinds = _kinds(marked)
    if kinds[usual]:
        return usual
    return next((kind for kind in PREFERRED if kinds[kind] >= 2), None)


def _own(marked: Marked, labels: Labels | None) -> dict[int, list[Mark]]:
    own = {}
    for index, marks in marked.items():
        kept = [mark for mark in marks if mark.labels is labels]
        if kept and (index == 0 or kept[0] is marks[0]):
            own[index] = kept
    return own


def _truths(found: Found) -> None:
    """A statement whose key is "Đúng" or "Sai", or "(Đ)" at its end, has these two as options."""
    signed = VERDICT_AFTER.search(found.stem)
    if signed and not found.options and not found.told:
        found.stem = found.stem[: signed.start()].rstrip()
        found.told.append(Told(words=signed[1], where=found.where))
    words = {told.words.lower() for told in found.told}
    if found.options or not words or not words <= TRUTHS.keys():
        return
    found.options = truth_choices(found.where)
    found.texts["fixed_order"] = "true"


def _order(found: Found, labels: Labels | None) -> None:
    found.by_number = labels in {Labels.DIGIT, Labels.AUTO}
    letters = [choice.letter for choice in found.options]
    twice = sorted({letter for letter in letters if letters.count(letter) > 1})
    if twice:
        text = N_("Có hai phương án {letters}. Hãy đánh lại chữ cái của các phương án.")
        found.doubt("options", said(text, letters=", ".join(twice)))
