"""A running paper as its person sees it."""

from dataclasses import dataclass
from datetime import datetime

from quizapp.attempts import rules
from quizapp.attempts.rules import AttemptState
from quizapp.attempts.service.rows import Phone, deadline_now, get_attempt_row, is_over
from quizapp.banks import service as banks
from quizapp.contests.service import get_rules


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One question of a paper as the person sees it; `chosen` is the letter saved, or None."""

    position: int
    stem: str
    options: tuple[tuple[str, str], ...]
    chosen: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """A running paper. `is_held` tells whether this phone may save."""

    public_id: str
    slug: str
    contest_title: str
    round_number: int
    round_title: str
    number: int
    lines: tuple[Line, ...]
    asks_prediction: bool
    prediction: int | None
    started_at: datetime
    deadline_at: datetime
    last_op: int
    is_held: bool


def get_paper(public_id: str, phone: Phone, *, at: datetime) -> Paper | None:
    """Return the running paper, or None when it is over. Raises NotYours."""
    row = get_attempt_row(public_id, phone)
    if row.state != AttemptState.RUNNING or is_over(row, at=at):
        return None
    paper = rules.decode_paper(row.paper)
    chosen = rules.as_shown(rules.decode_answers(row.answers), paper)
    questions = banks.get_questions(row.bank_version_id)
    return Paper(
        public_id=public_id,
        slug=row.slug,
        contest_title=row.contest_title,
        round_number=row.round_number,
        round_title=row.round_title,
        number=row.number,
        lines=tuple(
            Line(
                position=position,
                stem=questions[asked.number - 1].stem,
                options=tuple(
                    (rules.LETTERS[place], questions[asked.number - 1].options[canonical])
                    for place, canonical in enumerate(asked.order)
                ),
                chosen=chosen.get(position),
            )
            for position, asked in enumerate(paper, start=1)
        ),
        asks_prediction=get_rules(row.rule_set_id).prediction is not None,
        prediction=row.prediction,
        started_at=row.started_at,
        deadline_at=deadline_now(row, at=at),
        last_op=row.last_op,
        is_held=row.holder == phone.holder,
    )
