"""Random banks written in every layout: what is accepted is what was meant, never another key."""

import csv
from dataclasses import dataclass
from io import BytesIO, StringIO

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizapp.banks.reading import read_here as read_bank
from quizapp.banks.rules import LETTERS, positions_of
from quizapp.banks.rules.cleaning import clean_line
from tests.making.documents import document, numbering, paragraph, run, style, table
from tests.making.workbooks import looking, opendocument, workbook

# fmt: off
WORDS = [
    "người", "lao động", "công đoàn", "được", "không", "hợp đồng", "Điều 20", "khoản 1", "85%",
    "05", "ngày", "2.000.000", "đồng", "Bộ luật", "và", "hoặc", "nhóm A", "Hà Nội", "vitamin C",
]
# fmt: on
CALM = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
MARKS = ("bold", "italic", "underline", "red", "yellow", "shaded")
LABELS = (("Câu {n}: ", "{L}. "), ("Câu {n}. ", "{l}) "), ("{n}. ", "{L}. "), ("{n}/ ", "{L}/ "))


def _told(words):
    return st.lists(st.sampled_from(words), min_size=1, max_size=6).map(" ".join).map(clean_line)


def _key(text):
    return clean_line(text).casefold().strip(" .;")


@dataclass(frozen=True)
class Asked:
    stem: str
    options: tuple
    right: int


@st.composite
def asked(draw, words):
    options = draw(st.lists(_told(words).filter(_key), min_size=3, max_size=4, unique_by=_key))
    stem = draw(_told(words))
    return Asked(stem, tuple(options), draw(st.integers(0, len(options) - 1)))


def banks(words):
    found = st.lists(asked(words), min_size=2, max_size=6)
    return found.map(
        lambda bank: [
            Asked(f"Hỏi {chr(0x61 + at)} {one.stem}?", one.options, one.right)
            for at, one in enumerate(bank)
        ]
    )


def word_marks(bank, mark, labels, *, only_label=False, skipped=(), twice=()):
    of_question, of_option = labels
    parts = []
    for number, one in enumerate(bank, start=1):
        parts.append(of_question.format(n=number) + one.stem)
        for at, text in enumerate(one.options):
            is_marked = at == one.right and number not in skipped
            is_marked |= number in twice and at == (one.right + 1) % len(one.options)
            marks = [mark] if is_marked else []
            label = of_option.format(L=LETTERS[at], l=LETTERS[at].lower())
            parts.append(paragraph(run(label, *marks), run(text, *([] if only_label else marks))))
    return document(*parts)


def word_auto(bank, mark):
    lists = numbering(1, ("decimal", "Câu %1."), ("upperLetter", "%2."))
    parts = []
    for one in bank:
        parts.append(paragraph(one.stem, numbered=(1, 0)))
        for at, text in enumerate(one.options):
            marks = [mark] if at == one.right else []
            parts.append(paragraph(run(text, *marks), numbered=(1, 1)))
    return document(*parts, numbering=lists)


def word_key(bank, form):
    parts = []
    for number, one in enumerate(bank, start=1):
        parts.append(f"Câu {number}: {one.stem}")
        parts += [f"{LETTERS[at]}. {text}" for at, text in enumerate(one.options)]
        if form != "end":
            parts.append(form.format(L=LETTERS[one.right]))
    if form == "end":
        pairs = (f"{n}-{LETTERS[one.right]}" for n, one in enumerate(bank, start=1))
        parts += ["BẢNG ĐÁP ÁN", "  ".join(pairs)]
    return document(*parts)


def word_table(bank):
    rows = [
        [
            LETTERS[one.right],
            one.stem,
            [f"{L}. {t}" for L, t in zip(LETTERS, one.options, strict=False)],
        ]
        for one in bank
    ]
    return document(table(["Đáp án", "Câu hỏi", "Phương án"], *rows))


HEADINGS = ["Câu hỏi", "A", "B", "C", "D"]


def _padded(one):
    return [one.stem, *one.options, *[""] * (4 - len(one.options))]


def excel(bank):
    rows = [[*_padded(one), LETTERS[one.right]] for one in bank]
    return workbook([*HEADINGS, "Đáp án"], *rows)


def excel_words(bank):
    rows = [[*_padded(one), one.options[one.right]] for one in bank]
    return workbook([*HEADINGS, "Đáp án đúng"], *rows)


def excel_marked(bank):
    marked = {(row, one.right + 1) for row, one in enumerate(bank, start=1)}
    return looking(HEADINGS, *map(_padded, bank), marked=marked)


