"""The contestant's cookie: which phone this is and whom it takes part as. No session, no table.

A phone goes round: beside the person it takes part as now it remembers others who took part on it
and did not ask to be forgotten. Their papers are still saved by the pages that show them.
"""

import json
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from hashlib import sha256

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

COOKIE = "quizapp_me"
CONTESTS_KEPT = 8
ASIDE_KEPT = 8
COOKIES_KEPT = 4096
SIX_MONTHS = 180 * 24 * 3600

Pair = tuple[int, int]  # of a contest's id and a person's


@dataclass(frozen=True, kw_only=True, slots=True)
class Contestant:
    """`holder` names the phone (browser); `people` maps contest id → person id, newest last.

    `aside` are the others who took part on this phone, newest last.
    """

    holder: str
    people: Mapping[int, int]
    aside: tuple[Pair, ...] = ()

    def person_in(self, contest_id: int) -> int | None:
        """Return the person this phone takes part as in the contest, or None."""
        return self.people.get(contest_id)

    def others_in(self, contest_id: int) -> list[int]:
        """Return who else took part in the contest on this phone, the last one first."""
        return [person for contest, person in reversed(self.aside) if contest == contest_id]

    @property
    def person_ids(self) -> Collection[int]:
        """Everybody whose papers this phone may show and save."""
        return frozenset((*self.people.values(), *(person for _, person in self.aside)))


def read_contestant() -> Contestant:
    """Return what the cookie says; a missing or forged one gives a new phone with nobody on it."""
    known = _signed(current_app.config["CONTESTANT_KEY"], request.cookies.get(COOKIE, ""))
    return known or _new_phone()


@lru_cache(maxsize=COOKIES_KEPT)
def _signed(key: bytes, cookie: str) -> Contestant | None:
    """Return what a cookie that we signed says, else None: a phone sends the same one each time."""
    try:
        stored = _serializer_of(key).loads(cookie)
        people, aside = _pairs(stored["p"]), _pairs(stored.get("o", []))
        return Contestant(holder=str(stored["h"]), people=dict(people), aside=tuple(aside))
    except (AttributeError, BadSignature, json.JSONDecodeError, KeyError, TypeError, ValueError):
        return None


def _pairs(stored: list[list[int]]) -> list[Pair]:
    return [(int(contest), int(person)) for contest, person in stored]


def remember_person(response: Response, *, contest_id: int, person_id: int) -> Response:
    """Set the cookie so that this phone takes part in the contest as the person.

    Who took part on it before is kept aside.
    """
    kept = _aside(read_contestant(), contest_id)
    mine = (contest_id, person_id)
    others = tuple(pair for pair in kept.aside if pair != mine)
    return _set(
        response, replace(kept, people={**kept.people, contest_id: person_id}, aside=others)
    )


def set_aside(response: Response, *, contest_id: int) -> Response:
    """Set the cookie so that somebody else may join; who takes part now can be gone back to."""
    return _set(response, _aside(read_contestant(), contest_id))


def forget_person(response: Response, *, contest_id: int) -> Response:
    """Set the cookie so that the phone no longer knows whom it takes part as in the contest.

    When nobody is left on it, it is a new phone.
    """
    known = read_contestant()
    people = {k: v for k, v in known.people.items() if k != contest_id}
    if not people and not known.aside:
        return _set(response, _new_phone())
    return _set(response, replace(known, people=people))


def keep_phone(response: Response, contestant: Contestant) -> Response:
    """Set the cookie so that this phone stays the one it was in this request."""
    return _set(response, contestant)


def _aside(known: Contestant, contest_id: int) -> Contestant:
    """Return the phone with nobody taking part in the contest, and who did among the others."""
    person_id = known.people.get(contest_id)
    if person_id is None:
        return known
    people = {k: v for k, v in known.people.items() if k != contest_id}
    return replace(known, people=people, aside=(*known.aside, (contest_id, person_id)))


def _new_phone() -> Contestant:
    return Contestant(holder=secrets.token_urlsafe(12), people={})


def _set(response: Response, contestant: Contestant) -> Response:
    newest = list(contestant.people.items())[-CONTESTS_KEPT:]
    facts: dict[str, object] = {"h": contestant.holder, "p": newest}
    if contestant.aside:
        facts["o"] = contestant.aside[-ASIDE_KEPT:]
    response.set_cookie(
        COOKIE,
        _serializer().dumps(facts),
        max_age=SIX_MONTHS,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


def _serializer() -> URLSafeSerializer:
    return _serializer_of(current_app.config["CONTESTANT_KEY"])


@cache
def _serializer_of(key: bytes) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt="me", signer_kwargs={"digest_method": sha256})
