"""The one step that makes a draft a contest, and putting contests that are over away."""

from contextlib import suppress
from datetime import datetime

from sqlalchemy import update

from quizapp.audit import service as audit
from quizapp.banks import service as banks
from quizapp.contests.errors import IsEmptied, NotReady, PracticeIsAsked, StillRunning
from quizapp.contests.models import Contest
from quizapp.contests.service.cards import ContestCard
from quizapp.contests.service.creating import create_contest
from quizapp.contests.service.drafting import look_at
from quizapp.contests.service.drafts import get_draft, lock_draft, mark_approved
from quizapp.contests.service.practice import check_not_practised
from quizapp.db import db
from quizapp.errors import NotFound
from quizapp.people.rules.policy import Permission
from quizapp.people.service import OrganiserCard, may


def compare_for_approval(organiser: OrganiserCard, public_id: str, *, at: datetime) -> None:
    """Compare the questions of a draft with those that people practise with, before its approval.

    Raises NotFound.
    """
    new = look_at(organiser, get_draft(organiser, public_id), at=at).new
    version = None if new is None else banks.find_version(new.bank, new.bank_number)
    if version is not None:
        with suppress(PracticeIsAsked):  # the approval says so
            check_not_practised(version.id)


def approve_draft(organiser: OrganiserCard, public_id: str, *, at: datetime) -> ContestCard:
    """Make the draft a contest whose rounds open by the clock, with nobody's further help.

    Everything that may keep it from opening is judged here, and only here. Raises NotFound,
    DraftIsApproved, and NotReady while anything is left to do.
    """
    draft = lock_draft(organiser, public_id)
    outlook = look_at(organiser, draft, at=at)
    if outlook.problems or outlook.new is None:
        raise NotReady(count=len(outlook.problems))
    actor = f"organiser:{organiser.id}"
    contest = create_contest(outlook.new, actor=actor, at=at)
    mark_approved(draft.id, contest.id, at=at)
    audit.record(
        "draft.approve",
        actor=actor,
        object=f"draft:{draft.id}",
        after=f"contest:{contest.id}",
        reason=draft.typed.get("excluded_reason", "").strip() or None,
        at=at,
    )
    return contest


def archive_contest(organiser: OrganiserCard, contest: ContestCard, *, at: datetime) -> None:
    """Leave a contest that is over out of every list, or bring it back; its address stays.

    Raises NotFound unless the organiser runs its owner's contests, StillRunning before its end,
    IsEmptied for a rehearsal that is erased.
    """
    if not may(organiser, Permission.RUN_CONTESTS, contest.owner_unit_id):
        raise NotFound
    if not contest.is_archived and at < contest.ends_at:
        raise StillRunning
    if contest.is_emptied:
        raise IsEmptied
    put_away = None if contest.is_archived else at
    db.session.execute(update(Contest).where(Contest.id == contest.id).values(archived_at=put_away))
    audit.record(
        "contest.archive" if put_away else "contest.unarchive",
        actor=f"organiser:{organiser.id}",
        object=f"contest:{contest.id}",
        at=at,
    )
