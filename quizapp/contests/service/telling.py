"""Telling the public what was changed of an approved contest: once written, it stays."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, update

from quizapp.contests.models import Contest, Notice
from quizapp.db import db
from quizapp.said import packed


def tell_public(contest_id: int, lines: Sequence[str], *, reason: str, at: datetime) -> str:
    """Put a notice on the contest's page; return the lines as they are stored."""
    stored = json.dumps([packed(line) for line in lines], ensure_ascii=False)
    db.session.execute(
        insert(Notice).values(contest_id=contest_id, at=at, reason=reason, lines=stored)
    )
    # Processes keep contests by this number, and a notice changes no row that lets it go up.
    newer = update(Contest).where(Contest.id == contest_id)
    db.session.execute(newer.values(revision=Contest.revision + 1))
    return stored
