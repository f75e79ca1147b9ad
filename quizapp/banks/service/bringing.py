"""Files that organisers bring for one bank: kept at once, read by a job, question by question."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update

from quizapp import clock
from quizapp.audit import service as audit
from quizapp.banks.errors import CannotRead, NoFiles, TooManyReviews
from quizapp.banks.models import Bank, BankReview, ReviewEdit, ReviewFile, ReviewQuestion
from quizapp.banks.reading import LARGEST, read_bank
from quizapp.banks.rules import Raw, Reading
from quizapp.banks.rules.mending import stored, stored_problem, with_own_code
from quizapp.banks.service.owning import check_owner, get_writers_units
from quizapp.banks.service.pictures import keep_pictures
from quizapp.banks.service.versions import check_bank_code, find_version, get_questions
from quizapp.db import db, transaction
from quizapp.errors import N_, NotFound
from quizapp.jobs.service import Running, ask_job, register
from quizapp.people.service import OrganiserCard
from quizapp.said import said, written
from quizapp.vietnamese import one_line

ID_BYTES = 16
KEPT_FOR = timedelta(days=30)
LONGEST_TITLE, LONGEST_NAME = 200, 100  # letters
MOST_FILES = 10
MOST_REVIEWS = 10  # of one organiser
LARGEST_ALL = 2 * LARGEST  # bytes of all files of one form
READ = "banks.read"
ROWS_AT_ONCE = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class BroughtFile:
    """A file as a browser sent it."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class NewReview:
    """Files for a bank, new or not, of a unit; `adds` keeps the questions that it has."""

    unit: str
    bank_code: str
    title: str
    adds: bool
    files: Sequence[BroughtFile]


def start_review(organiser: OrganiserCard, new: NewReview, *, at: datetime) -> str:
    """Keep the files and ask for them to be read; return the public id of the job that does.

    Raises NotFound for a unit that is not theirs, BadBankCode, NotYourBank, NoFiles and
    TooManyReviews.
    """
    mine = {unit.code: unit for unit in get_writers_units(organiser, at=at)}
    if new.unit not in mine:
        raise NotFound
    check_bank_code(new.bank_code)
    known = db.session.execute(
        select(Bank.owner_unit_id, Bank.title).where(Bank.code == new.bank_code)
    ).one_or_none()
    unit_id = mine[new.unit].id
    check_owner(organiser, new.bank_code, known.owner_unit_id if known else unit_id)
    _check_files(new.files)
    _check_room(organiser)
    title = one_line(new.title) or (known.title if known else "")
    review = BankReview(
        public_id=secrets.token_bytes(ID_BYTES),
        organiser_id=organiser.id,
        unit_id=unit_id,
        bank_code=new.bank_code,
        title=title[:LONGEST_TITLE],
        adds=new.adds and known is not None,
        revision=1,
        created_at=at,
        changed_at=at,
    )
    db.session.add(review)
    db.session.flush()  # its files name it
    _keep_files(review.id, new.files)
    actor = f"organiser:{organiser.id}"
    audit.record("bank.bring", actor=actor, object=f"bank_review:{review.id}", at=at)
    about = ", ".join(file.name for file in new.files)
    return ask_job(READ, {"review": review.id}, asked_by=actor, about=about, at=at)


@register(READ, title=N_("Đọc tệp câu hỏi"))
def read_files(job: Running) -> str:
    """Read the files of a review that are not read yet; the address of the review is the result."""
    review_id = int(job.payload["review"])
    review = _review(review_id)
    numbers = db.session.scalars(
        select(ReviewFile.number)
        .where(ReviewFile.review_id == review_id)
        .order_by(ReviewFile.number)
    ).all()
    db.session.rollback()
    for done, number in enumerate(numbers):
        job.progress(N_("Đọc tệp"), done, len(numbers))
        _read_file(job, review, number, names_file=len(numbers) > 1)
    job.progress(N_("Đọc tệp"), len(numbers), len(numbers))
    return f"/admin/banks/reviews/{review.public_id.hex()}"


def forget_old_reviews(*, at: datetime) -> None:
    """Throw reviews away that nobody has touched for long."""
    old = select(BankReview.id).where(BankReview.changed_at < at - KEPT_FOR)
    for review_id in db.session.scalars(old).all():
        forget_review(review_id)


def forget_review(review_id: int) -> None:
    """Delete a review with all that belongs to it."""
    for table in (ReviewEdit, ReviewQuestion, ReviewFile):
        db.session.execute(delete(table).where(table.review_id == review_id))
    db.session.execute(delete(BankReview).where(BankReview.id == review_id))


