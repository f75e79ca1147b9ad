"""Whatever is published can be written and read back; whatever bytes come, reading stays calm."""

import contextlib
import zipfile
from datetime import date
from io import BytesIO

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from quizapp.banks.errors import CannotRead
from quizapp.banks.reading import read_here as read_bank
from quizapp.banks.rules import CITATION_FIELDS, Difficulty, Kind, mask_of
from quizapp.banks.rules.canonical import digest_of
from quizapp.banks.rules.cleaning import clean_line, clean_text
from quizapp.banks.writing import write_bank
from tests.making.banks import draft, drafts
from tests.making.workbooks import HEADINGS, question_row, with_part, workbook

ANY_TEXT = st.text(max_size=60)
# Texts that YAML, Excel or a spreadsheet program would take for something else.
# fmt: off
TRICKY = st.sampled_from([
    "=1+1", "@SUM(A1)", "-5", "+84", "05", "1e3", "null", "~", "yes", "2026-01-01", "#N/A", "TRUE",
    "_x0041_", "'", '"', "{}", "[a]", ">", "|", "&a", "*a", "!t", "<b>", "%", "http://a.vn", "0,5%",
    "?", ":", "\\n", "<<", "đoàn", "😀", "- a", "a: b", "# x", "\u0301",
    "\U0010fffd", "a\nb", "a\n\n b",
    "Cả A và B", "Tất cả các đáp án trên",
])
# fmt: on
LINE = (ANY_TEXT | TRICKY).map(clean_line)
TEXT = (ANY_TEXT | TRICKY).map(clean_text)
TOLD = TEXT.filter(bool)
MAYBE = LINE.map(lambda text: text or None)
DAY = st.none() | st.dates(min_value=date(1000, 1, 1))
CITATION = st.dictionaries(
    st.sampled_from(CITATION_FIELDS), LINE.filter(bool), min_size=1, max_size=4
).map(lambda one: one if one.keys() & {"law", "text"} else one | {"text": "Điều 1"})


def _unequal(texts):
    return len({clean_line(text).casefold().rstrip(" .;") for text in texts}) == len(texts)


@st.composite
def questions(draw):
    kind = draw(st.sampled_from(Kind))
    fewest = 2 if kind is Kind.SINGLE else 3
    options = tuple(draw(st.lists(TOLD, min_size=fewest, max_size=8).filter(_unequal)))
    most = 1 if kind is Kind.SINGLE else len(options) - 1
    places = st.integers(0, len(options) - 1)
    right = st.lists(places, min_size=fewest - 1, max_size=most, unique=True)
    days = sorted(draw(st.tuples(DAY, DAY)), key=lambda day: day or date.max)
    return {
        "kind": kind,
        "stem": draw(TOLD),
        "options": options,
        "right": mask_of(draw(right)),
        "fixed_order": draw(st.booleans()),
        "topic": draw(MAYBE),
        "difficulty": draw(st.none() | st.sampled_from(Difficulty)),
        "explanation": draw(TEXT) or None,
        "citations": tuple(draw(st.lists(CITATION, max_size=3))),
        "valid_from": days[0],
        "valid_to": days[1],
    }


def _numbered(fields):
    return [draft(number, **one) for number, one in enumerate(fields, start=1)]


BANKS = st.lists(questions(), min_size=1, max_size=4).map(_numbered)
CALM = settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])


def _written(bank, form):
    return write_bank(bank, form, code="thu", title="Thử: “=1+1”", number=1)


@CALM
@given(BANKS)
def test_a_bank_written_as_yaml_reads_back_with_the_same_digest(bank):
    reading = read_bank(_written(bank, "yaml"))
    assert reading.errors == ()
    assert digest_of(reading.drafts) == digest_of(bank)


def test_values_shared_by_questions_are_written_out_in_full():
    day, citations = date(2025, 7, 1), ({"law": "45/2019/QH14", "text": "Điều 3"},)
    bank = drafts(3, valid_from=day, valid_to=day, citations=citations)
    reading = read_bank(_written(bank, "yaml"))
    assert reading.problems == ()
    assert digest_of(reading.drafts) == digest_of(bank)


@CALM
@given(BANKS)
def test_a_bank_written_as_excel_reads_back_with_equal_questions(bank):
    reading = read_bank(_written(bank, "xlsx"))
    assert reading.errors == ()
    for before, after in zip(bank, reading.drafts, strict=True):
        assert (after.code, after.kind, after.stem, after.options, after.right) == (
            before.code,
            before.kind,
            before.stem,
            before.options,
            before.right,
        )
        assert (after.topic, after.difficulty, after.explanation) == (
            before.topic,
            before.difficulty,
            before.explanation,
        )
        assert (after.valid_from, after.valid_to) == (before.valid_from, before.valid_to)


def test_no_cell_of_an_exported_workbook_is_a_formula():
    bank = [draft(1, stem="=cmd|' /C calc'!A0", options=("=1+1", "@x", "+1", "-1"), topic="=A1")]
    with zipfile.ZipFile(BytesIO(_written(bank, "xlsx"))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b't="s"' in sheet


def _read_or_refused(content):
    with contextlib.suppress(CannotRead):
        read_bank(content)


@CALM
@example(b"PK\x03\x04")
@example(b"schema: quizbank/1\nquestions: [{id: {a: b}, options: [1], ? [x] : y}]")
@given(
    st.binary(max_size=400)
    | st.binary(max_size=400).map(lambda rest: b"PK\x03\x04" + rest)
    | st.text(alphabet="-:[]{}?,&*!|>'\"%@` \n\tab\x00\x85\u2028", max_size=80).map(
        lambda rest: f"schema: quizbank/1\nquestions:\n{rest}".encode()
    )
)
def test_any_bytes_are_read_or_refused_in_words(content):
    _read_or_refused(content)


FILES = [_written(drafts(3), "yaml"), workbook(HEADINGS, question_row(1), question_row(2))]


@CALM
@given(st.sampled_from(FILES), st.lists(st.tuples(st.integers(0), st.integers(0, 255)), max_size=8))
def test_a_damaged_file_is_read_or_refused_in_words(content, damage):
    damaged = bytearray(content)
    for place, byte in damage:
        damaged[place % len(damaged)] = byte
    _read_or_refused(bytes(damaged))


PARTS = ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"]


@CALM
@given(
    st.sampled_from([*PARTS, "xl/_rels/workbook.xml.rels"]),
    st.integers(0),
    st.integers(0, 40),
    st.sampled_from(b"<>\"'/= 09aAsvr&;\x00\xff").map(lambda byte: bytes([byte]))
    | st.binary(max_size=6),
)
def test_a_workbook_with_damaged_parts_is_read_or_refused_in_words(part, place, gone, new):
    def damage(xml):
        start = place % len(xml)
        return xml[:start] + new + xml[start + gone :]

    _read_or_refused(with_part(FILES[1], part, damage))
