"""From a document to drafts and problems: what is certain is accepted, the rest is named. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence

from quizapp.banks.rules import Kind, Problem, Raw, Reading, Severity
from quizapp.banks.rules.checking import assembled
from quizapp.banks.rules.cleaning import clean_line
from quizapp.banks.rules.documents import NOTHING, Grid, Image, Part
from quizapp.banks.rules.documents.blocks import Block, Outline, outline_of
from quizapp.banks.rules.documents.columns import Columns
from quizapp.banks.rules.documents.deciding import answer_of
from quizapp.banks.rules.documents.found import Found, shortened
from quizapp.banks.rules.documents.key_lists import Entry
from quizapp.banks.rules.documents.labels import option_marks
from quizapp.banks.rules.documents.marking import Verdict, verdicts
from quizapp.banks.rules.documents.parsing import labels_of, parsed
from quizapp.banks.rules.documents.picturing import show_pictures
from quizapp.banks.rules.documents.statements import apart
from quizapp.banks.rules.documents.tables import is_question_table, rows_of, shown_headings
from quizapp.errors import N_
from quizapp.said import Said, said

UNMARKED = Verdict(doubt=said(N_("không ghi đáp án")), is_silent=True)
Keys = list[list[Entry]]


def reading_of(
    form: str,
    parts: Sequence[Part],
    problems: Iterable[Problem] = (),
    *,
    images: Sequence[Image] = (),
) -> Reading:
    """Return what the lines and tables of a document hold; `images` stand in them by number."""
    grids = [part for part in parts if isinstance(part, Grid) and is_question_table(part)]
    outline = outline_of(parts, grids)
    usual = labels_of([item for item in outline.items if isinstance(item, Block)])
    found: list[Found] = []
    ends = [0]
    notes = list(problems)
    for item in outline.items:
        if isinstance(item, Block):
            found += apart(parsed(item, usual), item.lines)
        else:
            table = rows_of(item)
            found += table.found
            notes += _skipped_columns(item, table.columns)
        ends.append(len(found))
    keys, unused = _keys(outline, found, ends)
    not_understood = N_("Không hiểu “{line}” trong phần đáp án.")
    notes += [_note(where, said(not_understood, line=line)) for where, line in outline.unclear]
    notes += unused
    notes += _left_over(outline)
    _check_numbers(found)
    reading = Reading(format=form, title=clean_line(outline.title) or None, problems=tuple(notes))
    for one in found:
        show_pictures(one, images)
    return assembled(reading, raws_of(found, keys))


def _skipped_columns(grid: Grid, columns: Columns | None) -> Iterable[Problem]:
    if columns is not None and columns.unknown:
        skipped = shown_headings(columns.unknown)
        yield _note(grid.where, said(N_("bỏ qua cột {columns}."), columns=skipped))


def raws_of(found: Sequence[Found], keys: Keys | None = None) -> list[Raw]:
    """Return the questions with their keys decided over the whole document."""
    asked = [one for one in found if len(one.options) >= 2 and not _is_told(one)]
    signal, told = verdicts([[choice.as_marked() for choice in one.options] for one in asked])
    by_question = dict(zip(map(id, asked), told, strict=True))
    codes = _codes(found)
    raws = []
    for number, (one, code) in enumerate(zip(found, codes, strict=True), start=1):
        verdict = by_question.get(id(one))
        answer = ""
        if one.texts.get("kind") == Kind.MULTIPLE:
            answer = one.texts.get("answer", "")
        elif verdict is None and not _is_told(one):
            _too_few(one)
        else:
            entries = keys[number - 1] if keys else []
            answer = answer_of(one, entries=entries, verdict=verdict or UNMARKED, signal=signal)
        raws.append(_raw(one, number, code, answer))
    return raws


def _is_told(found: Found) -> bool:
    """Say whether the options are no words of the document, which therefore marks none of them."""
    return len(found.options) >= 2 and all(one.label is NOTHING for one in found.options)


def _too_few(found: Found) -> None:
    text = N_(
        "Chỉ có {n} phương án; cần ít nhất 2. Hãy ghi mỗi phương án một dòng, "
        "bắt đầu bằng “A.”, “B.”…"
    )
    found.doubt("options", said(text, n=len(found.options)))


def _raw(found: Found, number: int, code: str, answer: str) -> Raw:
    own = {"code", "answer", "explanation"}
    texts = {name: text for name, text in found.texts.items() if name not in own}
    explanation = [found.texts.get("explanation", ""), *found.explanation]
    return Raw(
        number=number,
        where=found.where,
        code=code,
        stem=found.stem,
        options={choice.letter: choice.text for choice in found.options},
        answer=answer,
        explanation="\n".join(text for text in explanation if text),
        citations=tuple({"text": text} for text in found.citations if text.strip()),
        pictures=tuple(found.pictures),
        places={"options": found.where} | found.places,
        doubts=found.doubts,
        notes=tuple(found.notes),
        **texts,
    )


def _codes(found: Sequence[Found]) -> list[str]:
    """Return a code for each question: its own, else from its number, else from its place."""
    numbers = [one.told_number for one in found if not one.texts.get("code")]
    are_own = None not in numbers and len(set(numbers)) == len(numbers)
    return [
        one.texts.get("code") or f"CAU-{one.told_number if are_own else place:03d}"
        for place, one in enumerate(found, start=1)
    ]


def _keys(outline: Outline, found: Sequence[Found], ends: list[int]) -> tuple[Keys, list[Problem]]:
    """Return the keys of each question, by its number among those that the key is about.

    A key is about the questions before it, back to the key before; a single one about all.
    """
    keys: Keys = [[] for _ in found]
    problems: list[Problem] = []
    about, begin = range(0), 0
    told = [(count, entries) for count, entries in outline.keys if entries]
    for count, entries in told:
        end = ends[count] if len(told) > 1 else len(found)
        if end > begin:  # two keys after another are about the same questions
            about, begin = range(begin, end), end
        counts = Counter(found[at].told_number for at in about)
        by_number = {found[at].told_number: at for at in about}
        for entry in entries:
            at = by_number.get(entry.number)
            if at is None or counts[entry.number] > 1:
                problems.append(_note(entry.where, _not_one(entry, is_missing=at is None)))
                continue
            keys[at].append(entry)
    return keys, problems


def _not_one(entry: Entry, *, is_missing: bool) -> Said:
    text = N_("Đáp án ghi câu {n} là {letter} nhưng có nhiều hơn một câu này.")
    if is_missing:
        text = N_("Đáp án ghi câu {n} là {letter} nhưng không có câu này.")
    return said(text, n=entry.number, letter=entry.letter)


def _left_over(outline: Outline) -> Iterable[Problem]:
    """What stands outside of every question is told where it may have been a part of one."""
    for line in outline.preface:
        if option_marks(line) or "?" in line.text:
            text = N_(
                "Dòng “{line}” không thuộc câu hỏi nào. Hãy đánh số câu “Câu …:” ngay trước nội "
                "dung câu hỏi."
            )
            message = said(text, line=shortened(line.text))
            yield Problem(severity=Severity.ERROR, where=line.where, question=None, message=message)


def _check_numbers(found: Sequence[Found]) -> None:
    """A number that is missing or stands twice may be a question that was not seen."""
    seen: set[int] = set()
    old: int | None = None
    for one in found:
        new = one.told_number
        if new == 1:
            seen.clear()  # parts are numbered from one each
        elif new in seen:
            text = N_("Có hai câu số {number}. Hãy xem lại số câu, hay có câu chép hai lần.")
            one.notes.append(("stem", said(text, number=new)))
        elif old is not None and new is not None and new != old + 1:
            text = N_("Sau câu {before} là câu {after}. Hãy xem lại có thiếu câu.")
            one.notes.append(("stem", said(text, before=old, after=new)))
        if new is not None:
            seen.add(new)
        old = new


def _note(where: Said, message: Said) -> Problem:
    return Problem(severity=Severity.WARNING, where=where, question=None, message=message)
