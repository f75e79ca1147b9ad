"""Everything that is held about somebody, to take along: values for machines, and for a page."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from quizapp.attempts import rules as attempt_rules
from quizapp.attempts.models import Attempt
from quizapp.attempts.service import encode_id
from quizapp.attempts.service.timeline import Happened
from quizapp.contests.service import ContestCard
from quizapp.db import db
from quizapp.people.service import PersonCard
from quizapp.privacy.service.own import OwnFile, get_own_file
from quizapp.web.codes import code_of_id


@dataclass(frozen=True, kw_only=True, slots=True)
class Export:
    """What somebody takes along. `answers`: an attempt's public id → position → letters chosen."""

    file: OwnFile
    answers: Mapping[str, Mapping[int, str]]
    receipts: Mapping[str, str | None]
    made_at: datetime

    def packed(self, page: str) -> bytes:
        """Return a ZIP with the values as JSON and `page`, to be read by people."""
        made = self.made_at.timetuple()[:6]
        body = json.dumps(self.values(), ensure_ascii=False, indent=1)
        kept = io.BytesIO()
        with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in (("du-lieu.json", body), ("du-lieu.html", page)):
                entry = zipfile.ZipInfo(name, date_time=made)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, text.encode())
        return kept.getvalue()

    def values(self) -> dict[str, Any]:
        """Return the whole of it as JSON has it: moments in UTC, durations in ms, points / 1000."""
        file = self.file
        return {
            "made_at": _moment(self.made_at),
            "contest": {
                "title": file.contest.title,
                "controller": file.contest.controller,
                "controller_address": file.contest.controller_address,
                "controller_contact": file.contest.controller_contact,
                "kept_until": _moment(file.kept_until),
            },
            "person": {
                "name": file.person.name,
                "phone": file.facts.phone,
                "birth_year": file.facts.birth_year,
                "unit_declared": file.declared,
                "unit_counted": file.counted,
                "joined_at": _moment(file.facts.joined_at),
                "support_code": code_of_id(file.person.public_id),
            },
            "consents": [
                {
                    "purpose": one.purpose,
                    "text_version": one.text_version,
                    "given_at": _moment(one.given_at),
                    "withdrawn_at": _moment(one.withdrawn_at),
                }
                for one in file.consents
            ],
            "attempts": self._attempts(),
            "happened": [_happened(one) for one in file.timeline],
            "requests": [
                {
                    "kind": one.kind,
                    "field": one.field,
                    "wanted": one.wanted,
                    "state": one.state,
                    "asked_at": _moment(one.asked_at),
                    "settled_at": _moment(one.settled_at),
                    "answer": one.answer,
                }
                for one in file.requests
            ],
        }

    def _attempts(self) -> Sequence[dict[str, Any]]:
        return [
            {
                "id": turn.public_id,
                "round": turn.round_number,
                "number": turn.number,
                "state": turn.state,
                "started_at": _moment(turn.started_at),
                "points_milli": turn.points_milli,
                "receipt": self.receipts[turn.public_id],
                "answers": self.answers[turn.public_id],
            }
            for turn in self.file.turns
        ]


def get_export(contest: ContestCard, person: PersonCard, *, at: datetime) -> Export:
    """Return everything held about the person; points as the rules reveal them, no right answer."""
    rows = db.session.execute(
        select(Attempt.public_id, Attempt.paper, Attempt.answers, Attempt.receipt).where(
            Attempt.person_id == person.id
        )
    ).all()
    return Export(
        file=get_own_file(contest, person, at=at),
        answers={
            encode_id(row.public_id): attempt_rules.as_shown(
                attempt_rules.decode_answers(row.answers), attempt_rules.decode_paper(row.paper)
            )
            for row in rows
        },
        receipts={encode_id(row.public_id): row.receipt for row in rows},
        made_at=at,
    )


def _happened(one: Happened) -> dict[str, Any]:
    return {
        "at": _moment(one.at),
        "kind": one.kind,
        "turn": one.turn,
        "what": one.what,
        "by": one.who,
        "reason": one.why,
        "count": one.count,
    }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")
