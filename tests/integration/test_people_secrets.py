"""Phones, PINs and addresses: what a copy of the database gives away, and to whom."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text

from quizapp.db import db, transaction
from quizapp.errors import NotFound
from quizapp.keys import BadKeys, Keys
from quizapp.people import service
from quizapp.people.errors import KeysDoNotFit, SealBroken, WrongPin
from quizapp.people.service import sealing
from tests.making.people import (
    JOINED_AT,
    PHONE,
    PIN,
    SOURCE,
    contest_without_rounds,
    invited_organiser,
    organiser,
    person,
)

OTHER_PHONE, OTHER_PIN = "0987 650 431", "739150"


@pytest.fixture
def contest_id(in_app):
    return contest_without_rounds()


@pytest.fixture
def other_keys(app):
    """Put another key file in place until the test ends."""
    kept = app.config["KEYS"]
    app.config["KEYS"] = Keys(key_id="ffffffff", root=bytes(32))
    yield
    app.config["KEYS"] = kept


def everything_stored():
    """Return every stored value as text: bytes in hex and as they are; on SQLite the files too."""
    found = []
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(select(table)):
            for value in row:
                raw = value if isinstance(value, bytes) else str(value).encode()
                found += [raw, raw.hex().encode()]
    if db.engine.dialect.name == "sqlite":
        path = db.engine.url.database
        found += [
            Path(path + end).read_bytes() for end in ("", "-wal") if Path(path + end).exists()
        ]
    return b"\n".join(found)


def check_keys():
    with transaction():
        service.check_keys()


def test_no_phone_pin_address_or_token_is_stored_as_it_is(contest_id):
    person(contest_id)
    with transaction(), pytest.raises(WrongPin):
        service.return_by_pin(
            contest_id, phone=OTHER_PHONE, pin=OTHER_PIN, source=SOURCE, at=JOINED_AT
        )
    organiser(phone="0903 111 222")
    link = invited_organiser(phone="0903 333 444")
    stored = everything_stored()
    assert "Nguyễn Văn An".encode() in stored
    for phone in (PHONE, OTHER_PHONE, "0903 111 222", "0903 333 444"):
        digits = phone.replace(" ", "")[1:].encode()
        assert digits not in stored
        assert digits.hex().encode() not in stored
    for secret in (PIN, OTHER_PIN, SOURCE, link):
        assert secret.encode() not in stored


def test_a_sealed_phone_opens_for_its_own_row_only(contest_id):
    first, second = person(contest_id).id, person(contest_id, phone=OTHER_PHONE).id
    assert service.open_phone(first) == "+84912345678"
    sealed = dict(db.session.execute(text("SELECT id, phone_sealed FROM person")).all())
    db.session.rollback()
    with transaction():
        for mine, others in ((first, second), (second, first)):
            swap = text("UPDATE person SET phone_sealed = :sealed WHERE id = :id")
            db.session.execute(swap, {"id": mine, "sealed": sealed[others]})
    for person_id in (first, second):
        with pytest.raises(SealBroken):
            service.open_phone(person_id)


def test_the_phone_of_nobody_is_not_found(contest_id):
    with pytest.raises(NotFound):
        service.open_phone(10**6)


def test_the_same_phone_is_sealed_differently_each_time(in_app):
    public_id = sealing.new_public_id()
    assert len({sealing.seal_phone("+84912345678", public_id=public_id) for _ in range(3)}) == 3


def test_equal_pins_of_two_people_leave_different_hashes(contest_id):
    person(contest_id)
    person(contest_id, phone=OTHER_PHONE)
    assert db.session.scalar(text("SELECT count(DISTINCT pin_hash) FROM person")) == 2


def test_the_database_is_bound_to_the_first_key_file_it_meets(in_app):
    check_keys()
    check_keys()
    assert db.session.scalar(text("SELECT count(*) FROM key_check")) == 1


@pytest.mark.parametrize("is_same_id", [True, False])
def test_another_key_file_is_refused(app, in_app, is_same_id, request):
    check_keys()
    mine = app.config["KEYS"]
    request.addfinalizer(lambda: app.config.update(KEYS=mine))
    app.config["KEYS"] = replace(mine, root=bytes(32), key_id=mine.key_id if is_same_id else "ff")
    with pytest.raises(KeysDoNotFit) as refused:
        check_keys()
    assert isinstance(refused.value, BadKeys)
    app.config["KEYS"] = mine
    check_keys()


@pytest.mark.usefixtures("other_keys")
def test_a_new_database_takes_any_key_file(in_app):
    check_keys()


def test_another_key_opens_no_phone(app, contest_id, request):
    card = person(contest_id)
    mine = app.config["KEYS"]
    request.addfinalizer(lambda: app.config.update(KEYS=mine))
    app.config["KEYS"] = Keys(key_id="ffffffff", root=bytes(32))
    with pytest.raises(KeysDoNotFit):
        service.open_phone(card.id)
    app.config["KEYS"] = Keys(key_id=mine.key_id, root=bytes(32))
    with pytest.raises(SealBroken):
        service.open_phone(card.id)


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        ("203.0.113.7", "203.0.113.8", False),
        ("2001:db8::1", "2001:db8::2:3:4:5", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("", "203.0.113.7", False),
    ],
)
def test_a_household_is_one_source(in_app, first, second, is_one):
    assert (sealing.source_subject(first) == sealing.source_subject(second)) is is_one
