"""What people ask about their data, for tests."""

from sqlalchemy import select

from quizapp.db import db, transaction
from quizapp.people.service import find_person
from quizapp.privacy import service
from quizapp.privacy.models import PrivacyRequest
from quizapp.privacy.service import Field
from tests.making.contests import NOON


def correction(person, *, field=Field.NAME, wanted="Lê Thị Cúc", at=NOON):
    """Let somebody who has begun an attempt ask for a correction; return the request's id."""
    with transaction():
        service.ask_correction(find_person(person.id), field, wanted, at=at)
        newest = select(PrivacyRequest.public_id).order_by(PrivacyRequest.id.desc()).limit(1)
        return db.session.scalar(newest).hex()
