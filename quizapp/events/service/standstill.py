"""Freezing what everybody sees, and letting it go again: each with a reason in the log."""

from datetime import datetime

from quizapp.attempts.service.desk import checked_reason
from quizapp.audit import service as audit
from quizapp.contests.service import ContestCard
from quizapp.results.service.announcing import tell_kept_back
from quizapp.results.service.statistics import statistics_to_keep
from quizapp.standings.service.freezing import freeze_standings, thaw_standings


def freeze(contest: ContestCard, *, actor: str, reason: str, at: datetime) -> None:
    """Keep everything public about the contest's standings as it is now.

    Raises BadReason, FrozenAlready.
    """
    told = checked_reason(reason)
    kept = statistics_to_keep(contest, at=at)
    digest = freeze_standings(contest, kept, reason=told, at=at)
    audit.record(
        "contest.freeze",
        actor=actor,
        object=f"contest:{contest.id}",
        after=digest,
        reason=told,
        at=at,
    )


def thaw(contest: ContestCard, *, actor: str, reason: str, at: datetime) -> None:
    """Show everybody what stands now. Raises BadReason, NotFrozen."""
    told = checked_reason(reason)
    tell_kept_back(contest, reason=told, at=at)
    digest = thaw_standings(contest, at=at)
    audit.record(
        "contest.thaw",
        actor=actor,
        object=f"contest:{contest.id}",
        before=digest,
        reason=told,
        at=at,
    )
