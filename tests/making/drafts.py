"""Contests that are being prepared, for tests."""

from datetime import timedelta
from hashlib import sha256

from sqlalchemy import select

from quizapp.contests import service
from quizapp.contests.models import Contest, ContestDraft, SignedRegulation
from quizapp.contests.rules.drafts import TICK, Step, rounds_typed
from quizapp.contests.rules.schedule import Window
from quizapp.contests.service import changing
from quizapp.db import db, transaction
from quizapp.people.models import Grant, Organiser
from quizapp.people.roles import Role
from quizapp.people.service import get_organiser_id
from quizapp.people.service.access import RUNS
from quizapp.people.service.cards import GrantCard, OrganiserCard
from quizapp.units import service as units
from tests.making.contests import NOON

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
WEEK = Window(opens_at=NOON + timedelta(days=3), closes_at=NOON + timedelta(days=9))
BASICS = {
    "title": "Tìm hiểu Luật Công đoàn 2024",
    "controller_address": "82 Trần Hưng Đạo, Hà Nội",
    "controller_contact": "024 3942 1794",
}


def runner(unit_code="VGCL"):
    """Return the card of an organiser who runs contests of the unit."""
    unit = units.find_unit(unit_code)
    grants = select(Grant.organiser_id, Grant.role).where(Grant.unit_id == unit.id)
    held = [row for row in db.session.execute(grants) if Role(row.role) in RUNS]
    organiser = db.session.get(Organiser, held[0].organiser_id)
    card = OrganiserCard(
        id=organiser.id,
        name=organiser.name,
        grants=(GrantCard(unit_id=unit.id, role=Role(held[0].role)),),
    )
    db.session.rollback()
    return card


def whole_draft(
    *, bank, unit="VGCL", windows=(WEEK,), at=NOON, preset="union_weekly_20x20", **basics
):
    """Make a draft in which nothing is left to do; return its public id."""
    organiser = runner(unit)
    with transaction():
        public_id = service.begin_draft(
            organiser, unit_code=unit, preset=preset, title=BASICS["title"], at=at
        )
        fill(organiser, public_id, Step.BASICS, BASICS | basics, at=at)
        fill(organiser, public_id, Step.PAPER, {"bank": bank}, at=at)
        fill(organiser, public_id, Step.ROUNDS, rounds_typed(windows), at=at)
        tick_all(organiser, public_id, at=at)
    return public_id


def fill(organiser, public_id, step, typed, *, at=NOON):
    """Type these texts into a step beside what stands there; call it in a transaction."""
    draft = service.get_draft(organiser, public_id)
    service.replace_step(organiser, public_id, step, dict(draft.typed) | dict(typed), at=at)


def tick_all(organiser, public_id, *, at=NOON):
    """Say that every point fits the signed regulation; call it in a transaction."""
    draft = service.get_draft(organiser, public_id)
    points = service.look_at(organiser, draft, at=at).regulation
    signed = {"regulation_number": "12/TL-TLĐ", "regulation_date": "20/11/2026"}
    ticks = {f"{TICK}{point.name}": "1" for point in points}
    fill(organiser, public_id, Step.REGULATION, signed | ticks, at=at)


def typed_change(slug):
    """Return what a page would send that gives everybody one more attempt in a contest."""
    contest = service.get_contest(slug)
    typed = changing.typed_contest(contest)
    db.session.rollback()
    return typed | {"attempts.max": "3"}


def signed(contest, content, phone, *, at=NOON):
    """Keep a signed regulation of a contest, uploaded by the organiser of this phone."""
    mine = select(Contest.owner_unit_id).where(Contest.id == contest.id)
    organiser_id = get_organiser_id(phone)
    draft = ContestDraft(
        public_id=bytes(16),
        unit_id=db.session.scalar(mine),
        preset="union_weekly_20x20",
        body="{}",
        created_at=at,
        changed_at=at,
        changed_by=organiser_id,
        contest_id=contest.id,
        approved_at=at,
    )
    db.session.add(draft)
    db.session.flush()  # the file says whose it is
    db.session.add(
        SignedRegulation(
            draft_id=draft.id,
            file_name="the-le.pdf",
            content=content,
            digest=sha256(content).hexdigest(),
            uploaded_at=at,
            uploaded_by=organiser_id,
        )
    )
