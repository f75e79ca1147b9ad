"""Codes that people read aloud to the help desk."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.web import codes
from quizapp.web.refusing import kinds_of_refusal

KEY = bytes(range(32))
NOW = datetime(2026, 11, 28, 12, 0, 40, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@given(
    person=st.integers(0, 2**27 - 1),
    ago=st.integers(0, 2**17 - 1),
    name=st.sampled_from(sorted(kinds_of_refusal())),
)
def test_a_refusals_code_says_what_whom_and_when_to_the_minute(person, ago, name):
    at = NOW - ago * MINUTE

    code = codes.code_of_refusal(name, person_id=person, at=at, key=KEY)
    met = codes.read_refusal_code(code.lower().replace("-", " "), now=NOW, key=KEY)

    assert met.kind == codes.kind_number(name)
    assert met.person_id == person
    assert met.at == at.replace(second=0)


@given(start=st.binary(min_size=16, max_size=20))
def test_the_code_of_an_id_is_how_its_random_end_begins(start):
    code = codes.code_of_id(start)

    assert len(code) == 9
    assert codes.read_id_code(code) == start[-16:][:5]


def test_codes_are_read_aloud_without_doubt():
    assert len(set(codes.ALPHABET)) == 32
    assert not set(codes.ALPHABET) & set("0O1Ioil")


@pytest.mark.parametrize(
    "text", ["", "K7MQ", "K7MQ-2RD0", "K7MQ-2RDI", "K7MQ-2RDX-9", "Nguyễn V", "K7MQ2RDXX"]
)
def test_what_is_no_code_is_none(text):
    assert codes.read_id_code(text) is None
    assert codes.read_refusal_code(text, now=NOW, key=KEY) is None


def test_another_key_reads_nothing_true():
    kinds = {codes.kind_number(name) for name in kinds_of_refusal()}
    misread = 0
    for person in range(1, 1001):
        code = codes.code_of_refusal("RoundClosed", person_id=person, at=NOW, key=KEY)
        misread += codes.read_refusal_code(code, now=NOW, key=bytes(32)).kind in kinds
    assert misread < 20


def test_a_misheard_sign_is_noticed():
    kinds = {codes.kind_number(name) for name in kinds_of_refusal()}
    code = codes.code_of_refusal("RoundClosed", person_id=7, at=NOW, key=KEY)
    wrong = [
        code[:place] + sign + code[place + 1 :]
        for place in range(len(code))
        for sign in codes.ALPHABET
        if code[place] not in {"-", sign}
    ]
    read = [codes.read_refusal_code(text, now=NOW, key=KEY).kind in kinds for text in wrong]
    assert len(read) == 12 * 31
    assert sum(read) < 8


def test_codes_of_neighbours_have_nothing_in_common():
    """A stranger who collects codes cannot tell how many people there are, nor who comes next."""
    some = [
        codes.code_of_refusal("RoundClosed", person_id=n, at=NOW, key=KEY) for n in range(1, 200)
    ]
    assert len(set(some)) == len(some)
    for place in (0, 1, 2, 3, 5, 6, 7, 8, 10, 11, 12, 13):
        assert len({code[place] for code in some}) > 20


def test_each_kind_of_refusal_has_a_number_of_its_own():
    numbers = [codes.kind_number(name) for name in kinds_of_refusal()]

    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (b"\x00\x00", b"\x00\x01"),
        (b"\x01\xff", b"\x02\x00"),
    ],
)
def test_ids_that_begin_alike_stand_before_the_next_beginning(start, end):
    assert codes.after(start) == end
    assert start + b"\xff" * 14 < codes.after(start)
    assert codes.after(b"\xff\xff") > b"\xff\xff" + b"\xff" * 14


@given(public_id=st.binary(min_size=20, max_size=20), other=st.binary(min_size=32, max_size=32))
def test_a_certificates_code_is_read_as_it_was_written_and_proves_the_key(public_id, other):
    code = codes.code_of_certificate(public_id, key=KEY)

    read = codes.read_certificate_code(code.lower().replace("-", " "))

    assert code.startswith(codes.code_of_id(public_id))
    assert public_id[-codes.ID_BYTES :].startswith(read.start)
    assert read.mac == codes.certificate_mac(public_id, key=KEY)
    assert (read.mac == codes.certificate_mac(public_id, key=other)) is (other == KEY)


@pytest.mark.parametrize(
    "text", ["", "K7MQ-2RDX", "K7MQ-2RDX-94TB", "K7MQ-2RDX-94TB-H3W0", "2" * 17]
)
def test_what_is_no_certificates_code_is_none(text):
    assert codes.read_certificate_code(text) is None
