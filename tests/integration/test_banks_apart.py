"""Files are read in a process of its own: what ends it is a problem of the file, in words."""

import subprocess
import sys

import pytest

from quizapp.banks.errors import CannotRead
from quizapp.banks.reading import apart, read_bank, read_here, wire
from tests.making.banks import drafts
from tests.making.documents import document, drawn, paragraph, run, with_pictures
from tests.making.pictures import picture
from tests.making.workbooks import HEADINGS, question_row, workbook

LIMITED = """
from quizapp.banks.reading import warm
from quizapp.banks.reading.limits import limit_this_process
warm()
limit_this_process()
"""


def limited(code):
    """Run code in a process that is limited as readers are; return what it came to."""
    command = [sys.executable, "-c", LIMITED + code]
    return subprocess.run(
        command, capture_output=True, cwd=apart.ROOT, env={}, timeout=60, check=False
    )


def word_file():
    stem = run("Câu 1. Biển nào?"), drawn("rId1", "đỏ")
    more = with_pictures({"rId1": ("1.png", picture("red"))})
    parts = [paragraph(*stem), "A. Một", "B. Hai", "Đáp án: B", "Câu 2. Thiếu?", "A. Một"]
    return document(*parts, more=more)


@pytest.mark.parametrize("content", [word_file(), workbook(HEADINGS, question_row())])
def test_what_is_read_apart_is_what_is_read_here(content):
    assert read_bank(content) == read_here(content)


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"schema: quizbank/1\nquestions: [", b"\0"]
)
def test_a_refusal_is_the_same_too(content):
    with pytest.raises(CannotRead) as here:
        read_here(content)
    with pytest.raises(CannotRead) as away:
        read_bank(content)
    assert (away.value.reason, away.value.where) == (here.value.reason, here.value.where)


def test_a_reading_survives_its_way():
    reading = read_here(word_file())
    assert wire.unpacked(wire.packed(reading)) == reading
    assert reading.pictures
    assert reading.errors


@pytest.mark.parametrize(
    "told",
    [b"", b"[]", b"{}", b'{"format": 1}', b"\xff", b'{"reason": "x"}', b"[" * 100_000],
)
def test_nonsense_from_the_other_process_is_no_reading(told):
    with pytest.raises(ValueError, match=r"."):
        wire.unpacked(told)


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.create_connection(('127.0.0.1', 5432))",
        "import socket; socket.getaddrinfo('example.org', 80)",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "import os; os.fork()",
        "open('/etc/hostname').read()",
        "open('/tmp/x-quizapp', 'w')",
        "import os; os.remove('/tmp/x-quizapp')",
    ],
)
def test_a_reader_may_neither_look_around_nor_speak_to_anybody(code):
    done = limited(code)
    assert done.returncode == 1
    assert b"PermissionError" in done.stderr


def test_a_reader_may_not_take_all_memory():
    done = limited(
        "import sys\n"
        "from quizapp.banks.reading.limits import NO_MEMORY\n"
        "try:\n    x = bytearray(4 * 1024 ** 3)\n"
        "except MemoryError:\n    sys.exit(NO_MEMORY)\n"
    )
    assert apart._why(done, 0) == apart.TOO_MUCH


def test_a_reader_that_computes_for_ever_is_ended():
    done = limited(
        "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (1, 3))\nwhile True:\n    pass\n"
    )
    assert apart._why(done, 0) == apart.TOO_LONG


def test_a_reader_that_waits_for_ever_is_ended(monkeypatch):
    monkeypatch.setattr(apart, "WALL_SECONDS", 0.001)
    with pytest.raises(CannotRead, match="quá lâu"):
        read_bank(workbook(HEADINGS, question_row()))


def test_a_crash_is_a_problem_of_the_file_and_tells_nothing_of_it(caplog):
    done = limited("raise RuntimeError('Nguyễn Văn A 0912345678')")
    assert apart._why(done, 12) == apart.BROKEN
    dead = limited("import ctypes; ctypes.string_at(0)")
    assert dead.returncode < 0
    assert apart._why(dead, 12) == apart.BROKEN
    assert "RuntimeError" in caplog.text
    assert "0912345678" not in caplog.text


def test_a_crash_of_a_reader_reaches_the_clerk_in_words(monkeypatch):
    monkeypatch.setattr(apart, "CHILD", "quizapp.banks.no_such_module")
    with pytest.raises(CannotRead, match="dừng giữa chừng"):
        read_bank(workbook(HEADINGS, question_row()))


def test_a_thousand_drafts_stay_equal_on_the_way():
    reading = read_here(b"Hoi?\nA. x\nB. y\nANSWER: A\n")
    many = type(reading)(format="yaml", drafts=tuple(drafts(1000)))
    assert wire.unpacked(wire.packed(many)) == many
