"""What people's requests about their data are called in the log."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select

from quizapp.audit.service import Named, names_of
from quizapp.contests.service.naming import name_people
from quizapp.db import db
from quizapp.people.service.naming import numbers
from quizapp.privacy.models import PrivacyRequest


@names_of("privacy_request")
def name_requests(ids: Collection[str], at: datetime) -> Mapping[str, Named]:
    """Name requests with their person; they belong to the units that the person does."""
    query = select(PrivacyRequest.id, PrivacyRequest.person_id)
    rows = db.session.execute(query.where(PrivacyRequest.id.in_(numbers(ids)))).all()
    people = name_people({str(row.person_id) for row in rows}, at)
    return {
        str(row.id): Named(
            words=f"{row.id}, {people[str(row.person_id)].words}",
            unit_ids=people[str(row.person_id)].unit_ids,
        )
        for row in rows
    }
