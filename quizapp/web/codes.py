"""The "Mã hỗ trợ" that people read to the help desk over the telephone. Pure.

Three lengths, none stored anywhere:

| code | on | what it is |
|---|---|---|
| `K7MQ-2RDX` | results, own pages | the first 40 random bits of an attempt's or person's id |
| `K7MQ-2RDX-94TB` | refusals | kind of refusal, person, minute: 60 bits, scrambled under a key |
| `K7MQ-2RDX-94TB-H3WC` | certificates | the first, then 40 bits of a keyed hash of the whole id |

The first opens nothing: 88 more bits of the id are needed, and the phone's cookie with them. The
second looks like chance to whoever has no key, so that no number of people can be read off it.
"""

import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 5 bits each; no 0 and O, no 1 and I
SIGNS = {sign: value for value, sign in enumerate(ALPHABET)}
UNREAD = re.compile(r"[\s.\-–—_/]+")
ID_BYTES, PREFIX_BYTES = 16, 5
GROUP = 4
ID_SIGNS, REFUSAL_SIGNS, ONE_TIME_SIGNS = 8, 12, 8
CERTIFICATE_SIGNS = 2 * ID_SIGNS
HALF, ROUNDS = 30, 6
# A slip is noticed by its kind: of 65,536 numbers of kinds a few hundred mean something.
KIND_BITS, PERSON_BITS, MINUTE_BITS = 16, 27, 17
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Met:
    """What somebody was refused; `person_id` is 0 where it was not known who asked.

    A minute comes again after 91 days: `at` is the newest such that is not in the future.
    """

    kind: int
    person_id: int
    at: datetime


def code_of_id(public_id: bytes) -> str:
    """Return the code of an attempt or a person: of the random end of its public id."""
    start = public_id[-ID_BYTES:][:PREFIX_BYTES]
    return _grouped(int.from_bytes(start, "big"), ID_SIGNS)


def read_id_code(text: str) -> bytes | None:
    """Return how the random end of the public id begins, None when `text` is no such code."""
    value = _value(text, ID_SIGNS)
    return None if value is None else value.to_bytes(PREFIX_BYTES, "big")


def after(start: bytes) -> bytes:
    """Return what all ids that begin with `start` stand before."""
    if start == b"\xff" * len(start):
        return start + b"\xff" * ID_BYTES
    return (int.from_bytes(start, "big") + 1).to_bytes(len(start), "big")


def kind_number(name: str) -> int:
    """Return the number that stands for a kind of refusal (the name of its class) in a code."""
    return int.from_bytes(sha256(name.encode()).digest()[: KIND_BITS // 8], "big")


def code_of_refusal(name: str, *, person_id: int, at: datetime, key: bytes) -> str:
    """Return the code of a refusal. Somebody whose number no longer fits is told as nobody."""
    minutes = (at - EPOCH) // MINUTE % (1 << MINUTE_BITS)
    person = person_id if person_id < 1 << PERSON_BITS else 0
    plain = (kind_number(name) << PERSON_BITS | person) << MINUTE_BITS | minutes
    return _grouped(_scramble(plain, key), REFUSAL_SIGNS)


def read_refusal_code(text: str, *, now: datetime, key: bytes) -> Met | None:
    """Return what a refusal's code says, None when the text is none.

    One that was misheard says something too: a kind that there is not, but for a few in thousands.
    """
    value = _value(text, REFUSAL_SIGNS)
    if value is None:
        return None
    plain = _unscramble(value, key)
    rest, minutes = divmod(plain, 1 << MINUTE_BITS)
    kind, person = divmod(rest, 1 << PERSON_BITS)
    today = (now - EPOCH) // MINUTE
    ago = (today - minutes) % (1 << MINUTE_BITS)
    return Met(kind=kind, person_id=person, at=EPOCH + (today - ago) * MINUTE)


@dataclass(frozen=True, kw_only=True, slots=True)
class CertificateCode:
    """How the random end of an attempt's public id begins, and what proves that we said so."""

    start: bytes
    mac: bytes


def certificate_mac(public_id: bytes, *, key: bytes) -> bytes:
    """Return the 40 bits that nobody without the key can put behind a certificate's code."""
    return hmac.digest(key, public_id, "sha256")[:PREFIX_BYTES]


def code_of_certificate(public_id: bytes, *, key: bytes) -> str:
    """Return the code on the certificate of an attempt: its own code, then the proof."""
    mac = certificate_mac(public_id, key=key)
    return f"{code_of_id(public_id)}-{_grouped(int.from_bytes(mac, 'big'), ID_SIGNS)}"


def read_certificate_code(text: str) -> CertificateCode | None:
    """Return what a certificate's code says, None when the text is none."""
    value = _value(text, CERTIFICATE_SIGNS)
    if value is None:
        return None
    both = value.to_bytes(2 * PREFIX_BYTES, "big")
    return CertificateCode(start=both[:PREFIX_BYTES], mac=both[PREFIX_BYTES:])


def new_one_time_code(chance: bytes) -> str:
    """Return 40 bits of chance as a code to be told once."""
    return _grouped(int.from_bytes(chance[:PREFIX_BYTES], "big"), ONE_TIME_SIGNS)


def read_one_time_code(text: str) -> str | None:
    """Return a one-time code as `new_one_time_code` writes it, None when `text` is none."""
    value = _value(text, ONE_TIME_SIGNS)
    return None if value is None else _grouped(value, ONE_TIME_SIGNS)


def _grouped(value: int, signs: int) -> str:
    text = "".join(ALPHABET[value >> 5 * place & 31] for place in reversed(range(signs)))
    return "-".join(text[start : start + GROUP] for start in range(0, signs, GROUP))


def _value(text: str, signs: int) -> int | None:
    bare = UNREAD.sub("", text).upper()
    if len(bare) != signs or not set(bare) <= set(SIGNS):
        return None
    value = 0
    for sign in bare:
        value = value << 5 | SIGNS[sign]
    return value


def _scramble(plain: int, key: bytes) -> int:
    """Return one of 2⁶⁰ numbers for each of them: a Feistel network, as format-keeping ciphers."""
    left, right = divmod(plain, 1 << HALF)
    for turn in range(ROUNDS):
        left, right = right, left ^ _mixed(right, turn, key)
    return left << HALF | right


def _unscramble(value: int, key: bytes) -> int:
    left, right = divmod(value, 1 << HALF)
    for turn in reversed(range(ROUNDS)):
        left, right = right ^ _mixed(left, turn, key), left
    return left << HALF | right


def _mixed(half: int, turn: int, key: bytes) -> int:
    message = bytes([turn]) + half.to_bytes(4, "big")
    return int.from_bytes(hmac.digest(key, message, "sha256")[:4], "big") >> (32 - HALF)
