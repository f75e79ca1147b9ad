"""Word: what is read as Word shows it, and what is named instead of guessed."""

import pytest

from quizapp.banks.errors import CannotRead
from quizapp.banks.reading import read_here as read_bank
from quizapp.banks.rules import letters_of
from tests.making.documents import document, numbering, paragraph, run, style, table

MARKS = ["bold", "italic", "underline", "red", "yellow", "shaded"]
TEXTS = ("Một", "Hai", "Ba", "Bốn")


def option(letter, text, *marks, label=()):
    return paragraph(run(f"{letter}. ", *(label or marks)), run(text, *marks))


def question(number, right, *marks, only_label=False, texts=TEXTS):
    """Return the paragraphs of a question whose option `right` ("A"…) is marked."""
    lines = [f"Câu {number}: Câu hỏi số {number}?"]
    for letter, text in zip("ABCD", texts, strict=False):
        own = marks if letter == right else ()
        lines.append(option(letter, text, *(() if only_label else own), label=own))
    return lines


def plain(number, texts=TEXTS):
    return question(number, "", texts=texts)


def keys(*parts, **about):
    """Return the letters of the accepted questions, by number."""
    reading = read_bank(document(*parts, **about))
    return {one.number: letters_of(one.right) for one in reading.drafts}


def problems(*parts, **about):
    """Return the messages by question."""
    reading = read_bank(document(*parts, **about))
    return {found.question: found.message for found in reading.errors}


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("only_label", [True, False])
def test_the_option_that_differs_is_right(mark, only_label):
    parts = [
        *question(1, "B", mark, only_label=only_label),
        *question(2, "A", mark, only_label=only_label),
        *question(3, "D", mark, only_label=only_label),
    ]
    assert keys(*parts) == {1: "B", 2: "A", 3: "D"}


@pytest.mark.parametrize("mark", MARKS)
def test_two_of_three_options_that_are_marked_are_a_mark_too_many(mark):
    parts = []
    for number, plain_one in enumerate("CCA", start=1):
        parts.append(f"Câu {number}: Câu hỏi số {number}?")
        parts += [
            option(letter, text, *(() if letter == plain_one else (mark,)))
            for letter, text in zip("ABC", TEXTS, strict=False)
        ]

    assert keys(*parts) == {}
    assert set(problems(*parts)) == {1, 2, 3}


@pytest.mark.parametrize("mark", MARKS)
def test_where_all_options_but_one_are_marked_that_one_is_right(mark):
    parts = []
    for number, plain_one in enumerate("CDA", start=1):
        parts.append(f"Câu {number}: Câu hỏi số {number}?")
        parts += [
            option(letter, text, *(() if letter == plain_one else (mark,)))
            for letter, text in zip("ABCD", TEXTS, strict=True)
        ]

    assert keys(*parts) == {1: "C", 2: "D", 3: "A"}


@pytest.mark.parametrize("sign", ["*", "+"])
@pytest.mark.parametrize("form", ["{s}{l}. {t}", "{l}. {s}{t}", "{s} {l}. {t}", "{l}. {s} {t}"])
def test_a_sign_before_the_option_is_its_mark(sign, form):
    parts = []
    for number, right in enumerate("CAB", start=1):
        parts.append(f"Câu {number}. Hỏi {number}?")
        for letter, text in zip("ABC", TEXTS, strict=False):
            parts.append(form.format(s=sign if letter == right else "", l=letter, t=text))
    assert keys(*parts) == {1: "C", 2: "A", 3: "B"}
    assert read_bank(document(*parts)).drafts[0].options == ("Một", "Hai", "Ba")


@pytest.mark.parametrize("sign", ["(Đ)", "(đúng)", " (x)", "*", " ✓"])
def test_a_sign_after_the_option_is_its_mark(sign):
    parts = ["Câu 1. Hỏi?", "A. Một", f"B. Hai{sign}", "C. Ba"]
    assert keys(*parts) == {1: "B"}
    assert read_bank(document(*parts)).drafts[0].options == ("Một", "Hai", "Ba")


