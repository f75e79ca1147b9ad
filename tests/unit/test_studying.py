"""What may be given out to study, and when it is shown."""

import io
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

from quizapp.contests.rules.studying import FileKind, When, is_shown, kind_of, link_problem
from quizapp.web.pace import Pace

OPENS = datetime(2026, 11, 23, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("when", "before", "after"),
    [(When.ALWAYS, True, True), (When.BEFORE, True, False), (When.DURING, False, True)],
)
def test_a_document_is_shown_up_to_the_opening_or_from_it_on(when, before, after):
    assert is_shown(when, opens_at=OPENS, now=OPENS - MOMENT) is before
    assert is_shown(when, opens_at=OPENS, now=OPENS) is after


def word(*parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for part in parts:
            archive.writestr(part, "x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n...\n%%EOF\n", FileKind.PDF),
        (b"%PDF-1.7\n... cut off", None),
        (word("word/document.xml"), FileKind.DOCX),
        (word("word/document.xml", "word/vbaProject.bin"), None),
        (word("xl/workbook.xml"), None),
        (b"PK\x03\x04 not a zip", None),
        ("Điều 1. Phạm vi điều chỉnh".encode(), FileKind.TXT),
        ("Điều 1".encode("utf-16"), None),
        (b"MZ\x90\x00\x03", None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", None),
        (b"  \n", None),
    ],
)
def test_a_file_is_what_is_in_it_whatever_its_name(content, kind):
    assert kind_of(content) is kind


@pytest.mark.parametrize(
    ("url", "is_taken"),
    [
        ("https://vanban.chinhphu.vn/?docid=212345", True),
        ("http://vanban.chinhphu.vn/", False),
        ("javascript:alert(1)", False),
        ("https://localhost/x", False),
        ("https://ai:mat-khau@vanban.vn/", False),
        ("https://vanban.vn/a b", False),
        ("https://[vanban.vn/", False),
        ("https://vanban.vn/" + "x" * 500, False),
    ],
)
def test_a_link_leads_to_a_page_of_the_web_over_https(url, is_taken):
    assert (link_problem(url) is None) is is_taken


def test_a_pace_gives_its_burst_at_once_and_then_as_many_as_time_has_passed():
    pace = Pace(per_second=2, burst=3)

    assert [pace.take(OPENS) for _ in range(4)] == [True, True, True, False]
    assert [pace.take(OPENS + timedelta(seconds=1)) for _ in range(3)] == [True, True, False]
    assert [pace.take(OPENS), pace.take(OPENS + timedelta(hours=1))] == [False, True]
