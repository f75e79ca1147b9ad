"""Keyed hashes and sealed values: what is stored instead of a phone, a PIN or an address."""

import hmac
import secrets
from hashlib import sha256
from ipaddress import ip_address, ip_network

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app
from sqlalchemy import select

from quizapp.db import db, upsert
from quizapp.keys import Keys
from quizapp.people.errors import KeysDoNotFit, SealBroken
from quizapp.people.models import KeyCheck

NONCE = 12  # bytes, as AES-GCM wants it


def check_keys() -> None:
    """Make sure that the key file belongs to this database; the first call binds the two.

    Call inside a write transaction. Raises KeysDoNotFit.
    """
    keys = _keys()
    mine = {keys.key_id: keys.check_value()}
    if not _stored_checks():
        row = {"key_id": keys.key_id, "check_value": keys.check_value()}
        db.session.execute(upsert(KeyCheck).values(row).on_conflict_do_nothing())
    if not mine.items() <= _stored_checks().items():
        raise KeysDoNotFit


def current_key_id() -> str:
    """Return the id of the key that new hashes and seals are made with."""
    return _keys().key_id


def new_public_id() -> bytes:
    """Return 128 random bits."""
    return secrets.token_bytes(16)


def new_token() -> str:
    """Return 256 random bits in letters that fit an address and a cookie."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """Return what is stored of a token; a stolen table opens no session."""
    return sha256(token.encode()).digest()


def phone_hash(phone: str) -> bytes:
    """Return the keyed hash by which an E.164 number is looked up."""
    return _mac("phone look-up", phone.encode())


def pin_hash(pin: str, *, public_id: bytes) -> bytes:
    """Return the keyed hash of a person's PIN; equal PINs of two people give different ones."""
    return _mac("pin", public_id + pin.encode())


def is_pin(pin: str, *, stored: bytes | None, public_id: bytes | None) -> bool:
    """Compare in constant time; with nothing stored, do the same work and say no."""
    given = pin_hash(pin, public_id=public_id or bytes(16))
    is_equal = hmac.compare_digest(given, stored or bytes(32))
    return is_equal and stored is not None


def reset_code_hash(code: str, *, public_id: bytes) -> bytes:
    """Return the keyed hash of a one-time code, bound to the person it was made for."""
    return _mac("reset code", public_id + code.encode())


def is_reset_code(code: str, *, stored: bytes | None, public_id: bytes | None) -> bool:
    """Compare in constant time; with nothing stored, do the same work and say no."""
    given = reset_code_hash(code, public_id=public_id or bytes(16))
    is_equal = hmac.compare_digest(given, stored or bytes(32))
    return is_equal and stored is not None


def subject(kind: str, *parts: object) -> str:
    """Return the name under which failures are counted: a keyed hash, 64 hex digits."""
    return _mac("throttle", ":".join([kind, *map(str, parts)]).encode()).hex()


def source_subject(address: str) -> str:
    """Return the subject of an internet address; an IPv6 household (/64) is one source."""
    try:
        width = 64 if ip_address(address).version == 6 else 32
        return subject("source", ip_network(f"{address}/{width}", strict=False))
    except ValueError:  # a Unix socket has no address
        return subject("source", address)


def keyed_hash(purpose: str, text: str) -> bytes:
    """Return the hash of a secret that is only ever compared; each purpose has its own key."""
    return _mac(purpose, text.encode())


def seal_phone(phone: str, *, public_id: bytes) -> bytes:
    """Return the number encrypted so that only the row of `public_id` can open it."""
    return seal(phone, "phone seal", bound_to=public_id)


def open_sealed_phone(sealed: bytes, *, public_id: bytes, key_id: str) -> str:
    """Return the E.164 number. Raises SealBroken for another row's value, KeysDoNotFit."""
    return open_sealed(sealed, "phone seal", bound_to=public_id, key_id=key_id)


def seal(text: str, purpose: str, *, bound_to: bytes) -> bytes:
    """Return a text encrypted so that only the row that `bound_to` names can open it."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + _cipher(purpose).encrypt(nonce, text.encode(), _bound_to(bound_to))


def open_sealed(sealed: bytes, purpose: str, *, bound_to: bytes, key_id: str) -> str:
    """Return the text. Raises SealBroken for another row's value, KeysDoNotFit."""
    if key_id != current_key_id():
        raise KeysDoNotFit
    try:
        nonce, body = sealed[:NONCE], sealed[NONCE:]
        return _cipher(purpose).decrypt(nonce, body, _bound_to(bound_to)).decode()
    except InvalidTag as error:
        raise SealBroken(f"a value of the {purpose} does not belong to its row") from error


def _stored_checks() -> dict[str, str]:
    rows = db.session.execute(select(KeyCheck.key_id, KeyCheck.check_value))
    return dict(rows.all())


def _cipher(purpose: str) -> AESGCM:
    return AESGCM(_keys().derive(purpose))


def _bound_to(public_id: bytes) -> bytes:
    return public_id + current_key_id().encode()


def _mac(purpose: str, message: bytes) -> bytes:
    return hmac.digest(_keys().derive(purpose), message, "sha256")


def _keys() -> Keys:
    keys: Keys = current_app.config["KEYS"]
    return keys
