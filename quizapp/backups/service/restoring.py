"""Putting a backup into an empty installation, and comparing what came out with what went in."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from flask import current_app

from quizapp import clock
from quizapp.audit import service as audit
from quizapp.backups.errors import (
    Damaged,
    Differs,
    NewerFormat,
    NotABackup,
    NotEmpty,
    OtherEngine,
)
from quizapp.backups.models import BackupRun
from quizapp.backups.rules import stamp
from quizapp.backups.service.code import PUBLIC_FILE, public_file, settings
from quizapp.backups.service.engines import (
    MEMBERS,
    facts_of_database,
    facts_of_file,
    put_postgresql,
    put_sqlite,
    rows_in_use,
)
from quizapp.backups.service.facts import Facts, differences, lasting_differences
from quizapp.backups.service.making import (
    FORMAT,
    Tell,
    alone_at_work,
    check_room,
    quiet,
    work_folder,
)
from quizapp.backups.service.packing import PIECE, digest_of_file, open_package
from quizapp.db import db, transaction
from quizapp.keys import key_file, open_keys, put_keys, write_secret
from quizapp.people import service as people
from quizapp.schema import head, is_known, upgrade

NAMED_TABLES = {
    "contest": "cuộc thi",
    "person": "người dự thi",
    "attempt": "lượt thi",
    "bank": "ngân hàng câu hỏi",
    "organiser": "người ban tổ chức",
    "unit": "đơn vị",
}
RUNS = "backup_run"
ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Contents:
    """What a backup says of itself. `members`: name → (bytes, SHA-256)."""

    engine: str
    made_at: datetime
    program: str
    members: Mapping[str, tuple[int, str]]
    facts: Facts

    @property
    def size(self) -> int:
        return sum(size for size, _ in self.members.values())


def check_backup(path: Path, identity: Any, *, tell: Tell = quiet) -> Contents:
    """Read all of a backup without keeping any of it; return what is in it.

    Raises CannotRead, NotABackup, WrongCode, Damaged.
    """
    with open_package(path, identity) as package:
        contents = _contents(package.manifest, path)
        seen = {name: _read_through(file, None, tell) for name, file in package.members}
    _compare_members(contents, seen, path)
    return contents


def restore(path: Path, identity: Any, *, actor: str, tell: Tell = quiet) -> Contents:
    """Put a backup into this installation, which is empty, and bring it to this program's tables.

    Interrupted, it can be called again: the database is there as a whole or not at all. Raises
    what `check_backup` does, and OtherEngine, NewerFormat, NotEmpty, Differs.
    """
    instance = settings().instance
    with alone_at_work(instance), work_folder(tell) as folder:
        contents = _unpack(path, identity, folder, tell)
        is_there = _is_there_already(contents)
        _put_keys(instance, folder)
        if not is_there:
            _put_database(contents, folder, tell)
            _expect(differences(contents.facts, facts_of_database()))
        if contents.facts.head != head():
            upgrade()
            _expect(lasting_differences(contents.facts, facts_of_database()))
    _note(path, contents, actor)
    return contents


def _unpack(path: Path, identity: Any, folder: Path, tell: Tell) -> Contents:
    with open_package(path, identity) as package:
        contents = _contents(package.manifest, path)
        _check_fits(contents)
        check_room(folder, 2 * contents.size)
        seen = {
            name: _read_through(file, folder / name, tell)
            for name, file in package.members
            if name in contents.members  # names are ours, none leads out of the folder
        }
    _compare_members(contents, seen, path)
    return contents


def _contents(manifest: Mapping[str, Any], path: Path) -> Contents:
    if isinstance(manifest.get("format"), int) and manifest["format"] > FORMAT:
        raise NewerFormat(head=manifest["format"])
    try:
        contents = Contents(
            engine=manifest["engine"],
            made_at=datetime.fromisoformat(manifest["made_at"]),
            program=manifest["program"],
            members={
                name: (one["size"], one["sha256"]) for name, one in manifest["members"].items()
            },
            facts=Facts.of(manifest["facts"]),
        )
        ours = {MEMBERS[contents.engine], PUBLIC_FILE, "keys.json"}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotABackup(path=path) from error
    if set(contents.members) != ours:
        raise NotABackup(path=path)
    return contents


def _check_fits(contents: Contents) -> None:
    ours = db.engine.dialect.name
    if contents.engine != ours:
        raise OtherEngine(theirs=ENGINES[contents.engine], ours=ENGINES[ours])
    if not is_known(contents.facts.head):
        raise NewerFormat(head=contents.facts.head)


def _read_through(file: IO[bytes], target: Path | None, tell: Tell) -> tuple[int, str]:
    size, digest = 0, sha256()
    kept = None if target is None else target.open("xb")
    try:
        while piece := file.read(PIECE):
            tell()
            size += len(piece)
            digest.update(piece)
            if kept is not None:
                kept.write(piece)
    finally:
        if kept is not None:
            kept.close()
    return size, digest.hexdigest()


def _compare_members(contents: Contents, seen: Mapping[str, tuple[int, str]], path: Path) -> None:
    if dict(contents.members) != dict(seen):
        raise Damaged(path=path)


def _is_there_already(contents: Contents) -> bool:
    """Tell whether an interrupted restore has loaded this backup. Raises NotEmpty."""
    found = rows_in_use()
    if not found:
        return False
    if _is_of(contents.facts, facts_of_database()):
        return True
    known = [f"{found.pop(name)} {words}" for name, words in NAMED_TABLES.items() if name in found]
    others = [f"{name} ({count})" for name, count in sorted(found.items())]
    raise NotEmpty(found=", ".join((known or others)[:6]))


def _is_of(before: Facts, now: Facts) -> bool:
    """Tell whether a database is that of a backup, as loaded or with migrations begun.

    One that a backup was made of, or into which one was restored, has noted it.
    """
    if before.head == now.head:
        return not differences(before, now)
    is_noted = now.rows.get(RUNS, 0) != before.rows.get(RUNS, 0)
    return not is_noted and not lasting_differences(before, now)


def _put_keys(instance: Path, folder: Path) -> None:
    """Put the keys before the database: without them its phone numbers cannot be read."""
    body = (folder / "keys.json").read_bytes()
    there = key_file(instance)
    if not hmac.compare_digest(body, there.read_bytes()):
        # Whatever they opened, no key is ever thrown away, but one that was made just now.
        is_new = current_app.config["KEYS"].is_new
        aside = None if is_new else f"keys.before-restore-{stamp(clock.now())}.json"
        put_keys(instance, body, aside=aside)
    current_app.config["KEYS"] = open_keys(instance)
    write_secret(public_file(instance), (folder / PUBLIC_FILE).read_bytes()).replace(
        public_file(instance)
    )


def _put_database(contents: Contents, folder: Path, tell: Tell) -> None:
    copy = folder / MEMBERS[contents.engine]
    if contents.engine == "sqlite":
        _expect(differences(contents.facts, facts_of_file(copy)))
        put_sqlite(copy)
    else:
        put_postgresql(copy, tell)


def _expect(different: list[str]) -> None:
    if different:
        raise Differs(what=", ".join(different[:6]))


def _note(path: Path, contents: Contents, actor: str) -> None:
    """Note that it was restored, and that there is this backup: also the copy has one to show."""
    now = clock.now()
    with transaction():
        people.check_keys()
        audit.record(
            "backup.restore",
            actor=actor,
            object=f"backup:{stamp(contents.made_at)}",
            after=json.dumps(contents.facts.body(), sort_keys=True),
            at=now,
        )
        db.session.add(
            BackupRun(
                actor=actor,
                path=str(path.absolute()),
                started_at=min(contents.made_at, now),
                ended_at=now,
                size=path.stat().st_size,
                digest=digest_of_file(path),
                problem=None,
            )
        )
