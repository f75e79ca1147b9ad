"""What contests, their rounds and the people in them are called in the log."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select

from quizapp.audit.service import Named, names_of
from quizapp.contests.models import Contest, ContestDraft, Round
from quizapp.db import db
from quizapp.people import service as people
from quizapp.people.service.naming import numbers


@names_of("contest")
def name_contests(ids: Collection[str], at: datetime) -> Mapping[str, Named]:  # noqa: ARG001 - as all namers
    """Name contests; they belong to the unit that owns them."""
    query = select(Contest.id, Contest.title, Contest.owner_unit_id)
    return {
        str(row.id): Named(words=row.title, unit_ids=frozenset({row.owner_unit_id}))
        for row in db.session.execute(query.where(Contest.id.in_(numbers(ids))))
    }


@names_of("draft")
def name_drafts(ids: Collection[str], at: datetime) -> Mapping[str, Named]:  # noqa: ARG001 - as all namers
    """Name contests in preparation; they belong to the unit they are prepared for."""
    query = select(ContestDraft.id, ContestDraft.body, ContestDraft.unit_id)
    return {
        str(row.id): Named(
            words=str(json.loads(row.body).get("title", "")), unit_ids=frozenset({row.unit_id})
        )
        for row in db.session.execute(query.where(ContestDraft.id.in_(numbers(ids))))
    }


@names_of("round")
def name_rounds(ids: Collection[str], at: datetime) -> Mapping[str, Named]:  # noqa: ARG001 - as all namers
    """Name rounds with their contest."""
    query = (
        select(Round.id, Round.title, Contest.title.label("contest"), Contest.owner_unit_id)
        .join(Contest, Contest.id == Round.contest_id)
        .where(Round.id.in_(numbers(ids)))
    )
    return {
        str(row.id): Named(
            words=f"{row.title}, {row.contest}", unit_ids=frozenset({row.owner_unit_id})
        )
        for row in db.session.execute(query)
    }


@names_of("person")
def name_people(ids: Collection[str], at: datetime) -> Mapping[str, Named]:
    """Name contestants; they belong to the contest's unit and to the one they count for."""
    cards = people.get_person_cards(numbers(ids))
    contests = name_contests({str(card.contest_id) for card in cards.values()}, at)
    return {
        str(card.id): Named(
            words=card.name,
            unit_ids=contests[str(card.contest_id)].unit_ids
            | ({card.unit_counted_id} if card.unit_counted_id else set()),
        )
        for card in cards.values()
    }
