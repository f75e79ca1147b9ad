"""When a database fits the code, and when two clocks differ."""

from datetime import UTC, datetime, timedelta

import pytest

from quizapp.schema import Schema, judge
from quizapp.web.health import gap

BEFORE = datetime(2026, 11, 22, 8, 0, 0, tzinfo=UTC)
AFTER = BEFORE + timedelta(milliseconds=300)


@pytest.mark.parametrize(
    ("there", "milliseconds"),
    [(-101, 101), (-1, 1), (0, 0), (150, 0), (300, 0), (301, 1), (401, 101)],
)
def test_the_journey_to_the_database_is_no_difference_of_clocks(there, milliseconds):
    read = BEFORE + timedelta(milliseconds=there)

    assert gap(read, before=BEFORE, after=AFTER) == timedelta(milliseconds=milliseconds)


@pytest.mark.parametrize(
    ("revision", "found"),
    [
        (None, Schema.EMPTY),
        ("0001", Schema.BEHIND),
        ("0002", Schema.AT_HEAD),
        ("0003", Schema.UNKNOWN),
    ],
)
def test_a_database_is_placed_among_the_migrations(revision, found):
    assert judge(revision, head="0002", known=frozenset({"0001", "0002"})) is found