def test_labels_bold_everywhere_say_nothing():
    parts = []
    for number, right in enumerate("BCA", start=1):
        parts.append(f"Câu {number}. Hỏi {number}?")
        for letter in "ABC":
            marks = ["red"] if letter == right else []
            parts.append(option(letter, f"Ý {letter}", *marks, label=("bold", *marks)))
    assert keys(*parts) == {1: "B", 2: "C", 3: "A"}


def test_marks_of_a_style_that_are_switched_off_again_are_not_seen():
    styles = style("Dam", "<w:b/>") + style("Nhe", "<w:b/>", kind="character")
    parts = []
    for number, right in enumerate("BA", start=1):
        parts.append(f"Câu {number}. Hỏi {number}?")
        for letter in "ABC":
            own = run(f"{letter}. Ý {letter}", *(() if letter == right else ("not bold",)))
            parts.append(paragraph(own, style="Dam"))
    assert keys(*parts, styles=styles) == {1: "B", 2: "A"}
    # Bold in the paragraph's and in the character's style cancel each other in Word.
    crossed = [
        paragraph(run("B. Ý khác", style="Nhe"), style="Dam"),
        paragraph(run("C. Ý nữa", style="Nhe")),
    ]
    assert keys("Câu 1. Hỏi?", "A. Ý", *crossed, styles=styles) == {1: "C"}


def test_hidden_text_is_not_read_and_black_is_no_colour():
    parts = ["Câu 1. Hỏi?", paragraph(run("A. Một"), run(" (đúng)", "hidden")), "B. Hai"]
    assert problems(*parts)[1].startswith("Không chắc đáp án đúng")
    dark = '<w:r><w:rPr><w:color w:val="1F1F1F"/></w:rPr><w:t>A. Một</w:t></w:r>'
    parts = [*question(1, "B", "red"), "Câu 2. Hỏi?", paragraph(dark), "B. Hai", "C. Ba"]
    assert keys(*parts) == {1: "B"}


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (plain(2), "không có phương án nào"),
        (
            [*question(2, "A", "bold")[:-1], option("D", "Bốn", "bold")],
            "in đậm (A, D)",
        ),
        (question(2, "C", "red"), "phương án C tô màu chữ"),
        (
            [*plain(2)[:-1], paragraph(run("D. Bốn "), run("chữ dài hơn", "bold"))],
            "chỉ một phần phương án D in đậm",
        ),
        ([*question(2, "A", "bold")[:-1], option("D", "Bốn", "red")], "lại tô màu chữ"),
        ([*question(2, "A", "bold"), "Đáp án: C"], "Đáp án mâu thuẫn"),
        ([*question(2, "A", "bold"), "Đáp án: E"], "mâu thuẫn"),
        ([*question(2, "A", "bold"), "Đáp án: A và C"], "nhiều đáp án"),
        (["Câu 2: Trống?", option("A", "Một", "bold")], "Chỉ có 1 phương án"),
        (question(2, "A", "bold", texts=("Một", "Hai", "hai.")), "giống nhau"),
        (["Câu 2:", *question(2, "A", "bold")[1:]], "Thiếu nội dung"),
        ([*question(2, "A", "bold"), "Một dòng lạ ở đây."], "Không rõ dòng"),
        (["Câu 2: Hỏi?", option("A", "Một", "bold"), "B. Hai", "B. Ba"], "hai phương án B"),
        (["Câu 2: Hỏi?", option("A", "Một", "bold"), "B. Hai", "D. Ba"], "phương án C"),
        (
            ["Câu 2: Hỏi?", option("A", "Một", "bold"), paragraph(run("B. Hai", "struck"))],
            "gạch ngang",
        ),
    ],
)
def test_what_is_not_certain_is_a_problem_and_the_rest_is_accepted(parts, words):
    others = [
        *question(1, "B", "bold"),
        *parts,
        *question(3, "C", "bold"),
        *question(4, "A", "bold"),
    ]
    assert words in problems(*others)[2]
    assert keys(*others) == {1: "B", 3: "C", 4: "A"}


