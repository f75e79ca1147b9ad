"""What an evening must have told: computed from the stored attempts, past every standing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from quizapp.attempts.models import Attempt
from quizapp.attempts.rules import LETTERS, AttemptState, as_shown, decode_paper
from quizapp.attempts.service import decode_id
from quizapp.banks import service as banks
from quizapp.contests.service import RoundCard
from quizapp.db import db
from quizapp.people import service as people

RANKING = ("score desc", "duration asc", "submitted_at asc")


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """A person's place: `rank` is shared by equals, whom the order of ids does not tell apart."""

    rank: int
    name: str
    points_milli: int


def letters_of(one: RoundCard, paper_id: str, *, right: int) -> Mapping[int, str]:
    """Return position → letter with the first `right` answers right and all others wrong."""
    stored = db.session.scalar(
        select(Attempt.paper).where(Attempt.public_id == decode_id(paper_id))
    )
    questions = banks.get_questions(one.bank_version_id)
    db.session.rollback()
    paper = decode_paper(stored or b"")
    shown = as_shown([questions[asked.number - 1].right for asked in paper], paper)
    return {
        position: letter if position <= right else _other(letter)
        for position, letter in shown.items()
    }


def find_lost(papers: Collection[str]) -> Sequence[str]:
    """Return those of the acknowledged papers that are not stored as handed in."""
    ids = {decode_id(one): one for one in papers}
    stored = db.session.scalars(
        select(Attempt.public_id).where(
            Attempt.public_id.in_(ids), Attempt.state == AttemptState.SUBMITTED
        )
    ).all()
    db.session.rollback()
    return sorted(ids[one] for one in ids.keys() - set(stored))


def order_by_attempts(one: RoundCard) -> Sequence[Placed]:
    """Return everybody in order of RANKING, of one attempt each, in whole seconds."""
    taken = db.session.execute(
        select(
            Attempt.person_id, Attempt.points_milli, Attempt.duration_ms, Attempt.submitted_at
        ).where(Attempt.round_id == one.id, Attempt.state == AttemptState.SUBMITTED)
    ).all()
    keys = {
        row.person_id: (-row.points_milli, row.duration_ms // 1000, row.submitted_at)
        for row in taken
    }
    points = {row.person_id: row.points_milli for row in taken}
    cards = people.get_person_cards(list(keys))
    db.session.rollback()
    return [
        Placed(
            rank=1 + sum(other < keys[person] for other in keys.values()),
            name=cards[person].shown_name,
            points_milli=points[person],
        )
        for person in sorted(keys, key=lambda person: keys[person])
    ]


def _other(letter: str) -> str:
    return LETTERS[1] if letter == LETTERS[0] else LETTERS[0]
