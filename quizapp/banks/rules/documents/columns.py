"""The columns of a table of questions, known by their headings in any order. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quizapp.banks.rules import LETTERS
from quizapp.banks.rules.cleaning import clean_line
from quizapp.vietnamese import fold

HEADING_ROWS = 15
# Folded headings → the part of a question in that column.
HEADINGS: Mapping[str, Sequence[str]] = {
    "number": ("stt", "tt", "so tt", "so thu tu", "cau so", "no", "cau", "so cau", "number"),
    "code": ("ma", "ma cau", "ma cau hoi", "ma so", "id", "code", "question id"),
    "kind": ("loai", "loai cau", "loai cau hoi", "type", "question type", "dang cau hoi"),
    "stem": (
        "cau hoi",
        "noi dung cau hoi",
        "noi dung",
        "noi dung cau",
        "de bai",
        "cau hoi trac nghiem",
        "nhan dinh",
        "phat bieu",
        "question",
        "question text",
        "stem",
    ),
    "answer": (
        "dap an dung",
        "phuong an dung",
        "dap an",
        "dap an chinh xac",
        "dap an cau hoi",
        "tra loi dung",
        "cau tra loi dung",
        "lua chon dung",
        "ket qua",
        "key",
        "answer",
        "answer key",
        "correct",
        "correct answer",
        "correct option",
        "right answer",
    ),
    "choices": (
        "phuong an",
        "cac phuong an",
        "phuong an tra loi",
        "cac phuong an tra loi",
        "phuong an lua chon",
        "lua chon",
        "cac lua chon",
        "cac dap an",
        "dap an lua chon",
        "cau tra loi",
        "options",
        "choices",
        "answers",
    ),
    "is_true": ("dung", "true"),
    "is_false": ("sai", "false"),
    "topic": ("chu de", "chuyen de", "linh vuc", "topic", "category", "phan"),
    "difficulty": ("do kho", "muc do", "muc do kho", "difficulty", "level"),
    "citation": (
        "can cu",
        "can cu phap ly",
        "trich dan",
        "can cu phap luat",
        "dieu luat",
        "co so phap ly",
        "nguon",
        "reference",
        "source",
    ),
    "explanation": ("giai thich", "giai thich dap an", "loi giai", "ghi chu dap an", "explanation"),
    "valid_from": ("hieu luc tu", "co hieu luc tu", "hieu luc tu ngay"),
    "valid_to": ("hieu luc den", "het hieu luc", "hieu luc den ngay"),
    "picture": ("hinh anh", "hinh anh cau hoi", "hinh", "anh", "image"),
}
PART_OF = {heading: part for part, headings in HEADINGS.items() for heading in headings}
OPTION = re.compile(
    r"(?:(?:dap an|phuong an|lua chon|cau tra loi|tra loi|pa|option|choice|answer) ?)?([a-h])"
)
NUMBERED = re.compile(
    r"(?:dap an|phuong an|lua chon|cau tra loi|tra loi|pa|option|choice|answer) ?([1-8])"
)


TICKED: Mapping[str, tuple[str, str]] = {"d": ("part", "is_true"), "s": ("part", "is_false")}


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """Where the parts of a question stand; positions from 0.

    `unknown` are headings we skip, `twice` those whose meaning an earlier column has already.
    `by_number` says that the options are numbered and not lettered.
    """

    parts: Mapping[str, int]
    options: Mapping[str, int]
    unknown: tuple[str, ...]
    twice: tuple[str, ...]
    by_number: bool = False

    @property
    def is_complete(self) -> bool:
        """A question and its options; or a question with them in it, and a key."""
        has_options = {"A", "B"} <= self.options.keys() or "choices" in self.parts
        has_truth = {"is_true", "is_false"} <= self.parts.keys()
        return "stem" in self.parts and (has_options or has_truth or "answer" in self.parts)


def columns_of(row: Sequence[str]) -> Columns:
    """Return what the headings in a row mean."""
    headings = [heading_of(text) for text in row]
    # "Đ" and "S" are boxes to tick; beside "A" a "D" is an option.
    truths = TICKED if TICKED.keys() <= set(headings) and "a" not in headings else {}
    meanings = [truths.get(heading) or _meaning(heading) for heading in headings]
    parts: dict[str, int] = {}
    options: dict[str, int] = {}
    unknown: list[str] = []
    twice: list[str] = []
    has_options = sum(kind == "option" for kind, _ in meanings) > 1
    for index, (kind, name) in enumerate(meanings):
        part = name
        if headings[index] == "dap an" and not has_options and "dap an dung" in headings:
            part = "choices"  # "Đáp án" beside "Đáp án đúng" holds the options
        if not kind:
            unknown += [clean_line(row[index])] if headings[index] else []
        elif (options if kind == "option" else parts).setdefault(part, index) != index:
            twice.append(clean_line(row[index]))
    return Columns(
        parts=parts,
        options=options,
        unknown=tuple(unknown),
        twice=tuple(twice),
        by_number=any(NUMBERED.fullmatch(heading) for heading in headings),
    )


def heading_of(text: str) -> str:
    """Return the words of a heading, folded."""
    return " ".join("".join(char if char.isalnum() else " " for char in fold(text)).split())


def _meaning(heading: str) -> tuple[str, str]:
    """Return whether a heading names an option or another part, and which; empty for neither."""
    numbered = NUMBERED.fullmatch(heading)
    if numbered:
        return "option", LETTERS[int(numbered[1]) - 1]
    option = OPTION.fullmatch(heading)
    if option:
        return "option", option[1].upper()
    part = PART_OF.get(heading, "")
    return ("part" if part else ""), part
