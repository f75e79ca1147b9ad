"""Inviting many people by one sheet: read, looked at, sent, and a sheet of links to hand out.

Nothing personal stays readable: rows and links wait sealed. `inviting` does what was looked at.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, insert, select

from quizapp.audit import service as audit
from quizapp.db import db, transaction
from quizapp.errors import N_, NotFound
from quizapp.people.errors import AlreadyInviting, CannotReadSheet
from quizapp.people.models import Invitation, InvitationBatch, InvitationSheet
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
from quizapp.people.rules.organisers import SETUP_LASTS
from quizapp.people.rules.policy import grantable_by
from quizapp.people.service import sealing
from quizapp.people.service.access import roles_at
from quizapp.people.service.cards import OrganiserCard
from quizapp.people.service.organisers import (
    check_organiser,
)
from quizapp.people.service.phones import read_phone
from quizapp.people.service.team import find_grant_unit, get_grant_units
from quizapp.units.service import UnitCard
from quizapp.vietnamese import one_line

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
    """A batch with its rows and what is wrong with them; `units` names the units by code.

    `links_at`: since when its one-time links wait to be taken.
    """

    batch: BatchCard
    rows: Sequence[Wanted]
    problems: Sequence[RowProblem]
    units: Mapping[str, str]
    links_at: datetime | None = None


def check_may_invite(organiser: OrganiserCard, *, at: datetime) -> None:
    """Raise NotYourRole unless the organiser may give roles; before any transaction."""
    get_grant_units(organiser, at=at)
    db.session.rollback()


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
    _delete(InvitationBatch.organiser_id == organiser.id)
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
    note("invitation.sheet_kept", organiser, batch_id, after={"people": len(rows)}, at=at)
    return public_id.hex()


def get_batches(organiser: OrganiserCard, *, at: datetime) -> Sequence[BatchCard]:
    """Return the organiser's own sheets, newest first. Raises NotYourRole."""
    get_grant_units(organiser, at=at)
    mine = select(InvitationBatch).where(InvitationBatch.organiser_id == organiser.id)
    return [_card(row) for row in db.session.scalars(mine.order_by(InvitationBatch.id.desc()))]


def look_at_batch(organiser: OrganiserCard, public_id: str, *, at: datetime) -> LookedAtBatch:
    """Return a batch and what is wrong with its rows now. Raises NotFound, NotYourRole."""
    row = mine(organiser, public_id, at=at)
    if row.sent_at is not None:
        made = select(InvitationSheet.made_at).where(InvitationSheet.batch_id == row.id)
        links_at = db.session.scalar(made)
        return LookedAtBatch(batch=_card(row), rows=(), problems=(), units={}, links_at=links_at)
    wanted = opened(row)
    found = units_of(organiser, wanted)
    return LookedAtBatch(
        batch=_card(row),
        rows=wanted,
        problems=problems_of(organiser, wanted, found),
        units={code: unit.name for code, unit in found.items() if unit is not None},
    )


def note_phones_seen(organiser: OrganiserCard, found: LookedAtBatch, *, at: datetime) -> None:
    """Note that the organiser was shown the phones of a sheet; a transaction of its own.

    Called after the page was made and before it is sent: nobody has seen what was not noted.
    """
    if not found.rows:
        return
    key = bytes.fromhex(found.batch.public_id)
    db.session.rollback()  # the page was read: the log is written in a turn of its own
    with transaction():
        mine = select(InvitationBatch.id).where(InvitationBatch.public_id == key)
        batch_id = db.session.scalars(mine).one()
        note("invitation.phones_seen", organiser, batch_id, after=None, at=at)


def discard_batch(organiser: OrganiserCard, public_id: str, *, at: datetime) -> None:
    """Throw a sheet away that was not sent. Raises NotFound, NotYourRole, AlreadyInviting."""
    row = mine(organiser, public_id, at=at, locks=True)
    if row.sent_at is not None:
        raise NotFound
    if db.session.scalar(select(Invitation.line).where(Invitation.batch_id == row.id).limit(1)):
        raise AlreadyInviting
    note("invitation.discarded", organiser, row.id, after=None, at=at)
    db.session.execute(delete(InvitationBatch).where(InvitationBatch.id == row.id))


def forget_old_batches(*, at: datetime) -> None:
    """Throw sheets away that nobody sent for long, and links that nobody took while they held."""
    _delete(InvitationBatch.made_at < at - KEPT_FOR)
    stale = InvitationSheet.made_at < at - SETUP_LASTS
    db.session.execute(delete(InvitationSheet).where(stale))


def _delete(which: ColumnElement[bool]) -> None:
    """Delete those of the batches after which nobody was invited."""
    begun = select(Invitation.batch_id)
    unsent = (InvitationBatch.sent_at.is_(None), InvitationBatch.id.not_in(begun))
    db.session.execute(delete(InvitationBatch).where(which, *unsent))


def units_of(organiser: OrganiserCard, rows: Sequence[Wanted]) -> dict[str, UnitCard | None]:
    return {code: find_grant_unit(organiser, code) for code in {row.unit for row in rows}}


def problems_of(
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


def mine(
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


def opened(row: InvitationBatch) -> list[Wanted]:
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


def note(
    action: str,
    organiser: OrganiserCard,
    batch_id: int,
    *,
    after: Mapping[str, object] | None,
    at: datetime,
) -> None:
    actor, target = f"organiser:{organiser.id}", f"invitation_batch:{batch_id}"
    audit.record(action, actor=actor, object=target, after=after, at=at)
