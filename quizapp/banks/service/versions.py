"""Publishing bank versions and giving them to the features above."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from threading import Lock
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row, Select, func, insert, select
from sqlalchemy.orm import aliased

from quizapp.audit import service as audit
from quizapp.banks.errors import BadBankCode, NoSuchVersion, NothingToPublish
from quizapp.banks.models import Bank, BankVersion, Question
from quizapp.banks.rules import BANK_CODE, Content, Difficulty, Draft, Kind
from quizapp.banks.rules.canonical import digest_of
from quizapp.banks.rules.differences import Difference, compare
from quizapp.banks.service.pictures import damaged_pictures, link_pictures
from quizapp.banks.service.provisions import link_provisions
from quizapp.db import db, kept_for_good, upsert
from quizapp.errors import NotFound

SHELF = "bank_questions"
# A contest's rounds use one or two versions; 500 questions take about 1 MB.
VERSIONS_KEPT = 8
CONTENT = [field.name for field in fields(Content)]
_shelf_lock = Lock()


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionCard:
    """A published version. `digest` is 64 hex digits over its questions."""

    id: int
    bank_code: str
    number: int
    digest: str
    title: str
    question_count: int
    published_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedVersion:
    """What publishing came to; not `is_new` when these very questions stood there already."""

    bank_code: str
    number: int
    version_id: int
    is_new: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class QuestionCard(Content):
    """A published question; `number` is its place in the version, from 1."""

    number: int


@dataclass(frozen=True, kw_only=True, slots=True)
class BankCard:
    """A bank and its newest version."""

    code: str
    title: str
    newest: VersionCard


@dataclass(frozen=True, kw_only=True, slots=True)
class Outdated:
    """A version that others came after; `newest` is the number of the last."""

    title: str
    number: int
    newest: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedCard:
    """A version as its bank's page lists it."""

    id: int
    number: int
    question_count: int
    published_at: datetime
    note: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class DigestCheck:
    """The digest that was stored when publishing beside the one of the rows as they are now.

    `damaged` are digests of pictures whose bytes are others now.
    """

    stored: str
    computed: str
    damaged: tuple[str, ...] = ()

    @property
    def is_equal(self) -> bool:
        return self.stored == self.computed and not self.damaged


def publish_version(
    bank_code: str,
    drafts: Sequence[Draft],
    *,
    title: str,
    note: str | None = None,
    by: str | None = None,
    at: datetime,
) -> PublishedVersion:
    """Publish the drafts as the bank's next version, making the bank on its first one.

    Drafts equal to any version of the bank make no new one. `by` is an actor as the audit log
    writes it ("organiser:12"); None means the system itself. Their pictures have been kept before.
    Raises BadBankCode, NothingToPublish, MissingPictures.
    """
    check_bank_code(bank_code)
    if not drafts:
        raise NothingToPublish
    bank = lock_bank(bank_code, title=title, at=at)
    digest = digest_of(drafts)
    twin = db.session.scalar(
        select(BankVersion).where(BankVersion.bank_id == bank.id, BankVersion.digest == digest)
    )
    if twin is not None:
        return _published(bank, twin, is_new=False)
    bank.title = title
    version = BankVersion(
        bank_id=bank.id,
        number=_newest_number(bank.id) + 1,
        digest=digest,
        title=title,
        note=note,
        question_count=len(drafts),
        published_at=at,
        published_by=by,
    )
    _write_version(version, drafts)
    audit.record(
        "bank.publish",
        actor=by or "system",
        object=f"bank_version:{version.id}",
        after=digest,
        at=at,
    )
    return _published(bank, version, is_new=True)


def lock_bank(code: str, *, title: str, at: datetime, owner_unit_id: int | None = None) -> Bank:
    """Return the bank, made now if it is new, with this owner; nobody else publishes meanwhile."""
    row = {"code": code, "title": title, "created_at": at, "owner_unit_id": owner_unit_id}
    db.session.execute(upsert(Bank).values(row).on_conflict_do_nothing(index_elements=["code"]))
    return db.session.scalars(select(Bank).where(Bank.code == code).with_for_update()).one()


def check_bank_code(code: str) -> None:
    """Raise BadBankCode for a code that would not fit a command line or an address."""
    if not re.fullmatch(BANK_CODE, code):
        raise BadBankCode(code=code)


def find_version(code: str, number: int | None = None) -> VersionCard | None:
    """Return that version of the bank, the newest without a number; None if there is none."""
    query = _version_cards().where(Bank.code == code).order_by(BankVersion.number.desc()).limit(1)
    if number is not None:
        query = query.where(BankVersion.number == number)
    return _card(db.session.execute(query).one_or_none())


def get_version(version_id: int) -> VersionCard:
    """Return a version by its id. Raises NotFound."""
    card = _card(
        db.session.execute(_version_cards().where(BankVersion.id == version_id)).one_or_none()
    )
    if card is None:
        raise NotFound
    return card


def get_outdated(version_ids: Collection[int]) -> Mapping[int, Outdated]:
    """Return those of these versions that are not their bank's newest, by id. One statement."""
    later = aliased(BankVersion)
    newest = select(func.max(later.number)).where(later.bank_id == BankVersion.bank_id)
    newest_number = newest.correlate(BankVersion).scalar_subquery()
    rows = db.session.execute(
        select(BankVersion.id, BankVersion.title, BankVersion.number, newest_number.label("newest"))
        .where(BankVersion.id.in_(set(version_ids)))
        .order_by(BankVersion.id)
    )
    return {
        row.id: Outdated(title=row.title, number=row.number, newest=row.newest)
        for row in rows
        if row.newest > row.number
    }


