"""How the audit log is chained, what may stand in it, and what a broken chain looks like. Pure."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256

FIRST_PREVIOUS_HASH = bytes(32)
LONGEST_REASON = 500
ACTOR = re.compile(r"system|(?:organiser|person):[0-9]+|command:[A-Za-z0-9._-]{1,64}")
ACTION = re.compile(r"[a-z_]+(\.[a-z_]+)*")
OBJECT = re.compile(r"[a-z_]+:[A-Za-z0-9._/@-]{1,120}")
DIGEST = re.compile(r"[0-9a-f]{64}")


class NotForTheLog(ValueError):
    """Our own code tried to log something that is not an id or a digest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Deed:
    """What one entry says. Digests are 64 hex digits; `at` has a zone."""

    id: int
    at: datetime
    actor: str
    action: str
    object: str
    before_digest: str | None
    after_digest: str | None
    reason: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A deed as it is stored, with its place in the chain."""

    deed: Deed
    previous_hash: bytes
    hash: bytes


class Fault(StrEnum):
    """What is wrong with an entry: its own words, what came before it, or its absence."""

    ALTERED = "altered"
    UNCHAINED = "unchained"
    MISSING = "missing"


@dataclass(frozen=True, kw_only=True, slots=True)
class ChainProblem:
    """Entry number `id` has this fault."""

    id: int
    fault: Fault


def chain_hash(previous_hash: bytes, deed: Deed) -> bytes:
    """Return SHA-256 over the previous entry's hash and this deed's canonical form.

    The canonical form is a compact JSON array of the fields in the order of `Deed`, in UTF-8,
    with the moment in UTC to the microsecond; anyone can recompute it without this program.
    """
    moment = deed.at.astimezone(UTC).isoformat(timespec="microseconds")
    words = [deed.actor, deed.action, deed.object]
    marks = [deed.before_digest, deed.after_digest, deed.reason]
    return sha256(previous_hash + _canonical([deed.id, moment, *words, *marks])).digest()


def chain_problems(links: Iterable[Link]) -> Iterator[ChainProblem]:
    """Yield what is wrong with the chain, given all its links in the order of their ids.

    An end that was cut off cannot be seen from what is left: compare with a head noted elsewhere.
    """
    expected_id, previous_hash = 1, FIRST_PREVIOUS_HASH
    for link in links:
        for missing in range(expected_id, link.deed.id):
            yield ChainProblem(id=missing, fault=Fault.MISSING)
        if link.previous_hash != previous_hash:
            yield ChainProblem(id=link.deed.id, fault=Fault.UNCHAINED)
        if link.hash != chain_hash(link.previous_hash, link.deed):
            yield ChainProblem(id=link.deed.id, fault=Fault.ALTERED)
        expected_id, previous_hash = link.deed.id + 1, link.hash


def digest_of(value: str | bytes | Mapping[str, object] | None) -> str | None:
    """Return the digest by which the log knows `value`, as 64 hex digits; None stays None.

    A digest (32 bytes, or 64 hex digits) stands for itself; anything else is digested here, so
    that no value itself can get into the log.
    """
    if value is None:
        return None
    if isinstance(value, str) and DIGEST.fullmatch(value):
        return value
    if isinstance(value, bytes):
        return value.hex() if len(value) == 32 else sha256(value).hexdigest()
    return sha256(_canonical(value)).hexdigest()


def check_words(*, actor: str, action: str, object: str, reason: str | None) -> None:  # noqa: A002 - the column's name
    """Raise NotForTheLog unless these are ids and short words of the forms the log knows."""
    for text, form in ((actor, ACTOR), (action, ACTION), (object, OBJECT)):
        if not form.fullmatch(text):
            raise NotForTheLog(f"not of the form {form.pattern}: {text!r}")
    if reason is not None and len(reason) > LONGEST_REASON:
        raise NotForTheLog(f"a reason has at most {LONGEST_REASON} characters")


def _canonical(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=str)
    return text.encode()
