"""The days that the law leaves, both sides of each border."""

from datetime import UTC, date, datetime

import pytest

from quizapp.privacy.rules import Kind, Urgency, answer_by, done_by, kept_until, urgency
from quizapp.vietnamese import VIETNAM

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("asked", "last"),
    [
        (date(2026, 11, 23), date(2026, 11, 25)),  # Monday → Wednesday
        (date(2026, 11, 26), date(2026, 11, 30)),  # Thursday → Monday
        (date(2026, 11, 27), date(2026, 12, 1)),  # Friday → Tuesday
        (date(2026, 11, 28), date(2026, 12, 1)),  # Saturday
        (date(2026, 11, 29), date(2026, 12, 1)),  # Sunday
    ],
)
def test_an_answer_is_due_on_the_second_working_day(asked, last):
    assert answer_by(asked) == last


@pytest.mark.parametrize(
    ("kind", "days"),
    [(Kind.CORRECT, 10), (Kind.EXPORT, 10), (Kind.WITHDRAW, 15), (Kind.ERASE, 20)],
)
def test_what_was_asked_is_due_as_decree_356_article_5_says(kind, days):
    assert (done_by(kind, MONDAY) - MONDAY).days == days


@pytest.mark.parametrize(
    ("today", "how"),
    [
        (date(2026, 11, 25), Urgency.CALM),
        (date(2026, 11, 26), Urgency.UNANSWERED),
        (date(2026, 12, 3), Urgency.UNANSWERED),
        (date(2026, 12, 4), Urgency.OVERDUE),
    ],
)
def test_a_request_is_late_from_the_day_after_its_last(today, how):
    given = {"answer_by": date(2026, 11, 25), "done_by": date(2026, 12, 3)}
    assert urgency(**given, today=today) == how


def test_the_last_days_are_said_to_be_near():
    day = date(2026, 12, 3)
    assert urgency(answer_by=day, done_by=day, today=date(2026, 11, 30)) == Urgency.SOON
    assert urgency(answer_by=day, done_by=day, today=date(2026, 11, 29)) == Urgency.CALM


@pytest.mark.parametrize(
    ("months", "end"),
    [(12, (2027, 12, 1)), (1, (2026, 12, 31)), (3, (2027, 3, 1)), (15, (2028, 3, 1))],
)
def test_data_are_kept_to_the_end_of_a_day_in_vietnam(months, end):
    # 23:30 of 29 November in UTC is the 30th in Vietnam; February has no 30th.
    close = datetime(2026, 11, 29, 23, 30, tzinfo=UTC)
    assert kept_until(close, months) == datetime(*end, tzinfo=VIETNAM)
