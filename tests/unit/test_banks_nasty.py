"""Files as clerks send them: several habits in one file. Each gives the same four questions."""

from io import BytesIO

import pytest
import xlsxwriter

from quizapp.banks.reading import read_here
from quizapp.banks.rules import letters_of
from quizapp.banks.rules.documents.legacy import TCVN3
from tests.making.documents import document, paragraph, run, table

BANK = [
    ("Công đoàn Việt Nam có mấy cấp cơ bản?", ("Hai cấp", "Ba cấp", "Bốn cấp", "Năm cấp"), "B"),
    ("Người lao động phải đủ bao nhiêu tuổi?", ("13 tuổi", "14 tuổi", "15 tuổi", "16 tuổi"), "C"),
    ("Ai quyết định việc đình công?", ("Tập thể", "Công ty", "Huyện", "Tỉnh"), "A"),
    ("Thời giờ nghỉ giữa giờ là bao lâu?", ("10 phút", "15 phút", "20 phút", "30 phút"), "D"),
]
TO_TCVN3 = {char: old for old, char in TCVN3.items()}
DECREE = ("LIÊN ĐOÀN LAO ĐỘNG TỈNH", "Độc lập - Tự do - Hạnh phúc", "NGÂN HÀNG CÂU HỎI")
MERGED_HEADINGS = ["TT", "Nội dung câu hỏi", "A", "B", "C", "D", "Đáp án", "Ghi chú"]


def found(content):
    reading = read_here(content)
    assert reading.errors == ()
    return [(one.stem, one.options, letters_of(one.right)) for one in reading.drafts]


def asked(number, form="Câu {n}: {stem}", label="{l}. ", *, bold=True):
    """Return the paragraphs of a question, an option each, the right one bold."""
    stem, options, right = BANK[number - 1]
    yield paragraph(form.format(n=number, stem=stem))
    for letter, option in zip("ABCD", options, strict=True):
        marks = ["bold"] if bold and letter == right else []
        yield paragraph(run(label.format(l=letter, s=letter.lower()) + option, *marks))


def mixed_numbers_and_labels():
    """Four people typed; each had a habit."""
    forms = ("Câu 1. {stem}", "Câu hỏi {n}: {stem}", "câu {n}/ {stem}", "CÂU {n} - {stem}")
    labels = ("{l}. ", "{s}) ", "{l}/ ", "{s}- ")
    parts = zip(range(1, 5), forms, labels, strict=True)
    return document(*(part for given in parts for part in asked(*given)))


def key_table_in_two_columns():
    """Questions 1 and 2 beside 3 and 4, each with its key, under one heading."""
    questions = [part for number in range(1, 5) for part in asked(number, bold=False)]
    keys = [
        ["Câu", "Đáp án", "Câu", "Đáp án"],
        ["1", "B", "3", "A"],
        ["2", "C", "4", "D"],
    ]
    return document(*questions, "BẢNG ĐÁP ÁN", table(*keys))


def options_on_one_line_apart_by_anything():
    """Tabs, many spaces, semicolons; with dots, brackets and slashes."""
    forms = (
        "A. {0}\tB. {1}\tC. {2}\tD. {3}",
        "A) {0}     B) {1}     C) {2}     D) {3}",
        "a/ {0}\tb/ {1}\nc/ {2}\td/ {3}",
        "A. {0};   B. {1};   C. {2};   D. {3}",
    )
    parts = []
    for number, form in enumerate(forms, start=1):
        stem, options, right = BANK[number - 1]
        parts += [f"Câu {number}: {stem}", *form.format(*options).split("\n"), f"Đáp án: {right}"]
    return document(*parts)


