"""Making a backup: a copy of one moment, the keys, packed, locked, on disk, read back."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from quizapp import clock
from quizapp.audit import service as audit
from quizapp.backups.errors import Busy, CannotWrite, Damaged, FileExists, NoRoom
from quizapp.backups.models import BackupRun
from quizapp.backups.rules import stamp
from quizapp.backups.service.code import public_file, read_public_keys, settings
from quizapp.backups.service.engines import LEVELS, size_of_database, take_copy
from quizapp.backups.service.facts import Facts
from quizapp.backups.service.packing import digest_of_file, write_package
from quizapp.config import ROOT
from quizapp.db import db, transaction
from quizapp.errors import Refusal
from quizapp.keys import key_file

FORMAT = 1
WORK = ".backup-"
GIB, MIB = 1 << 30, 1 << 20
Tell = Callable[[], None]
"""Called every moment of long work; what it raises ends the work."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A backup that lies on disk. `size` in bytes, `digest` SHA-256 of the file."""

    path: Path
    size: int
    digest: str
    facts: Facts


def quiet() -> None:
    """Tell nobody, and go on."""


def back_up(path: Path, *, actor: str, tell: Tell = quiet) -> Made:
    """Make a backup of this installation at `path`, noted with its moment, size and digest.

    `tell` is called often; what it raises ends the work, and nothing is left of it. Raises the
    refusals of this feature; why it failed is noted too.
    """
    path = path.absolute()
    _check_absent(path)
    started_at = clock.now()
    # Before the copy: the backup holds the log up to the line about itself.
    if actor != "system":
        with transaction():
            named = f"backup:{stamp(started_at)}"
            audit.record("backup.make", actor=actor, object=named, at=started_at)
    try:
        made = write_backup(path, at=started_at, tell=tell)
    except Refusal as refusal:
        _note(path, actor, started_at, problem=str(refusal))
        raise
    _note(path, actor, started_at, size=made.size, digest=made.digest)
    return made


def write_backup(path: Path, *, at: datetime, tell: Tell = quiet) -> Made:
    """Write the file and note nothing: also of a database of an older release."""
    instance = settings().instance
    _check_absent(path)
    keys = read_public_keys(instance)
    with alone_at_work(instance), work_folder(tell) as folder, _disk_trouble(path):
        _check_room(folder, path.parent)
        copy = take_copy(folder, tell)
        members = [_copied(key_file(instance), folder), _copied(public_file(instance), folder)]
        members.append(copy.path)
        manifest = _manifest(members, copy.facts, at)
        level = LEVELS[db.engine.dialect.name]
        with _written(path) as file:
            target = _Hashed(file)
            write_package(target, members, manifest, keys=keys, level=level, tell=tell)
    digest = digest_of_file(path)
    if digest != target.digest():
        path.unlink()
        raise Damaged(path=path)
    return Made(path=path, size=path.stat().st_size, digest=digest, facts=copy.facts)


class _Hashed:
    """A file that knows the digest of what was written to it: the disk is to give back the same."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._hash = file, sha256()

    def write(self, body: bytes) -> int:
        self._hash.update(body)
        return self._file.write(body)

    def flush(self) -> None:
        self._file.flush()

    def digest(self) -> str:
        return self._hash.hexdigest()


@contextmanager
def alone_at_work(instance: Path) -> Iterator[None]:
    """Let one backup or restore run at a time. Raises Busy."""
    with (instance / "backup.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy from error
        yield


@contextmanager
def work_folder(tell: Tell) -> Iterator[Path]:
    """Yield an empty folder beside the database, for nobody else to read; it goes away after.

    What an earlier one left that was killed goes away too.
    """
    near = _home_of_copies()
    for left in near.glob(f"{WORK}*"):
        shutil.rmtree(left, ignore_errors=True)
    tell()
    folder = Path(tempfile.mkdtemp(prefix=WORK, dir=near))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def check_room(place: Path, needed: int) -> None:
    """Raise NoRoom unless so many bytes are free."""
    free = shutil.disk_usage(place).free
    if free < needed:
        raise NoRoom(place=place, needed=told_size(needed), free=told_size(free))


def told_size(size: int) -> str:
    """Return bytes as people read them: `1,5 GB`, `12 MB`, `340 KB`."""
    if size >= GIB:
        return f"{size / GIB:.1f} GB".replace(".", ",")
    return f"{size // MIB} MB" if size >= MIB else f"{-(-size // 1024)} KB"


def _home_of_copies() -> Path:
    if db.engine.dialect.name == "sqlite":
        return Path(str(db.engine.url.database)).absolute().parent
    return settings().instance


def _check_room(folder: Path, target: Path) -> None:
    size = size_of_database()
    if not target.is_dir():
        raise CannotWrite(path=target, cause="không có thư mục này")
    is_same = folder.stat().st_dev == target.stat().st_dev
    check_room(folder, 2 * size if is_same else size)
    check_room(target, size)


def _copied(source: Path, folder: Path) -> Path:
    return Path(shutil.copyfile(source, folder / source.name))


def _manifest(members: list[Path], facts: Facts, at: datetime) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "program": _version(),
        "engine": db.engine.dialect.name,
        "made_at": at.isoformat(timespec="seconds"),
        "members": {
            one.name: {"size": one.stat().st_size, "sha256": digest_of_file(one)} for one in members
        },
        "facts": facts.body(),
    }


@contextmanager
def _disk_trouble(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CannotWrite(path=path, cause=error.strerror or error) from error


@contextmanager
def _written(path: Path) -> Iterator[IO[bytes]]:
    """Yield a file that stands at `path` as a whole, safe on disk, or not at all."""
    draft = path.with_name(f"{path.name}.tmp")
    try:
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _check_absent(path)  # nobody else works here; a stick knows no links, which would be surer
        draft.replace(path)
        _sync_folder(path.parent)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _check_absent(path: Path) -> None:
    if path.exists():
        raise FileExists(path=path)


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _version() -> str:
    import tomllib  # noqa: PLC0415 - a process that serves has no use for it

    body = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return str(body["project"]["version"])


def _note(path: Path, actor: str, started_at: datetime, **how: Any) -> None:
    values = {"size": None, "digest": None, "problem": None} | how
    with transaction():
        db.session.add(
            BackupRun(
                path=str(path),
                actor=actor,
                started_at=started_at,
                ended_at=max(clock.now(), started_at),
                **values,
            )
        )
