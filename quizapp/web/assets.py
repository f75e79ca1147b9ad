"""Inline style and script: read once, hashed once, allowed by hash in the page's CSP.

A page is one response: a style sheet of its own would cost a round trip on a slow phone.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path

from flask import current_app, g
from markupsafe import Markup

STATIC = Path(__file__).resolve().parent.parent / "static"


@cache
def _asset(name: str, tag: str) -> tuple[Markup, str]:
    """Return a file of `static/` as an element of the page, and its CSP source."""
    text = (STATIC / name).read_text("utf-8").strip()
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Markup(f"<{tag}>{text}</{tag}>"), f"'sha256-{digest}'"  # noqa: S704 - our own file


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


def content_security_policy() -> str:
    """Return the policy of the page that was just rendered: nothing but what it carries."""
    upgrades = not current_app.testing and current_app.config["SESSION_COOKIE_SECURE"]
    return _policy(tuple(_allowed("script")), tuple(_allowed("style")), bool(upgrades))


@lru_cache(maxsize=256)
def _policy(scripts: tuple[str, ...], styles: tuple[str, ...], upgrades: bool) -> str:  # noqa: FBT001 - a value
    rules: dict[str, Sequence[str]] = {
        "default-src": ["'none'"],
        "script-src": scripts or ["'none'"],
        "style-src": styles or ["'none'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
    if upgrades:
        rules["upgrade-insecure-requests"] = []
    return "; ".join(" ".join([name, *dict.fromkeys(given)]) for name, given in rules.items())


def allowed_sources() -> Mapping[str, tuple[str, ...]]:
    """Return what the page that was just rendered carries: kind → CSP sources."""
    return {kind: tuple(_allowed(kind)) for kind in ("script", "style")}


def allow_sources(sources: Mapping[str, tuple[str, ...]]) -> None:
    """Allow on this page what a kept one carries."""
    g.csp_sources = {kind: list(given) for kind, given in sources.items()}


def _allowed(kind: str) -> list[str]:
    sources: dict[str, list[str]] = g.setdefault("csp_sources", {})
    return sources.setdefault(kind, [])
