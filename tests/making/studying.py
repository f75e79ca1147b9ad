"""Something to study and a practice bank for tests, without the pages."""

from quizapp.contests import service
from quizapp.contests.service import NewDocument
from quizapp.db import db, transaction
from quizapp.people.roles import Role
from quizapp.people.service import OrganiserCard, get_organiser_id
from quizapp.people.service.cards import GrantCard
from tests.making import banks, people
from tests.making.contests import NOON

PDF = b"%PDF-1.7\n1 0 obj\n%%EOF\n"
BANK = "luyen-tap"
PHONE = "0987 650 499"


def practice_bank(*, code=BANK, size=30, **fields):
    """Publish a bank none of whose questions is like those that contests are made on."""
    drafts = [
        banks.draft(number, stem=f"Câu luyện tập {number} hỏi gì?", **fields)
        for number in range(1, size + 1)
    ]
    return banks.published_drafts(drafts, code=code, title="Ngân hàng luyện tập")


def somebody():
    """Return an organiser of the whole tree, who has not chosen a password."""
    people.invited_organiser(phone=PHONE, at=NOON)
    found = OrganiserCard(
        id=get_organiser_id(PHONE),
        name="Trần Thị Bình",
        grants=(GrantCard(unit_id=people.national_unit().id, role=Role.OWNER),),
    )
    db.session.rollback()
    return found


def made_to_study(contest, *, by=None, at=NOON):
    """Put a document on the contest's page and choose its practice bank."""
    organiser = by or somebody()
    practice_bank()
    db.session.rollback()
    document = NewDocument(title="Luật Công đoàn 2024", shown="always", content=PDF)
    with transaction():
        service.add_document(organiser, contest, document, at=at)
    with transaction():
        service.choose_practice(organiser, service.get_contest(contest.slug), BANK, at=at)