def merged_headings_in_row_nine():
    """Above them a letterhead over merged cells, beside them merged cells and a column of notes."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        page = book.add_worksheet("Sheet1")
        for row, words in enumerate(DECREE):
            page.merge_range(row, 0, row, 7, words)
        page.merge_range(4, 0, 5, 7, "(Kèm theo Kế hoạch số 12/KH-LĐLĐ)")
        page.merge_range(7, 2, 7, 5, "Phương án trả lời")
        for column in (0, 1, 6, 7):
            page.merge_range(7, column, 8, column, MERGED_HEADINGS[column])
        page.write_row(8, 2, MERGED_HEADINGS[2:6])
        for number, (stem, options, right) in enumerate(BANK, start=1):
            page.write_row(8 + number, 0, [number, stem, *options, right])
        page.merge_range(15, 0, 15, 7, "NGƯỜI LẬP BIỂU")
    return target.getvalue()


def old_font_with_parts_in_unicode():
    """Half is of the nineties, half typed last week into the same file."""
    old = [part for number in (1, 2) for part in _in_tcvn3(number)]
    new = [part for number in (3, 4) for part in asked(number)]
    return document(*old, *new)


def _in_tcvn3(number):
    stem, options, right = BANK[number - 1]
    yield paragraph(run(_tcvn3(f"Câu {number}: {stem}"), font=".VnTime"))
    for letter, option in zip("ABCD", options, strict=True):
        marks = ["bold"] if letter == right else []
        yield paragraph(run(f"{letter}. {_tcvn3(option)}", *marks, font=".VnTime"))


def _tcvn3(text):
    return "".join(TO_TCVN3.get(char, char) for char in text)


def hidden_sheet_of_last_year():
    """Last year's questions, with other keys, on a sheet that was hidden and forgotten."""
    target = BytesIO()
    headings = ["STT", "Câu hỏi", "A", "B", "C", "D", "Đáp án đúng"]
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        for name, keys in (("2026", "BCAD"), ("2025", "ACBD")):
            page = book.add_worksheet(name)
            page.write_row(0, 0, headings)
            for number, ((stem, options, _), key) in enumerate(zip(BANK, keys, strict=True), 1):
                page.write_row(number, 0, [number, stem, *options, key])
            if name == "2025":
                page.hide()
    return target.getvalue()


def key_line_in_every_spelling():
    questions = [part for number in range(1, 5) for part in asked(number, bold=False)]
    return document(*questions, "HẾT", "ĐÁP ÁN", "1.B; 2-C, 3: A; 4 - D")


def two_parts_that_number_anew():
    """Each part begins with question 1 and has its own key below."""
    parts = []
    for title, numbers in (("PHẦN I", (1, 2)), ("PHẦN II", (3, 4))):
        parts.append(title)
        for at, number in enumerate(numbers, start=1):
            stem, options, _ = BANK[number - 1]
            parts.append(f"Câu {at}: {stem}")
            parts += [f"{letter}. {one}" for letter, one in zip("ABCD", options, strict=True)]
        parts.append(
            "Đáp án: " + ", ".join(f"{at}-{BANK[n - 1][2]}" for at, n in enumerate(numbers, 1))
        )
    return document(*parts)


def keys_as_people_type_them():
    target = BytesIO()
    keys = ("Đáp án B", " c. ", "a\xa0", "D. 30 phút")
    headings = ["Câu", "Nội dung", "Đáp án A", "Đáp án B", "Đáp án C", "Đáp án D", "Đ/án đúng"]
    headings[-1] = "ĐÁP ÁN ĐÚNG"
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(2, 1, headings)
        for number, ((stem, options, _), key) in enumerate(zip(BANK, keys, strict=True), start=1):
            page.write_row(2 + number * 2, 1, [f"Câu {number}", stem, *options, key])
    return target.getvalue()


def soft_breaks_and_half_a_highlight():
    """A question is one paragraph with breaks; only words of the right option are yellow."""
    parts = []
    for number, (stem, options, right) in enumerate(BANK, start=1):
        runs = [run(f"Câu {number}: {stem}\n")]
        for letter, option in zip("ABCD", options, strict=True):
            first, _, rest = option.partition(" ")
            marks = ["yellow"] if letter == right else []
            runs += [
                run(f"{letter}. "),
                run(first, *marks),
                run(f" {rest}" if rest else ""),
                run("\n"),
            ]
        parts.append(paragraph(*runs))
    return document(*parts)


def semicolons_of_an_old_windows():
    lines = ["STT;Câu hỏi;A;B;C;D;Đáp án đúng", ""]
    for number, (stem, options, right) in enumerate(BANK, start=1):
        words = options["ABCD".index(right)]
        lines += [f'{number};"{stem}";{";".join(options)};{words}', ";;;;;;"]
    return "\r\n".join(lines).encode("utf-16")


def spaces_before_the_stop_of_a_label():
    forms = ("Câu {n} : {stem}", "Câu {n} . {stem}", "Câu\xa0{n}\xa0: {stem}", "Câu {n}: {stem}")
    labels = ("{l} . ", "{l} ) ", "{l}\xa0.\xa0", "\xa0{l}. ")
    parts = zip(range(1, 5), forms, labels, strict=True)
    return document(*(part for given in parts for part in asked(*given)))


