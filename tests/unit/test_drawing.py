"""Texts on pictures: whole where they can be, cut where they cannot; all signs are there."""

import unicodedata

import pytest
from PIL import ImageFont

from quizapp.web.drawing import FONTS, Sheet, Text, fit

WIDTH = 900
LONG_NAME = "Tôn Nữ Hoàng Phương Quỳnh Ngưỡng Thượng Nguyễn Khuyết Đường Thị Ấu Thương"


@pytest.mark.parametrize("words", ["Lê An", LONG_NAME, "W" * 200, "Nghiêng " * 40])
def test_a_name_fits_whatever_its_length(words):
    fitted = fit(Text(words=words, largest=76, smallest=40, lines=3, is_bold=True), WIDTH)
    font = ImageFont.truetype(FONTS / "noto-sans-bold.ttf", fitted.size)

    assert len(fitted.lines) <= 3
    assert max(font.getlength(line) for line in fitted.lines) <= WIDTH


def test_a_name_that_people_have_is_never_cut():
    fitted = fit(Text(words=LONG_NAME, largest=76, smallest=40, lines=3, is_bold=True), WIDTH)

    assert " ".join(fitted.lines) == LONG_NAME


def test_what_does_not_fit_at_the_smallest_size_ends_in_an_ellipsis():
    fitted = fit(Text(words="chữ " * 500, largest=40, smallest=36), WIDTH)

    assert fitted.lines[-1].endswith("…")
    assert fitted.size == 36


@pytest.mark.parametrize("name", ["regular", "bold"])
def test_the_fonts_have_every_sign_of_vietnamese(name):
    font = ImageFont.truetype(FONTS / f"noto-sans-{name}.ttf", 40)
    missing = bytes(font.getmask("\u4e00"))
    vowels = [
        f"{vowel}{tone}" for vowel in "aăâeêioôơuưy" for tone in "\u0300\u0309\u0303\u0301\u0323"
    ]
    signs = [unicodedata.normalize("NFC", one) for one in vowels] + list("đăâêôơư0123456789–…“”·")

    for sign in [*signs, *(one.upper() for one in signs)]:
        assert len(sign) == 1
        assert bytes(font.getmask(sign)) != missing, sign


@pytest.mark.parametrize("name", ["regular", "bold"])
def test_the_fonts_have_every_letter_of_the_names_of_all_peoples(name):
    font = ImageFont.truetype(FONTS / f"noto-sans-{name}.ttf", 40)
    missing = bytes(font.getmask("\u4e00"))
    names = (
        "Y Bĭh Niê Kdăm, H'Lŭm Êban, Ksor Hơŏk, Rơčăm H'Ñiĕo, Đinh Kňơt, Siu Ƀlŭnh",
        "Điểu K'Ƀrơi, Thạch Đô Ra, Giàng A Pò, Lò Thị Ún",
    )

    for sign in {one for name in names for one in name + name.upper() + name.lower()} - {" "}:
        assert bytes(font.getmask(sign)) != missing, sign


def test_the_same_texts_give_the_same_bytes_and_others_do_not():
    def drawn(words):
        sheet = Sheet(600, 315, margin=40)
        sheet.put([Text(words=words, largest=40, smallest=20)], top=40, bottom=280)
        return sheet.png()

    assert drawn("Vòng 1") == drawn("Vòng 1")
    assert drawn("Vòng 1") != drawn("Vòng 2")