def aiken(bank):
    made = (
        "\n".join([one.stem, *_lettered(one), f"ANSWER: {LETTERS[one.right]}\n"]) for one in bank
    )
    return "\n".join(made).encode()


def _lettered(one):
    return [f"{LETTERS[at]}. {text}" for at, text in enumerate(one.options)]


def _escaped(text):
    return "".join(f"\\{char}" if char in "~=#{}:\\" else char for char in text)


def gift(bank):
    made = []
    for number, one in enumerate(bank, start=1):
        answers = (
            ("=" if at == one.right else "~") + _escaped(text)
            for at, text in enumerate(one.options)
        )
        made.append(f"::Q{number}:: {_escaped(one.stem)} {{{' '.join(answers)}}}\n")
    return "\n".join(made).encode()


def typed(bank, sign="", key="Đáp án: {L}"):
    made = []
    for number, one in enumerate(bank, start=1):
        made.append(f"Câu {number}: {one.stem}")
        made += [
            f"{sign if at == one.right else ''}{line}" for at, line in enumerate(_lettered(one))
        ]
        made.append(key.format(L=LETTERS[one.right]))
    return "\n".join(made).encode()


def word_signed(bank, form):
    """A sign before or after the right option: "{s}" stands where it is put."""
    parts = []
    for number, one in enumerate(bank, start=1):
        parts.append(f"Câu {number}: {one.stem}")
        for at, line in enumerate(_lettered(one)):
            parts.append(form.format(o=line) if at == one.right else line)
    return document(*parts)


def word_side_by_side(bank, gap):
    parts = []
    for number, one in enumerate(bank, start=1):
        parts.append(f"Câu {number}: {one.stem}")
        runs = [
            run(line + gap, *(["red"] if at == one.right else []))
            for at, line in enumerate(_lettered(one))
        ]
        parts.append(paragraph(*runs))
    return document(*parts)


def word_switched_off(bank):
    """All options are in a bold style; all but the right ones have it switched off again."""
    parts = []
    for number, one in enumerate(bank, start=1):
        parts.append(f"Câu {number}: {one.stem}")
        for at, line in enumerate(_lettered(one)):
            marks = [] if at == one.right else ["not bold"]
            parts.append(paragraph(run(line, *marks), style="Dam"))
    return document(*parts, styles=style("Dam", "<w:b/>"))


def word_key_table(bank):
    parts = []
    for number, one in enumerate(bank, start=1):
        parts += [f"Câu {number}: {one.stem}", *_lettered(one)]
    keys = [LETTERS[one.right] for one in bank]
    numbers = list(map(str, range(1, len(bank) + 1)))
    return document(*parts, "BẢNG ĐÁP ÁN", table(["Câu", *numbers], ["Đáp án", *keys]))


def word_table_marked(bank, mark):
    rows = []
    for one in bank:
        cells = [
            paragraph(run(text, *([mark] if at == one.right else [])))
            for at, text in enumerate(one.options)
        ]
        rows.append([one.stem, *cells, *[""] * (4 - len(cells))])
    return document(table(HEADINGS, *rows))


def word_statements(bank):
    """Each question's options as statements, of which only the right one is true."""
    parts = []
    for number, one in enumerate(bank, start=1):
        parts.append(f"Câu {number}: {one.stem} Đúng hay sai?")
        for at, text in enumerate(one.options):
            verdict = "Đúng" if at == one.right else "Sai"
            parts.append(f"{LETTERS[at].lower()}) {text} ({verdict})")
    return document(*parts)


def sheet_rows(bank):
    return [[*HEADINGS, "Đáp án"], *([*_padded(one), LETTERS[one.right]] for one in bank)]


def excel_two_rows(bank):
    upper = ["Câu hỏi", "Phương án", "", "", "", "Đáp án"]
    return workbook(upper, ["", "A", "B", "C", "D", ""], *sheet_rows(bank)[1:])


def excel_two_sheets(bank):
    heading, *rows = sheet_rows(bank)
    return workbook(heading, rows[0], more={"Hai": [heading, *rows[1:]]})


def excel_one_cell_marked(bank):
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        page, red = book.add_worksheet("Câu hỏi"), book.add_format({"font_color": "#FF0000"})
        page.write_row(0, 0, ["Câu hỏi", "Các phương án"])
        for number, one in enumerate(bank, start=1):
            page.write_string(number, 0, one.stem)
            pieces = []
            for at, line in enumerate(_lettered(one)):
                text = line + ("" if at == len(one.options) - 1 else "\n")
                pieces += [red, text] if at == one.right else [text]
            page.write_rich_string(number, 1, *pieces)
    return target.getvalue()


