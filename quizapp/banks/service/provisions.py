"""Looking up published questions by the law they rest on and by the days they are right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, insert, or_, select

from quizapp.banks.models import Bank, BankVersion, CitedProvision, Question
from quizapp.banks.rules import Content
from quizapp.banks.rules.provisions import provision_of
from quizapp.db import db

PARTS = ("law", "article", "clause", "point")


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedQuestion:
    """A question of a bank's newest version; days that are not told are None."""

    bank_code: str
    version: int
    number: int
    code: str
    stem: str
    valid_from: date | None
    valid_to: date | None


def link_provisions(version_id: int, questions: Iterable[Content]) -> None:
    """Write down which places in laws the questions of a new version rest on."""
    rows = [
        {"bank_version_id": version_id, "question_number": question_number, "number": number}
        | {part: getattr(provision, part) for part in PARTS}
        for question_number, question in enumerate(questions, start=1)
        for number, citation in enumerate(question.citations, start=1)
        if (provision := provision_of(citation)) is not None
    ]
    if rows:
        db.session.execute(insert(CitedProvision), rows)


def get_citing(
    law: str, *, article: str | None = None, clause: str | None = None, point: str | None = None
) -> Sequence[PublishedQuestion]:
    """Return the questions of newest versions that rest on this place in a law, or within it.

    `law` is its number, like "45/2019/QH14". In the order of banks and numbers.
    """
    told = {"law": law, "article": article, "clause": clause, "point": point}
    cites = (CitedProvision.bank_version_id == Question.bank_version_id) & (
        CitedProvision.question_number == Question.number
    )
    parts = [getattr(CitedProvision, part) == value for part, value in told.items() if value]
    # Distinct: a question may cite two clauses of one article.
    return _found(_newest_questions().join(CitedProvision, cites).where(*parts).distinct())


def get_ended(day: date) -> Sequence[PublishedQuestion]:
    """Return the questions of newest versions that are not in force on a day, in the same order."""
    return _found(
        _newest_questions().where(or_(Question.valid_to < day, Question.valid_from > day))
    )


def _newest_questions() -> Select[*tuple[Any, ...]]:
    newest = (
        select(BankVersion.bank_id, func.max(BankVersion.number).label("number"))
        .group_by(BankVersion.bank_id)
        .subquery()
    )
    names = ("number", "code", "stem", "valid_from", "valid_to")
    return (
        select(
            Bank.code.label("bank_code"),
            BankVersion.number.label("version"),
            *(getattr(Question, name) for name in names),
        )
        .join(BankVersion, BankVersion.id == Question.bank_version_id)
        .join(Bank, Bank.id == BankVersion.bank_id)
        .join(
            newest,
            (newest.c.bank_id == BankVersion.bank_id) & (newest.c.number == BankVersion.number),
        )
        .order_by(Bank.code, Question.number)
    )


def _found(query: Select[*tuple[Any, ...]]) -> Sequence[PublishedQuestion]:
    return [PublishedQuestion(**row._asdict()) for row in db.session.execute(query)]
