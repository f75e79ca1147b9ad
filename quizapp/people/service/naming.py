"""What units, organisers, their sheets and their jobs are called in the log."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select

from quizapp.audit.service import Named, names_of
from quizapp.db import db
from quizapp.jobs.models import Job
from quizapp.people.models import Grant, InvitationBatch, Organiser
from quizapp.units import service as units
from quizapp.vietnamese import day_in_vietnam

NOBODYS: frozenset[int] = frozenset()


@names_of("organiser")
def name_organisers(ids: Collection[str], at: datetime) -> Mapping[str, Named]:  # noqa: ARG001 - as all namers
    """Name organisers; they belong to the units where they have roles now."""
    wanted = numbers(ids)
    names = select(Organiser.id, Organiser.name).where(Organiser.id.in_(wanted))
    granted = select(Grant.organiser_id, Grant.unit_id).where(Grant.organiser_id.in_(wanted))
    own: dict[int, set[int]] = {}
    for row in db.session.execute(granted):
        own.setdefault(row.organiser_id, set()).add(row.unit_id)
    return {
        str(row.id): Named(words=row.name, unit_ids=frozenset(own.get(row.id, ())))
        for row in db.session.execute(names)
    }


@names_of("unit")
def name_units(ids: Collection[str], at: datetime) -> Mapping[str, Named]:
    """Name units as they are called today."""
    cards = units.get_cards(numbers(ids), on=day_in_vietnam(at))
    return {
        str(card.id): Named(words=card.name, unit_ids=frozenset({card.id}))
        for card in cards.values()
    }


@names_of("units")
def name_catalogues(ids: Collection[str], at: datetime) -> Mapping[str, Named]:  # noqa: ARG001 - as all namers
    """The catalogue of units is the whole tree's."""
    return {one: Named(words="", unit_ids=NOBODYS) for one in ids}


@names_of("invitation_batch")
def name_batches(ids: Collection[str], at: datetime) -> Mapping[str, Named]:
    """Name sheets of invitations by their file; they belong to who brought them."""
    query = select(InvitationBatch.id, InvitationBatch.file_name, InvitationBatch.organiser_id)
    rows = db.session.execute(query.where(InvitationBatch.id.in_(numbers(ids)))).all()
    owners = name_organisers({str(row.organiser_id) for row in rows}, at)
    return {
        str(row.id): Named(words=row.file_name, unit_ids=owners[str(row.organiser_id)].unit_ids)
        for row in rows
    }


@names_of("job")
def name_jobs(ids: Collection[str], at: datetime) -> Mapping[str, Named]:
    """Name jobs by what they are about; they belong to who asked."""
    query = select(Job.id, Job.asked_by, Job.about).where(Job.id.in_(numbers(ids)))
    asked = {
        row.id: (row.asked_by.partition(":")[2], row.about) for row in db.session.execute(query)
    }
    owners = name_organisers({by for by, _ in asked.values()}, at)
    none = Named(words="", unit_ids=NOBODYS)
    return {
        str(job_id): Named(words=about, unit_ids=owners.get(by, none).unit_ids)
        for job_id, (by, about) in asked.items()
    }


def numbers(ids: Collection[str]) -> set[int]:
    """Return ids as they are stored; an object of the log that has another form is left out."""
    return {int(one) for one in ids if one.isascii() and one.isdecimal()}
