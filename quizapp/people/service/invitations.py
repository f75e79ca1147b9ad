"""Inviting many people by one sheet: read, looked at, sent, and a sheet of links to hand out.

Nothing personal stays readable: rows wait sealed, and links are stored nowhere.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from quizapp.audit import service as audit
from quizapp.db import db
from quizapp.errors import N_, NotFound
from quizapp.people.errors import BadEntry, CannotReadSheet, SheetHasProblems, SheetTaken
from quizapp.people.models import Invitation, InvitationBatch, LinkPurpose, Organiser
from quizapp.people.reading import read_cells
from quizapp.people.rules.invitations import (
    MOST_PEOPLE,
    NoHeadings,
    RowProblem,
    Wanted,
    find_twins,
    read_role,
    read_rows,
)
from quizapp.people.rules.policy import grantable_by
from quizapp.people.service import sealing
from quizapp.people.service.access import roles_at
from quizapp.people.service.cards import OrganiserCard
from quizapp.people.service.organisers import (
    NewOrganiser,
    add_grant,
    check_organiser,
    ensure_organiser,
    make_link,
)
from quizapp.people.service.phones import read_phone
from quizapp.people.service.team import find_grant_unit, get_grant_units, may_manage
from quizapp.units import service as units
from quizapp.units.service import UnitCard
from quizapp.vietnamese import day_in_vietnam, one_line

KEPT_FOR = timedelta(days=30)
LONGEST_NAME = 100
SEAL = "invitation seal"


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchCard:
    """A sheet that was brought, and what has become of it."""

    public_id: str
    file_name: str
    made_at: datetime
    sent_at: datetime | None
    sheet_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class LookedAtBatch:
    """A batch with its rows and what is wrong with them; `units` names the units by code."""

    batch: BatchCard
    rows: Sequence[Wanted]
    problems: Sequence[RowProblem]
    units: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkLine:
    """A line of the sheet to hand out; `token` None: they need none, or others gave a link."""

    name: str
    phone: str
    unit: str
    role: str
    token: str | None
    expires_at: datetime | None


def read_sheet(content: bytes) -> list[Wanted]:
    """Return the rows of a file. Before any transaction: reading may take a moment.

    Raises CannotReadSheet.
    """
    db.session.rollback()  # who is signed in was read: nothing stays open while the file is read
    try:
        rows = read_rows(read_cells(content))
    except NoHeadings as missing:
        words = {"name": "Họ và tên", "phone": "Số điện thoại", "unit": "Mã đơn vị"}
        lacking = ", ".join(words.get(name, "Vai trò") for name in missing.missing)
        raise CannotReadSheet(reason=f"thiếu cột {lacking}") from missing
    if not rows or len(rows) > MOST_PEOPLE:
        raise CannotReadSheet(reason=f"tệp cần từ 1 đến {MOST_PEOPLE} người, có {len(rows)}")
    return rows


def keep_sheet(
    organiser: OrganiserCard, rows: Sequence[Wanted], *, file_name: str, at: datetime
) -> str:
    """Keep what was read, to be looked at; return its public id. Raises NotYourRole."""
    get_grant_units(organiser, at=at)
    old = (InvitationBatch.organiser_id == organiser.id, InvitationBatch.sent_at.is_(None))
    db.session.execute(delete(InvitationBatch).where(*old))
    public_id = secrets.token_bytes(16)
    body = json.dumps([asdict(row) for row in rows], ensure_ascii=False)
    new = insert(InvitationBatch).values(
        public_id=public_id,
        organiser_id=organiser.id,
        file_name=one_line(file_name)[-LONGEST_NAME:],
        rows_sealed=sealing.seal(body, SEAL, bound_to=public_id),
        key_id=sealing.current_key_id(),
        made_at=at,
    )
    batch_id = db.session.execute(new.returning(InvitationBatch.id)).scalar_one()
    _note("invitation.sheet_kept", organiser, batch_id, after={"people": len(rows)}, at=at)
    return public_id.hex()


def get_batches(organiser: OrganiserCard, *, at: datetime) -> Sequence[BatchCard]:
    """Return the organiser's own sheets, newest first. Raises NotYourRole."""
    get_grant_units(organiser, at=at)
    mine = select(InvitationBatch).where(InvitationBatch.organiser_id == organiser.id)
    return [_card(row) for row in db.session.scalars(mine.order_by(InvitationBatch.id.desc()))]


