"""Old Word documents: turned into new ones by LibreOffice where it is installed, else explained."""

import os
import shutil
import stat
from select import select

import pytest

from quizapp.banks.errors import CannotRead
from quizapp.banks.reading import old_word, read_bank
from quizapp.banks.rules import letters_of
from tests.making.documents import document, paragraph, run
from tests.unit.test_banks_layouts import EXPECTED, LAYOUTS

OLD = b"\xd0\xcf\x11\xe0" + bytes(600) + "WordDocument".encode("utf-16-le")
REAL = shutil.which("soffice")
# What LibreOffice is asked: … --outdir FOLDER FILE.
FOLDER = 'for last; do :; done; folder=$(dirname "$last"); '


@pytest.fixture
def soffice(monkeypatch, tmp_path):
    """Return a function that puts another program in the place of LibreOffice."""

    def put(script):
        program = tmp_path / "soffice"
        program.write_text(f"#!/bin/sh\n{FOLDER}{script}\n", "utf-8")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    return put


def test_without_libreoffice_the_message_says_how_to_save_anew(monkeypatch):
    monkeypatch.setattr(old_word.shutil, "which", lambda _name: None)
    with pytest.raises(CannotRead, match=r"Save As.*\.docx"):
        read_bank(OLD)


def test_what_libreoffice_makes_of_it_is_read(soffice, tmp_path):
    parts = ["Câu 1. Hỏi?", "A. Một", paragraph(run("B. Hai", "bold")), "C. Ba"]
    (tmp_path / "made.docx").write_bytes(document(*parts))
    soffice(f'cp {tmp_path}/made.docx "$folder/in.docx"')
    reading = read_bank(OLD)
    assert reading.format == "docx"
    assert [letters_of(one.right) for one in reading.drafts] == ["B"]


def test_it_gets_the_file_and_nothing_of_our_environment(soffice, tmp_path, monkeypatch):
    monkeypatch.setenv("QUIZAPP_DATABASE_URL", "postgresql://geheim")
    soffice(f'env > {tmp_path}/env; cp "$last" {tmp_path}/got; ls -A "$folder" > {tmp_path}/files')
    with pytest.raises(CannotRead, match="LibreOffice không đọc được"):
        read_bank(OLD)
    assert (tmp_path / "got").read_bytes() == OLD
    assert "QUIZAPP" not in (tmp_path / "env").read_text("utf-8")
    assert (tmp_path / "files").read_text("utf-8").split() == ["in.doc", "profile"]


def test_one_that_never_ends_is_ended_with_all_it_started(soffice, tmp_path, monkeypatch):
    monkeypatch.setattr(old_word, "SECONDS", 1)
    soffice(f"sleep 300 & echo $! > {tmp_path}/pid; wait")
    with pytest.raises(CannotRead, match="quá lâu"):
        read_bank(OLD)
    pid = int((tmp_path / "pid").read_text("utf-8"))
    assert _is_gone(pid)


def _is_gone(pid):
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    return bool(select([process], [], [], 10)[0])


@pytest.mark.skipif(
    REAL is None and "CI" not in os.environ, reason="LibreOffice is not installed on this machine"
)
@pytest.mark.parametrize("name", ["01b_doc_underlined_option", "07b_doc_auto_numbered_options"])
def test_real_documents_keep_their_numbers_and_marks(name):
    reading = read_bank((LAYOUTS / f"{name}.doc").read_bytes())
    assert reading.errors == ()
    assert [(one.stem, letters_of(one.right)) for one in reading.drafts] == [
        (one["stem"], one["answer"]) for one in EXPECTED
    ]