def find_title(code: str) -> str | None:
    """Return the bank's title, None for a bank that is not there yet."""
    return db.session.scalar(select(Bank.title).where(Bank.code == code))


def find_twin(code: str, drafts: Sequence[Draft]) -> VersionCard | None:
    """Return the version of the bank that has exactly these questions, None if there is none."""
    query = _version_cards().where(Bank.code == code, BankVersion.digest == digest_of(drafts))
    return _card(db.session.execute(query).one_or_none())


def get_banks() -> tuple[BankCard, ...]:
    """Return every bank with its newest version, in the order of their codes."""
    newest = (
        select(func.max(BankVersion.number))
        .where(BankVersion.bank_id == Bank.id)
        .correlate(Bank)
        .scalar_subquery()
    )
    query = _version_cards().add_columns(Bank.title.label("bank_title"))
    rows = db.session.execute(query.where(BankVersion.number == newest).order_by(Bank.code))
    return tuple(_bank_card(**row._asdict()) for row in rows)


def get_questions(version_id: int) -> tuple[QuestionCard, ...]:
    """Return the questions of a version in the order of their numbers, 1 first.

    Versions never change, so the last few stay in the process: the hot path reads no question.
    Raises NotFound.
    """
    shelf = kept_for_good(SHELF)
    with _shelf_lock:
        kept: tuple[QuestionCard, ...] | None = shelf.pop(version_id, None)
        if kept is not None:
            shelf[version_id] = kept  # back on as the most recently used
            return kept
    read = _read_questions(version_id)
    with _shelf_lock:
        shelf[version_id] = read
        while len(shelf) > VERSIONS_KEPT:
            del shelf[next(iter(shelf))]
    return read


def get_versions(code: str) -> Sequence[PublishedCard]:
    """Return the versions of a bank, newest first."""
    names = PublishedCard.__dataclass_fields__
    rows = db.session.execute(
        select(*(getattr(BankVersion, name) for name in names))
        .join(Bank, Bank.id == BankVersion.bank_id)
        .where(Bank.code == code)
        .order_by(BankVersion.number.desc())
    )
    return [PublishedCard(**row._asdict()) for row in rows]


def compare_versions(code: str, before: int, after: int) -> Difference:
    """Return what changed between two versions of a bank, by number. Raises NoSuchVersion."""
    older, newer = (_numbered(code, number) for number in (before, after))
    return compare(get_questions(older.id), get_questions(newer.id))


def recompute_digest(version_id: int) -> DigestCheck:
    """Compare the stored rows with the digest of the version. Raises NotFound."""
    return DigestCheck(
        stored=get_version(version_id).digest,
        computed=digest_of(_read_questions(version_id)),
        damaged=tuple(damaged_pictures(version_id)),
    )


def _newest_number(bank_id: int) -> int:
    query = select(func.max(BankVersion.number)).where(BankVersion.bank_id == bank_id)
    return db.session.scalar(query) or 0


def _write_version(version: BankVersion, drafts: Sequence[Draft]) -> None:
    db.session.add(version)
    db.session.flush()  # the questions need version.id
    rows = [
        {name: getattr(draft, name) for name in CONTENT}
        | {"bank_version_id": version.id, "number": number}
        | {"options": list(draft.options)}
        | {name: [dict(one) for one in getattr(draft, name)] for name in ("citations", "pictures")}
        for number, draft in enumerate(drafts, start=1)
    ]
    db.session.execute(insert(Question), rows)
    link_pictures(version.id, drafts)
    link_provisions(version.id, drafts)
    with _shelf_lock:
        # An undone publication may have used this id before and been read within its transaction.
        kept_for_good(SHELF).pop(version.id, None)


def _published(bank: Bank, version: BankVersion, *, is_new: bool) -> PublishedVersion:
    return PublishedVersion(
        bank_code=bank.code, number=version.number, version_id=version.id, is_new=is_new
    )


def _version_cards() -> Select[*tuple[Any, ...]]:
    return select(
        BankVersion.id,
        Bank.code.label("bank_code"),
        BankVersion.number,
        BankVersion.digest,
        BankVersion.title,
        BankVersion.question_count,
        BankVersion.published_at,
    ).join(Bank, Bank.id == BankVersion.bank_id)


def _card(row: Row[*tuple[Any, ...]] | None) -> VersionCard | None:
    return VersionCard(**row._asdict()) if row else None


def _bank_card(*, bank_title: str, **newest: Any) -> BankCard:
    return BankCard(code=newest["bank_code"], title=bank_title, newest=VersionCard(**newest))


def _numbered(code: str, number: int) -> VersionCard:
    card = find_version(code, number)
    if card is None:
        raise NoSuchVersion(bank=code, number=number)
    return card


def _read_questions(version_id: int) -> tuple[QuestionCard, ...]:
    # Columns, not objects: the session would answer with objects it has read before.
    columns = [Question.number, *(getattr(Question, name) for name in CONTENT)]
    query = select(*columns).where(Question.bank_version_id == version_id).order_by(Question.number)
    cards = tuple(_question_card(**row._asdict()) for row in db.session.execute(query))
    if not cards:
        raise NotFound
    return cards


def _question_card(
    *,
    kind: str,
    options: list[str],
    difficulty: str | None,
    citations: list[Any],
    pictures: list[Any],
    **rest: Any,
) -> QuestionCard:
    return QuestionCard(
        kind=Kind(kind),
        options=tuple(options),
        difficulty=Difficulty(difficulty) if difficulty else None,
        citations=tuple(MappingProxyType(dict(citation)) for citation in citations),
        pictures=tuple(MappingProxyType(dict(picture)) for picture in pictures),
        **rest,
    )
