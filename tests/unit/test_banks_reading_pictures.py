"""Pictures in Word files: kept with the stem or the option they stand with, written anew."""

from hashlib import sha256
from io import BytesIO

import pytest
from PIL import Image

from quizapp.banks.reading import pictures, read_here
from tests.making.documents import document, drawn, paragraph, run, with_pictures
from tests.making.pictures import picture

RED, BLUE = picture("red"), picture("blue")


def read(*parts, files=None, outside=()):
    files = {"rId1": ("image1.png", RED), "rId2": ("image2.png", BLUE)} if files is None else files
    return read_here(document(*parts, more=with_pictures(files, outside=outside)))


def question(*stem, b="B. Hai"):
    return [paragraph(*stem), "A. Một", b, "Đáp án: B"]


def test_a_picture_stays_with_the_stem_it_stands_in():
    stem = run("Câu 1. Biển báo nào?"), drawn("rId1", "Biển tròn & đỏ")
    reading = read(*question(*stem))
    (one,) = reading.drafts
    (shown,) = one.pictures_of()
    assert (one.stem, shown.alt) == ("Biển báo nào?", "Biển tròn & đỏ")
    assert (shown.width, shown.height) == (40, 30)
    (file,) = reading.pictures
    assert file.digest == shown.digest == sha256(file.body).hexdigest()
    assert Image.open(BytesIO(file.body)).getpixel((5, 5)) == (255, 0, 0)


def test_a_picture_in_a_paragraph_of_its_own_belongs_to_the_stem():
    parts = ["Câu 1. Biển báo nào?", paragraph(drawn("rId1")), "A. Một", "B. Hai", "Đáp án: B"]
    (one,) = read(*parts).drafts
    assert (one.stem, len(one.pictures_of())) == ("Biển báo nào?", 1)


def test_options_may_be_pictures_side_by_side():
    line = paragraph(run("A. "), drawn("rId1", "đỏ"), run("\tB. "), drawn("rId2", "xanh"))
    reading = read("Câu 1. Biển nào cấm?", line, "C. Không biển nào", "Đáp án: B")
    (one,) = reading.drafts
    assert one.options == ("Hình 1", "Hình 2", "Không biển nào")
    assert [len(one.pictures_of(letter)) for letter in "ABC"] == [1, 1, 0]
    assert one.pictures_of("B")[0].alt == "xanh"
    assert len(reading.pictures) == 2


def test_a_picture_after_the_last_option_may_be_of_the_next_question():
    parts = [
        *question(run("Câu 1. Hỏi?"))[:3],
        paragraph(drawn("rId1")),
        "Đáp án: B",
        *question(run("Câu 2. Gì?")),
    ]
    reading = read(*parts)
    assert [one.number for one in reading.drafts] == [2]
    assert "[hình]" in reading.errors[0].message


def test_a_logo_above_the_questions_is_passed_over():
    reading = read(paragraph(drawn("rId1")), "BỘ CÂU HỎI", *question(run("Câu 1. Hỏi?")))
    assert (reading.title, reading.errors, reading.pictures) == ("BỘ CÂU HỎI", (), ())


@pytest.mark.parametrize(
    ("files", "outside", "words"),
    [
        ({}, ["rId1"], "đường dẫn ra ngoài"),
        ({}, [], "đường dẫn ra ngoài"),
        ({"rId1": ("a.emf", b"\x01\0\0\0l\0\0\0")}, [], "EMF"),
        ({"rId1": ("a.png", RED[:40])}, [], "Paste Special"),
        ({"rId1": ("a.png", b"<svg onload='x'/>")}, [], "Paste Special"),
    ],
)
def test_a_picture_that_cannot_be_kept_keeps_its_question_out(files, outside, words):
    stem = run("Câu 1. Hỏi?"), drawn("rId1")
    parts = [*question(*stem), *question(run("Câu 2. Gì nữa?"))]
    reading = read(*parts, files=files, outside=outside)
    assert [one.number for one in reading.drafts] == [2]
    assert words in reading.errors[0].message
    assert reading.pictures == ()


def test_a_photo_is_made_small_and_loses_what_it_tells_of_its_place():
    exif = Image.Exif()
    exif[0x9286] = "21.028 105.854"  # a comment of the camera
    noise = Image.effect_noise((3000, 2000), 90).convert("RGB")
    target = BytesIO()
    noise.save(target, "JPEG", exif=exif, quality=95)
    assert b"105.854" in target.getvalue()
    kept = pictures.checked(target.getvalue())
    assert (kept.width, kept.height) == (1200, 800)
    assert kept.file.media_type == "image/jpeg"
    assert len(kept.file.body) <= pictures.LARGEST_BODY
    assert b"105.854" not in kept.file.body


@pytest.mark.parametrize("form", ["GIF", "BMP", "TIFF", "WEBP", "JPEG", "PNG"])
def test_every_usual_form_becomes_one_that_phones_show(form):
    kept = pictures.checked(picture("green", form=form))
    assert kept.file.media_type == "image/png"
    assert Image.open(BytesIO(kept.file.body)).size == (40, 30)


def test_a_picture_that_would_fill_the_memory_is_refused_by_its_header():
    huge = picture("white", size=(6000, 5000), form="GIF")
    with pytest.raises(pictures.BadPicture, match="quá lớn"):
        pictures.checked(huge)


def test_a_second_size_within_a_picture_is_refused_too():
    """A GIF of 40 × 30 whose first frame says that it is 65,535 pixels wide; found by fuzzing."""
    made = picture("green", form="GIF")
    frame = made.index(b",\0\0\0\0") + 5
    huge = made[:frame] + b"\xff\xff\xff\xff" + made[frame + 4 :]
    with pytest.raises(pictures.BadPicture):
        pictures.checked(huge)


def test_characters_of_the_file_that_look_like_pictures_are_dropped():
    (one,) = read(*question(run("Câu 1. Hỏi \U000f0000gì?"))).drafts
    assert (one.stem, one.pictures) == ("Hỏi gì?", ())


def test_a_tick_of_wingdings_is_a_sign():
    tick = '<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>'
    (one,) = read(*question(run("Câu 1. Hỏi?"), b=paragraph(run("B. Hai "), tick))[:3]).drafts
    assert (one.options, one.right) == (("Một", "Hai"), 0b10)
