"""What organisers see of a review: problems, twins, counts, and each question as it would be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from sqlalchemy import select

from quizapp.banks.models import BankReview, ReviewEdit, ReviewFile, ReviewQuestion
from quizapp.banks.rules import Draft, Problem, Raw, Severity
from quizapp.banks.rules.counting import Counts, count
from quizapp.banks.rules.duplicates import Twin, asked_in_file, asked_in_version, find_twins
from quizapp.banks.rules.mending import (
    Typed,
    check_all,
    restored,
    restored_problem,
    shown,
    typed_in,
)
from quizapp.banks.rules.provisions import with_provision
from quizapp.banks.service.versions import QuestionCard, find_version, get_questions
from quizapp.db import db
from quizapp.errors import NotFound
from quizapp.people.models import Organiser
from quizapp.people.service import WRITES_QUESTIONS as WRITES
from quizapp.people.service import OrganiserCard
from quizapp.said import NOTHING_SAID, Said, read
from quizapp.units import service as units


class Decision(StrEnum):
    """What was decided of a question that is like another, or not wanted."""

    KEPT = "kept"  # it is another question after all
    SKIPPED = "skipped"
    REPLACES = "replaces"  # it takes the place of the published one that it is like


class Show(StrEnum):
    """Which questions of a review are listed."""

    WRONG = "wrong"
    TWINS = "twins"
    NOTED = "noted"
    SKIPPED = "skipped"
    ALL = "all"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewCard:
    """A review; `public_id` is hexadecimal."""

    id: int
    public_id: str
    unit_id: int
    bank_code: str
    title: str
    adds: bool
    revision: int
    created_at: datetime
    files: Sequence[str]
    is_read: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class FileCard:
    """A file of a review, why it cannot be read, and what is wrong that is of no question."""

    file_name: str
    format: str | None
    refused: Said | None
    problems: Sequence[Problem]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reviewed:
    """A question of a review: as it was found, as it is now, and what came of it.

    `draft` None: it has an error. `twin_of` is the earlier or published question it is like.
    """

    number: int
    revision: int
    found: Raw
    now: Raw
    decision: Decision | None
    draft: Draft | None
    problems: Sequence[Problem]
    twin: Twin | None
    twin_of: "Raw | QuestionCard | None"

    @property
    def errors(self) -> Sequence[Problem]:
        return [one for one in self.problems if one.severity is Severity.ERROR]

    @property
    def is_skipped(self) -> bool:
        return self.decision is Decision.SKIPPED

    @property
    def is_open_twin(self) -> bool:
        """Say whether it is like another and nobody has decided what to do."""
        return self.twin is not None and self.decision is None


@dataclass(frozen=True, kw_only=True)
class Review:
    """A review with everything that pages show of it."""

    card: ReviewCard
    files: Sequence[FileCard]
    questions: Sequence[Reviewed]
    published: Sequence[QuestionCard]
    next_number: int

    @cached_property
    def listed(self) -> Mapping[Show, Sequence[Reviewed]]:
        taken = [one for one in self.questions if not one.is_skipped]
        return {
            Show.WRONG: [one for one in taken if one.errors],
            Show.TWINS: [one for one in taken if one.is_open_twin],
            Show.NOTED: [one for one in taken if one.problems and not one.errors],
            Show.SKIPPED: [one for one in self.questions if one.is_skipped],
            Show.ALL: self.questions,
        }

    @cached_property
    def drafts(self) -> Sequence[Draft]:
        """Return what would be published, published questions that stay included."""
        own = [one for one in self.questions if one.draft and not one.is_skipped]
        if not self.card.adds:
            return [one.draft for one in own if one.draft]
        instead = {
            str(one.twin.first): one.draft
            for one in own
            if one.draft and one.twin and one.decision is Decision.REPLACES
        }
        kept = [_stays(question, instead) for question in self.published]
        replacing = {id(draft) for draft in instead.values()}
        new = [one.draft for one in own if one.draft and id(one.draft) not in replacing]
        return [*kept, *new]

    @cached_property
    def counts(self) -> Counts:
        return count(self.drafts)

    @property
    def first_shown(self) -> Show:
        """Return what is to be looked at first: problems, then twins, then everything."""
        filled = (show for show in (Show.WRONG, Show.TWINS) if self.listed[show])
        return next(filled, Show.ALL)

    def next_wrong(self, number: int) -> int | None:
        """Return the next question that needs somebody after this one, else the first such."""
        waiting = [*self.listed[Show.WRONG], *self.listed[Show.TWINS]]
        numbers = sorted({one.number for one in waiting} - {number})
        return next((one for one in numbers if one > number), numbers[0] if numbers else None)


def get_reviews(organiser: OrganiserCard) -> Sequence[ReviewCard]:
    """Return the reviews that this organiser may work on, newest first."""
    rows = db.session.scalars(select(BankReview).order_by(BankReview.id.desc())).all()
    return [_card(row) for row in rows if _may_write(organiser, row.unit_id)]


def get_review(organiser: OrganiserCard, public_id: str) -> Review:
    """Return a review with everything. Raises NotFound."""
    row = find_mine(organiser, public_id)
    card = _card(row)
    files = db.session.scalars(
        select(ReviewFile).where(ReviewFile.review_id == row.id).order_by(ReviewFile.number)
    ).all()
    newest = find_version(row.bank_code)
    published = get_questions(newest.id) if newest else ()
    return Review(
        card=card,
        files=[_file(file) for file in files],
        questions=_questions(row.id, published if row.adds else ()),
        published=published,
        next_number=newest.number + 1 if newest else 1,
    )


def look_at_review(organiser: OrganiserCard, public_id: str) -> Review:
    """Return a review before the transaction that may publish it begins. Raises NotFound."""
    found = get_review(organiser, public_id)
    db.session.rollback()
    return found


def get_twin(one: Reviewed) -> Typed | None:
    """Return what a question is like, as the form would show it."""
    if one.twin_of is None:
        return None
    if isinstance(one.twin_of, Raw):
        return typed_in(one.twin_of)
    return shown(one.twin_of)


def get_editors(review_id: int, number: int) -> Sequence[tuple[str, datetime]]:
    """Return who changed a question of a review, and when, newest first; not what was undone."""
    rows = db.session.execute(
        select(Organiser.name, ReviewEdit.at)
        .join(Organiser, Organiser.id == ReviewEdit.organiser_id)
        .where(
            ReviewEdit.review_id == review_id,
            ReviewEdit.number == number,
            ReviewEdit.undone.is_(False),
        )
        .order_by(ReviewEdit.id.desc())
    )
    return [(row.name, row.at) for row in rows]


def find_mine(organiser: OrganiserCard, public_id: str, *, locks: bool = False) -> BankReview:
    """Return the row of a review that this organiser may work on. Raises NotFound."""
    try:
        key = bytes.fromhex(public_id)
    except ValueError as error:
        raise NotFound from error
    query = select(BankReview).where(BankReview.public_id == key)
    row: BankReview | None = db.session.scalars(
        query.with_for_update() if locks else query
    ).one_or_none()
    if row is None or not _may_write(organiser, row.unit_id):
        raise NotFound
    return row


def _may_write(organiser: OrganiserCard, unit_id: int) -> bool:
    line = set(units.get_ancestor_ids(unit_id))
    return any(grant.role in WRITES and grant.unit_id in line for grant in organiser.grants)


def _card(row: BankReview) -> ReviewCard:
    files = db.session.execute(
        select(ReviewFile.file_name, ReviewFile.read_at)
        .where(ReviewFile.review_id == row.id)
        .order_by(ReviewFile.number)
    ).all()
    return ReviewCard(
        id=row.id,
        public_id=row.public_id.hex(),
        unit_id=row.unit_id,
        bank_code=row.bank_code,
        title=row.title or row.bank_code,
        adds=row.adds,
        revision=row.revision,
        created_at=row.created_at,
        files=[file.file_name for file in files],
        is_read=all(file.read_at is not None for file in files),
    )


def _file(row: ReviewFile) -> FileCard:
    return FileCard(
        file_name=row.file_name,
        format=row.format,
        refused=None if row.refused is None else read(row.refused),
        problems=[restored_problem(one) for one in row.problems],
    )


def _questions(review_id: int, published: Sequence[QuestionCard]) -> list[Reviewed]:
    rows = db.session.execute(
        select(*ReviewQuestion.__table__.c)
        .where(ReviewQuestion.review_id == review_id)
        .order_by(ReviewQuestion.number)
    ).all()
    raws = {row.number: restored(row.now) for row in rows}
    taken = [raws[row.number] for row in rows if row.decision != Decision.SKIPPED]
    drafts, problems = check_all(taken)
    drafts = {number: _cited(draft) for number, draft in drafts.items()}
    by_name: dict[int | str, Raw | QuestionCard] = {**raws, **{one.code: one for one in published}}
    found = find_twins(map(asked_in_file, taken), map(asked_in_version, published))
    twins = {twin.second: twin for twin in found}
    return [
        Reviewed(
            number=row.number,
            revision=row.revision,
            found=restored(row.found),
            now=raws[row.number],
            decision=Decision(row.decision) if row.decision else None,
            draft=drafts.get(row.number),
            problems=problems.get(row.number, ()),
            twin=twins.get(row.number),
            twin_of=_twin_of(twins.get(row.number), by_name),
        )
        for row in rows
    ]


def _cited(draft: Draft) -> Draft:
    """Return the question with the provisions that its citations name as data."""
    return replace(draft, citations=tuple(map(with_provision, draft.citations)))


def _twin_of(
    twin: Twin | None, by_name: Mapping[int | str, Raw | QuestionCard]
) -> Raw | QuestionCard | None:
    return by_name[twin.first] if twin else None


def _stays(question: QuestionCard, instead: Mapping[str, Draft]) -> Draft:
    """Return a published question as it goes on, or what takes its place under its code."""
    new = instead.get(question.code)
    if new is not None:
        return replace(new, code=question.code)
    told: dict[str, Any] = {
        name: getattr(question, name) for name in QuestionCard.__dataclass_fields__
    }
    return Draft(**told, where=NOTHING_SAID)
