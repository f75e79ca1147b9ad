"""The second step of signing in: a device's code (TOTP, RFC 6238), or a recovery code once."""

import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import pyotp
from sqlalchemy import delete, func, insert, select, update

from quizapp.audit import service as audit
from quizapp.db import db, upsert
from quizapp.people.errors import NoSecondStep, WrongCode
from quizapp.people.models import Organiser, RecoveryCode, Totp
from quizapp.people.rules.second_step import (
    RECOVERY_CODES,
    RECOVERY_LENGTH,
    RECOVERY_LETTERS,
    grouped,
    is_of_device,
    steps_heard,
    tidy_code,
)
from quizapp.people.service import sealing
from quizapp.people.service.tries import count_failure, forget_failures, hold_try

ISSUER = "Thi cong doan"  # plain letters: a third of the QR code's modules


@dataclass(frozen=True, kw_only=True, slots=True)
class SecondStep:
    """Whether codes are asked for, and how many recovery codes are left."""

    is_on: bool
    is_begun: bool
    recovery_left: int


@dataclass(frozen=True, kw_only=True, slots=True)
class NewSecret:
    """What a device is told: as an address (in a QR code), and as letters to type."""

    uri: str
    letters: str


def get_second_step(organiser_id: int) -> SecondStep:
    """Return how an organiser's second step stands."""
    mine = select(Totp.confirmed_at).where(Totp.organiser_id == organiser_id)
    row = db.session.execute(mine).one_or_none()
    left = select(func.count()).where(
        RecoveryCode.organiser_id == organiser_id, RecoveryCode.used_at.is_(None)
    )
    is_on = row is not None and row.confirmed_at is not None
    return SecondStep(
        is_on=is_on,
        is_begun=row is not None and not is_on,
        recovery_left=db.session.scalar(left) or 0,
    )


def get_ids_with_second_step(organiser_ids: Collection[int]) -> set[int]:
    """Return which of these organisers are asked for codes."""
    on = select(Totp.organiser_id).where(
        Totp.organiser_id.in_(organiser_ids), Totp.confirmed_at.is_not(None)
    )
    return set(db.session.scalars(on))


def begin_second_step(organiser_id: int, *, at: datetime) -> None:
    """Make a new secret, which asks for nothing until a code confirms it; none while one is on."""
    public_id = _public_id(organiser_id)
    secret = pyotp.random_base32()
    new = {
        "secret_sealed": sealing.seal(secret, "totp seal", bound_to=public_id),
        "key_id": sealing.current_key_id(),
        "made_at": at,
        "last_step": 0,
    }
    made = upsert(Totp).values(organiser_id=organiser_id, **new)
    unless_on = made.on_conflict_do_update(
        index_elements=["organiser_id"], set_=new, where=Totp.confirmed_at.is_(None)
    )
    db.session.execute(unless_on)


def get_new_secret(organiser_id: int) -> NewSecret:
    """Return the secret that waits for its first code. Raises NoSecondStep."""
    row = _find(organiser_id)
    if row is None or row.confirmed_at is not None:
        raise NoSecondStep
    name = db.session.scalar(select(Organiser.name).where(Organiser.id == organiser_id))
    totp = pyotp.TOTP(_open(row))
    letters = " ".join(totp.secret[start : start + 4] for start in range(0, len(totp.secret), 4))
    return NewSecret(uri=totp.provisioning_uri(name=name, issuer_name=ISSUER), letters=letters)


def confirm_second_step(organiser_id: int, code: str, *, source: str, at: datetime) -> list[str]:
    """Turn the second step on by a code of the new secret; return recovery codes, shown once.

    Raises NoSecondStep, TooManyTries, WrongCode (counted).
    """
    row = _find(organiser_id)
    if row is None or row.confirmed_at is not None:
        raise NoSecondStep
    _hear(organiser_id, code, source=source, at=at)
    db.session.execute(
        update(Totp).where(Totp.organiser_id == organiser_id).values(confirmed_at=at)
    )
    _record("organiser.second_step_on", organiser_id, at=at)
    return _new_recovery_codes(organiser_id)


def renew_recovery_codes(organiser_id: int, code: str, *, source: str, at: datetime) -> list[str]:
    """Replace all recovery codes; return the new ones, shown once. Raises as `hear_code`."""
    hear_code(organiser_id, code, source=source, at=at)
    _record("organiser.recovery_codes_made", organiser_id, at=at)
    return _new_recovery_codes(organiser_id)


