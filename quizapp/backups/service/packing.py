"""The file of a backup: a tar, packed by gzip, locked by age (age-encryption.org/v1).

    age -d -i CODE quizapp-….tar.gz.age | tar xz      reads it without this program.

age seals each 64 KiB by itself and marks the last: a changed, missing or added byte is found. The
tar's first member, `manifest.json`, says what the others are; all of it goes through in pieces.
"""

import gzip
import io
import json
import os
import tarfile
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import IO, Any, Protocol

from quizapp.backups.errors import CannotRead, Damaged, NotABackup, WrongCode

MANIFEST = "manifest.json"
PIECE = 1 << 18
MAGIC = b"age-encryption.org/v1\n"
LARGEST_MANIFEST = 1 << 20
NO_KEY = "No matching keys"  # what the library says where a header is locked for other keys
BROKEN = (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error)
Tell = Callable[[], None]


class Target(Protocol):
    """What a package is written to."""

    def write(self, body: bytes, /) -> int: ...

    def flush(self) -> None: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """An open package: what it says of itself, and its members, to be read in their order."""

    manifest: Mapping[str, Any]
    members: Iterator[tuple[str, IO[bytes]]]


def digest_of_file(path: Path) -> str:
    """Return SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return file_digest(file, sha256).hexdigest()


def write_package(
    target: Target,
    members: Sequence[Path],
    manifest: Mapping[str, Any],
    *,
    keys: Sequence[Any],
    level: int,
    tell: Tell,
) -> None:
    """Write a package of these files, by their own names, locked for `keys`.

    `level` is gzip's: 0 for what is packed already. Raises what `target` and `tell` raise.
    """
    with (
        _locked_into(target, keys) as pipe,
        gzip.GzipFile(fileobj=pipe, mode="wb", compresslevel=level, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|") as tar,
    ):
        tar.copybufsize = PIECE  # type: ignore[attr-defined] # the stubs lack it
        body = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
        _add(tar, MANIFEST, io.BytesIO(body), len(body))
        for path in members:
            with path.open("rb") as file:
                _add(tar, path.name, _Told(file, tell), path.stat().st_size)


@contextmanager
def open_package(path: Path, identity: Any) -> Iterator[Package]:
    """Yield what is in a package; when the block ends well, its end was found.

    Raises CannotRead, NotABackup, WrongCode, Damaged.
    """
    with (
        _unlocked(path, identity) as pipe,
        gzip.GzipFile(fileobj=pipe, mode="rb") as packed,
        tarfile.open(fileobj=packed, mode="r|") as tar,
    ):
        yield Package(manifest=_manifest(tar, path), members=_members(tar))
        while packed.read(PIECE):
            pass  # to the mark of the end


class _Told:
    """A file that tells of each piece that is read."""

    def __init__(self, file: IO[bytes], tell: Tell) -> None:
        self._file, self._tell = file, tell

    def read(self, size: int = -1) -> bytes:
        body = self._file.read(size)
        self._tell()
        return body


def _add(tar: tarfile.TarFile, name: str, file: Any, size: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    tar.addfile(entry, file)


def _manifest(tar: tarfile.TarFile, path: Path) -> Mapping[str, Any]:
    entry = tar.next()
    file = tar.extractfile(entry) if entry and entry.name == MANIFEST else None
    if file is None:
        raise NotABackup(path=path)
    try:
        body = json.loads(file.read(LARGEST_MANIFEST))
    except ValueError as error:
        raise NotABackup(path=path) from error
    if not isinstance(body, dict):
        raise NotABackup(path=path)
    return body


def _members(tar: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    while entry := tar.next():  # its iterator begins with those that were read already
        file = tar.extractfile(entry)
        if file is not None:
            yield entry.name, file


@contextmanager
def _locked_into(target: Target, keys: Sequence[Any]) -> Iterator[IO[bytes]]:
    """Yield a pipe; what is written to it arrives locked in `target`."""
    from pyrage import EncryptError, encrypt_io  # noqa: PLC0415 - only backups need it

    out, into = os.pipe()
    troubles: list[Exception] = []

    def work() -> None:
        with os.fdopen(out, "rb") as source:
            try:
                encrypt_io(source, target, keys)
            except (OSError, EncryptError) as error:
                troubles.append(error)

    thread = threading.Thread(target=work, name="backup-lock", daemon=True)
    thread.start()
    pipe = os.fdopen(into, "wb")
    try:
        yield pipe
    except BrokenPipeError:
        pass  # `target` took no more: its own trouble says why
    finally:
        with suppress(BrokenPipeError):
            pipe.close()
        thread.join()
    for trouble in troubles:
        raise trouble if isinstance(trouble, OSError) else OSError(str(trouble))


@contextmanager
def _unlocked(path: Path, identity: Any) -> Iterator[IO[bytes]]:
    """Yield a pipe from which the file comes unlocked."""
    out, into = os.pipe()
    troubles: list[Exception] = []

    def work() -> None:
        with suppress(BrokenPipeError), os.fdopen(into, "wb") as target:
            try:
                _unlock(path, target, identity)
            except BrokenPipeError:
                pass  # nobody wants more
            except Exception as error:  # noqa: BLE001 - for the one who reads, who raises it
                troubles.append(error)

    thread = threading.Thread(target=work, name="backup-unlock", daemon=True)
    thread.start()
    pipe = os.fdopen(out, "rb")
    try:
        yield pipe
    except BROKEN as error:
        # What reads finds the end too early; why it is there, the other side knows.
        pipe.close()
        thread.join()
        raise (troubles or [Damaged(path=path)])[0] from error
    finally:
        pipe.close()
        thread.join()
    for trouble in troubles:
        raise trouble


def _unlock(path: Path, target: IO[bytes], identity: Any) -> None:
    from pyrage import DecryptError, decrypt_io  # noqa: PLC0415 - only backups need it

    try:
        source = path.open("rb")
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        cause = "không có tệp này" if missing else error.strerror
        raise CannotRead(path=path, cause=cause) from error
    with source:
        if source.read(len(MAGIC)) != MAGIC:
            raise NotABackup(path=path)
        source.seek(0)
        try:
            decrypt_io(source, target, [identity])
        except DecryptError as error:
            no = WrongCode if NO_KEY in str(error) else Damaged
            raise no(path=path) from error
        except BrokenPipeError:
            raise
        except OSError as error:
            raise Damaged(path=path) from error
