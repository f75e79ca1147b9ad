"""“Báo câu hỏi” from a paper: which question stands at the place, for who owns the bank."""

from dataclasses import dataclass
from datetime import datetime

from quizapp.attempts import rules
from quizapp.attempts.rules import AttemptState
from quizapp.attempts.service.rows import Phone, get_attempt_row
from quizapp.banks import service as banks
from quizapp.banks.errors import NoSuchReason
from quizapp.contests.models import ContestKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Reportable:
    """A paper of which a question may be reported, and whether it runs still."""

    public_id: str
    slug: str
    asked: int
    is_running: bool
    is_rehearsal: bool


def get_reportable(public_id: str, phone: Phone) -> Reportable:
    """Return what the form of a report needs. Raises NotYours."""
    row = get_attempt_row(public_id, phone)
    return Reportable(
        public_id=public_id,
        slug=row.slug,
        asked=len(rules.decode_paper(row.paper)),
        is_running=row.state == AttemptState.RUNNING,
        is_rehearsal=row.kind == ContestKind.REHEARSAL,
    )


def report(public_id: str, phone: Phone, position: int, reason: str, *, at: datetime) -> None:
    """Report the question at a place of one's own paper. Raises NotYours, NoSuchReason."""
    row = get_attempt_row(public_id, phone)
    paper = rules.decode_paper(row.paper)
    if not 1 <= position <= len(paper):
        raise NoSuchReason
    number = paper[position - 1].number
    banks.report_question(row.bank_version_id, number, row.person_id, reason, at=at)
