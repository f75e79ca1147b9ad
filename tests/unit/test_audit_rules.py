"""The audit log's chain and what may be written into it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest

from quizapp.audit.rules import (
    FIRST_PREVIOUS_HASH,
    ChainProblem,
    Deed,
    Fault,
    Link,
    NotForTheLog,
    chain_hash,
    chain_problems,
    check_words,
    digest_of,
)

AT = datetime(2026, 11, 22, 1, 2, 3, 4, tzinfo=UTC)
DEED = Deed(
    id=1,
    at=AT,
    actor="organiser:12",
    action="contest.created",
    object="contest:3",
    before_digest=None,
    after_digest="ab" * 32,
    reason="theo Kế hoạch 15",
)


def chain(count):
    links, previous = [], FIRST_PREVIOUS_HASH
    for number in range(1, count + 1):
        deed = replace(DEED, id=number, at=AT + timedelta(seconds=number))
        links.append(Link(deed=deed, previous_hash=previous, hash=chain_hash(previous, deed)))
        previous = links[-1].hash
    return links


def test_anyone_can_recompute_a_hash_from_the_documented_form():
    canonical = (
        '[1,"2026-11-22T01:02:03.000004+00:00","organiser:12","contest.created","contest:3",'
        f'null,"{"ab" * 32}","theo Kế hoạch 15"]'
    )
    assert chain_hash(bytes(32), DEED) == sha256(bytes(32) + canonical.encode()).digest()


def test_the_zone_in_which_a_moment_is_told_does_not_change_the_hash():
    there = replace(DEED, at=AT.astimezone(timezone(timedelta(hours=7))))
    assert chain_hash(FIRST_PREVIOUS_HASH, there) == chain_hash(FIRST_PREVIOUS_HASH, DEED)


def test_a_sound_chain_has_no_problems():
    assert list(chain_problems(chain(4))) == []
    assert list(chain_problems([])) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("at", AT + timedelta(microseconds=1)),
        ("actor", "organiser:13"),
        ("action", "contest.closed"),
        ("object", "contest:4"),
        ("before_digest", "cd" * 32),
        ("after_digest", None),
        ("reason", None),
    ],
)
def test_a_change_of_any_field_is_found(field, value):
    links = chain(3)
    links[1] = replace(links[1], deed=replace(links[1].deed, **{field: value}))
    assert list(chain_problems(links)) == [ChainProblem(id=2, fault=Fault.ALTERED)]


def test_a_change_with_a_recomputed_hash_is_found_at_the_next_entry():
    links = chain(3)
    forged = replace(links[1].deed, actor="organiser:99")
    links[1] = replace(links[1], deed=forged, hash=chain_hash(links[1].previous_hash, forged))
    assert list(chain_problems(links)) == [ChainProblem(id=3, fault=Fault.UNCHAINED)]


@pytest.mark.parametrize("cut", [0, 1])
def test_a_missing_entry_is_found(cut):
    links = chain(3)
    del links[cut]
    assert list(chain_problems(links)) == [
        ChainProblem(id=cut + 1, fault=Fault.MISSING),
        ChainProblem(id=cut + 2, fault=Fault.UNCHAINED),
    ]


def test_a_missing_entry_is_found_even_when_the_rest_was_renumbered():
    links = chain(4)
    del links[1]
    links = [replace(link, deed=replace(link.deed, id=n)) for n, link in enumerate(links, 1)]
    assert [found.id for found in chain_problems(links)] == [2, 2, 3]


def test_a_digest_stands_for_itself_and_nothing_else_gets_into_the_log():
    digest = sha256(b"rules").hexdigest()
    assert digest_of(digest) == digest_of(bytes.fromhex(digest)) == digest
    assert digest_of(None) is None
    assert digest_of({"b": 1, "a": "Đồng Nai"}) == digest_of({"a": "Đồng Nai", "b": 1})
    for value in ("Nguyễn Văn An", digest.upper(), b"short", {"name": "An"}, ""):
        assert len(bytes.fromhex(digest_of(value))) == 32
        assert digest_of(value) != value


@pytest.mark.parametrize(
    "wrong",
    [
        {"actor": "Nguyễn Văn An"},
        {"actor": "organiser:0912 345 678"},
        {"actor": "organiser:"},
        {"action": "Đổi tên"},
        {"object": "person:Nguyễn An"},
        {"object": "contest"},
        {"reason": "x" * 501},
    ],
)
def test_names_and_free_words_are_kept_out_of_the_fields_for_ids(wrong):
    right = {"actor": "system", "action": "a.b", "object": "contest:3", "reason": "x" * 500}
    check_words(**right)
    with pytest.raises(NotForTheLog):
        check_words(**right | wrong)