def _check_files(files: Sequence[BroughtFile]) -> None:
    fits = all(0 < len(file.content) <= LARGEST for file in files)
    if not 1 <= len(files) <= MOST_FILES or not fits:
        raise NoFiles(most=MOST_FILES, mb=LARGEST // 2**20)


def _check_room(organiser: OrganiserCard) -> None:
    mine = select(func.count()).where(BankReview.organiser_id == organiser.id)
    if (db.session.scalar(mine) or 0) >= MOST_REVIEWS:
        raise TooManyReviews(most=MOST_REVIEWS)


def _keep_files(review_id: int, files: Sequence[BroughtFile]) -> None:
    for number, file in enumerate(files, start=1):
        db.session.add(
            ReviewFile(
                review_id=review_id,
                number=number,
                file_name=one_line(file.name)[-LONGEST_NAME:],
                content=file.content,
                problems=[],
            )
        )


def _review(review_id: int) -> BankReview:
    """Return the review. Raises NotFound when it was thrown away meanwhile."""
    review: BankReview | None = db.session.get(BankReview, review_id)
    if review is None:
        raise NotFound
    db.session.expunge(review)
    return review


def _read_file(job: Running, review: BankReview, number: int, *, names_file: bool) -> None:
    """Read one file and keep its questions; one that was read already stays as it is."""
    this = (ReviewFile.review_id == review.id, ReviewFile.number == number)
    file = db.session.execute(
        select(ReviewFile.file_name, ReviewFile.content).where(*this, ReviewFile.read_at.is_(None))
    ).one_or_none()
    db.session.rollback()
    if file is None:
        return
    try:
        reading, refused = read_bank(file.content), None
    except CannotRead as refusal:
        reading, refused = Reading(format=""), written(refusal.said)
    raws = _named(reading.raws, file.file_name) if names_file else reading.raws
    _keep_questions(job, review, number, raws)
    problems = [stored_problem(one) for one in reading.problems if one.question is None]
    values = {"format": reading.format or None, "title": reading.title, "refused": refused}
    with transaction():
        job.keep(beat_at=clock.now())
        keep_pictures(reading.pictures, at=clock.now())
        db.session.execute(
            update(ReviewFile).where(*this).values(problems=problems, read_at=clock.now(), **values)
        )
        if reading.title:
            untitled = (BankReview.id == review.id, BankReview.title == "")
            db.session.execute(
                update(BankReview).where(*untitled).values(title=reading.title[:LONGEST_TITLE])
            )


def _named(raws: Sequence[Raw], file_name: str) -> list[Raw]:
    """Return the questions with the name of their file before their places."""
    return [
        replace(raw, where=said(N_("{file}, {where}"), file=file_name, where=raw.where))
        for raw in raws
    ]


def _keep_questions(
    job: Running, review: BankReview, file_number: int, raws: Sequence[Raw]
) -> None:
    """Write the questions after those of the files before; what a killed job wrote goes first."""
    mine = (ReviewQuestion.review_id == review.id, ReviewQuestion.file_number == file_number)
    with transaction():
        job.keep(beat_at=clock.now())
        db.session.execute(delete(ReviewQuestion).where(*mine))
    used, last = _used_codes(review)
    rows = []
    for number, raw in enumerate(raws, start=last + 1):
        own = with_own_code(replace(raw, number=number), used)
        told = stored(own)
        rows.append(
            {
                "review_id": review.id,
                "number": number,
                "file_number": file_number,
                "found": told,
                "now": told,
                "decision": None,
                "revision": 1,
            }
        )
    for start in range(0, len(rows), ROWS_AT_ONCE):
        job.progress(N_("Ghi câu hỏi"), start, len(rows))
        with transaction():
            job.keep(beat_at=clock.now())
            db.session.execute(insert(ReviewQuestion), rows[start : start + ROWS_AT_ONCE])


def _used_codes(review: BankReview) -> tuple[set[str], int]:
    """Return the codes that are taken already, and the last number of the files before."""
    rows = db.session.execute(
        select(ReviewQuestion.number, ReviewQuestion.now).where(
            ReviewQuestion.review_id == review.id
        )
    ).all()
    used = {str(row.now["code"]) for row in rows}
    newest = find_version(review.bank_code) if review.adds else None
    if newest is not None:
        used |= {question.code for question in get_questions(newest.id)}
    db.session.rollback()
    return used, max((row.number for row in rows), default=0)
