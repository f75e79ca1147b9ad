"""Questions of contestants for tests."""

from sqlalchemy import select

from quizapp.db import db, transaction
from quizapp.people.models import Organiser
from quizapp.support import service
from quizapp.support.models import Ticket, TicketReply, TicketState
from quizapp.support.service import Asker
from tests.making import attempts
from tests.making.contests import NOON

ASKED = "Trang không lưu câu 7, tôi phải làm sao?"


def asked(contest, person, *, words=ASKED, at=NOON):
    """Let a person ask; return the public id of the question."""
    with transaction():
        asker = Asker(holder=attempts.HOLDER, people={contest.id: person.id})
        service.ask(contest.id, asker, words, code=None, at=at)
        newest = select(Ticket.public_id).order_by(Ticket.id.desc()).limit(1)
        return db.session.scalar(newest).hex()


def answered(contest, person, *, at=NOON):
    """Let a person ask and the first organiser there is answer; return the public id."""
    public_id = asked(contest, person, at=at)
    answer_newest(at=at)
    return public_id


def answer_newest(*, at=NOON):
    """Let the first organiser there is answer the newest question."""
    with transaction():
        ticket = db.session.scalars(select(Ticket).order_by(Ticket.id.desc()).limit(1)).one()
        ticket.state = TicketState.ANSWERED
        organiser_id = db.session.scalar(select(Organiser.id).limit(1))
        reply = {"ticket_id": ticket.id, "organiser_id": organiser_id, "replied_at": at}
        db.session.add(TicketReply(words="Hãy tải lại trang.", **reply))
