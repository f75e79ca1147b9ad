"""Settings: read once from the environment, then never changed. Nothing else reads it."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
WHOLE = re.compile("[0-9]{1,6}")


class BadSetting(Exception):
    """A setting in the environment cannot be used; the message says which and why.

    It never repeats a database address: those carry passwords.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What may differ from one installation to another.

    `proxy_hops` is the exact number of proxies in front (0: none, headers of proxies are ignored).
    `trusted_hosts` empty means any host name is answered, which suits a laptop only.
    `owner_totp`: owners see nothing but their account before they have a second step to sign in.
    `backup_folder`: where the worker puts a backup every day at `backup_hour` in Vietnam; None: it
    makes none. Kept are the newest of each of `backup_days` days and `backup_weeks` weeks.
    `host` is the address to listen on; 0.0.0.0 lets the phones in the room reach a laptop.
    `metrics_port` listens on 127.0.0.1 only, and for `/metrics` only; 0: there is none.
    `logs_every_request`: else those that failed, or took long.
    `web_number` tells the web services of one machine apart, from 1: each has its processors.
    """

    instance: Path
    database_url: str
    trusted_hosts: tuple[str, ...] = ()
    proxy_hops: int = 0
    https: bool = False
    host: str = "0.0.0.0"  # noqa: S104 - see above; behind a proxy set 127.0.0.1
    port: int = 8000
    web_workers: int = 2
    web_number: int = 1
    owner_totp: bool = False
    metrics_port: int = 0
    logs_every_request: bool = True
    backup_folder: Path | None = None
    backup_hour: int = 2
    backup_days: int = 7
    backup_weeks: int = 4
    testing: bool = False

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Self:
        """Read `PORT` and `QUIZAPP_*`; raise BadSetting at start-up, not at first use."""
        instance = Path(env.get("QUIZAPP_INSTANCE") or ROOT / "instance").resolve()
        default_url = f"sqlite:///{instance / 'quizapp.sqlite3'}"
        database_url = _database_url(env.get("QUIZAPP_DATABASE_URL") or default_url)
        return cls(
            instance=instance,
            database_url=database_url,
            trusted_hosts=tuple(env.get("QUIZAPP_TRUSTED_HOSTS", "").replace(",", " ").split()),
            proxy_hops=_whole(env, "QUIZAPP_PROXY_HOPS", default=0, at_most=9),
            https=_whole(env, "QUIZAPP_HTTPS", default=0, at_most=1) == 1,
            host=env.get("QUIZAPP_HOST") or "0.0.0.0",  # noqa: S104 - see the class
            port=_whole(env, "PORT", default=8000, at_least=1, at_most=65535),
            owner_totp=_whole(env, "QUIZAPP_OWNER_TOTP", default=0, at_most=1) == 1,
            metrics_port=_whole(env, "QUIZAPP_METRICS_PORT", default=0, at_most=65535),
            logs_every_request=_whole(env, "QUIZAPP_LOG_ALL", default=1, at_most=1) == 1,
            backup_folder=_backup_folder(env, instance, database_url),
            backup_hour=_whole(env, "QUIZAPP_BACKUP_HOUR", default=2, at_most=23),
            backup_days=_whole(env, "QUIZAPP_BACKUP_DAYS", default=7, at_least=1, at_most=366),
            backup_weeks=_whole(env, "QUIZAPP_BACKUP_WEEKS", default=4, at_most=520),
            web_workers=_whole(env, "QUIZAPP_WEB_WORKERS", default=2, at_least=1, at_most=64),
            web_number=_whole(env, "QUIZAPP_WEB_NUMBER", default=1, at_least=1, at_most=9),
        )


def _database_url(url: str) -> str:
    """Let people write `postgresql://…`; the driver is ours to choose."""
    scheme, separator, rest = url.partition("://")
    if not separator or not _is_address(url):
        raise BadSetting(
            "QUIZAPP_DATABASE_URL: không phải địa chỉ cơ sở dữ liệu / not a database address,"
            " for example postgresql://user@host:5432/name"
        )
    if scheme in {"postgres", "postgresql"}:
        return f"postgresql+psycopg://{rest}"
    if scheme not in {"sqlite", "postgresql+psycopg"}:
        raise BadSetting(
            f"QUIZAPP_DATABASE_URL: chưa hỗ trợ “{scheme}” / not supported (sqlite, postgresql)"
        )
    if scheme == "sqlite" and rest in {"", "/", "/:memory:"}:
        # The web, the worker and each command are processes of their own: they need one file.
        raise BadSetting("QUIZAPP_DATABASE_URL: SQLite phải là một tệp / must be a file")
    return url


def _backup_folder(env: Mapping[str, str], instance: Path, database_url: str) -> Path | None:
    """Return where daily backups go: beside an embedded database unless another place is named.

    A database server has backups of its own, and several machines ask it: there, only where named.
    """
    named = env.get("QUIZAPP_BACKUP_FOLDER")
    if named == "off":
        return None
    if named:
        return Path(named).resolve()
    return instance / "backups" if database_url.startswith("sqlite") else None


def _is_address(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def _whole(
    env: Mapping[str, str], name: str, *, default: int, at_least: int = 0, at_most: int
) -> int:
    text = env.get(name) or str(default)
    if not WHOLE.fullmatch(text) or not at_least <= int(text) <= at_most:
        raise BadSetting(
            f"{name}: “{text}” không phải số nguyên từ {at_least} đến {at_most}"
            f" / not a whole number from {at_least} to {at_most}"
        )
    return int(text)
