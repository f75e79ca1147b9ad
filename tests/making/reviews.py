"""Banks under review for tests."""

from dataclasses import replace

from sqlalchemy import func, select

from quizapp.banks.models import BankReview, ReviewFile, ReviewQuestion
from quizapp.banks.reading import read_bank
from quizapp.banks.rules.mending import stored
from quizapp.banks.writing import write_bank
from quizapp.db import db, transaction
from quizapp.people.models import Organiser
from tests.making import banks, people
from tests.making.contests import NOON

REVIEWED = bytes(range(16))
FIRST = banks.draft(1)
LIKE_FIRST = {"stem": FIRST.stem.upper(), "options": FIRST.options[::-1]}


def made_review(unit, *, questions=3, bank_code="bank-dang-xem", wrong=0, twin=0):
    """Return the public id of a review of a unit, whose one file was read.

    The question `wrong` has no answer, `twin` is like the first one.
    """
    drafts = [
        banks.draft(number, **(LIKE_FIRST if number == twin else {}))
        for number in range(1, questions + 1)
    ]
    body = write_bank(drafts, "yaml", code=bank_code, title="Đang rà soát", number=1)
    raws = [
        replace(raw, answer="" if raw.number == wrong else raw.answer)
        for raw in read_bank(body).raws
    ]
    organiser_id = db.session.scalar(select(func.min(Organiser.id)))
    db.session.rollback()
    if organiser_id is None:
        people.invited_organiser(phone="0987 650 499", at=NOON)
        organiser_id = 1
    with transaction():
        review = BankReview(
            public_id=REVIEWED,
            organiser_id=organiser_id,
            unit_id=unit.id,
            bank_code=bank_code,
            title="Đang rà soát",
            adds=False,
            revision=1,
            created_at=NOON,
            changed_at=NOON,
        )
        db.session.add(review)
        db.session.flush()  # its rows name it
        file = {"file_name": "dang-xem.yaml", "content": body, "format": "yaml", "problems": []}
        db.session.add(ReviewFile(review_id=review.id, number=1, read_at=NOON, **file))
        for raw in raws:
            told = stored(raw)
            row = {"file_number": 1, "found": told, "now": told, "revision": 1}
            db.session.add(ReviewQuestion(review_id=review.id, number=raw.number, **row))
    return REVIEWED.hex()
