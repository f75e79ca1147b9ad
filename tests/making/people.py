"""Contestants and organisers for tests."""

from datetime import UTC, date, datetime

import pyotp
from sqlalchemy import insert, select

from quizapp.contests.models import Contest
from quizapp.db import db, transaction
from quizapp.people import service
from quizapp.people.service import Entry, NewOrganiser, Role
from quizapp.units import service as units
from quizapp.units.kinds import UnitKind
from quizapp.units.service import CatalogueRow

JOINED_AT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
PHONE = "0912 345 678"
PIN = "204817"
PASSWORD = "trời xanh mây trắng"
SOURCE = "203.0.113.7"


def entry(**fields):
    """Return a complete entry; without a unit of the catalogue it names one in free words."""
    given = {
        "name": "Nguyễn Văn An",
        "phone": PHONE,
        "unit_id": None,
        "unit_text": "Công ty May 10",
        "pin": PIN,
        "birth_year": None,
        "show_name": True,
        "consent_version": "2026-11",
    }
    return Entry(**given | fields)


def person(contest_id, *, at=JOINED_AT, source=SOURCE, **fields):
    """Enter a person into a contest; return the card."""
    with transaction():
        return service.enter_contest(contest_id, entry(**fields), source=source, at=at)


def national_unit():
    """Return the confederation, made on the first call."""
    found = units.find_unit("VGCL")
    db.session.rollback()
    if found is not None:
        return found
    with transaction():
        return units.add_unit(
            CatalogueRow(
                code="VGCL",
                name="Tổng Liên đoàn Lao động Việt Nam",
                kind=UnitKind.NATIONAL,
                valid_from=date(1929, 7, 28),
                source="thử",
            )
        )


def contest_without_rounds(slug="thi-thu"):
    """Return the id of a contest that people can only join."""
    owner = national_unit()
    with transaction():
        new = insert(Contest).values(
            slug=slug,
            title="Thi thử",
            preset="union_weekly_20x20",
            owner_unit_id=owner.id,
            controller=owner.name,
            created_at=JOINED_AT,
            generation=1,
        )
        db.session.execute(new)
        return db.session.scalar(select(Contest.id).where(Contest.slug == slug))


def invited_organiser(
    *, phone=PHONE, name="Trần Thị Bình", role=Role.OWNER, at=JOINED_AT, unit=None
):
    """Add an organiser who has not chosen a password; return the token of the set-up link."""
    unit = unit or national_unit()
    with transaction():
        new = NewOrganiser(phone=phone, name=name, unit_id=unit.id, role=role)
        return service.add_organiser(new, actor="system", at=at).link.token


def organiser(*, password=PASSWORD, at=JOINED_AT, **fields):
    """Add an organiser with a password; return the phone to sign in with."""
    token = invited_organiser(at=at, **fields)
    new = service.prepare_password(token, password, at=at)
    with transaction():
        service.set_password(new, user_agent="thử", at=at)
    return fields.get("phone", PHONE)


def second_step(phone=PHONE, *, at=JOINED_AT, is_confirmed=True):
    """Begin an organiser's second step, and perhaps turn it on; return what makes codes."""
    with transaction():
        organiser_id = service.get_organiser_id(phone)
        service.begin_second_step(organiser_id, at=at)
    letters = service.get_new_secret(organiser_id).letters
    db.session.rollback()
    device = pyotp.TOTP(letters.replace(" ", ""))
    if is_confirmed:
        # By the code before: the one of now is still to be used.
        earlier = device.at(at, counter_offset=-1)
        with transaction():
            service.confirm_second_step(organiser_id, earlier, source=SOURCE, at=at)
    return device
