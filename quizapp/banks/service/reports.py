"""“Báo câu hỏi”: what contestants find wrong with a question, counted for who owns the bank."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from quizapp.banks.errors import NoSuchReason
from quizapp.banks.models import Bank, BankVersion, QuestionReport, ReportReason
from quizapp.banks.service.versions import get_questions
from quizapp.db import db, upsert
from quizapp.errors import NotFound
from quizapp.people.service import WRITES_QUESTIONS, OrganiserCard
from quizapp.units import service as units


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportedQuestion:
    """A question of a version with how many people reported it, by reason."""

    version: int
    number: int
    code: str
    stem: str
    reasons: Mapping[ReportReason, int]

    @property
    def people(self) -> int:
        return sum(self.reasons.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportedBank:
    code: str
    title: str
    questions: Sequence[ReportedQuestion]


def report_question(
    version_id: int, number: int, person_id: int, reason: str, *, at: datetime
) -> None:
    """Keep what a person finds wrong with a question: once each, the newest reason.

    Raises NoSuchReason.
    """
    if reason not in set(ReportReason):
        raise NoSuchReason
    row = {"reason": reason, "reported_at": at}
    place = {"bank_version_id": version_id, "number": number, "person_id": person_id}
    new = upsert(QuestionReport).values(**place, **row)
    db.session.execute(new.on_conflict_do_update(index_elements=list(place), set_=row))


def get_reported(organiser: OrganiserCard, code: str) -> ReportedBank:
    """Return what was reported of a bank, what most people reported first, newest version first.

    For who writes the bank's questions; one that nobody owns, for every writer. Raises NotFound.
    """
    bank = db.session.execute(select(Bank).where(Bank.code == code)).scalar_one_or_none()
    if bank is None or not _writes(organiser, bank.owner_unit_id):
        raise NotFound
    rows = db.session.execute(
        select(
            QuestionReport.bank_version_id,
            BankVersion.number.label("version"),
            QuestionReport.number,
            QuestionReport.reason,
            func.count().label("people"),
        )
        .join(BankVersion, BankVersion.id == QuestionReport.bank_version_id)
        .where(BankVersion.bank_id == bank.id)
        .group_by(
            QuestionReport.bank_version_id,
            BankVersion.number,
            QuestionReport.number,
            QuestionReport.reason,
        )
    )
    found: dict[tuple[int, int, int], dict[ReportReason, int]] = {}
    for row in rows:
        place = (row.bank_version_id, row.version, row.number)
        found.setdefault(place, {})[ReportReason(row.reason)] = row.people
    questions = [_question(*place, reasons) for place, reasons in found.items()]
    questions.sort(key=lambda one: (-one.version, -one.people, one.number))
    return ReportedBank(code=bank.code, title=bank.title, questions=questions)


def count_reported(organiser: OrganiserCard) -> Mapping[str, int]:
    """Return code of a bank this organiser writes → how many of its questions were reported."""
    places = select(QuestionReport.bank_version_id, QuestionReport.number).distinct().subquery()
    rows = db.session.execute(
        select(Bank.code, Bank.owner_unit_id, func.count().label("questions"))
        .join(BankVersion, BankVersion.bank_id == Bank.id)
        .join(places, places.c.bank_version_id == BankVersion.id)
        .group_by(Bank.code, Bank.owner_unit_id)
    )
    return {row.code: row.questions for row in rows if _writes(organiser, row.owner_unit_id)}


def _question(
    version_id: int, version: int, number: int, reasons: Mapping[ReportReason, int]
) -> ReportedQuestion:
    question = get_questions(version_id)[number - 1]
    return ReportedQuestion(
        version=version,
        number=number,
        code=question.code,
        stem=question.stem,
        reasons=reasons,
    )


def _writes(organiser: OrganiserCard, owner_unit_id: int | None) -> bool:
    writer_at = {one.unit_id for one in organiser.grants if one.role in WRITES_QUESTIONS}
    if owner_unit_id is None:
        return bool(writer_at)
    return bool(writer_at & set(units.get_ancestor_ids(owner_unit_id)))
