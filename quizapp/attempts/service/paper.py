"""A running paper as its person sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from quizapp.attempts import rules
from quizapp.attempts.rules import AttemptState
from quizapp.attempts.service.rows import Phone, deadline_now, get_attempt_row, is_over
from quizapp.attempts.service.saving_at_once import remember_row
from quizapp.banks import service as banks
from quizapp.banks.rules import LETTERS, Kind, Shown
from quizapp.banks.service import QuestionCard
from quizapp.contests.models import ContestKind
from quizapp.contests.rules import ContestRules
from quizapp.contests.service import get_rules

NO_PICTURES: Mapping[str, tuple[Shown, ...]] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One question of a paper as the person sees it; `chosen` are the letters saved, or None.

    `pictures` maps the letters shown to the pictures of their options, "" to those of the stem.
    """

    position: int
    stem: str
    takes_several: bool
    options: tuple[tuple[str, str], ...]
    chosen: str | None
    pictures: Mapping[str, tuple[Shown, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """A running paper. `is_held` tells whether this phone may save.

    `prediction_of` is what the paper asks to predict, and of what (“round” or “contest”). While its
    round `is_paused` the clock stands still.
    """

    public_id: str
    person_id: int
    slug: str
    contest_title: str
    colour: str | None
    round_number: int
    round_title: str
    number: int
    lines: tuple[Line, ...]
    prediction_of: tuple[str, str] | None
    prediction: int | None
    started_at: datetime
    deadline_at: datetime
    last_op: int
    is_held: bool
    is_rehearsal: bool = False
    is_paused: bool = False


def get_paper(public_id: str, phone: Phone, *, at: datetime) -> Paper | None:
    """Return the running paper, or None when it is over. Raises NotYours."""
    row = get_attempt_row(public_id, phone)
    if row.state != AttemptState.RUNNING or is_over(row, at=at):
        return None
    remember_row(row)
    paper = rules.decode_paper(row.paper)
    chosen = rules.as_shown(rules.decode_answers(row.answers), paper)
    questions = banks.get_questions(row.bank_version_id)
    return Paper(
        public_id=public_id,
        person_id=row.person_id,
        slug=row.slug,
        contest_title=row.contest_title,
        colour=row.colour,
        round_number=row.round_number,
        round_title=row.round_title,
        number=row.number,
        lines=tuple(
            _line(position, questions[asked.number - 1], asked, chosen.get(position))
            for position, asked in enumerate(paper, start=1)
        ),
        prediction_of=_prediction_of(get_rules(row.rule_set_id)),
        prediction=row.prediction,
        started_at=row.started_at,
        deadline_at=deadline_now(row, at=at),
        last_op=row.last_op,
        is_held=row.holder == phone.holder,
        is_rehearsal=row.kind == ContestKind.REHEARSAL,
        is_paused=row.paused_at is not None,
    )


def _prediction_of(rules_now: ContestRules) -> tuple[str, str] | None:
    if rules_now.target is None or rules_now.prediction_scope is None:
        return None
    return rules_now.target, rules_now.prediction_scope


def _line(position: int, question: QuestionCard, asked: rules.Asked, chosen: str | None) -> Line:
    options = [question.options[canonical] for canonical in asked.order]
    return Line(
        position=position,
        stem=question.stem,
        takes_several=question.kind is Kind.MULTIPLE,
        options=tuple(zip(rules.LETTERS, options, strict=False)),
        chosen=chosen,
        pictures=pictures_shown(question, asked),
    )


def pictures_shown(question: QuestionCard, asked: rules.Asked) -> Mapping[str, tuple[Shown, ...]]:
    """Return the pictures of a question by the letters of this paper, "" for the stem."""
    if not question.pictures:
        return NO_PICTURES
    shown = {"": question.pictures_of()}
    for letter, canonical in zip(rules.LETTERS, asked.order, strict=False):
        shown[letter] = question.pictures_of(LETTERS[canonical])
    return shown
