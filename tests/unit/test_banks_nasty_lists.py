"""Word files as clerks send them: lists of Word, headings with citations, tabs, brackets."""

from unicodedata import normalize

import pytest

from quizapp.banks.reading import read_here
from quizapp.banks.rules import letters_of
from tests.making.documents import document, paragraph, run
from tests.unit.test_banks_nasty import BANK, asked, found


def option_lists(*, is_begun_anew):
    """Return four lists of one kind; each begins at A again, or goes on with E, I, M."""
    anew = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    lists = "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="1"/>{anew if is_begun_anew else ""}'
        "</w:num>"
        for number in range(1, 5)
    )
    return (
        '<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
        '<w:numFmt w:val="upperLetter"/><w:lvlText w:val="%1."/></w:lvl></w:abstractNum>' + lists
    )


def listed(*, told=(), bold=False, numbers=(1, 2, 3, 4)):
    """Yield questions whose options are numbered by Word; `told` are forms of lines after them."""
    for number, (stem, options, right) in zip(numbers, BANK, strict=True):
        yield f"Câu {number}: {stem}"
        for letter, option in zip("ABCD", options, strict=True):
            marks = ["bold"] if bold and letter == right else []
            yield paragraph(run(option, *marks), numbered=(number, 0))
        for form in told:
            yield form.format(right=right, number=number)


def test_options_of_word_that_begin_at_a_again_are_named_by_key_lines():
    lists = option_lists(is_begun_anew=True)
    assert found(document(*listed(told=["Đáp án: {right}"]), numbering=lists)) == BANK
    assert found(document(*listed(bold=True), numbering=lists)) == BANK


def test_options_of_word_that_went_on_counting_are_named_by_no_key_line():
    lists = option_lists(is_begun_anew=False)
    reading = read_here(document(*listed(told=["Đáp án: {right}"]), numbering=lists))
    assert [one.number for one in reading.drafts] == [1]
    assert "E, F, G, H" in reading.errors[0].message
    assert found(document(*listed(bold=True), numbering=lists)) == BANK


def test_an_empty_line_that_word_counted_moves_no_key():
    """Word shows A, (B), C, D, E; the key B is then the empty one."""
    parts = list(listed(told=["Đáp án: {right}"]))
    parts.insert(2, paragraph("", numbered=(1, 0)))
    reading = read_here(document(*parts, numbering=option_lists(is_begun_anew=True)))
    assert 1 not in {one.number for one in reading.drafts}


def test_headings_with_citations_are_topics_and_move_no_key():
    heading = (
        '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style>'
    )
    parts = [
        "PHẦN I. LUẬT CÔNG ĐOÀN (Luật số 50/2024/QH15)",
        *asked(1),
        *asked(2),
        paragraph("Điều 5. Quyền thành lập, gia nhập công đoàn", style="Heading1"),
        *asked(3),
        "Chương II – BỘ LUẬT LAO ĐỘNG 2019",
        *asked(4),
    ]
    reading = read_here(document(*parts, styles=heading))
    assert reading.errors == ()
    assert [letters_of(one.right) for one in reading.drafts] == ["B", "C", "A", "D"]
    assert [one.topic for one in reading.drafts] == [
        "LUẬT CÔNG ĐOÀN (Luật số 50/2024/QH15)",
        "LUẬT CÔNG ĐOÀN (Luật số 50/2024/QH15)",
        "Điều 5. Quyền thành lập, gia nhập công đoàn",
        "BỘ LUẬT LAO ĐỘNG 2019",
    ]


@pytest.mark.parametrize(
    ("line", "citation"),
    [
        ("(Căn cứ khoản 1 Điều 5 Luật Công đoàn)", "khoản 1 Điều 5 Luật Công đoàn"),
        ("[Theo điểm a khoản 2 Điều 35 BLLĐ 2019].", "điểm a khoản 2 Điều 35 BLLĐ 2019"),
        ("(Nguồn: Nghị định 38/2022/NĐ-CP)", "Nghị định 38/2022/NĐ-CP"),
        ("(Căn cứ pháp lý: Điều 5 Luật Công đoàn)", "Điều 5 Luật Công đoàn"),
        ("(Khoản 1 Điều 5 Luật Công đoàn)", "Khoản 1 Điều 5 Luật Công đoàn"),
    ],
)
def test_a_citation_in_brackets_below_the_options_is_no_part_of_the_last(line, citation):
    parts = [part for number in range(1, 5) for part in (*asked(number), line)]
    content = document(*parts)
    assert found(content) == BANK
    assert [one.citations[0]["text"] for one in read_here(content).drafts] == [citation] * 4


def test_other_words_in_brackets_below_the_options_go_on_with_the_last():
    parts = [part for number in range(1, 4) for part in asked(number)]
    parts += [*asked(4), paragraph(run("(theo thoả thuận)", "bold"))]
    last = read_here(document(*parts)).drafts[-1]
    assert last.options[3] == "30 phút\n(theo thoả thuận)"


def test_tabs_within_options_part_nothing_and_tabs_between_them_do():
    def lines():
        for number, (stem, options, right) in enumerate(BANK, start=1):
            yield f"Câu {number}:\t{stem}"
            for letters in ("AB", "CD"):
                made = [
                    run(
                        f"{letter}.\t" + options["ABCD".index(letter)].replace(" ", "\t") + "\t",
                        *(["bold"] if letter == right else []),
                    )
                    for letter in letters
                ]
                yield paragraph(*made)

    assert found(document(*lines())) == BANK


@pytest.mark.parametrize(
    ("words", "is_key"), [(("bốn năm", " sáu"), False), (("bốn", " năm sáu"), True)]
)
def test_a_mark_over_half_of_an_option_rivals_the_one_over_another(words, is_key):
    """Over less it stresses a word."""
    slipped = paragraph(run("D. "), run(words[0], "bold"), run(words[1]))
    last = ["Câu 5: Hỏi?", "A. Một", paragraph(run("B. Hai", "bold")), "C. Ba", slipped]
    reading = read_here(document(*(one for n in range(1, 5) for one in asked(n)), *last))
    assert len(reading.drafts) == 4 + is_key
    assert [one.question for one in reading.errors] == ([] if is_key else [5])


def test_decomposed_letters_are_composed_and_told_once_with_samples():
    parts = [normalize("NFD", one) for number in range(1, 5) for one in asked(number)]
    reading = read_here(document(*parts))
    assert [(one.stem, one.options, letters_of(one.right)) for one in reading.drafts] == BANK
    (told,) = reading.problems
    assert "Unicode tổ hợp" in told.message
    assert "“A. Hai cấp”; “B. Ba cấp”" in told.message


def test_an_old_encoding_is_told_once_with_samples_of_before_and_after():
    parts = (
        paragraph(run(text, *marks, font=".VnTime"))
        for text, *marks in (
            ["C©u 1. C«ng ®oµn lµ g×?"],
            ["A. Tæ chøc"],
            ["B. Ng­êi", "bold"],
        )
    )
    (told,) = read_here(document(*parts)).problems
    assert "TCVN3" in told.message
    assert "“C©u 1. C«ng ®oµn lµ g×?” → “Câu 1. Công đoàn là gì?”" in told.message
