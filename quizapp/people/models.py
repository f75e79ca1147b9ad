"""Contestants and organisers, what they agreed to, and how they come back."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.db import Base
from quizapp.people.roles import Role


class PersonState(StrEnum):
    """Whether an entry takes part, was taken out by an organiser, or was erased on request."""

    ACTIVE = "active"
    VOID = "void"
    ERASED = "erased"


class Decision(StrEnum):
    """What was decided about a unit in free words; left: none of the catalogue."""

    OPEN = "open"
    MATCHED = "matched"
    LEFT = "left"


class Purpose(StrEnum):
    """What a person agrees to, each by itself."""

    TAKE_PART = "take_part"
    SHOW_NAME = "show_name"


class LinkPurpose(StrEnum):
    """Why a one-time link was given out."""

    SETUP = "setup"
    RESET = "reset"


def _one_of(column: str, states: type[StrEnum]) -> str:
    return f"{column} IN ({', '.join(repr(state.value) for state in states)})"


class Person(Base):
    """One entry in one contest. The phone is stored sealed, and as a keyed hash to look it up by.

    `key_id` names the key of the three secrets; `public_id` is what they are bound to.
    The unit is the one declared: of the catalogue, or in the person's own words. An organiser may
    have assigned another, which then counts. An entry merged into another stays, void.
    """

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("contest_id", "phone_hash"),
        CheckConstraint("length(public_id) = 16", name="public_id_is_random_128_bits"),
        CheckConstraint(_one_of("state", PersonState), name="state"),
        CheckConstraint("(unit_id IS NULL) <> (unit_text IS NULL)", name="one_declared_unit"),
        CheckConstraint("merged_into_id IS NULL OR state <> 'active'", name="merged_is_not_active"),
        Index(
            "ix_person_unit_text",
            "contest_id",
            "unit_text",
            sqlite_where=text("unit_text IS NOT NULL"),
            postgresql_where=text("unit_text IS NOT NULL"),
        ),
        Index("ix_person_search_key", "contest_id", "search_key"),
        Index(
            "ix_person_merged_into",
            "merged_into_id",
            sqlite_where=text("merged_into_id IS NOT NULL"),
            postgresql_where=text("merged_into_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[bytes] = mapped_column(unique=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    name: Mapped[str]
    name_sort_key: Mapped[bytes]
    search_key: Mapped[bytes | None]  # vietnamese.name_search_key; null: cannot be found by name
    phone_hash: Mapped[bytes]
    phone_sealed: Mapped[bytes]
    pin_hash: Mapped[bytes]
    key_id: Mapped[str]
    is_phone_verified: Mapped[bool]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    unit_text: Mapped[str | None]
    unit_assigned_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    birth_year: Mapped[int | None]
    state: Mapped[str]
    joined_at: Mapped[datetime]


class TypedUnit(Base):
    """A unit in the words of whoever typed it, once for all who typed the same in a contest.

    The worker proposes a unit and puts texts that mean the same into a group; an organiser decides
    about groups; the worker lets people count accordingly. `looked_with` is the newest unit there
    was when the proposal was made, 0 before the first.
    """

    __tablename__ = "typed_unit"
    __table_args__ = (
        CheckConstraint(_one_of("decision", Decision), name="decision_known"),
        CheckConstraint("(decision = 'matched') = (unit_id IS NOT NULL)", name="matched_has_unit"),
        CheckConstraint("certainty BETWEEN 0 AND 1000", name="certainty_of_1000"),
        Index("ix_typed_unit_group", "contest_id", "decision", "group_key"),
        Index(
            "ix_typed_unit_to_look_at",
            "looked_with",
            sqlite_where=text("decision = 'open'"),
            postgresql_where=text("decision = 'open'"),
        ),
        Index(
            "ix_typed_unit_to_apply",
            "contest_id",
            "text",
            sqlite_where=text("is_applied = 0"),
            postgresql_where=text("NOT is_applied"),
        ),
    )

    contest_id: Mapped[int] = mapped_column(
        ForeignKey("contest.id"), primary_key=True, autoincrement=False
    )
    text: Mapped[str] = mapped_column(primary_key=True)
    group_key: Mapped[str] = mapped_column(server_default="")
    proposed_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    certainty: Mapped[int] = mapped_column(server_default="0")
    looked_with: Mapped[int] = mapped_column(server_default="0")
    decision: Mapped[str] = mapped_column(server_default="open")
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    previous_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    is_applied: Mapped[bool] = mapped_column(server_default=true())


class Consent(Base):
    """A person agreed to one purpose, as the text of that version said it.

    Agreeing again after withdrawing is a new row: the old one stays as evidence.
    """

    __tablename__ = "consent"
    __table_args__ = (
        CheckConstraint(_one_of("purpose", Purpose), name="purpose"),
        CheckConstraint("withdrawn_at >= given_at", name="given_before_withdrawn"),
        Index(
            "uq_consent_in_force",
            "person_id",
            "purpose",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        # Of the others, which are few: who joins pays for one index only.
        Index(
            "ix_consent_withdrawn",
            "person_id",
            sqlite_where=text("withdrawn_at IS NOT NULL"),
            postgresql_where=text("withdrawn_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    purpose: Mapped[str]
    text_version: Mapped[str]
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class PinReset(Base):
    """A code that lets a person choose a new PIN once; here is its keyed hash, bound to them."""

    __tablename__ = "pin_reset"
    __table_args__ = (CheckConstraint("made_at < expires_at", name="made_before_expiry"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    code_hash: Mapped[bytes]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class ErasedNumber(Base):
    """Somebody of this number had their data erased while the contest ran: no second entry.

    A keyed hash that leads to no row of theirs; forgotten when the contest is over.
    """

    __tablename__ = "erased_number"

    contest_id: Mapped[int] = mapped_column(
        ForeignKey("contest.id"), primary_key=True, autoincrement=False
    )
    mark: Mapped[bytes] = mapped_column(primary_key=True)


class RefusalMet(Base):
    """How often a person met one kind of refusal: one row for all of them, so storms add none."""

    __tablename__ = "refusal_met"
    __table_args__ = (
        CheckConstraint("times > 0", name="met_once"),
        CheckConstraint("first_at <= last_at", name="first_before_last"),
        Index("ix_refusal_met_last_at", "last_at"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    times: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]


class KeyCheck(Base):
    """Which key file this database was made with: a value that does not give the key."""

    __tablename__ = "key_check"

    key_id: Mapped[str] = mapped_column(primary_key=True)
    check_value: Mapped[str]


class Throttle(Base):
    """Failed tries of one subject; the subject is a keyed hash, so no address is kept."""

    __tablename__ = "throttle"
    __table_args__ = (CheckConstraint("failures >= 0", name="failures_counted"),)

    subject: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    counted_since: Mapped[datetime]
    last_failed_at: Mapped[datetime] = mapped_column(index=True)
    next_try_at: Mapped[datetime]


class Organiser(Base):
    """One of an organising committee; `password_hash` is null until the set-up link is used."""

    __tablename__ = "organiser"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[bytes] = mapped_column(unique=True)
    name: Mapped[str]
    phone_hash: Mapped[bytes] = mapped_column(unique=True)
    phone_sealed: Mapped[bytes]
    key_id: Mapped[str]
    password_hash: Mapped[str | None]
    is_active: Mapped[bool]
    created_at: Mapped[datetime]


class Grant(Base):
    """An organiser has a role in the subtree of a unit."""

    __tablename__ = "organiser_grant"
    __table_args__ = (CheckConstraint(_one_of("role", Role), name="role"),)

    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    granted_at: Mapped[datetime]


class OrganiserSession(Base):
    """One signed-in browser. The token itself is only in its cookie; here is its SHA-256.

    `is_half`: the password was right and the code of the second step is still asked for.
    """

    __tablename__ = "organiser_session"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    user_agent: Mapped[str]
    is_half: Mapped[bool] = mapped_column(server_default=false())


class Totp(Base):
    """The secret that an organiser's second device makes codes with, sealed for its row.

    It asks for codes from `confirmed_at` on. `last_step` is the step (30 s) of the last code taken:
    none of it or before is taken again.
    """

    __tablename__ = "organiser_totp"
    __table_args__ = (CheckConstraint("last_step >= 0", name="last_step_counted"),)

    organiser_id: Mapped[int] = mapped_column(
        ForeignKey("organiser.id"), primary_key=True, autoincrement=False
    )
    secret_sealed: Mapped[bytes]
    key_id: Mapped[str]
    made_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int]


class RecoveryCode(Base):
    """A code that stands in once for the second device; here is its keyed hash."""

    __tablename__ = "recovery_code"

    organiser_id: Mapped[int] = mapped_column(
        ForeignKey("organiser.id"), primary_key=True, autoincrement=False
    )
    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    used_at: Mapped[datetime | None]


class OneTimeLink(Base):
    """A link that lets an organiser choose a password once. Here is the SHA-256 of its token."""

    __tablename__ = "one_time_link"
    __table_args__ = (CheckConstraint(_one_of("purpose", LinkPurpose), name="purpose"),)

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id"), index=True)
    purpose: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class InvitationBatch(Base):
    """People to invite, read from a sheet; sealed until they are sent, then `Invitation` rows.

    `sheet_at`: when the sheet of one-time links was taken. Until then it waits sealed.
    """

    __tablename__ = "invitation_batch"
    __table_args__ = (
        CheckConstraint("length(public_id) = 16", name="public_id_is_random_128_bits"),
        CheckConstraint("(rows_sealed IS NULL) = (sent_at IS NOT NULL)", name="sealed_until_sent"),
        CheckConstraint("sheet_at IS NULL OR sent_at IS NOT NULL", name="sheet_after_sent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[bytes] = mapped_column(unique=True)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id"), index=True)
    file_name: Mapped[str]
    rows_sealed: Mapped[bytes | None]
    key_id: Mapped[str]
    made_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    sheet_at: Mapped[datetime | None]


class Invitation(Base):
    """Somebody who was invited by a sheet; `line` is the row there."""

    __tablename__ = "invitation"

    batch_id: Mapped[int] = mapped_column(
        ForeignKey("invitation_batch.id"), primary_key=True, autoincrement=False
    )
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    role: Mapped[str]


class InvitationSheet(Base):
    """The one-time links of a batch, sealed until they are taken or worth nothing any more."""

    __tablename__ = "invitation_sheet"

    batch_id: Mapped[int] = mapped_column(
        ForeignKey("invitation_batch.id"), primary_key=True, autoincrement=False
    )
    lines_sealed: Mapped[bytes]
    key_id: Mapped[str]
    made_at: Mapped[datetime]
