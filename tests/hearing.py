"""Whether what was printed and logged while a test ran names anybody who was in its database.

Every test of the suite is heard: a name or a number in a log would be found wherever it is told.
"""

import logging
from contextlib import suppress

import pytest
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from quizapp.db import db
from quizapp.people.models import Organiser, Person
from quizapp.people.service import sealing
from quizapp.people.service.sealing import KeysDoNotFit, SealBroken

WHO = pytest.StashKey()
MOST = 200  # of each kind


def listen():
    """Let everything that the product logs be heard, at any level."""
    logging.getLogger("quizapp").setLevel(logging.DEBUG)


def remember(item, app):
    """Keep with the test who is in its database now."""
    with suppress(SQLAlchemyError, KeysDoNotFit, SealBroken):
        item.stash[WHO] = people_of(app)


def people_of(app):
    """Return the names (of two words and more) and the numbers of those who came last."""
    told = set()
    with app.app_context():
        for model in (Person, Organiser):
            row = select(model.name, model.phone_sealed, model.public_id, model.key_id)
            for name, sealed, public_id, key_id in db.session.execute(
                row.order_by(model.id.desc()).limit(MOST)
            ):
                phone = sealing.open_sealed_phone(sealed, public_id=public_id, key_id=key_id)
                told |= {name} if " " in name else set()
                told |= {phone, *as_people_write(phone)} if phone.startswith("+84") else set()
        db.session.rollback()
    return told


def as_people_write(phone):
    """Return a number of E.164 as it stands on paper, with and without spaces."""
    digits = "0" + phone.removeprefix("+84")
    return digits, f"{digits[:4]} {digits[4:7]} {digits[7:]}"


def heard(report, item):
    """Return who of them was named, in what was printed or logged from the beginning to the end."""
    return named(item.stash.get(WHO, ()), "\n".join(text for _, text in report.sections))


def named(people, text):
    """Return who of the people stands in the text, in their order."""
    return sorted(who for who in people if who in text)
