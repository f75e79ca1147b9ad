"""The recovery code and its public half: who makes backups need not be able to read them.

The public keys (one a line, `#` begins a remark) stand in the instance folder; the code is shown
once and stored nowhere. Each line more is another code that opens backups made from then on.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flask import current_app

from quizapp import clock
from quizapp.audit import service as audit
from quizapp.backups.errors import BadCode, BadPublicKey
from quizapp.config import Settings
from quizapp.db import transaction
from quizapp.keys import write_secret

PUBLIC_FILE = "backup-keys.txt"
CODE = re.compile(r"AGE-SECRET-KEY-1[A-Z0-9]{50,70}")


def settings() -> Settings:
    """Return the settings of the running application."""
    given: Settings = current_app.config["SETTINGS"]
    return given


def public_file(instance: Path) -> Path:
    """Return where the public keys stand."""
    return instance / PUBLIC_FILE


def has_code(instance: Path) -> bool:
    """Tell whether backups can be made without showing anybody a code."""
    return public_file(instance).exists()


def first_code() -> str | None:
    """Return a new recovery code unless there is one; of two who ask at once, one gets it."""
    path = public_file(settings().instance)
    if path.exists():
        return None
    code, draft = _draft(path)
    try:
        os.link(draft, path)
    except FileExistsError:
        return None
    finally:
        draft.unlink()
    return code


def renew_code(actor: str) -> str:
    """Return a new recovery code, which alone opens what is made from now on; it is logged."""
    path = public_file(settings().instance)
    with transaction():
        audit.record("backup.new_code", actor=actor, object="backup:code", at=clock.now())
    code, draft = _draft(path)
    draft.replace(path)
    return code


def _draft(path: Path) -> tuple[str, Path]:
    from pyrage import x25519  # noqa: PLC0415 - only backups need it

    identity = x25519.Identity.generate()
    return str(identity), write_secret(path, f"{identity.to_public()}\n".encode())


def read_public_keys(instance: Path) -> Sequence[Any]:
    """Return whom backups are locked for. Raises BadPublicKey."""
    from pyrage import RecipientError, x25519  # noqa: PLC0415 - only backups need it

    path = public_file(instance)
    lines = [line.partition("#")[0].strip() for line in path.read_text("utf-8").splitlines()]
    keys = []
    for line in filter(None, lines):
        try:
            keys.append(x25519.Recipient.from_str(line))
        except RecipientError as error:
            raise BadPublicKey(path=path, line=line) from error
    if not keys:
        raise BadPublicKey(path=path, line="")
    return keys


def read_code(text: str) -> Any:
    """Return what opens backups, from a code as people type or keep it. Raises BadCode."""
    from pyrage import IdentityError, x25519  # noqa: PLC0415 - only backups need it

    found = CODE.search("".join(text.split()).upper())
    if found is None:
        raise BadCode
    try:
        return x25519.Identity.from_str(found[0])
    except IdentityError as error:
        raise BadCode from error
