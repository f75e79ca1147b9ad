"""What a contestant may enter, and how little of it others see without consent."""

import unicodedata
from datetime import UTC, datetime

import pytest

from quizapp.people.rules.entry import (
    COMMON_PINS,
    check_birth_year,
    check_name,
    check_pin,
    check_unit,
    mask_name,
    mask_phone,
)
from quizapp.people.service.phones import check_hotline, check_phone, read_hotline, read_phone

AT = datetime(2026, 11, 22, tzinfo=UTC)
PHONE = "+84912345678"


def fields(problems):
    return [field for field, _ in problems]


@pytest.mark.parametrize(
    "name",
    [
        "An",
        "Nguyễn Văn An",
        "  Nguyễn \t Văn   An ",
        unicodedata.normalize("NFD", "Nguyễn Thị Ước"),
        "H'Hen Niê",
        "Y-Bhăm Êban",
        "Nguyễn V. A.",
        "J.R. Smith",
        "Trần " + "A" * 75,
        "한 국",
        "An\u200b Bình\u202e",  # what cannot be seen is dropped, not stored
    ],
)
def test_names_as_people_spell_them_are_taken(name):
    assert check_name(name) == []


@pytest.mark.parametrize(
    "name",
    [
        "",
        " \u00a0 ",
        "A",
        "Trần " + "A" * 76,
        "Nguyễn Văn 2",
        "Nguyễn Văn ٢",
        "...",
        "- '",
        "facebook.com",
        "Mời vào quà.vn",
        "https://a.b",
        "An@Bình",
        "An <b>Bình</b>",
        "A\u0336\u0336n Bình",
        "An 😀",
    ],
)
def test_what_is_not_a_name_is_refused(name):
    assert fields(check_name(name)) == ["name"]


@pytest.mark.parametrize("pin", ["204817", "000137", "739150", "198037", "121315"])
def test_pins_that_are_not_obvious_are_taken(pin):
    assert check_pin(pin, phone=PHONE) == []


@pytest.mark.parametrize(
    "pin",
    [
        "000000",
        "777777",
        "123456",
        "012345",
        "567890",
        "890123",
        "654321",
        "098765",
        "123123",
        "850850",
        "121212",
        "686868",
        "112233",
        "889900",
        "199090",
        "901990",
        "198519",
        "191985",
        "202020",
        "159753",
    ],
)
def test_pins_that_others_would_try_first_are_refused(pin):
    assert fields(check_pin(pin, phone=None)) == ["pin"]


@pytest.mark.parametrize(
    "pin", ["", "12345", "1234567", "20481a", "２０４８１７", "٢٠٤٨١٧", "204817\n"]
)
def test_a_pin_is_six_plain_digits(pin):
    assert fields(check_pin(pin, phone=None)) == ["pin"]


@pytest.mark.parametrize("pin", ["345678", "912345", "091234", "123456"])
def test_a_pin_out_of_ones_own_phone_number_is_refused(pin):
    assert fields(check_pin(pin, phone=PHONE)) == ["pin"]


def test_a_pin_out_of_anothers_phone_number_is_taken():
    assert fields(check_pin("837261", phone="+84912837261")) == ["pin"]
    assert check_pin("837261", phone=PHONE) == []


def test_few_pins_are_refused_so_that_a_guess_gains_little():
    sample = [f"{number:06d}" for number in range(0, 1_000_000, 19)]
    refused = sum(bool(check_pin(pin, phone=PHONE)) for pin in sample)
    assert 0.001 < refused / len(sample) < 0.005


def test_every_pin_of_the_list_would_be_taken_otherwise():
    assert all(len(pin) == 6 and pin.isdecimal() for pin in COMMON_PINS)


@pytest.mark.parametrize("year", [None, 1926, 1990, 2012])
def test_years_of_birth_of_people_at_work_are_taken(year):
    assert check_birth_year(year, at=AT) == []


@pytest.mark.parametrize("year", [1925, 2013, 90, 0, -1990])
def test_other_years_of_birth_are_refused(year):
    assert fields(check_birth_year(year, at=AT)) == ["birth_year"]


@pytest.mark.parametrize(
    ("unit_id", "unit_text", "is_taken"),
    [
        (7, None, True),
        (7, "  ", True),
        (None, "Công ty May 10", True),
        (None, "x" * 200, True),
        (None, "x" * 201, False),
        (None, None, False),
        (None, " \t", False),
        (7, "Công ty May 10", False),
    ],
)
def test_a_unit_is_chosen_or_written_never_both(unit_id, unit_text, is_taken):
    assert fields(check_unit(unit_id, unit_text)) == ([] if is_taken else ["unit"])


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Nguyễn Văn An", "Nguyễn V. A."),
        (" nguyễn  văn an", "nguyễn V. A."),
        ("Trần Đức", "Trần Đ."),
        ("An", "A."),
        ("H'Hen Niê", "H'Hen N."),
        ("Y 'Bhăm Êban", "Y B. Ê."),
        ("", ""),
    ],
)
def test_a_name_without_consent_shows_the_family_name_and_initials(name, shown):
    assert mask_name(name) == shown


def test_a_masked_phone_shows_its_ends_only():
    assert mask_phone("+84912345678") == "09xx xxx 678"


@pytest.mark.parametrize(
    "text",
    [
        "0912345678",
        "0912 345 678",
        " 0912.345.678 ",
        "0912-345-678",
        "(0912) 345 678",
        "+84912345678",
        "+84 912 345 678",
        "+84 0912 345 678",
        "84912345678",
        "84 912 345 678",
        "0084912345678",
        "912345678",
    ],
)
def test_one_number_in_any_usual_spelling_is_one_number(text):
    assert read_phone(text) == PHONE
    assert check_phone(text) == []


@pytest.mark.parametrize("prefix", ["032", "052", "055", "070", "081", "096"])
def test_numbers_of_every_network_are_taken(prefix):
    assert read_phone(f"{prefix}1234567") == f"+84{prefix[1:]}1234567"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "091234567",
        "09123456789",
        "02438251234",
        "0162 1234567",
        "1900 1234",
        "113",
        "+82 10 1234 5678",
        "+1 212 555 0123",
        "０９１２３４５６７８",
        "٠٩١٢٣٤٥٦٧٨",
        "0912-VINA-12",
        "0912345678;ext=3",
        "0912345678 0987654321",
        "tel:+84912345678",
        "-" * 12,
    ],
)
def test_what_is_not_a_mobile_number_of_this_country_is_refused(text):
    assert read_phone(text) is None
    assert fields(check_phone(text)) == ["phone"]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("024 3942 1794", "024 3942 1794"),
        ("(024) 3942.1794", "024 3942 1794"),
        ("+84 24 39421794", "024 3942 1794"),
        ("02343822123", "0234 3822 123"),
        ("0912345678", "0912 345 678"),
        ("19001234", "1900 1234"),
        ("1800 123 456", "1800 123456"),
        ("113", None),
        ("3942 1794", None),
        ("+33 1 23 45 67 89", None),
        ("0912-VINA-PH", None),
        ("", None),
    ],
)
def test_whom_people_call_may_have_a_desk_or_a_short_number(typed, shown):
    assert read_hotline(typed) == shown
    assert bool(check_hotline(typed)) is (bool(typed) and shown is None)
