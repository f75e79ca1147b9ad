"""Joining a contest once, and coming back to it by PIN."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from quizapp.db import db, transaction
from quizapp.people import service
from quizapp.people.errors import BadEntry, PhoneTaken, WrongPin
from quizapp.people.service import PersonState
from tests.integration.harness import watch_writes
from tests.making.people import (
    JOINED_AT,
    PHONE,
    PIN,
    SOURCE,
    contest_without_rounds,
    entry,
    national_unit,
    person,
)

LATER = JOINED_AT + timedelta(hours=1)


@pytest.fixture
def contest_id(in_app):
    return contest_without_rounds()


def come_back(contest_id, *, phone=PHONE, pin=PIN, source=SOURCE, at=LATER):
    with transaction():
        return service.return_by_pin(contest_id, phone=phone, pin=pin, source=source, at=at)


def count(table):
    with db.engine.connect() as connection:
        return connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()


def test_a_new_phone_makes_one_entry_with_its_consents(contest_id):
    card = person(contest_id, name="  Nguyễn  Văn An ", show_name=False)
    assert (card.name, card.shown_name) == ("Nguyễn Văn An", "Nguyễn V. A.")
    assert (card.contest_id, card.unit_text, card.unit_id) == (contest_id, "Công ty May 10", None)
    assert card.state is PersonState.ACTIVE
    rows = db.session.execute(text("SELECT purpose, text_version FROM consent")).all()
    assert rows == [("take_part", "2026-11")]


def test_who_agrees_is_shown_by_name_until_they_withdraw(contest_id):
    card = person(contest_id, show_name=True)
    assert card.shown_name == "Nguyễn Văn An"
    with transaction():
        db.session.execute(
            text("UPDATE consent SET withdrawn_at = given_at WHERE purpose = 'show_name'")
        )
    assert service.find_person(card.id).shown_name == "Nguyễn V. A."


def test_a_unit_of_the_catalogue_is_kept_as_declared(contest_id):
    unit = national_unit()
    card = person(contest_id, unit_id=unit.id, unit_text=None)
    assert (card.unit_id, card.unit_text) == (unit.id, None)


def test_the_same_phone_in_another_spelling_and_its_pin_is_a_return(contest_id):
    first = person(contest_id)
    again = person(contest_id, name="Người Khác", phone="+84 912.345.678", show_name=False)
    assert again == first
    assert (count("person"), count("consent")) == (1, 2)


def test_the_same_phone_with_another_pin_is_refused_and_counted(contest_id):
    person(contest_id)
    with pytest.raises(PhoneTaken):
        person(contest_id, pin="739150")
    assert PhoneTaken.is_recorded
    assert count("person") == 1


def test_one_phone_may_take_part_in_two_contests(contest_id):
    other = contest_without_rounds("thi-khac")
    assert person(contest_id).id != person(other).id


def test_every_problem_of_an_entry_is_told_at_once_and_nothing_is_written(contest_id):
    with pytest.raises(BadEntry) as refused:
        person(contest_id, name="1", phone="12", unit_text="", pin="111111", birth_year=1800)
    fields = [field for field, _ in refused.value.problems]
    assert fields == ["name", "phone", "unit", "birth_year", "pin"]
    assert count("person") == count("throttle") == 0


def test_a_pin_and_its_phone_bring_a_person_back(contest_id):
    card = person(contest_id)
    assert come_back(contest_id, phone="84912345678") == card


def test_a_pin_of_one_contest_opens_no_entry_of_another(contest_id):
    person(contest_id)
    with pytest.raises(WrongPin):
        come_back(contest_without_rounds("thi-khac"))


def test_a_taken_out_entry_cannot_come_back(contest_id):
    person(contest_id)
    with transaction():
        db.session.execute(text("UPDATE person SET state = 'void'"))
    with pytest.raises(WrongPin):
        come_back(contest_id)


@pytest.mark.parametrize(("phone", "pin", "field"), [("12", PIN, "phone"), (PHONE, "12", "pin")])
def test_what_cannot_be_read_is_no_failed_try(contest_id, phone, pin, field):
    with pytest.raises(BadEntry) as refused:
        come_back(contest_id, phone=phone, pin=pin)
    assert [name for name, _ in refused.value.problems] == [field]
    assert count("throttle") == 0


def test_an_unknown_phone_and_a_wrong_pin_get_the_same_answer_after_the_same_statements(
    app, contest_id
):
    person(contest_id)
    told = []
    for phone, pin in ((PHONE, "739150"), ("0987 654 321", "739150")):
        with watch_writes(app) as watch, pytest.raises(WrongPin) as refused:
            come_back(contest_id, phone=phone, pin=pin)
        told.append((str(refused.value), refused.value.status, watch.statements))
    assert told[0] == told[1]


def test_parallel_joins_with_one_phone_give_one_entry(app, contest_id):
    start, cards = threading.Barrier(8), []

    def join():
        with app.app_context():
            start.wait()
            cards.append(person(contest_id))

    threads = [threading.Thread(target=join) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(cards) == 8
    assert len({card.id for card in cards}) == 1
    assert (count("person"), count("consent")) == (1, 2)


def test_cards_of_many_people_take_one_statement(app, contest_id):
    ids = [person(contest_id, phone=f"091234567{digit}").id for digit in range(5)]
    with watch_writes(app) as watch:
        cards = service.get_person_cards([*ids, 10**6])
    assert sorted(cards) == sorted(ids)
    assert len(watch.statements) == 1
    assert service.find_person(10**6) is None


@pytest.mark.parametrize(
    "change",
    [
        "unit_text = NULL",
        "state = 'asleep'",
        "public_id = phone_hash",
        "contest_id = 10000",
    ],
)
def test_the_database_itself_refuses_a_person_who_cannot_be(contest_id, change):
    person(contest_id)
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(text(f"UPDATE person SET {change}"))


def test_one_consent_per_purpose_is_in_force_and_old_ones_stay(contest_id):
    card = person(contest_id)
    give_again = text(
        "INSERT INTO consent (person_id, purpose, text_version, given_at)"
        " SELECT person_id, purpose, 'mới', given_at FROM consent WHERE purpose = 'show_name'"
    )
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(give_again)
    with transaction():
        db.session.execute(text("UPDATE consent SET withdrawn_at = given_at"))
        db.session.execute(give_again)
    assert service.find_person(card.id).shown_name == card.name
    assert count("consent") == 3


def test_an_entry_can_be_checked_before_it_is_sent():
    assert service.check_entry(entry(), at=JOINED_AT) == []