def test_one_kind_of_mark_has_to_explain_the_document():
    assert keys(*question(1, "B", "bold"), *question(2, "C", "red")) == {}
    rare = [line for number in range(1, 9) for line in plain(number)]
    assert keys(*rare, *question(9, "B", "italic")) == {}


def test_first_letters_that_are_all_bold_are_no_key():
    parts = [line for n in range(1, 9) for line in question(n, "A", "bold", only_label=True)]
    assert keys(*parts) == {}


@pytest.mark.parametrize(
    "line",
    [
        "Đáp án: B",
        "Đáp án B",
        "ĐÁP ÁN: b.",
        "Đáp án đúng là B (khoản 1 Điều 20 Bộ luật Lao động năm 2019)",
        "=> Chọn B",
        "Trả lời: B. Hai",
        "Phương án đúng: B.",
        "Đáp án: Hai",
        "Đáp án: B, vì luật ghi như vậy",
        "Đáp án đúng là phương án B.",
    ],
)
def test_a_line_tells_the_key_in_words(line):
    assert keys(*plain(1), line) == {1: "B"}


@pytest.mark.parametrize(
    "line", ["Đáp án: B. Ba", "Đáp án: Năm", "Đáp án: A hoặc B", "Đáp án: B hoặc C đều được"]
)
def test_a_line_that_does_not_fit_the_options_is_a_problem(line):
    assert keys(*plain(1), line) == {}


def test_citations_and_explanations_are_kept():
    parts = [
        *plain(1),
        "Đáp án: B (căn cứ khoản 1 Điều 3 Bộ luật Lao động năm 2019)",
        *plain(2),
        "Đáp án: C",
        "Căn cứ: Điều 8 Luật Công đoàn năm 2024",
        "Giải thích: Luật quy định như vậy.",
        "Và còn thêm nữa.",
    ]
    first, second = read_bank(document(*parts)).drafts
    assert first.citations == ({"text": "khoản 1 Điều 3 Bộ luật Lao động năm 2019"},)
    assert second.citations == ({"text": "Điều 8 Luật Công đoàn năm 2024"},)
    assert second.explanation == "Luật quy định như vậy.\nVà còn thêm nữa."


@pytest.mark.parametrize(
    "key",
    [
        ["ĐÁP ÁN", "1-B 2-C 3-A"],
        ["BẢNG ĐÁP ÁN", "1. B", "2. C", "3. A"],
        ["HẾT", "Đáp án:", "Câu 1: B", "Câu 2: C", "Câu 3: A"],
        ["1B, 2C, 3A"],
        [table(["Câu", "1", "2", "3"], ["Đáp án", "B", "C", "A"])],
        [table(["Câu", "Đáp án"], ["1", "B"], ["2", "C"], ["3", "A"])],
        [table(["Câu", "Đáp án", "Câu", "Đáp án"], ["1", "B", "2", "C"], ["3", "A", "", ""])],
        ["ĐÁP ÁN", table(["1-B", "2-C"], ["3-A", ""])],
    ],
)
def test_keys_may_stand_together_at_the_end(key):
    assert keys(*plain(1), *plain(2), *plain(3), *key) == {1: "B", 2: "C", 3: "A"}


def test_a_key_that_names_no_question_or_one_twice_is_told():
    parts = [*plain(1), *plain(2), "ĐÁP ÁN", "1-B 2-C 2-D 7-A"]
    reading = read_bank(document(*parts))
    assert [one.number for one in reading.drafts] == [1]
    assert any("câu 7" in found.message for found in reading.problems)


