"""When a backup is due, which are thrown away, what is in a file and how damage is found."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from pyrage import encrypt, x25519

from quizapp.backups.errors import BadCode, CannotRead, Damaged, NotABackup, WrongCode
from quizapp.backups.rules import file_name, is_due, is_late, moment_of, superseded
from quizapp.backups.service import read_code
from quizapp.backups.service.facts import Facts, differences, lasting_differences
from quizapp.backups.service.packing import open_package, write_package

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TWO = datetime(2026, 11, 28, 19, 0, tzinfo=UTC)  # 02:00 of the 29th in Vietnam


@pytest.mark.parametrize(
    ("now", "last_good", "last_try", "expected"),
    [
        (TWO, None, None, True),
        (TWO, TWO - DAY, TWO - DAY, True),
        (TWO - timedelta(seconds=1), TWO - DAY, TWO - DAY, False),
        (TWO, TWO, TWO, False),
        (TWO + 23 * HOUR, TWO, TWO, False),
        (TWO + 9 * HOUR, TWO - HOUR, TWO - HOUR, True),  # it slept at two
        (TWO + HOUR / 2, TWO - DAY, TWO, False),  # that one failed
        (TWO + HOUR, TWO - DAY, TWO, True),
    ],
)
def test_a_backup_is_due_once_after_each_time_of_the_clock(now, last_good, last_try, expected):
    assert is_due(now=now, hour=2, last_good=last_good, last_try=last_try) is expected


@pytest.mark.parametrize(
    ("age", "expected"), [(None, True), (26 * HOUR, False), (26.01 * HOUR, True)]
)
def test_people_are_warned_after_26_hours_and_before_the_first(age, expected):
    assert is_late(age) is expected


def test_the_name_of_a_file_tells_its_moment_in_vietnam():
    assert file_name(TWO) == "quizapp-2026-11-29-020000.tar.gz.age"
    assert moment_of(file_name(TWO)) == TWO
    for other in ("quizapp-2026-13-29-020000.tar.gz.age", "x.age", file_name(TWO) + ".tmp"):
        assert moment_of(other) is None


def test_kept_are_the_newest_of_the_last_days_and_weeks_that_have_one():
    made = [TWO - n * DAY for n in range(40)] + [TWO - 3 * DAY + 5 * HOUR]

    kept = set(made) - superseded(made, days=3, weeks=3)

    sunday = TWO  # 29 November 2026 in Vietnam
    days = {TWO, TWO - DAY, TWO - 2 * DAY}
    assert kept == days | {sunday - 7 * DAY, sunday - 14 * DAY}


def test_of_several_in_a_day_the_newest_is_kept():
    made = [TWO + n * HOUR for n in range(3)]

    assert superseded(made, days=1, weeks=0) == set(made[:2])


def test_a_machine_that_was_off_for_a_year_keeps_what_it_has():
    made = [TWO - 400 * DAY, TWO - 401 * DAY]

    assert superseded(made, days=7, weeks=4) == set()
    assert superseded([TWO], days=1, weeks=0) == set()
    assert superseded([], days=1, weeks=0) == set()


def facts(**over):
    given = {
        "head": "0048",
        "rows": {"a": 1, "b": 2},
        "contents": {"a": "7"},
        "digests": {"banks": "1:aa", "rules": "1:bb", "boards": "2:cc"},
        "log": "3:dd",
    }
    return Facts(**given | over)


@pytest.mark.parametrize(
    ("over", "named"),
    [
        ({}, []),
        ({"rows": {"a": 1, "b": 3}}, ["b"]),
        ({"rows": {"a": 1}}, ["b"]),
        ({"contents": {"a": "8"}}, ["a"]),
        ({"digests": {"banks": "1:ax", "rules": "1:bb", "boards": "2:cc"}}, ["banks"]),
        ({"log": "4:ee"}, ["nhật ký"]),
        ({"head": "0047"}, ["phiên bản"]),
    ],
)
def test_what_differs_is_named(over, named):
    assert differences(facts(), facts(**over)) == named
    assert differences(facts(**over), facts()) == named


def test_a_migration_may_change_tables_and_boards_and_nothing_that_was_published():
    later = facts(head="0049", rows={"a": 1, "c": 9}, contents={})
    later.digests["boards"] = "0:"

    assert lasting_differences(facts(), later) == []
    assert lasting_differences(facts(), facts(log="9:ff")) == ["nhật ký"]


@pytest.fixture(scope="module")
def code():
    return x25519.Identity.generate()


@pytest.fixture(scope="module")
def package(code, tmp_path_factory):
    """A package of two members, one of them larger than age's pieces."""
    folder = tmp_path_factory.mktemp("package")
    large, small = folder / "large", folder / "small"
    large.write_bytes(bytes(range(256)) * 1_000)
    small.write_bytes(b"nho")
    target = io.BytesIO()
    write_package(
        target,
        [small, large],
        {"format": 1},
        keys=[code.to_public()],
        level=0,
        tell=lambda: None,
    )
    return target.getvalue()


