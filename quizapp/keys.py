"""Secret keys of one installation: a file in the instance folder, one key derived per purpose."""

import hashlib
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ROOT_BYTES = 32


class BadKeys(Exception):
    """The key file cannot be read, is open to others, or does not fit the database."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Keys:
    """The current root secret and its id. Every use derives its own key, so none serves two."""

    key_id: str
    root: bytes

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
    path = instance / "keys.json"
    try:
        if not path.exists():
            _create(path)
        mode, body = path.stat().st_mode, path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadKeys(f"{path}: không đọc được tệp khoá / cannot be read ({error})") from error
    if mode & 0o077:
        raise BadKeys(
            f"{path}: người khác trên máy đọc được tệp khoá; hãy chạy / others can read the keys;"
            f" run: chmod 600 {path}"
        )
    return _keys_in(body, path)


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


def _create(path: Path) -> None:
    """Write a new key file; of two processes that try at once, the first wins for both."""
    # The folder also holds the database: names are in it, so it is the owner's alone.
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key_id = secrets.token_hex(4)
    body = json.dumps({"current": key_id, "roots": {key_id: secrets.token_hex(ROOT_BYTES)}})
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