LABELS = [
    ("Câu {n}: ", "{L}. "),
    ("Câu hỏi {n}. ", "{L}) "),
    ("Bài {n}. ", "{l}/ "),
    ("{n}. ", "{L}. "),
    ("{n}/ ", "{l}) "),
    ("{n}) ", "{L} - "),
    ("CÂU {n}. ", "({l}) "),
    ("Câu {n} (0,25 điểm): ", "{d}. "),
    ("Câu {n}. ", "{d}) "),
]


# Numbered options stand on lines of their own.
IN_LAYOUTS = [
    (*labels, layout)
    for labels in LABELS
    for layout in ("lines", "tabs", "spaces", "two")
    if layout == "lines" or "{d}" not in labels[1]
]


@pytest.mark.parametrize(("of_question", "of_option", "layout"), IN_LAYOUTS)
def test_labels_and_lines_of_many_kinds(of_question, of_option, layout):
    parts = []
    for number, right in enumerate("BCAD", start=1):
        parts.append(of_question.format(n=number) + "Nội dung hỏi?")
        made = [
            run(of_option.format(L=L, l=L.lower(), d=d) + text, *(["bold"] if right == L else []))
            for d, (L, text) in enumerate(zip("ABCD", TEXTS, strict=True), start=1)
        ]
        gap = run({"tabs": "\t", "two": "\t", "spaces": "    ", "lines": ""}[layout])
        size = {"lines": 1, "two": 2}.get(layout, 4)
        for at in range(0, 4, size):
            pieces = [one for part in made[at : at + size] for one in (part, gap)]
            parts.append(paragraph(*pieces))
    reading = read_bank(document(*parts))
    assert [letters_of(one.right) for one in reading.drafts] == ["B", "C", "A", "D"]
    assert {one.options for one in reading.drafts} == {TEXTS}
    assert {one.stem for one in reading.drafts} == {"Nội dung hỏi?"}


def test_numbers_that_word_makes_itself():
    lists = numbering(1, ("decimal", "Câu %1."), ("upperLetter", "%2."))
    parts = []
    for right in "BA":
        parts.append(paragraph("Hỏi gì?", numbered=(1, 0)))
        for letter in "ABC":
            marks = ["underline"] if letter == right else []
            parts.append(paragraph(run(f"Ý {letter}", *marks), numbered=(1, 1)))
    reading = read_bank(document(*parts, numbering=lists))
    assert [(one.code, letters_of(one.right)) for one in reading.drafts] == [
        ("CAU-001", "B"),
        ("CAU-002", "A"),
    ]
    assert reading.drafts[0].options == ("Ý A", "Ý B", "Ý C")


def test_letters_that_went_on_counting_are_no_key():
    """One list of Word for all questions: the second has E, F, G and "Đáp án: B" may be any."""
    lists = numbering(1, ("upperLetter", "%1."))

    def parts(*key):
        for number in (1, 2):
            yield f"Câu {number}. Hỏi {number}?"
            for text in TEXTS[:3]:
                marks = ["bold"] if text == "Hai" and not key else []
                yield paragraph(run(text, *marks), numbered=(1, 0))
            yield from key

    assert keys(*parts(), numbering=lists) == {1: "B", 2: "B"}
    assert keys(*parts("Đáp án: B"), numbering=lists) == {1: "B"}


def test_stems_of_several_paragraphs_with_lists_in_them():
    parts = [
        "Câu 1. Xét các ý sau:",
        "1. Ý thứ nhất",
        "2. Ý thứ hai",
        "a) Ý nhỏ",
        "b) Ý nhỏ nữa",
        "Có mấy ý đúng?",
        "A. Một",
        option("B", "Hai", "bold"),
        *question(2, "A", "bold"),
    ]
    first, _ = read_bank(document(*parts)).drafts
    assert first.stem.splitlines()[1:] == [
        "1. Ý thứ nhất",
        "2. Ý thứ hai",
        "a) Ý nhỏ",
        "b) Ý nhỏ nữa",
        "Có mấy ý đúng?",
    ]
    assert first.options == ("Một", "Hai")


