"""Word documents of before 2007 (.doc): turned into .docx by LibreOffice, where it is installed.

It runs as a program of its own, without macros, links or a network, in a folder that is thrown
away. Other converters lose lists and marks, and with them the right answers.
"""

import os
import resource
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from quizapp.banks.errors import CannotRead
from quizapp.errors import N_
from quizapp.said import said

SECONDS = 60
MEMORY = 3 * 1024 * 1024 * 1024
LARGEST_FILE = 200 * 1024 * 1024
PROGRAMS = ("soffice", "libreoffice")
# Macros off, nothing fetched by links, in the profile that LibreOffice makes anew each time.
SETTINGS = (
    ("Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Writer/Content/Update", "Link", "0"),
)
SETTING = (
    '<item oor:path="/org.openoffice.Office.{}"><prop oor:name="{}" oor:op="fuse">'
    "<value>{}</value></prop></item>"
)
PROFILE = '<oor:items xmlns:oor="http://openoffice.org/2001/registry">{}</oor:items>'
SAVE_AS_DOCX = said(
    N_(
        "tệp Word kiểu cũ (.doc); hãy mở bằng Word hoặc LibreOffice, chọn Lưu thành (Save As), "
        "kiểu Word (.docx), rồi dùng tệp mới."
    )
)
NOT_CONVERTED = said(N_("LibreOffice không đọc được tệp này; {advice}"), advice=SAVE_AS_DOCX)
TOO_LONG = said(N_("đọc tệp .doc quá lâu nên đã dừng; {advice}"), advice=SAVE_AS_DOCX)


def is_mine(content: bytes) -> bool:
    """Say whether these bytes are an old Word document, with a password or without."""
    if not content.startswith(b"\xd0\xcf\x11\xe0"):
        return False
    is_locked = "EncryptedPackage".encode("utf-16-le") in content
    return "WordDocument".encode("utf-16-le") in content and not is_locked


def converted(content: bytes) -> bytes:
    """Return the document as .docx. Raises CannotRead, also where LibreOffice is not installed."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise CannotRead(reason=SAVE_AS_DOCX)
    with TemporaryDirectory(prefix="quizapp-doc-") as name:
        folder = Path(name)
        (folder / "in.doc").write_bytes(content)
        settings = folder / "profile" / "user"
        settings.mkdir(parents=True)
        (settings / "registrymodifications.xcu").write_text(_profile(), "utf-8")
        _convert(program, folder)
        made = folder / "in.docx"
        if not made.is_file():
            raise CannotRead(reason=NOT_CONVERTED)
        return made.read_bytes()


def _profile() -> str:
    return PROFILE.format("".join(SETTING.format(*setting) for setting in SETTINGS))


def _convert(program: str, folder: Path) -> None:
    command = [
        *_without_network(),
        program,
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        *("--headless", "--norestore", "--nolockcheck", "--nodefault"),
        *("--infilter=MS Word 97", "--convert-to", "docx", "--outdir", str(folder)),
        str(folder / "in.doc"),
    ]
    process = subprocess.Popen(  # noqa: S603 - a program of this machine, the file is its input
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env={"HOME": str(folder), "PATH": os.defpath, "LANG": "C.UTF-8"},
        start_new_session=True,
    )
    _limit(process.pid)
    try:
        process.wait(timeout=SECONDS)
    except subprocess.TimeoutExpired as error:
        raise CannotRead(reason=TOO_LONG) from error
    finally:
        _end(process)


def _limit(pid: int) -> None:
    """Limit a program that has begun; what it starts in its turn inherits it."""
    if sys.platform != "linux":
        return
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, LARGEST_FILE),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.prlimit(pid, what, (most, most))


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program and what it started: soffice is a script around the real one."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _without_network() -> list[str]:
    """Return what starts a program without any network, where this machine lets us."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return []
    command = [unshare, "--map-current-user", "--net"]
    tried = subprocess.run(  # noqa: S603 - only asks whether it may
        [*command, "true"], capture_output=True, check=False
    )
    return command if tried.returncode == 0 else []