def look_at_batch(organiser: OrganiserCard, public_id: str, *, at: datetime) -> LookedAtBatch:
    """Return a batch and what is wrong with its rows now. Raises NotFound, NotYourRole."""
    row = _mine(organiser, public_id, at=at)
    if row.sent_at is not None:
        return LookedAtBatch(batch=_card(row), rows=(), problems=(), units={})
    wanted = _opened(row)
    found = _units_of(organiser, wanted)
    return LookedAtBatch(
        batch=_card(row),
        rows=wanted,
        problems=_problems(organiser, wanted, found),
        units={code: unit.name for code, unit in found.items() if unit is not None},
    )


def send_batch(organiser: OrganiserCard, public_id: str, *, at: datetime) -> int:
    """Give everybody of a sheet their account and role; return how many.

    Raises NotFound, NotYourRole, SheetHasProblems; then nobody is invited.
    """
    row = _mine(organiser, public_id, at=at, locks=True)
    if row.sent_at is not None:
        return 0
    wanted = _opened(row)
    found = _units_of(organiser, wanted)
    problems = _problems(organiser, wanted, found)
    if problems:
        raise SheetHasProblems(count=len(problems))
    invited = [_invite(organiser, row, one, found[one.unit], at=at) for one in wanted]
    db.session.execute(insert(Invitation), invited)
    sent = update(InvitationBatch).where(InvitationBatch.id == row.id)
    db.session.execute(sent.values(rows_sealed=None, sent_at=at))
    _note("invitation.sent", organiser, row.id, after={"people": len(invited)}, at=at)
    return len(invited)


def discard_batch(organiser: OrganiserCard, public_id: str, *, at: datetime) -> None:
    """Throw a sheet away that was not sent. Raises NotFound, NotYourRole."""
    row = _mine(organiser, public_id, at=at, locks=True)
    if row.sent_at is not None:
        raise NotFound
    _note("invitation.discarded", organiser, row.id, after=None, at=at)
    db.session.execute(delete(InvitationBatch).where(InvitationBatch.id == row.id))


def make_links(organiser: OrganiserCard, public_id: str, *, at: datetime) -> Sequence[LinkLine]:
    """Make the one-time links of a sheet that was sent, once.

    Raises NotFound, NotYourRole, SheetTaken.
    """
    row = _mine(organiser, public_id, at=at, locks=True)
    if row.sheet_at is not None:
        raise SheetTaken
    return make_links_anew(organiser, public_id, at=at)


def make_links_anew(
    organiser: OrganiserCard, public_id: str, *, at: datetime
) -> Sequence[LinkLine]:
    """Make the links of a sheet, which ends older ones that are not used.

    Raises NotFound, also for a sheet that was not sent, NotYourRole.
    """
    row = _mine(organiser, public_id, at=at, locks=True)
    if row.sent_at is None:
        raise NotFound
    made = update(InvitationBatch).where(InvitationBatch.id == row.id).values(sheet_at=at)
    db.session.execute(made)
    _note("invitation.phones_and_links_exported", organiser, row.id, after=None, at=at)
    invited = db.session.execute(
        select(Invitation.organiser_id, Invitation.unit_id, Invitation.role)
        .where(Invitation.batch_id == row.id)
        .order_by(Invitation.line)
    ).all()
    return _lines(organiser, invited, at=at)


def forget_old_batches(*, at: datetime) -> None:
    """Throw sheets away that nobody sent for long."""
    old = (InvitationBatch.made_at < at - KEPT_FOR, InvitationBatch.sent_at.is_(None))
    db.session.execute(delete(InvitationBatch).where(*old))


def _lines(organiser: OrganiserCard, invited: Sequence[Any], *, at: datetime) -> Sequence[LinkLine]:
    cards = units.get_cards({one.unit_id for one in invited}, on=day_in_vietnam(at))
    ids = list(dict.fromkeys(one.organiser_id for one in invited))
    accounts = {
        one.id: one for one in db.session.scalars(select(Organiser).where(Organiser.id.in_(ids)))
    }
    actor = f"organiser:{organiser.id}"
    links = {
        one.id: make_link(one.id, LinkPurpose.SETUP, actor=actor, at=at)
        for one in accounts.values()
        if one.password_hash is None and may_manage(organiser, one.id)
    }
    lines = []
    for one in invited:
        account, link = accounts[one.organiser_id], links.get(one.organiser_id)
        phone = sealing.open_sealed_phone(
            account.phone_sealed, public_id=account.public_id, key_id=account.key_id
        )
        lines.append(
            LinkLine(
                name=account.name,
                phone="0" + phone.removeprefix("+84"),
                unit=cards[one.unit_id].name,
                role=one.role,
                token=link.token if link else None,
                expires_at=link.expires_at if link else None,
            )
        )
    return lines