def test_an_option_that_names_letters_stays_whole():
    texts = ("Nhóm A hoặc B. Không rõ", "Viêm gan E. Coli", "Ba", "Cả A và B. Đúng")
    parts = [*question(1, "B", "bold", texts=texts), *question(2, "A", "bold")]
    reading = read_bank(document(*parts))
    assert reading.drafts[0].options == texts


def test_headings_are_topics():
    parts = [
        "NGÂN HÀNG CÂU HỎI",
        "PHẦN I: LUẬT CÔNG ĐOÀN",
        *question(1, "B", "bold"),
        "II. AN TOÀN LAO ĐỘNG",
        *question(2, "A", "bold"),
        paragraph("Tiền lương", style="Heading1"),
        *question(3, "A", "bold"),
    ]
    heading = (
        '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style>'
    )
    reading = read_bank(document(*parts, styles=heading))
    assert reading.errors == ()
    assert [one.topic for one in reading.drafts] == [
        "LUẬT CÔNG ĐOÀN",
        "AN TOÀN LAO ĐỘNG",
        "Tiền lương",
    ]


def test_statements_are_true_or_false():
    parts = ["Câu 1. Trời xanh.", "Đáp án: Đúng", "Câu 2. Đất đỏ.", "Đáp án: Sai (Điều 5 Luật A)"]
    reading = read_bank(document(*parts))
    assert [(one.options, letters_of(one.right)) for one in reading.drafts] == [
        (("Đúng", "Sai"), "A"),
        (("Đúng", "Sai"), "B"),
    ]
    signed = ["1. Trời xanh (Đ).", "2. Đất đỏ [Sai]", "3. Không rõ"]
    reading = read_bank(document(*signed))
    assert [(one.stem, letters_of(one.right)) for one in reading.drafts] == [
        ("Trời xanh", "A"),
        ("Đất đỏ", "B"),
    ]
    boxes = table(["TT", "Nhận định", "Đ", "S"], ["1", "Một.", "x", ""], ["2", "Hai.", "", "x"])
    assert keys(boxes) == {1: "A", 2: "B"}
    ticks = table(
        ["TT", "Nhận định", "Đúng", "Sai"], ["1", "Một.", "x", ""], ["2", "Hai.", "", "x"]
    )
    assert keys(ticks) == {1: "A", 2: "B"}


HEADINGS = ["Đáp án", "Câu hỏi", "Phương án B", "Phương án A", "Căn cứ"]


def test_a_table_of_questions_in_any_order():
    made = table(HEADINGS, ["A", "Hỏi?", "Hai", "Một", "Điều 1"], ["Hai", "Gì?", "Hai", "Một", ""])
    first, second = read_bank(document(made)).drafts
    assert (first.options, letters_of(first.right)) == (("Một", "Hai"), "A")
    assert first.citations == ({"text": "Điều 1"},)
    assert letters_of(second.right) == "B"


def test_a_cell_may_be_marked_as_right():
    marked = paragraph(run("Hai", "red"))
    made = table(["Câu hỏi", "A", "B"], ["Hỏi?", "Một", marked], ["Gì?", marked, "Ba"])
    assert keys(made) == {1: "B", 2: "A"}


def test_a_picture_or_a_formula_is_not_passed_over():
    picture = "<w:r><w:drawing/></w:r>"
    parts = [paragraph(run("Câu 1. Hình nào?"), picture), "A. Một", option("B", "Hai", "bold")]
    assert "hình" in problems(*parts, *question(2, "A", "bold"))[1]