def separated(bank, separator, encoding):
    target = StringIO()
    csv.writer(target, delimiter=separator).writerows(sheet_rows(bank))
    return target.getvalue().encode(encoding)


LAYOUTS = {
    **{
        f"{mark}, {labels[0]}{labels[1]}": lambda bank, mark=mark, labels=labels: word_marks(
            bank, mark, labels
        )
        for mark in MARKS
        for labels in LABELS
    },
    "letter only": lambda bank: word_marks(bank, "underline", LABELS[0], only_label=True),
    "numbered by Word": lambda bank: word_auto(bank, "bold"),
    "answer line": lambda bank: word_key(bank, "Đáp án: {L}"),
    "sentence": lambda bank: word_key(bank, "Đáp án đúng là {L} (khoản 1 Điều 20 Bộ luật)"),
    "key at the end": lambda bank: word_key(bank, "end"),
    "table": word_table,
    "excel": excel,
    "excel, words": excel_words,
    "excel, marked": excel_marked,
    "excel, headings in two rows": excel_two_rows,
    "excel, two sheets": excel_two_sheets,
    "excel, one cell, marked": excel_one_cell_marked,
    "ods": lambda bank: opendocument(*sheet_rows(bank)),
    **{
        f"csv {separator!r} {encoding}": lambda bank, form=(separator, encoding): separated(
            bank, *form
        )
        for separator in ";,\t"
        for encoding in ("utf-8-sig", "utf-16")
    },
    "text": typed,
    "text, sign and key": lambda bank: typed(bank, sign="*"),
    **{
        f"sign {form}": lambda bank, form=form: word_signed(bank, form)
        for form in ("*{o}", "+ {o}", "{o} (Đ)", "{o} ✓", "{o} *")
    },
    "side by side, tabs": lambda bank: word_side_by_side(bank, "\t"),
    "side by side, spaces": lambda bank: word_side_by_side(bank, "     "),
    "switched off": word_switched_off,
    "key table": word_key_table,
    "table, bold cell": lambda bank: word_table_marked(bank, "bold"),
    "table, red cell": lambda bank: word_table_marked(bank, "red"),
    "aiken": aiken,
    "gift": gift,
}


def meant(bank):
    return [(one.stem, one.options, [one.right]) for one in bank]


def read(content):
    drafts = read_bank(content).drafts
    return [(one.stem, one.options, positions_of(one.right)) for one in drafts]


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(CALM, max_examples=15)
@given(banks(WORDS))
def test_every_layout_reads_back(layout, bank):
    assert read(LAYOUTS[layout](bank)) == meant(bank)


@settings(CALM, max_examples=15)
@given(banks(WORDS))
def test_statements_read_back_one_by_one(bank):
    found = read(word_statements(bank))
    wanted = [
        (f"{one.stem} Đúng hay sai?\n{text}", ("Đúng", "Sai"), [int(at != one.right)])
        for one in bank
        for at, text in enumerate(one.options)
    ]
    assert [one for one in found if one not in wanted] == []
    assert found == wanted


@CALM
@given(banks(WORDS), st.data(), st.sampled_from(MARKS), st.sampled_from(LABELS))
def test_a_question_without_a_mark_or_with_two_is_never_accepted(bank, data, mark, labels):
    numbers = st.sets(st.integers(1, len(bank)), max_size=2)
    skipped, twice = data.draw(numbers), data.draw(numbers)
    found = read(word_marks(bank, mark, labels, skipped=skipped, twice=twice - skipped))
    sound = [one for at, one in enumerate(bank, start=1) if at not in skipped | twice]
    wrong = [one for one in found if one not in meant(sound)]
    assert wrong == []


@CALM
@given(banks(WORDS), st.data())
def test_a_key_that_contradicts_the_mark_is_never_accepted(bank, data):
    at = data.draw(st.integers(0, len(bank) - 1))
    parts = []
    for number, one in enumerate(bank):
        told = (one.right + (number == at)) % len(one.options)
        parts.append(f"Câu {number + 1}: {one.stem}")
        for place, text in enumerate(one.options):
            marks = ["red"] if place == one.right else []
            parts.append(paragraph(run(f"{LETTERS[place]}. {text}", *marks)))
        parts.append(f"Đáp án: {LETTERS[told]}")
    assert read(document(*parts)) == meant([one for one in bank if one is not bank[at]])
