"""Aiken, GIFT and typed text: what is read, and what is named with its line."""

import pytest

from quizapp.banks.reading import read_here as read_bank
from quizapp.banks.rules import Kind, letters_of

AIKEN = "Hỏi gì?\nA. Một\nB) Hai\nANSWER: B\n"
GIFT = "::M-1::Hỏi gì? {~Một =Hai ~Ba}\n"


def read(text):
    return read_bank(text.encode())


def rights(text):
    return [letters_of(one.right) for one in read(text).drafts]


def test_aiken_goes_on_after_a_wrong_question():
    text = f"{AIKEN}\nCâu lỗi?\nA. Một\nC. Hai\nANSWER: C\n\n{AIKEN.replace('gì', 'nữa')}"
    reading = read(text)
    assert reading.format == "aiken"
    assert [one.stem for one in reading.drafts] == ["Hỏi gì?", "Hỏi nữa?"]
    assert "dòng 8" in reading.errors[0].message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hỏi?\nA. Một\nB. Hai\nANSWER: C\n", "không có trong"),
        ("Hỏi?\nA. Một\nB. Hai\nANSWER: A, B\n", "đúng một chữ cái"),
        ("Hỏi?\nA. Một\nANSWER: A\n", "Chỉ có 1 phương án"),
        ("Hỏi?\nA. Một\nB. Hai\n", "Thiếu dòng “ANSWER"),
        ("A. Một\nB. Hai\nANSWER: A\n", "Thiếu nội dung"),
        ("Hỏi?\nA. Một\nlạ\nB. Hai\nANSWER: A\n", "Không rõ “lạ”"),
    ],
)
def test_what_is_wrong_in_aiken_is_named(text, words):
    reading = read(f"{AIKEN}\n{text}")
    assert [one.number for one in reading.drafts] == [1]
    assert words in reading.errors[0].message


def test_gift_with_titles_comments_categories_escapes_and_feedback():
    text = (
        "// ghi chú\n$CATEGORY: top/Tiền lương\n\n"
        "::TL-1::[plain]Tỷ lệ \\= bao nhiêu \\{x\\}? {\n"
        "~%-50%1 \\~ 2#sai\n=85\\%#đúng\n####Theo luật.\n}\n\n"
        "Đúng hay sai? {T}\n\nTrái đất {=tròn ~vuông} và to.\n"
    )
    first, second, third = read(text).drafts
    assert (first.code, first.stem, first.topic) == ("TL-1", "Tỷ lệ = bao nhiêu {x}?", "Tiền lương")
    assert (first.options, letters_of(first.right)) == (("1 ~ 2", "85%"), "B")
    assert first.explanation == "Theo luật."
    assert (second.options, letters_of(second.right)) == (("Đúng", "Sai"), "A")
    assert third.stem == "Trái đất _____ và to."


def test_gift_with_several_right_options():
    (one,) = read("Chọn gì? {~%50%Một ~%50%Hai ~%-100%Ba}").drafts
    assert (one.kind, letters_of(one.right)) == (Kind.MULTIPLE, "A, B")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Thủ đô? {=Hà Nội =Ha Noi}", "chưa dùng được"),
        ("Ghép? {=a -> b =c -> d ~e}", "chưa dùng được"),
        ("Mấy? {#5:1}", "chưa dùng được"),
        ("Viết? {}", "chưa dùng được"),
        ("Hỏi? {=Một =Hai ~Ba}", "nhiều phương án đúng"),
        ("Hỏi? {~Một ~Hai}", "không có phương án đúng"),
        ("Hỏi <b>gì</b>? {~Một =Hai}", "HTML"),
        ("Hỏi? {~Một =Hai", "đóng"),
    ],
)
def test_what_is_wrong_in_gift_is_named(text, words):
    reading = read(f"{GIFT}\n{text}")
    assert [one.code for one in reading.drafts] == ["M-1"]
    assert words in reading.errors[0].message


def test_typed_text_is_read_as_word_is():
    text = (
        "Câu 1: Hỏi gì?\nA. Một\nB. Hai\nĐáp án: B\n\nCâu 2: Gì nữa?\n*A. Một\nB. Hai\nĐáp án: A\n"
    )
    assert rights(text) == ["B", "A"]
    assert read(text).format == "text"