def _invite(
    organiser: OrganiserCard,
    batch: InvitationBatch,
    one: Wanted,
    unit: UnitCard | None,
    *,
    at: datetime,
) -> dict[str, object]:
    role = read_role(one.role)
    if unit is None or role is None:
        raise BadEntry([("file", N_("Không đọc được tệp."))])  # looked at before: never so
    new = NewOrganiser(phone=one.phone, name=one.name, unit_id=unit.id, role=role)
    actor = f"organiser:{organiser.id}"
    person = ensure_organiser(new, actor=actor, at=at)
    add_grant(person.id, new, actor=actor, reason=f"invitation:{batch.id}", at=at)
    return {
        "batch_id": batch.id,
        "line": one.line,
        "organiser_id": person.id,
        "unit_id": unit.id,
        "role": role.value,
    }


def _units_of(organiser: OrganiserCard, rows: Sequence[Wanted]) -> dict[str, UnitCard | None]:
    return {code: find_grant_unit(organiser, code) for code in {row.unit for row in rows}}


def _problems(
    organiser: OrganiserCard, rows: Sequence[Wanted], found: Mapping[str, UnitCard | None]
) -> list[RowProblem]:
    """Return everything wrong, row by row, in the order of the sheet."""
    problems = find_twins(rows, read_phone)
    for one in rows:
        for column, words in _row_problems(organiser, one, found[one.unit]):
            problems.append(RowProblem(line=one.line, column=column, words=words))
    return sorted(problems, key=lambda one: one.line)


def _row_problems(
    organiser: OrganiserCard, one: Wanted, unit: UnitCard | None
) -> list[tuple[str, str]]:
    problems = check_organiser(phone=one.phone, name=one.name)
    role = read_role(one.role)
    if unit is None:
        words = N_("Không có đơn vị này trong phạm vi bạn được giao quyền.")
        problems.append(("unit", words))
    if role is None:
        words = N_(
            "Vai trò cần là một trong: Phụ trách, Ban tổ chức, Soạn câu hỏi, Hỗ trợ thí sinh, Giám "
            "sát, Chỉ xem."
        )
        problems.append(("role", words))
    elif unit is not None and role not in grantable_by(roles_at(organiser, unit.id)):
        words = N_("Bạn không giao được vai trò này: không ai giao nhiều quyền hơn mình có.")
        problems.append(("role", words))
    return problems


def _mine(
    organiser: OrganiserCard, public_id: str, *, at: datetime, locks: bool = False
) -> InvitationBatch:
    get_grant_units(organiser, at=at)
    try:
        key = bytes.fromhex(public_id)
    except ValueError as error:
        raise NotFound from error
    own = (InvitationBatch.public_id == key, InvitationBatch.organiser_id == organiser.id)
    query = select(InvitationBatch).where(*own)
    row: InvitationBatch | None = db.session.scalar(query.with_for_update() if locks else query)
    if row is None:
        raise NotFound
    return row


def _opened(row: InvitationBatch) -> list[Wanted]:
    sealed = row.rows_sealed or b""
    body = sealing.open_sealed(sealed, SEAL, bound_to=row.public_id, key_id=row.key_id)
    return [Wanted(**one) for one in json.loads(body)]


def _card(row: InvitationBatch) -> BatchCard:
    return BatchCard(
        public_id=row.public_id.hex(),
        file_name=row.file_name,
        made_at=row.made_at,
        sent_at=row.sent_at,
        sheet_at=row.sheet_at,
    )


def _note(
    action: str,
    organiser: OrganiserCard,
    batch_id: int,
    *,
    after: Mapping[str, object] | None,
    at: datetime,
) -> None:
    actor, target = f"organiser:{organiser.id}", f"invitation_batch:{batch_id}"
    audit.record(action, actor=actor, object=target, after=after, at=at)
