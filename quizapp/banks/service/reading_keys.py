"""Who looked at right answers or took them out, in the log."""

from datetime import datetime

from sqlalchemy import select

from quizapp.audit import service as audit
from quizapp.banks.models import BankReview
from quizapp.db import db, transaction
from quizapp.people.service import OrganiserCard


def note_keys_seen(organiser: OrganiserCard, public_id: str, *, at: datetime) -> None:
    """Note that the organiser was shown the right answers of a review; a transaction of its own.

    Called after the page was made and before it is sent: nobody has seen what was not noted.
    """
    mine = select(BankReview.id).where(BankReview.public_id == bytes.fromhex(public_id))
    review_id = db.session.scalar(mine)
    db.session.rollback()
    with transaction():
        actor, target = f"organiser:{organiser.id}", f"bank_review:{review_id}"
        audit.record("bank.keys_seen", actor=actor, object=target, at=at)


def note_keys_exported(version_id: int, *, actor: str, at: datetime) -> None:
    """Note that a version goes out with its right answers; a transaction of its own."""
    db.session.rollback()  # the questions were read: the log is written in a turn of its own
    with transaction():
        target = f"bank_version:{version_id}"
        audit.record("bank.keys_exported", actor=actor, object=target, at=at)
