"""Inline style and script: read once, hashed once, allowed by hash in the page's CSP.

A page is one response: a style sheet of its own would cost a round trip on a slow phone.
"""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, g, request, url_for
from markupsafe import Markup

NAMED_BY_VERSION = re.compile(r"^/static/[a-z]+-\d+(\.\d+)+\.")
KINDS = ("script", "style", "font", "frame", "ancestor")  # of what a page may carry
FOR_A_YEAR = "public, max-age=31536000, immutable"
STATIC = Path(__file__).resolve().parent.parent / "static"


def init_assets(app: Flask) -> None:
    """Let files of `static/` whose name carries a version be kept for a year.

    To be called when compression is set up: then its hook is called first.
    """

    @app.after_request
    def read_whole(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code == 200:
            # Compression would take the file's place, and nobody would close it.
            response.direct_passthrough = False
            response.make_sequence()
        is_there = request.endpoint == "static" and response.status_code in {200, 304}
        if is_there and NAMED_BY_VERSION.match(request.path):
            response.headers["Cache-Control"] = FOR_A_YEAR
        return response


@cache
def _asset(name: str, tag: str) -> tuple[Markup, str]:
    """Return a file of `static/` as an element of the page, and its CSP source."""
    text = (STATIC / name).read_text("utf-8").strip()
    return Markup(f"<{tag}>{text}</{tag}>"), _source(text)  # noqa: S704 - our own file


def _source(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def inline_style(name: str) -> Markup:
    """Return `<style>` with the file's text and allow it on this page."""
    element, source = _asset(name, "style")
    _allowed("style").append(source)
    return element


def inline_script(name: str) -> Markup:
    """Return `<script>` with the file's text and allow it on this page."""
    element, source = _asset(name, "script")
    _allowed("script").append(source)
    return element


@cache
def _digest(name: str) -> str:
    body = (STATIC / name).read_bytes()
    return "sha384-" + base64.b64encode(hashlib.sha384(body).digest()).decode()


def linked_script(name: str) -> Markup:
    """Return `<script src>` for a file whose name carries its version: kept for a year.

    The policy allows these very bytes, not all that this host serves.
    """
    digest = _digest(name)
    _allowed("script").append(f"'{digest}'")
    address = url_for("static", filename=name, lang=None)
    return Markup('<script src="{}" integrity="{}" defer></script>').format(address, digest)


def inline_rules(text: str) -> Markup:
    """Return `<style>` with rules that were made for this page and allow it there.

    What stands in them came from our own code: no text that people typed.
    """
    element, source = _made(text)
    _allowed("style").append(source)
    return element


@lru_cache(maxsize=256)
def _made(text: str) -> tuple[Markup, str]:
    return Markup(f"<style>{text}</style>"), _source(text)  # noqa: S704 - see above


def linked_font(name: str, family: str, weight: int) -> Markup:
    """Return `<style>` that names a font of `static/`, kept for a year, and allow it here."""
    _allowed("font").append("'self'")
    address = url_for("static", filename=name, lang=None)
    source = f'url({address}) format("woff2")'
    return inline_rules(
        f'@font-face{{font-family:"{family}";font-weight:{weight};src:{source};font-display:swap}}'
    )


def embedded_font(name: str, family: str, weight: int) -> Markup:
    """Return `<style>` with a font of `static/` in it, for a page that is a file of its own."""
    body = base64.b64encode((STATIC / name).read_bytes()).decode()
    source = f'url(data:font/woff2;base64,{body}) format("woff2")'
    rule = f'@font-face{{font-family:"{family}";font-weight:{weight};src:{source}}}'
    return Markup(f"<style>{rule}</style>")  # noqa: S704 - our own file


def may_be_framed() -> None:
    """Let pages of our own show this one inside them."""
    _allowed("ancestor").append("'self'")


def frames_ours() -> Markup:
    """Let this page show other pages of ours inside it; for templates, says nothing."""
    _allowed("frame").append("'self'")
    return Markup()


def content_security_policy() -> str:
    """Return the policy of the page that was just rendered: nothing but what it carries."""
    upgrades = not current_app.testing and current_app.config["SESSION_COOKIE_SECURE"]
    return _policy(tuple(tuple(_allowed(kind)) for kind in KINDS), bool(upgrades))


@lru_cache(maxsize=256)
def _policy(allowed: tuple[tuple[str, ...], ...], upgrades: bool) -> str:  # noqa: FBT001 - a value
    of = dict(zip(KINDS, allowed, strict=True))
    rules: dict[str, Sequence[str]] = {
        "default-src": ["'none'"],
        "script-src": of["script"] or ["'none'"],
        "style-src": of["style"] or ["'none'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": of["ancestor"] or ["'none'"],
    }
    rules |= {f"{kind}-src": of[kind] for kind in ("font", "frame") if of[kind]}
    if upgrades:
        rules["upgrade-insecure-requests"] = []
    return "; ".join(" ".join([name, *dict.fromkeys(given)]) for name, given in rules.items())


def allowed_sources() -> Mapping[str, tuple[str, ...]]:
    """Return what the page that was just rendered carries: kind → CSP sources."""
    return {kind: tuple(_allowed(kind)) for kind in KINDS}


def allow_sources(sources: Mapping[str, tuple[str, ...]]) -> None:
    """Allow on this page what a kept one carries."""
    g.csp_sources = {kind: list(given) for kind, given in sources.items()}


def _allowed(kind: str) -> list[str]:
    sources: dict[str, list[str]] = g.setdefault("csp_sources", {})
    return sources.setdefault(kind, [])
