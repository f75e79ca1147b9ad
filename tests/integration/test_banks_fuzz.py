"""Damaged files of every format: read or refused in words, and never with another key.

Each bank tells its keys twice. One small damage can spoil one of them, but then the two disagree:
a question that is accepted with its own stem and options has its own key.
"""

import contextlib
import zipfile
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizapp.banks.errors import CannotRead
from quizapp.banks.reading import read_here
from quizapp.banks.rules import LETTERS, positions_of
from quizapp.config import ROOT
from tests.integration.test_banks_random_layouts import Asked, aiken, gift, separated, typed
from tests.making.documents import document, paragraph, run
from tests.making.workbooks import looking, opendocument, with_part
from tests.unit.test_banks_reading_tables import FIXTURES

SEED = ROOT / "question_banks" / "seed_ldcd_atvsld_2026.yaml"
CALM = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
BANK = [
    Asked("Công đoàn có mấy cấp?", ("Hai cấp", "Ba cấp", "Bốn cấp"), 1),
    Asked("Ai quyết định việc này?", ("Đại hội", "Hội nghị", "Ban chấp hành", "Chủ tịch"), 2),
    Asked("Bao nhiêu ngày nghỉ?", ("12 ngày", "14 ngày", "16 ngày"), 0),
    Asked("Nhóm nào được hưởng?", ("Nhóm A", "Nhóm B", "Cả A và B", "Không nhóm nào"), 3),
]
RIGHT = {(one.stem, frozenset(one.options)): one.options[one.right] for one in BANK}


def word():
    parts = []
    for number, one in enumerate(BANK, start=1):
        parts.append(f"Câu {number}: {one.stem}")
        for at, text in enumerate(one.options):
            marks = ["red"] if at == one.right else []
            parts.append(paragraph(run(f"{LETTERS[at]}. {text}", *marks)))
        parts.append(f"Đáp án: {LETTERS[one.right]}. {one.options[one.right]}")
    return document(*parts)


def rows():
    head = ["Câu hỏi", "A", "B", "C", "D", "Đáp án"]
    made = [
        [one.stem, *one.options, *[""] * (4 - len(one.options)), LETTERS[one.right]] for one in BANK
    ]
    return [head, *made]


def excel():
    marked = {(row, one.right + 1) for row, one in enumerate(BANK, start=1)}
    return looking(*rows(), marked=marked)


WHOLE = {
    "text": typed(BANK, sign="*"),
    "gift": gift(BANK),
    "aiken": aiken(BANK),
    "csv": separated(BANK, ";", "utf-8-sig"),
    "csv, UTF-16": separated(BANK, "\t", "utf-16"),
    "yaml": SEED.read_bytes().partition(b"\n  - id: BLLD-003")[0],
    "xls": (FIXTURES / "pictures.xls").read_bytes(),
}
PARTS = {
    "docx": (word(), "word/document.xml"),
    "xlsx": (excel(), "xl/worksheets/sheet1.xml"),
    "xlsx, texts": (excel(), "xl/sharedStrings.xml"),
    "xlsx, looks": (excel(), "xl/styles.xml"),
    "ods": (opendocument(*rows()), "content.xml"),
    "ods, pictures": ((FIXTURES / "pictures.ods").read_bytes(), "content.xml"),
}
NEW = st.sampled_from(
    [
        b"",
        b" ",
        b"\n",
        b"\t",
        b"A",
        b"B",
        b"*",
        b"\xc4\x90",
        b"<",
        b">",
        b"{",
        b"}",
        b"=",
        b"~",
        b"\0",
    ]
) | st.binary(max_size=5)


def damaged(body, place, gone, new):
    start = place % (len(body) + 1)
    return body[:start] + new + body[start + gone :]


def check(content, *, right=RIGHT):
    """Read a file; what it accepts of the bank's own questions has the bank's own keys."""
    with contextlib.suppress(CannotRead):
        reading = read_here(content)
        bad = {found.question for found in reading.errors}
        for one in reading.drafts:
            assert one.number not in bad
            known = right.get((one.stem, frozenset(one.options)))
            places = positions_of(one.right)
            assert known is None or [one.options[at] for at in places] == [known]


@pytest.mark.parametrize("form", PARTS)
def test_the_files_themselves_are_read_wholly(form):
    # A picture that lies over two cells keeps its question out.
    assert len(read_here(PARTS[form][0]).drafts) == len(BANK) - (form == "ods, pictures")


@pytest.mark.parametrize("form", PARTS)
@CALM
@given(st.integers(0, 10**6), st.integers(0, 12), NEW)
def test_a_damaged_part_gives_no_wrong_key(form, place, gone, new):
    content, part = PARTS[form]
    # Keys in a sheet's own texts are told twice only where a cell is marked too.
    right = RIGHT if form in {"docx", "xlsx", "xlsx, looks"} else {}
    check(with_part(content, part, lambda body: damaged(body, place, gone, new)), right=right)


@pytest.mark.parametrize("form", WHOLE)
@CALM
@given(st.integers(0, 10**6), st.integers(0, 12), NEW)
def test_a_damaged_file_gives_no_wrong_key(form, place, gone, new):
    check(damaged(WHOLE[form], place, gone, new), right=RIGHT if form == "text" else {})


def slips(body):
    """Yield the body with each letter of an option once another, and each sign once gone."""
    for place, byte in enumerate(body):
        if byte in b"ABCD":
            other = b"ABCD"[(b"ABCD".index(byte) + 1) % 4]
            yield body[:place] + bytes([other]) + body[place + 1 :]
        elif byte in b"*":
            yield body[:place] + body[place + 1 :]


def test_one_slip_anywhere_in_a_typed_text_gives_no_wrong_key():
    for content in slips(WHOLE["text"]):
        check(content)


def test_one_slip_anywhere_in_a_word_file_gives_no_wrong_key():
    content, part = PARTS["docx"]
    with zipfile.ZipFile(BytesIO(content)) as archive:
        body = archive.read(part)
    for slipped in slips(body):
        check(with_part(content, part, lambda _body, slipped=slipped: slipped))


@CALM
@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=20))
def test_an_old_workbook_with_changed_bytes_is_read_or_refused_in_words(changes):
    content = bytearray(WHOLE["xls"])
    for place, byte in changes:
        content[place % len(content)] = byte
    check(bytes(content), right={})


def test_a_zip_within_a_zip_is_never_unpacked():
    inner = BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("0", b"0" * 50_000_000)
    content = with_part(word(), "word/styles.xml", lambda body: body)
    target = BytesIO(content)
    with zipfile.ZipFile(target, "a") as made:
        made.writestr("word/media/a.zip", inner.getvalue())
    assert len(read_here(target.getvalue()).drafts) == len(BANK)
