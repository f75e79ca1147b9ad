"""What banks and reviews of questions are called in the log."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select

from quizapp.audit.service import Named, names_of
from quizapp.banks.models import Bank, BankReview, BankVersion
from quizapp.db import db
from quizapp.people.service.naming import numbers


@names_of("bank")
def name_banks(ids: Collection[str], at: datetime) -> Mapping[str, Named]:  # noqa: ARG001 - as all namers
    """Name banks by their code, which stands before the versions that were looked at."""
    codes = {one: one.partition("@")[0] for one in ids}
    found = db.session.execute(
        select(Bank.code, Bank.owner_unit_id).where(Bank.code.in_(set(codes.values())))
    ).all()
    owners = {row.code: row.owner_unit_id for row in found}
    return {
        one: Named(words=one, unit_ids=frozenset({owners[code]} if owners[code] else ()))
        for one, code in codes.items()
        if code in owners
    }


@names_of("bank_version")
def name_versions(ids: Collection[str], at: datetime) -> Mapping[str, Named]:  # noqa: ARG001 - as all namers
    """Name versions by their bank; they belong to the unit that owns it."""
    query = (
        select(BankVersion.id, BankVersion.number, Bank.code, Bank.owner_unit_id)
        .join(Bank, Bank.id == BankVersion.bank_id)
        .where(BankVersion.id.in_(numbers(ids)))
    )
    return {
        str(row.id): Named(
            words=f"{row.code}@{row.number}",
            unit_ids=frozenset({row.owner_unit_id} if row.owner_unit_id else ()),
        )
        for row in db.session.execute(query)
    }


@names_of("bank_review")
def name_reviews(ids: Collection[str], at: datetime) -> Mapping[str, Named]:  # noqa: ARG001 - as all namers
    """Name reviews by the bank they are for; they belong to the unit they are made for."""
    query = select(BankReview.id, BankReview.bank_code, BankReview.unit_id)
    return {
        str(row.id): Named(words=row.bank_code, unit_ids=frozenset({row.unit_id}))
        for row in db.session.execute(query.where(BankReview.id.in_(numbers(ids))))
    }
