"""Inviting everybody of a sheet, and making their links: long work, in short transactions.

Accounts are few at a time under the lock, so that no answer waits. Links are sealed until they are
taken: the job's own file would be readable to whoever reads the database.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from quizapp import clock
from quizapp.db import db, transaction, upsert
from quizapp.errors import N_, NotFound
from quizapp.jobs import service as jobs
from quizapp.jobs.service import Running
from quizapp.people.errors import BadEntry, SheetHasProblems, SheetTaken
from quizapp.people.models import (
    Invitation,
    InvitationBatch,
    InvitationSheet,
    LinkPurpose,
    Organiser,
)
from quizapp.people.rules.invitations import Wanted, read_role
from quizapp.people.service import sealing
from quizapp.people.service.cards import OrganiserCard
from quizapp.people.service.invitations import mine, note, opened, problems_of, units_of
from quizapp.people.service.organisers import (
    NewOrganiser,
    add_grant,
    ensure_organiser,
    make_link,
)
from quizapp.people.service.sessions import get_active_organiser
from quizapp.people.service.team import may_manage
from quizapp.units import service as units
from quizapp.units.service import UnitCard
from quizapp.vietnamese import day_in_vietnam

INVITE, LINKS = "people.invite", "people.links"
GIVING, MAKING = N_("Giao quyền"), N_("Làm liên kết")
SEAL = "links seal"
AT_ONCE = 5  # people in a transaction, each with an account, a grant and rows of the log


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkLine:
    """A line of the sheet to hand out; `token` None: they need none, or others gave a link."""

    name: str
    phone: str
    unit: str
    role: str
    token: str | None
    expires_at: datetime | None


def ask_send(organiser: OrganiserCard, public_id: str, *, at: datetime) -> str:
    """Ask for everybody of a sheet to get their account and role; return the job's public id.

    Raises NotFound, NotYourRole, SheetHasProblems; then nobody is invited.
    """
    row = mine(organiser, public_id, at=at, locks=True)
    if row.sent_at is None:
        _check(organiser, opened(row))
    return _ask(INVITE, row, organiser, at=at)


def ask_links(organiser: OrganiserCard, public_id: str, *, is_anew: bool, at: datetime) -> str:
    """Ask for the one-time links of a sheet that was sent; return the job's public id.

    New ones (`is_anew`) end older ones that are not used. Raises NotFound, also for a sheet that
    was not sent, NotYourRole, SheetTaken.
    """
    row = mine(organiser, public_id, at=at, locks=True)
    if row.sent_at is None:
        raise NotFound
    if row.sheet_at is not None and not is_anew:
        raise SheetTaken
    return _ask(LINKS, row, organiser, at=at)


def find_job(organiser: OrganiserCard, public_id: str, *, at: datetime) -> str | None:
    """Return the public id of the work that goes on for a sheet, or None."""
    row = mine(organiser, public_id, at=at)
    payload, actor = {"batch": row.id}, f"organiser:{organiser.id}"
    kinds = (jobs.find_live(kind, payload, asked_by=actor) for kind in (INVITE, LINKS))
    return next((found for found in kinds if found), None)


def take_links(organiser: OrganiserCard, public_id: str, *, at: datetime) -> Sequence[LinkLine]:
    """Return the links that were made, once: nothing of them is kept. Raises NotFound, SheetTaken.

    Raises NotYourRole too.
    """
    row = mine(organiser, public_id, at=at, locks=True)
    sheet = db.session.get(InvitationSheet, row.id)
    if sheet is None:
        raise SheetTaken if row.sheet_at is not None else NotFound
    body = sealing.open_sealed(
        sheet.lines_sealed, SEAL, bound_to=row.public_id, key_id=sheet.key_id
    )
    db.session.execute(delete(InvitationSheet).where(InvitationSheet.batch_id == row.id))
    taken = update(InvitationBatch).where(InvitationBatch.id == row.id).values(sheet_at=at)
    db.session.execute(taken)
    note("invitation.phones_and_links_exported", organiser, row.id, after=None, at=at)
    return [_read(line) for line in json.loads(body)]


@jobs.register(INVITE, title=N_("Giao quyền theo tệp"))
def invite(job: Running) -> str:
    """Give everybody of a sheet their account and role; who has them already is passed over."""
    organiser, batch = _begun(job)
    if batch.sent_at is not None:
        return _page(batch)
    wanted = opened(batch)
    found = _check(organiser, wanted)
    done = set(db.session.scalars(select(Invitation.line).where(Invitation.batch_id == batch.id)))
    left = [one for one in wanted if one.line not in done]
    db.session.rollback()
    for start in range(0, len(left), AT_ONCE):
        job.progress(GIVING, len(wanted) - len(left) + start, len(wanted))
        with transaction():
            _lock(batch.id)
            some = left[start : start + AT_ONCE]
            invited = [_invite(organiser, batch.id, one, found[one.unit]) for one in some]
            db.session.execute(insert(Invitation), invited)
    job.progress(GIVING, len(wanted), len(wanted))
    with transaction():
        now = clock.now()
        sent = update(InvitationBatch).where(InvitationBatch.id == batch.id)
        db.session.execute(sent.values(rows_sealed=None, sent_at=now))
        note("invitation.sent", organiser, batch.id, after={"people": len(wanted)}, at=now)
    return _page(batch)


@jobs.register(LINKS, title=N_("Làm danh sách liên kết"))
def make_links(job: Running) -> str:
    """Make the one-time links of everybody of a sheet, and seal them for who asked."""
    organiser, batch = _begun(job)
    invited = db.session.execute(
        select(Invitation.organiser_id, Invitation.unit_id, Invitation.role)
        .where(Invitation.batch_id == batch.id)
        .order_by(Invitation.line)
    ).all()
    db.session.rollback()
    ids = list(dict.fromkeys(one.organiser_id for one in invited))
    lines: dict[int, dict[str, Any]] = {}
    for start in range(0, len(ids), AT_ONCE):
        job.progress(MAKING, start, len(ids))
        with transaction():
            for organiser_id in ids[start : start + AT_ONCE]:
                lines[organiser_id] = _link(organiser, organiser_id)
    job.progress(MAKING, len(ids), len(ids))
    with transaction():
        _lock(batch.id)
        _seal(batch, [lines[one.organiser_id] | _grant(one) for one in invited])
        note("invitation.links_made", organiser, batch.id, after=None, at=clock.now())
    return _page(batch)


def _ask(kind: str, batch: InvitationBatch, organiser: OrganiserCard, *, at: datetime) -> str:
    """Ask for work on a sheet, unless it goes on already."""
    payload, actor = {"batch": batch.id}, f"organiser:{organiser.id}"
    goes_on = jobs.find_live(kind, payload, asked_by=actor)
    if goes_on is not None:
        return goes_on
    return jobs.ask_job(kind, payload, asked_by=actor, about=batch.file_name, at=at)


def _check(organiser: OrganiserCard, wanted: Sequence[Wanted]) -> Mapping[str, UnitCard | None]:
    """Return the units of a sheet by code. Raises SheetHasProblems."""
    found = units_of(organiser, wanted)
    problems = problems_of(organiser, wanted, found)
    if problems:
        raise SheetHasProblems(count=len(problems))
    return found


def _begun(job: Running) -> tuple[OrganiserCard, InvitationBatch]:
    """Return who asked, with what they may do now, and the sheet; outside of any transaction.

    Raises NotFound, NotYourRole.
    """
    organiser = get_active_organiser(job.asked_by)
    batch = db.session.get(InvitationBatch, int(job.payload["batch"]))
    if batch is None:
        raise NotFound
    row = mine(organiser, batch.public_id.hex(), at=clock.now())
    db.session.expunge(row)
    return organiser, row


def _lock(batch_id: int) -> None:
    """Keep a sheet from being thrown away meanwhile. Raises NotFound when it was."""
    mine = select(InvitationBatch.id).where(InvitationBatch.id == batch_id).with_for_update()
    if db.session.scalar(mine) is None:
        raise NotFound


def _invite(
    organiser: OrganiserCard, batch_id: int, one: Wanted, unit: UnitCard | None
) -> dict[str, object]:
    role = read_role(one.role)
    if unit is None or role is None:
        raise BadEntry([("file", N_("Không đọc được tệp."))])  # looked at before: never so
    new = NewOrganiser(phone=one.phone, name=one.name, unit_id=unit.id, role=role)
    actor, now = f"organiser:{organiser.id}", clock.now()
    person = ensure_organiser(new, actor=actor, at=now)
    add_grant(person.id, new, actor=actor, reason=f"invitation:{batch_id}", at=now)
    return {
        "batch_id": batch_id,
        "line": one.line,
        "organiser_id": person.id,
        "unit_id": unit.id,
        "role": role.value,
    }


def _link(organiser: OrganiserCard, organiser_id: int) -> dict[str, Any]:
    """Return what a line tells of an account, with a link where it needs one of this organiser."""
    account = db.session.get_one(Organiser, organiser_id)
    phone = sealing.open_sealed_phone(
        account.phone_sealed, public_id=account.public_id, key_id=account.key_id
    )
    told = {"name": account.name, "phone": "0" + phone.removeprefix("+84")}
    if account.password_hash is not None or not may_manage(organiser, organiser_id):
        return told | {"token": None, "expires_at": None}
    actor = f"organiser:{organiser.id}"
    link = make_link(organiser_id, LinkPurpose.SETUP, actor=actor, at=clock.now())
    return told | {"token": link.token, "expires_at": link.expires_at.isoformat()}


def _grant(invited: Any) -> dict[str, str]:
    on = day_in_vietnam(clock.now())
    unit = units.get_cards([invited.unit_id], on=on)[invited.unit_id]
    return {"unit": unit.name, "role": invited.role}


def _seal(batch: InvitationBatch, lines: Sequence[Mapping[str, Any]]) -> None:
    body = json.dumps(lines, ensure_ascii=False)
    sheet = {
        "lines_sealed": sealing.seal(body, SEAL, bound_to=batch.public_id),
        "key_id": sealing.current_key_id(),
        "made_at": clock.now(),
    }
    new = upsert(InvitationSheet).values(batch_id=batch.id, **sheet)
    db.session.execute(new.on_conflict_do_update(index_elements=["batch_id"], set_=sheet))


def _read(line: Mapping[str, Any]) -> LinkLine:
    until = line["expires_at"]
    return LinkLine(**{**line, "expires_at": datetime.fromisoformat(until) if until else None})


def _page(batch: InvitationBatch) -> str:
    return f"/admin/team/invitations/{batch.public_id.hex()}"