def turn_off_second_step(organiser_id: int, code: str, *, source: str, at: datetime) -> None:
    """Forget the secret and the recovery codes, shown a valid code. Raises as `hear_code`."""
    hear_code(organiser_id, code, source=source, at=at)
    forget_second_step(organiser_id, actor=f"organiser:{organiser_id}", reason=None, at=at)


def forget_second_step(organiser_id: int, *, actor: str, reason: str | None, at: datetime) -> None:
    """Forget the secret and the recovery codes of somebody, whose device may be lost."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.organiser_id == organiser_id))
    db.session.execute(delete(Totp).where(Totp.organiser_id == organiser_id))
    target = f"organiser:{organiser_id}"
    audit.record("organiser.second_step_off", actor=actor, object=target, reason=reason, at=at)


def hear_code(organiser_id: int, code: str, *, source: str, at: datetime) -> None:
    """Take a code of the device or a recovery code, never one twice.

    Raises NoSecondStep, TooManyTries, WrongCode (counted).
    """
    row = _find(organiser_id)
    if row is None or row.confirmed_at is None:
        raise NoSecondStep
    _hear(organiser_id, code, source=source, at=at)


def _hear(organiser_id: int, typed: str, *, source: str, at: datetime) -> None:
    code = tidy_code(typed)
    subject = sealing.subject("second step", organiser_id)
    held = hold_try(subject, source=source, at=at)
    take = _take_of_device if is_of_device(code) else _take_recovery
    if not take(organiser_id, code, at=at):
        count_failure(held, at=at)
        raise WrongCode
    forget_failures(held, at=at)


def _take_of_device(organiser_id: int, code: str, *, at: datetime) -> bool:
    row = _find(organiser_id)
    if row is None:
        return False
    totp = pyotp.TOTP(_open(row))
    for step in steps_heard(at, last_step=row.last_step):
        if hmac.compare_digest(totp.generate_otp(step), code):
            # Of two requests with one code the second finds the step taken.
            mine = (Totp.organiser_id == organiser_id, Totp.last_step < step)
            taken = update(Totp).where(*mine).values(last_step=step).returning(Totp.organiser_id)
            return db.session.scalar(taken) is not None
    return False


def _take_recovery(organiser_id: int, code: str, *, at: datetime) -> bool:
    mine = (
        RecoveryCode.organiser_id == organiser_id,
        RecoveryCode.code_hash == _code_hash(organiser_id, code),
        RecoveryCode.used_at.is_(None),
    )
    taken = update(RecoveryCode).where(*mine).values(used_at=at)
    if db.session.scalar(taken.returning(RecoveryCode.organiser_id)) is None:
        return False
    _record("organiser.recovery_code_used", organiser_id, at=at)
    return True


def _new_recovery_codes(organiser_id: int) -> list[str]:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.organiser_id == organiser_id))
    codes = [
        "".join(secrets.choice(RECOVERY_LETTERS) for _ in range(RECOVERY_LENGTH))
        for _ in range(RECOVERY_CODES)
    ]
    rows = [
        {"organiser_id": organiser_id, "code_hash": _code_hash(organiser_id, code)}
        for code in codes
    ]
    db.session.execute(insert(RecoveryCode), rows)
    return [grouped(code) for code in codes]


def _code_hash(organiser_id: int, code: str) -> bytes:
    return sealing.keyed_hash("recovery code", f"{organiser_id}:{code}")


def _find(organiser_id: int) -> Totp | None:
    return db.session.get(Totp, organiser_id, populate_existing=True)


def _open(row: Totp) -> str:
    public_id = _public_id(row.organiser_id)
    return sealing.open_sealed(
        row.secret_sealed, "totp seal", bound_to=public_id, key_id=row.key_id
    )


def _public_id(organiser_id: int) -> bytes:
    mine = select(Organiser.public_id).where(Organiser.id == organiser_id)
    return db.session.execute(mine).scalar_one()


def _record(action: str, organiser_id: int, *, at: datetime) -> None:
    actor = f"organiser:{organiser_id}"
    audit.record(action, actor=actor, object=actor, at=at)
