"""`pg_dump` and `pg_restore`: found, checked to be new enough, run without showing the password."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL

from quizapp.backups.errors import NoTool, ToolFailed, ToolTooOld

if TYPE_CHECKING:
    import psycopg

DEBIANS = Path("/usr/lib/postgresql")
VERSION = re.compile(r"(\d+)(?:\.\d+)*")
SECRET = ("password", "sslpassword")
POLL_SECONDS = 0.2


def connection_words(url: URL) -> dict[str, Any]:
    """Return the parameters of libpq that the address stands for."""
    own = {
        "host": url.host,
        "port": url.port,
        "user": url.username,
        "password": url.password,
        "dbname": url.database,
    }
    return {name: value for name, value in own.items() if value is not None} | dict(url.query)


@contextmanager
def connected(url: URL) -> Iterator["psycopg.Connection[Any]"]:
    """Yield a connection of its own, without the limits of those that answer people."""
    import psycopg  # noqa: PLC0415 - the driver of the other engine is kept out of processes that serve

    words = connection_words(url) | {"options": "-c timezone=UTC -c extra_float_digits=1"}
    try:
        with psycopg.connect(**words, autocommit=True) as connection:
            yield connection
    except psycopg.Error as error:
        raise ToolFailed(tool="PostgreSQL", cause=str(error).strip().partition("\n")[0]) from error


def server_version(connection: "psycopg.Connection[Any]") -> int:
    """Return the major version of the server: 15."""
    return connection.info.server_version // 10_000


def find_tool(name: str, *, wanted: int) -> str:
    """Return the path of a tool at least as new as the server. Raises NoTool, ToolTooOld."""
    found = [(_version(path), path) for path in _candidates(name)]
    good = sorted((version, path) for version, path in found if version >= wanted)
    if good:
        return good[0][1]
    if not found:
        raise NoTool(tool=name, wanted=wanted)
    raise ToolTooOld(tool=name, found=max(found)[0], wanted=wanted)


def run_tool(words: Sequence[str], url: URL, *, folder: Path, tell: Callable[[], None]) -> None:
    """Run a tool on the database, calling `tell` while it works; it ends when `tell` raises.

    Neither the list of processes nor the environment shows the password: it stands in a file that
    only we can read, for as long as the tool runs. Raises ToolFailed.
    """
    from psycopg.conninfo import make_conninfo  # noqa: PLC0415 - as above

    given = connection_words(url)
    secret = {name: given.pop(name) for name in SECRET if name in given}
    if "password" in secret:
        given["passfile"] = str(_pass_file(folder, str(secret["password"])))
    log = folder / "tool.log"
    with log.open("wb") as said:
        process = subprocess.Popen(  # noqa: S603 - our own words; the address is one argument
            [*words, "--no-password", "--dbname", make_conninfo(**given)],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
        try:
            while _runs(process):
                tell()
        finally:
            process.kill()
            process.wait()
    if process.returncode:
        lines = log.read_text("utf-8", "replace").strip().splitlines() or ["?"]
        raise ToolFailed(tool=Path(words[0]).name, cause=lines[0])


def _runs(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(POLL_SECONDS)
    except subprocess.TimeoutExpired:
        return True
    return False


def _pass_file(folder: Path, password: str) -> Path:
    path = folder / "passfile"
    escaped = password.replace("\\", "\\\\").replace(":", "\\:")
    path.touch(mode=0o600)
    path.write_text(f"*:*:*:*:{escaped}\n", "utf-8")
    return path


def _candidates(name: str) -> list[str]:
    """Return the tool of the path and those of Debian's packages, which are several beside."""
    debians = DEBIANS.glob(f"*/bin/{name}") if DEBIANS.is_dir() else ()
    first = shutil.which(name)
    return [*([first] if first else []), *sorted(map(str, debians))]


def _version(path: str) -> int:
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - a tool we found
    found = VERSION.search(said.stdout)
    return int(found[1]) if found else 0