def test_old_encodings_become_unicode_and_are_shown():
    def old(text, *marks):
        return paragraph(run(text, *marks, font=".VnTime"))

    parts = [old("C©u 1. C«ng ®oµn lµ g×?"), old("A. Tæ chøc"), old("B. Ng­êi", "bold")]
    reading = read_bank(document(*parts))
    (one,) = reading.drafts
    assert (one.stem, one.options) == ("Công đoàn là gì?", ("Tổ chức", "Người"))
    assert "TCVN3" in reading.problems[0].message
    vni = [
        paragraph(run(text, *marks, font="VNI-Times"))
        for text, *marks in (
            ["Caâu 1. Coâng ñoaøn laø gì?"],
            ["A. Toå chöùc"],
            ["B. Ngöôøi", "bold"],
        )
    ]
    (one,) = read_bank(document(*vni)).drafts
    assert (one.stem, one.options) == ("Công đoàn là gì?", ("Tổ chức", "Người"))


@pytest.mark.parametrize(
    "xml",
    [
        '<!DOCTYPE a [<!ENTITY b "bbbb">]><w:document/>',
        "<w:document",
        '<w:document xmlns:w="x"/>',
    ],
)
def test_a_broken_or_hostile_document_is_refused(xml):
    with pytest.raises(CannotRead):
        read_bank(document("Câu 1", more={"word/document.xml": xml}.items()))


def test_deep_nesting_is_refused():
    deep = "<w:smartTag>" * 500 + "</w:smartTag>" * 500
    with pytest.raises(CannotRead):
        read_bank(document(f"<w:p>{deep}</w:p>"))


def test_a_question_without_a_number_is_not_lost_in_silence():
    lost = ["TRƯỜNG HỢP NÀO SAU ĐÂY?", "A. Một", "B. Hai"]
    parts = [*question(1, "B", "bold"), *lost, *question(3, "A", "bold")]
    reading = read_bank(document(*parts))
    assert [one.code for one in reading.drafts] == ["CAU-001", "CAU-003"]
    assert any("A. Một" in found.message for found in reading.errors)
    assert any("Sau câu 1 là câu 3" in found.message for found in reading.problems)


def test_a_number_that_stands_twice_is_told_apart_from_one_that_is_missing():
    parts = [part for number in (1, 2, 2, 3, 2, 7) for part in question(number, "B", "bold")]
    told = [found.message for found in read_bank(document(*parts)).problems]
    twice = "Có hai câu số 2. Hãy xem lại số câu, hay có câu chép hai lần."
    assert [words for words in told if words.startswith(("Có hai", "Sau câu"))] == [
        twice,
        twice,
        "Sau câu 2 là câu 7. Hãy xem lại có thiếu câu.",
    ]


def test_parts_that_are_numbered_from_one_again_are_no_numbers_twice():
    parts = [part for number in (1, 2, 1, 2) for part in question(number, "B", "bold")]
    told = [found.message for found in read_bank(document(*parts)).problems]
    assert [words for words in told if words.startswith(("Có hai", "Sau câu"))] == []


def test_two_keys_after_another_have_to_agree():
    parts = [*plain(1), *plain(2), "ĐÁP ÁN", "1-B 2-C", "ĐÁP ÁN", "1-B 2-D"]
    assert keys(*parts) == {1: "B"}


def test_two_options_of_which_one_is_marked():
    parts = []
    for number, right in enumerate("ABA", start=1):
        parts.append(f"Câu {number}. Phát biểu {number}.")
        for letter, text in (("A", "Đúng"), ("B", "Sai")):
            parts.append(option(letter, text, *(["underline"] if letter == right else [])))
    assert keys(*parts) == {1: "A", 2: "B", 3: "A"}


@pytest.mark.parametrize("gap", [" " * 5_000, "\t" * 5_000, " \t" * 3_000])
def test_thousands_of_spaces_take_no_time(gap):
    parts = [f"Câu 1:{gap}Hỏi?{gap}", f"A.{gap}Một{gap}", f"B. Hai{gap}x", f"Đáp án: B{gap}){gap}"]
    assert read_bank(document(*parts)).errors == ()
