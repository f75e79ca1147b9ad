"""Settings: read once from the environment, then never changed. Nothing else reads it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parent.parent


class BadSetting(Exception):
    """A setting in the environment cannot be used; the message says which and why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What may differ from one installation to another.

    `proxy_hops` is the exact number of proxies in front (0: none, headers of proxies are ignored).
    `trusted_hosts` empty means any host name is answered, which suits a laptop only.
    """

    instance: Path
    database_url: str
    trusted_hosts: tuple[str, ...] = ()
    proxy_hops: int = 0
    https: bool = False
    port: int = 8000
    web_workers: int = 2
    testing: bool = False

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Self:
        """Read `PORT` and `QUIZAPP_*`; raise BadSetting at start-up, not at first use."""
        instance = Path(env.get("QUIZAPP_INSTANCE") or ROOT / "instance").resolve()
        default_url = f"sqlite:///{instance / 'quizapp.sqlite3'}"
        return cls(
            instance=instance,
            database_url=_with_driver(env.get("QUIZAPP_DATABASE_URL") or default_url),
            trusted_hosts=tuple(env.get("QUIZAPP_TRUSTED_HOSTS", "").replace(",", " ").split()),
            proxy_hops=_whole(env, "QUIZAPP_PROXY_HOPS", default=0, at_most=9),
            https=_whole(env, "QUIZAPP_HTTPS", default=0, at_most=1) == 1,
            port=_whole(env, "PORT", default=8000, at_most=65535),
            web_workers=_whole(env, "QUIZAPP_WEB_WORKERS", default=2, at_most=64),
        )


def _with_driver(url: str) -> str:
    """Let people write `postgresql://…`; the driver is ours to choose."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        raise BadSetting(f"QUIZAPP_DATABASE_URL: “{url}” is not a database address")
    if scheme in {"postgres", "postgresql"}:
        return f"postgresql+psycopg://{rest}"
    if scheme not in {"sqlite", "postgresql+psycopg"}:
        raise BadSetting(f"QUIZAPP_DATABASE_URL: {scheme} is not supported (sqlite, postgresql)")
    return url


def _whole(env: Mapping[str, str], name: str, *, default: int, at_most: int) -> int:
    text = env.get(name) or str(default)
    if not text.isdecimal() or int(text) > at_most:
        raise BadSetting(f"{name}: “{text}” is not a whole number from 0 to {at_most}")
    return int(text)
