"""Who may write: requests from our own pages only, told by header and by token."""

import hmac
from functools import cache, lru_cache
from hashlib import sha256
from typing import ClassVar
from urllib.parse import urlsplit

from flask import Flask, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from quizapp.errors import N_, Refusal

SAFE = {"GET", "HEAD", "OPTIONS"}


class FromElsewhere(Refusal):
    status = 403
    text = N_("Yêu cầu này đến từ một trang khác nên không được nhận. Hãy mở lại trang cuộc thi.")


class PageTooOld(Refusal):
    status = 400
    text = N_("Trang này đã mở quá lâu hoặc không đầy đủ. Hãy tải lại trang rồi gửi lần nữa.")


class JsonOnly(Refusal):
    status: ClassVar[int] = 415
    text = N_("Yêu cầu này phải gửi dạng JSON.")


def init_guards(app: Flask) -> None:
    """Refuse every writing request that a browser says came from another site."""

    @app.before_request
    def refuse_other_sites() -> None:
        if request.method not in SAFE:
            _check_origin()


def _check_origin() -> None:
    site = request.headers.get("Sec-Fetch-Site")
    if site not in {None, "same-origin", "none"}:
        raise FromElsewhere
    origin = request.headers.get("Origin")
    # Behind TLS ended elsewhere the scheme may differ; the host and port decide.
    if origin is not None and _netloc(origin) != request.host:
        raise FromElsewhere


@lru_cache(maxsize=64)
def _netloc(origin: str) -> str:
    return urlsplit(origin).netloc


def form_token(*facts: str) -> str:
    """Return the token that a form about `facts` must send back; needs no session.

    `facts` name the action and whose it is, so a token of one person or paper fits no other.
    """
    return str(_serializer().dumps("\n".join(facts)))


def check_form_token(*facts: str) -> None:
    """Raise PageTooOld unless the posted form carries the token of `facts`."""
    _check(_held_token(), "\n".join(facts))


def signed(*facts: str) -> str:
    """Return facts with a seal, for an address that we gave out ourselves."""
    return form_token(*facts)


def read_signed(text: str, *facts: str) -> str:
    """Return the last fact of what `signed` gave, whose others are `facts`. Raises PageTooOld."""
    try:
        others, _, last = str(_serializer().loads(text)).rpartition("\n")
    except BadSignature as error:
        raise PageTooOld from error
    _check(others, "\n".join(facts))
    return last


def read_form_token(*facts: str) -> str:
    """Return the last fact of the posted form's token, whose others are `facts`.

    Raises PageTooOld unless it has them.
    """
    others, _, last = _held_token().rpartition("\n")
    _check(others, "\n".join(facts))
    return last


def _held_token() -> str:
    try:
        return str(_serializer().loads(request.form.get("csrf_token", "")))
    except BadSignature as error:
        raise PageTooOld from error


def _check(held: str, expected: str) -> None:
    if not hmac.compare_digest(held.encode(), expected.encode()):
        raise PageTooOld


def require_json() -> None:
    """Raise JsonOnly unless the body is declared JSON: no other site's form can declare that."""
    if not request.is_json:
        raise JsonOnly


def _serializer() -> URLSafeSerializer:
    return _serializer_of(current_app.config["FORM_TOKEN_KEY"])


@cache
def _serializer_of(key: bytes) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt="form", signer_kwargs={"digest_method": sha256})
