"""Contests for tests: one open round on a published bank."""

from datetime import UTC, datetime, timedelta

from quizapp.contests import service
from quizapp.contests.rules.schedule import Window
from quizapp.contests.service import NewContest
from quizapp.db import db, transaction
from tests.making import banks, people

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # 12:00 in Vietnam
ROUND = Window(opens_at=NOON - timedelta(days=1), closes_at=NOON + timedelta(days=5))


def body(**over):
    """Return the default preset's rules with `over` (nested as in a preset) on top."""
    rules = service.read_preset("union_weekly_20x20", over=over)
    rules.pop("rounds", None)
    return rules


def contest(
    slug="tim-hieu",
    *,
    bank=None,
    windows=(ROUND,),
    at=NOON,
    questions=30,
    owner="VGCL",
    ruling=None,
    **over,
):
    """Create a contest on a bank of its own; return the card."""
    people.national_unit()
    code = f"bank-{slug}"
    bank = bank or banks.published(questions, code=code)
    db.session.rollback()
    with transaction():
        return service.create_contest(
            NewContest(
                slug=slug,
                title=f"Tìm hiểu pháp luật ({slug})",
                preset="union_weekly_20x20",
                body=body(**over),
                bank=bank.bank_code,
                bank_number=bank.number,
                owner=owner,
                controller="Công đoàn thử",
                windows=windows,
                ruling=ruling,
            ),
            actor="system",
            at=at,
        )
