"""The contestant's cookie: which phone this is and whom it takes part as. No session, no table."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from hashlib import sha256

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

COOKIE = "quizapp_me"
CONTESTS_KEPT = 8
COOKIES_KEPT = 4096
SIX_MONTHS = 180 * 24 * 3600


@dataclass(frozen=True, kw_only=True, slots=True)
class Contestant:
    """`holder` names the phone (browser); `people` maps contest id → person id, newest last."""

    holder: str
    people: Mapping[int, int]

    def person_in(self, contest_id: int) -> int | None:
        """Return the person this phone takes part as in the contest, or None."""
        return self.people.get(contest_id)


def read_contestant() -> Contestant:
    """Return what the cookie says; a missing or forged one gives a new phone with nobody on it."""
    known = _signed(current_app.config["CONTESTANT_KEY"], request.cookies.get(COOKIE, ""))
    return known or Contestant(holder=secrets.token_urlsafe(12), people={})


@lru_cache(maxsize=COOKIES_KEPT)
def _signed(key: bytes, cookie: str) -> Contestant | None:
    """Return what a cookie that we signed says, else None: a phone sends the same one each time."""
    try:
        stored = _serializer_of(key).loads(cookie)
        people = {int(contest): int(person) for contest, person in stored["p"]}
        return Contestant(holder=str(stored["h"]), people=people)
    except (BadSignature, json.JSONDecodeError, KeyError, TypeError, ValueError):
        return None


def remember_person(response: Response, *, contest_id: int, person_id: int) -> Response:
    """Set the cookie so that this phone takes part in the contest as the person."""
    known = read_contestant()
    people = {k: v for k, v in known.people.items() if k != contest_id} | {contest_id: person_id}
    return _set(response, replace(known, people=people))


def forget_person(response: Response, *, contest_id: int) -> Response:
    """Set the cookie so that the next one on this phone starts as nobody, on a new holder."""
    known = read_contestant()
    people = {k: v for k, v in known.people.items() if k != contest_id}
    return _set(response, Contestant(holder=secrets.token_urlsafe(12), people=people))


def keep_phone(response: Response, contestant: Contestant) -> Response:
    """Set the cookie so that this phone stays the one it was in this request."""
    return _set(response, contestant)


def _set(response: Response, contestant: Contestant) -> Response:
    newest = list(contestant.people.items())[-CONTESTS_KEPT:]
    response.set_cookie(
        COOKIE,
        _serializer().dumps({"h": contestant.holder, "p": newest}),
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
