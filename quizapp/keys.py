"""Secret keys of one installation: a file in the instance folder, one key derived per purpose."""

import hashlib
import json
import os
import secrets
from dataclasses import dataclass, field, replace
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ROOT_BYTES = 32
FILE = "keys.json"


class BadKeys(Exception):
    """The key file cannot be read, is open to others, or does not fit the database."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Keys:
    """The current root secret and its id. Every use derives its own key, so none serves two."""

    key_id: str
    root: bytes
    is_new: bool = field(default=False, compare=False)  # made just now: nothing is sealed with it

    def derive(self, purpose: str) -> bytes:
        """Return the 32-byte key for `purpose`; the same purpose always gives the same key."""
        kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=b"quizapp/1", info=purpose.encode())
        return kdf.derive(self.root)

    def check_value(self) -> str:
        """Return what the database keeps to notice a wrong key file; it does not give the key."""
        return hashlib.sha256(self.derive("check value")).hexdigest()


def open_keys(instance: Path) -> Keys:
    """Read the key file of `instance`, making folder and file on the first call.

    Raises BadKeys when the file cannot be used.
    """
    path = key_file(instance)
    try:
        is_new = not path.exists() and _create(path)
        mode, body = path.stat().st_mode, path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadKeys(f"{path}: không đọc được tệp khoá / cannot be read ({error})") from error
    if mode & 0o077:
        raise BadKeys(
            f"{path}: người khác trên máy đọc được tệp khoá; hãy chạy / others can read the keys;"
            f" run: chmod 600 {path}"
        )
    return replace(_keys_in(body, path), is_new=is_new)


def key_file(instance: Path) -> Path:
    """Return where the keys of an installation stand."""
    return instance / FILE


def put_keys(instance: Path, body: bytes, *, aside: str | None) -> None:
    """Make `body` the key file. What was there is kept under the name `aside`, None throws it away.

    Raises BadKeys when `body` is no key file.
    """
    path = key_file(instance)
    _keys_in(body.decode("utf-8", "replace"), path)
    draft = write_secret(path, body)
    if aside is not None and path.exists():
        os.link(path, path.with_name(aside))
    draft.replace(path)


def is_in_place(instance: Path, keys: Keys) -> bool:
    """Tell whether the key file of `instance` still holds these keys; nothing is made."""
    path = key_file(instance)
    try:
        return _keys_in(path.read_text("utf-8"), path) == keys
    except (OSError, UnicodeDecodeError, BadKeys):
        return False


def _keys_in(body: str, path: Path) -> Keys:
    try:
        stored = json.loads(body)
        key_id = stored["current"]
        root = bytes.fromhex(stored["roots"][key_id])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadKeys(f"{path}: không phải tệp khoá / not a key file") from error
    if len(root) < ROOT_BYTES:
        raise BadKeys(f"{path}: khoá quá ngắn / the key is too short")
    return Keys(key_id=key_id, root=root)


def _create(path: Path) -> bool:
    """Write a new key file; of two processes that try at once, the first wins for both."""
    # The folder also holds the database: names are in it, so it is the owner's alone.
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key_id = secrets.token_hex(4)
    body = json.dumps({"current": key_id, "roots": {key_id: secrets.token_hex(ROOT_BYTES)}})
    draft = write_secret(path, body.encode())
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def write_secret(path: Path, body: bytes) -> Path:
    """Write `body` to disk beside `path`, for nobody else to read; return where, to be renamed."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    return draft
