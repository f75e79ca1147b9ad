"""The key file: made once, the owner's alone, never taken when it is not whole."""

import json
import stat
import threading

import pytest

from quizapp.keys import BadKeys, Keys, open_keys


def test_the_first_call_makes_the_keys_and_the_second_finds_them(tmp_path):
    first = open_keys(tmp_path / "instance")

    assert open_keys(tmp_path / "instance") == first
    assert len(first.root) == 32


def test_nobody_else_may_read_the_keys_or_enter_the_folder(tmp_path):
    open_keys(tmp_path / "instance")

    assert stat.S_IMODE((tmp_path / "instance").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "instance/keys.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_keys_open_to_others_are_refused_saying_how_to_close_them(tmp_path, mode):
    open_keys(tmp_path)
    (tmp_path / "keys.json").chmod(mode)

    with pytest.raises(BadKeys, match=f"chmod 600 {tmp_path}/keys.json"):
        open_keys(tmp_path)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff\xfe",
        b'{"current": "a", "roots": {}}',
        b'{"current": "a", "roots": {"a": "xyz"}}',
        b'{"current": "a", "roots": {"a": "00ff"}}',
        b'{"current": "a", "roots": ["a"]}',
    ],
)
def test_a_file_that_holds_no_keys_is_refused_and_left_as_it_is(tmp_path, body):
    path = tmp_path / "keys.json"
    path.touch(mode=0o600)
    path.write_bytes(body)

    with pytest.raises(BadKeys, match=r"keys\.json"):
        open_keys(tmp_path)

    assert path.read_bytes() == body


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "instance").touch()

    with pytest.raises(BadKeys, match="instance"):
        open_keys(tmp_path / "instance")


def test_of_many_first_calls_at_once_all_get_the_same_keys(tmp_path):
    start, found = threading.Barrier(8), []

    def first_call():
        start.wait()
        found.append(open_keys(tmp_path))

    threads = [threading.Thread(target=first_call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 8
    assert len({keys.root for keys in found}) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["keys.json"]


def test_each_purpose_has_its_own_key_that_never_changes():
    keys = Keys(key_id="one", root=bytes(32))

    assert keys.derive("session") == keys.derive("session")
    assert keys.derive("session") != keys.derive("phone")
    # A new version must read what an old one wrote.
    assert keys.derive("session").hex() == KNOWN


def test_the_check_value_tells_keys_apart_and_is_none_of_them():
    one, other = Keys(key_id="a", root=bytes(32)), Keys(key_id="a", root=bytes(31) + b"\1")

    assert one.check_value() != other.check_value()
    assert one.derive("check value").hex() not in one.check_value()


def test_the_file_keeps_older_roots_beside_the_current_one(tmp_path):
    path = tmp_path / "keys.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps({"current": "b", "roots": {"a": "00" * 32, "b": "11" * 32}}))

    assert open_keys(tmp_path) == Keys(key_id="b", root=b"\x11" * 32)


KNOWN = "8ba77b678af784622cfdde47e60862439dc9ff4488b179842704931d8ad07686"
