"""Organisers mend the questions of a review; each change can be undone until it is published."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from quizapp.audit import service as audit
from quizapp.banks.errors import (
    ChangedMeanwhile,
    LookAgain,
    NothingToPublish,
    NothingToUndo,
    SeesErrors,
    StillReading,
    UndecidedTwins,
)
from quizapp.banks.models import BankReview, ReviewEdit, ReviewQuestion
from quizapp.banks.rules.duplicates import merged
from quizapp.banks.rules.mending import Typed, mended, restored, stored
from quizapp.banks.service.bringing import forget_review
from quizapp.banks.service.owning import check_owner
from quizapp.banks.service.reviewing import Decision, Review, Show, find_mine
from quizapp.banks.service.versions import PublishedVersion, lock_bank, publish_version
from quizapp.db import db
from quizapp.errors import NotFound
from quizapp.people.models import Organiser
from quizapp.people.service import OrganiserCard
from quizapp.vietnamese import one_line

LONGEST_NOTE = 500  # letters


@dataclass(frozen=True, kw_only=True, slots=True)
class Which:
    """A question of a review, and the revision of it that the organiser has before them."""

    public_id: str
    number: int
    revision: int


def mend_question(organiser: OrganiserCard, which: Which, typed: Typed, *, at: datetime) -> None:
    """Put what was typed in a question's place. Raises NotFound, ChangedMeanwhile."""
    review, row = _locked(organiser, which)
    new = stored(mended(restored(row.now), typed))
    if new != row.now:
        _change(organiser, review, row, now=new, decision=row.decision, at=at)


def decide_on_question(
    organiser: OrganiserCard, which: Which, decision: Decision | None, *, at: datetime
) -> None:
    """Skip a question, keep it though it is like another, let it replace the published one it is
    like; None: take it up again. Raises NotFound, ChangedMeanwhile.
    """
    review, row = _locked(organiser, which)
    _change(organiser, review, row, now=row.now, decision=decision, at=at)


def merge_question(organiser: OrganiserCard, which: Which, first: int, *, at: datetime) -> None:
    """Skip a question; the `first` one it is like takes over what it lacks itself.

    Raises NotFound, ChangedMeanwhile.
    """
    review, row = _locked(organiser, which)
    kept = _question(review.id, first)
    both = stored(merged(restored(kept.now), restored(row.now)))
    if both != kept.now:
        _change(organiser, review, kept, now=both, decision=kept.decision, at=at)
    _change(organiser, review, row, now=row.now, decision=Decision.SKIPPED, at=at)


def undo_edit(organiser: OrganiserCard, which: Which, *, at: datetime) -> None:
    """Make a question what it was before its last change that still stands.

    Raises NotFound, ChangedMeanwhile, NothingToUndo.
    """
    review, row = _locked(organiser, which)
    edit = db.session.scalars(
        select(ReviewEdit)
        .where(
            ReviewEdit.review_id == review.id,
            ReviewEdit.number == row.number,
            ReviewEdit.undone.is_(False),
        )
        .order_by(ReviewEdit.id.desc())
        .limit(1)
    ).one_or_none()
    if edit is None:
        raise NothingToUndo
    before = _state(row)
    edit.undone = True
    row.now, row.decision = edit.before["now"], edit.before["decision"]
    row.revision += 1
    _touch(review, at=at)
    _note("bank.undo_edit", organiser, review, row, before=before, at=at)


def publish_review(
    organiser: OrganiserCard,
    looked_at: Review,
    *,
    revision: int,
    note: str,
    skips_errors: bool,
    at: datetime,
) -> PublishedVersion:
    """Publish what was looked at at this revision, and forget the review.

    Raises NotFound, StillReading, LookAgain, NotYourBank, NothingToPublish, UndecidedTwins, and
    SeesErrors unless errors are left out.
    """
    review = find_mine(organiser, looked_at.card.public_id, locks=True)
    if not looked_at.card.is_read:
        raise StillReading
    if not revision == looked_at.card.revision == review.revision:
        raise LookAgain
    _check_decided(looked_at, skips_errors=skips_errors)
    title = looked_at.card.title
    bank = lock_bank(review.bank_code, title=title, at=at, owner_unit_id=review.unit_id)
    check_owner(organiser, review.bank_code, bank.owner_unit_id)
    made = publish_version(
        review.bank_code,
        looked_at.drafts,
        title=title,
        note=one_line(note)[:LONGEST_NOTE] or None,
        by=f"organiser:{organiser.id}",
        at=at,
    )
    forget_review(review.id)
    return made


def discard_review(organiser: OrganiserCard, public_id: str, *, at: datetime) -> None:
    """Throw a review away. Raises NotFound."""
    review = find_mine(organiser, public_id, locks=True)
    actor = f"organiser:{organiser.id}"
    audit.record("bank.discard", actor=actor, object=f"bank_review:{review.id}", at=at)
    forget_review(review.id)


def _check_decided(review: Review, *, skips_errors: bool) -> None:
    wrong = review.listed[Show.WRONG]
    errors = len(wrong) + sum(file.refused is not None for file in review.files)
    errors += sum(one.severity == "error" for file in review.files for one in file.problems)
    if not any(one.draft and not one.is_skipped for one in review.questions):
        raise NothingToPublish
    if errors and not skips_errors:
        raise SeesErrors(count=errors, accepted=len(review.drafts))
    twins = [one for one in review.listed[Show.TWINS] if one.draft]
    if twins:
        raise UndecidedTwins(count=len(twins))


def _locked(organiser: OrganiserCard, which: Which) -> tuple[BankReview, ReviewQuestion]:
    review = find_mine(organiser, which.public_id, locks=True)
    row = _question(review.id, which.number)
    if row.revision != which.revision:
        raise ChangedMeanwhile(name=_last_editor(review.id, which.number))
    return review, row


def _question(review_id: int, number: int) -> ReviewQuestion:
    row: ReviewQuestion | None = db.session.get(ReviewQuestion, (review_id, number))
    if row is None:
        raise NotFound
    return row


def _last_editor(review_id: int, number: int) -> str:
    query = (
        select(Organiser.name)
        .join(ReviewEdit, ReviewEdit.organiser_id == Organiser.id)
        .where(ReviewEdit.review_id == review_id, ReviewEdit.number == number)
        .order_by(ReviewEdit.id.desc())
        .limit(1)
    )
    return db.session.scalar(query) or ""


def _change(
    organiser: OrganiserCard,
    review: BankReview,
    row: ReviewQuestion,
    *,
    now: Mapping[str, Any],
    decision: str | None,
    at: datetime,
) -> None:
    before = _state(row)
    row.now, row.decision = dict(now), decision
    row.revision += 1
    db.session.add(
        ReviewEdit(
            review_id=review.id,
            number=row.number,
            revision=row.revision,
            organiser_id=organiser.id,
            at=at,
            before=before,
            undone=False,
        )
    )
    _touch(review, at=at)
    _note("bank.mend_question", organiser, review, row, before=before, at=at)


def _state(row: ReviewQuestion) -> dict[str, Any]:
    return {"now": row.now, "decision": row.decision}


def _touch(review: BankReview, *, at: datetime) -> None:
    review.revision += 1
    review.changed_at = at


def _note(
    deed: str,
    organiser: OrganiserCard,
    review: BankReview,
    row: ReviewQuestion,
    *,
    before: dict[str, Any],
    at: datetime,
) -> None:
    audit.record(
        deed,
        actor=f"organiser:{organiser.id}",
        object=f"bank_review:{review.id}/{row.number}",
        before=before,
        after=_state(row),
        at=at,
    )