def opened(path, code):
    with open_package(path, code) as found:
        members = {name: file.read() for name, file in found.members}
    return found.manifest, members


def test_a_package_gives_back_what_went_in(tmp_path, package, code):
    path = tmp_path / "whole"
    path.write_bytes(package)

    manifest, members = opened(path, code)

    assert manifest == {"format": 1}
    assert members == {"small": b"nho", "large": bytes(range(256)) * 1_000}


@pytest.mark.parametrize("place", [0.0, 0.0005, 0.3, 0.6, 0.9999])
def test_one_changed_bit_anywhere_is_found(tmp_path, package, code, place):
    changed = bytearray(package)
    changed[int(place * len(package))] ^= 1
    path = tmp_path / "changed"
    path.write_bytes(changed)

    with pytest.raises((Damaged, NotABackup, WrongCode)):
        opened(path, code)


@pytest.mark.parametrize("left", [0, 10, 100, 300, 70_000, -65_552, -1])
def test_a_file_that_was_cut_short_is_found(tmp_path, package, code, left):
    path = tmp_path / "cut"
    path.write_bytes(package[:left])

    with pytest.raises((Damaged, NotABackup)):
        opened(path, code)


def test_bytes_after_the_end_are_found(tmp_path, package, code):
    path = tmp_path / "longer"
    path.write_bytes(package + b"x")

    with pytest.raises(Damaged):
        opened(path, code)


def test_another_code_opens_nothing_and_says_so(tmp_path, package):
    path = tmp_path / "whole"
    path.write_bytes(package)

    with pytest.raises(WrongCode, match="khóa bằng mã khác"):
        opened(path, x25519.Identity.generate())


def test_what_is_locked_for_us_and_is_no_backup_is_told(tmp_path, code):
    path = tmp_path / "letter"
    path.write_bytes(encrypt(b"thu" * 100_000, [code.to_public()]))

    with pytest.raises((Damaged, NotABackup)):
        opened(path, code)
    with pytest.raises(CannotRead, match="không có tệp này"):
        opened(tmp_path / "none", code)


def test_a_reader_who_stops_leaves_no_thread_waiting(tmp_path, package, code):
    path = tmp_path / "whole"
    path.write_bytes(package)

    with pytest.raises(ZeroDivisionError), open_package(path, code):
        1 / 0  # noqa: B018 - whatever goes wrong in between


def test_a_full_disk_ends_the_writing_with_its_own_words(tmp_path, code):
    class Full:
        def write(self, _body):
            raise OSError(28, "No space left on device")

        def flush(self):
            pass

    large = tmp_path / "large"
    large.write_bytes(bytes(3_000_000))

    with pytest.raises(OSError, match="No space left"):
        write_package(Full(), [large], {}, keys=[code.to_public()], level=0, tell=lambda: None)


def test_a_code_is_read_as_people_type_it_and_a_slip_is_seen(code):
    text = str(code)
    typed = f"Mã khôi phục:\n {text[:20].lower()} {text[20:50]}\n{text[50:]}\n"

    assert str(read_code(typed)) == text
    other = "Q" if text[30] != "Q" else "P"
    for wrong in ("", "abc", text[:-1], text[:30] + other + text[31:]):
        with pytest.raises(BadCode):
            read_code(wrong)