def letters_pasted_from_a_chat():
    """Characters without width stand before the letters."""
    labels = ("\u200b{l}. ", "\ufeff{l}. ", "{l}\u200b. ", "{l}.\u2060 ")
    numbers = enumerate(labels, start=1)
    return document(*(part for n, label in numbers for part in asked(n, label=label)))


def looks(words, properties=""):
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{words}</w:t></w:r>"


def reviewed_by_a_superior():
    """A comment, a footnote, a bold option deleted under Track Changes, a mark taken back."""
    parts = []
    for number, (stem, options, right) in enumerate(BANK, start=1):
        parts.append(paragraph(f"Câu {number}: {stem}"))
        for letter, option in zip("ABCD", options, strict=True):
            words = f"{letter}. {option}"
            taken_back = "<w:rPrChange><w:rPr><w:b/></w:rPr></w:rPrChange>"
            now = looks(words, "<w:b/>" if letter == right else taken_back)
            old = "<w:r><w:rPr><w:b/></w:rPr><w:delText>Sai</w:delText></w:r>"
            note = '<w:r><w:commentReference w:id="1"/><w:footnoteReference w:id="2"/></w:r>'
            parts.append(f"<w:p><w:del>{old}</w:del><w:ins>{now}</w:ins>{note}</w:p>")
    return document(*parts)


def colours_of_the_theme():
    """The dark text colour of the theme is no mark, its accent is."""
    parts = []
    for number, (stem, options, right) in enumerate(BANK, start=1):
        parts.append(paragraph(f"Câu {number}: {stem}"))
        for letter, option in zip("ABCD", options, strict=True):
            colour = ("4472C4", "accent1") if letter == right else ("000000", "text1")
            told = '<w:color w:val="{}" w:themeColor="{}"/>'.format(*colour)
            parts.append(f"<w:p>{looks(f'{letter}. {option}', told)}</w:p>")
    return document(*parts)


def key_table_in_rows_of_pairs():
    questions = [part for number in range(1, 5) for part in asked(number, bold=False)]
    return document(*questions, "ĐÁP ÁN", table(["1. B", "3. A"], ["2. C", "4. D"]))


MADE = (
    spaces_before_the_stop_of_a_label,
    letters_pasted_from_a_chat,
    reviewed_by_a_superior,
    colours_of_the_theme,
    key_table_in_rows_of_pairs,
    mixed_numbers_and_labels,
    key_table_in_two_columns,
    options_on_one_line_apart_by_anything,
    merged_headings_in_row_nine,
    old_font_with_parts_in_unicode,
    hidden_sheet_of_last_year,
    key_line_in_every_spelling,
    two_parts_that_number_anew,
    keys_as_people_type_them,
    semicolons_of_an_old_windows,
)


@pytest.mark.parametrize("made", MADE, ids=lambda made: made.__name__)
def test_what_a_clerk_sends_gives_the_four_questions(made):
    assert found(made()) == BANK


def test_a_mark_on_half_of_an_option_is_no_key_and_is_named():
    """Somebody's hand slipped, or stressed a word: which one is not certain."""
    reading = read_here(soft_breaks_and_half_a_highlight())

    assert reading.drafts == ()
    assert [one.question for one in reading.errors] == [1, 2, 3, 4]


def test_pairs_of_a_question_that_asks_to_match_are_no_keys_of_others():
    questions = [part for number in range(1, 5) for part in asked(number, bold=False)]
    reading = read_here(document(*questions, "Đáp án: 1-B, 2-C"))

    assert reading.drafts == ()


@pytest.mark.parametrize(
    "keys",
    [
        [["Câu", "1", "2", "3", "4"], ["ĐA", "B", "", "A", "D"]],  # one cell was left empty
        [["1", "B"], ["2", "C"], ["1", "A"], ["2", "D"]],  # of two parts that number anew
    ],
)
def test_a_key_table_that_may_belong_to_other_questions_gives_no_keys(keys):
    questions = [part for number in range(1, 5) for part in asked(number, bold=False)]
    reading = read_here(document(*questions, "BẢNG ĐÁP ÁN", table(*keys)))

    assert reading.drafts == ()
    assert {one.question for one in reading.errors} >= {1, 2, 3, 4}


def test_a_key_struck_through_with_another_beside_it_is_no_key():
    parts = []
    for number in range(1, 5):
        told = looks("Đáp án: ") + looks("D", "<w:strike/>") + looks(f" {BANK[number - 1][2]}")
        parts += [*asked(number, bold=False), f"<w:p>{told}</w:p>"]
    reading = read_here(document(*parts))

    assert reading.drafts == ()
    assert {one.question for one in reading.errors} == {1, 2, 3, 4}
