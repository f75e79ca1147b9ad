import unicodedata

import pytest

from quizapp.vietnamese import fold, initials, name_sort_key, one_line, sort_key, syllable


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Công \t đoàn\n", "Công đoàn"),
        (unicodedata.normalize("NFD", "Nguyễn Thị Hồng Ánh"), "Nguyễn Thị Hồng Ánh"),
        ("ti\u00ea\u0301ng", "tiếng"),  # letter with its hat, tone apart: code page 1258
        ("Hà\u00a0Nội", "Hà Nội"),
        ("Hà \u200b Nội\u200e", "Hà Nội"),
        ("a\u0000b", "ab"),
        ("\ufeffHuế", "Huế"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_a_text_has_one_spelling(typed, kept):
    assert one_line(typed) == kept


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Nguyễn", "nguyen"),
        ("Hòa Bình", "hoa binh"),
        ("Hoà Bình", "hoa binh"),
        ("Đắk Lắk", "dak lak"),
        ("Ðồng Nai", "dong nai"),  # U+00D0, the Icelandic letter of old fonts
        (unicodedata.normalize("NFD", "Thủy sản"), "thuy san"),
        ("LĐLĐ  TP.HCM", "ldld tp.hcm"),
        ("ƯƠNG", "uong"),
    ],
)
def test_people_search_without_marks_and_case(text, key):
    assert fold(text) == key


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("Liên đoàn Lao động tỉnh Bà Rịa - Vũng Tàu", "ldldtbrvt"),
        ("Thành phố Hồ Chí Minh", "tphcm"),
        ("Công đoàn May 10", "cdm10"),
        ("Công ty Z176", "ctz"),
        ("", ""),
        (" - ", ""),
    ],
)
def test_initials_are_what_an_abbreviation_is_made_of(text, letters):
    assert initials(text) == letters


@pytest.mark.parametrize(
    ("word", "letters", "tone"),
    [
        ("hòa", "hoa", 1),
        ("hoà", "hoa", 1),
        ("hóa", "hoa", 4),
        ("Hoa", "hoa", 0),
        ("thủy", "thuy", 2),
        ("thuỷ", "thuy", 2),
        ("Nguyễn", "nguyên", 3),
        ("được", "đươc", 5),
    ],
)
def test_a_syllable_is_the_same_wherever_its_tone_stands(word, letters, tone):
    assert syllable(word) == (letters, tone)


@pytest.mark.parametrize(
    "in_order",
    [
        ["a", "A", "à", "ả", "ã", "á", "ạ", "ă", "ằ", "â", "b"],
        ["d", "đ", "e", "ê", "o", "ô", "ơ", "u", "ư", "x", "y"],
        ["Lê An", "Lê An Bình", "Lê Anh"],  # a space comes before every letter
        ["Bà Rịa", "Bà Rịa - Vũng Tàu", "Bắc Giang", "Bắc Kạn", "Bắc Ninh"],
        ["Cà Mau", "Cao Bằng", "Cần Thơ"],
        ["Đắk Lắk", "Đắk Nông", "Điện Biên", "Đồng Nai", "Đồng Tháp"],
        ["hoa", "hoà", "hoá", "hòa", "hóa"],
        ["tổ 2", "tổ 2a", "tổ 9", "tổ hai"],
    ],
)
def test_texts_sort_as_in_a_vietnamese_dictionary(in_order):
    found = in_order[::-1]  # texts with one key would stay in the wrong order
    found.sort(key=sort_key)
    assert found == in_order


def test_decomposed_text_sorts_where_composed_text_does():
    assert sort_key(unicodedata.normalize("NFD", "Nguyễn Ưu")) == sort_key("Nguyễn Ưu")


def test_people_sort_by_given_name_then_family_then_middle():
    in_order = [
        "Nguyễn Thị An",
        "Trần An",
        "Lê Văn Ánh",
        "Bình",
        "Trần Bình",
        "Trần Thị Bình",
        "Trần Văn Bình",
        "Đinh Duy",
        "An Đức",
    ]
    found = in_order[::-1]  # texts with one key would stay in the wrong order
    found.sort(key=name_sort_key)
    assert found == in_order


def test_a_person_without_a_name_has_a_key_that_comes_first():
    assert name_sort_key("") < name_sort_key("A")
