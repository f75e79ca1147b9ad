"""What a person may see of attempts that are over, as far as the rules reveal it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, or_, select

from quizapp.attempts import rules
from quizapp.attempts.errors import NothingToShow
from quizapp.attempts.models import Attempt, LateSheet
from quizapp.attempts.rules import AttemptState
from quizapp.attempts.service.paper import pictures_shown
from quizapp.attempts.service.rows import AnyRow, Phone, encode_id, get_attempt_row
from quizapp.attempts.service.starting import get_limit
from quizapp.banks import service as banks
from quizapp.banks.rules import Kind, Shown
from quizapp.banks.service import QuestionCard
from quizapp.contests.models import ContestKind, Round
from quizapp.contests.rules import Reveal
from quizapp.contests.rules.schedule import Phase, Window
from quizapp.contests.service import RoundCard, get_rules, is_asked_in_earnest
from quizapp.db import db, run, table_of
from quizapp.web.codes import code_of_id

SHEET = table_of(LateSheet)
LATE = select(SHEET.c.answers, SHEET.c.prediction).where(SHEET.c.attempt_id == bindparam("this"))


@dataclass(frozen=True, kw_only=True, slots=True)
class RevealedLine:
    """A question of a finished paper with its right answer and the law behind it."""

    position: int
    stem: str
    takes_several: bool
    options: tuple[tuple[str, str, bool, bool], ...]
    """(letter shown, text, is right, was chosen) in the order of the paper."""
    explanation: str | None
    pictures: Mapping[str, tuple[Shown, ...]]
    citations: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """A finished attempt. `points_milli` is None while the rules keep the score back.

    `late` is how many answers came after the end: they are kept aside and counted for nothing.
    `may_go_on` tells whether the round is open and another attempt allowed.
    """

    public_id: str
    person_id: int
    slug: str
    contest_title: str
    colour: str | None
    round_number: int
    round_title: str
    state: AttemptState
    number: int
    number_limit: int
    answered: int
    late: int
    asked: int
    right_count: int | None
    points_milli: int | None
    duration_ms: int
    submitted_at: datetime
    prediction: int | None
    receipt: str
    code: str  # for the help desk
    may_go_on: bool
    reveals_score: Reveal
    reveals_answers: Reveal
    lines: tuple[RevealedLine, ...]
    is_rehearsal: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One of a person's attempts in a list."""

    public_id: str
    round_number: int
    number: int
    number_limit: int
    state: AttemptState
    started_at: datetime
    points_milli: int | None


def get_outcome(public_id: str, phone: Phone, *, at: datetime) -> Outcome | None:
    """Return the finished attempt, or None while it runs. Raises NotYours."""
    row = get_attempt_row(public_id, phone)
    if row.state == AttemptState.RUNNING:
        return None
    contest_rules = get_rules(row.rule_set_id)
    shows_score = _is_score_told(contest_rules.reveal_score, row, at=at)
    reveals_answers = _answers_told(contest_rules.reveal_answers, row, at=at)
    paper = rules.decode_paper(row.paper)
    answers = rules.decode_answers(row.answers)
    window = Window(opens_at=row.opens_at, closes_at=row.closes_at)
    return Outcome(
        public_id=public_id,
        person_id=row.person_id,
        slug=row.slug,
        contest_title=row.contest_title,
        colour=row.colour,
        round_number=row.round_number,
        round_title=row.round_title,
        state=AttemptState(row.state),
        number=row.number,
        number_limit=row.number_limit,
        answered=sum(1 for chosen in answers if chosen),
        late=_count_late(row, answers),
        asked=len(paper),
        right_count=row.right_count if shows_score else None,
        points_milli=row.points_milli if shows_score else None,
        duration_ms=row.duration_ms,
        submitted_at=row.submitted_at,
        prediction=row.prediction,
        receipt=row.receipt,
        code=code_of_id(row.public_id),
        may_go_on=row.number < row.number_limit and window.phase(at) is Phase.OPEN,
        reveals_score=contest_rules.reveal_score,
        reveals_answers=reveals_answers,
        is_rehearsal=row.kind == ContestKind.REHEARSAL,
        lines=_lines(row, paper, answers) if _are_answers_told(reveals_answers, row, at=at) else (),
    )


def get_outcome_to_show(public_id: str, phone: Phone, *, at: datetime) -> Outcome:
    """Return a finished attempt that counts. Raises NotYours, NothingToShow."""
    found = get_outcome(public_id, phone, at=at)
    if found is None or found.state is AttemptState.VOID:
        raise NothingToShow
    return found


def get_turns(contest_id: int, person_id: int, *, at: datetime) -> Sequence[Turn]:
    """Return the person's attempts in the contest, newest first."""
    rows = run(_turns(), contest_id=contest_id, person_id=person_id)
    return [
        Turn(
            public_id=encode_id(row.public_id),
            round_number=row.round_number,
            number=row.number,
            number_limit=row.number_limit,
            state=AttemptState(row.state),
            started_at=row.started_at,
            points_milli=row.points_milli
            if _is_score_told(get_rules(row.rule_set_id).reveal_score, row, at=at)
            else None,
        )
        for row in rows
    ]


@cache
def _turns() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Attempt.public_id,
            Attempt.number,
            Attempt.number_limit,
            Attempt.state,
            Attempt.started_at,
            Attempt.points_milli,
            Round.number.label("round_number"),
            Round.rule_set_id,
            Round.bank_version_id,
            Round.contest_id,
            Round.closes_at,
        )
        .join(Round, Round.id == Attempt.round_id)
        .where(Round.contest_id == bindparam("contest_id"))
        .where(Attempt.person_id == bindparam("person_id"))
        .order_by(Attempt.started_at.desc(), Attempt.id.desc())
    )


def count_left(one: RoundCard, turns: Sequence[Turn], *, at: datetime) -> int:
    """Return how many attempts the person may still begin in the round now.

    `turns` are all of the person's in the contest.
    """
    begun = [(turn.round_number == one.number, turn.started_at) for turn in turns]
    limits = (turn.number_limit for turn in turns if turn.round_number == one.number)
    limit = max([get_limit(one, begun, at=at), *limits])
    return max(limit - sum(mine for mine, _ in begun), 0)


def has_running(one: RoundCard, turns: Sequence[Turn]) -> bool:
    """Tell whether the person has begun an attempt of the round that is not over."""
    mine = (turn for turn in turns if turn.round_number == one.number)
    return any(turn.state is AttemptState.RUNNING for turn in mine)


def number_to_start(one: RoundCard, turns: Sequence[Turn]) -> int:
    """Return the number of the attempt that a start would now go on with or begin."""
    used = sum(1 for turn in turns if turn.round_number == one.number)
    return used if has_running(one, turns) else used + 1


def _count_late(row: AnyRow, answers: tuple[int, ...]) -> int:
    """Return how many answers, the prediction among them, came too late to count."""
    if row.state == AttemptState.SUBMITTED:
        return 0  # what came after that was no late answer: none is kept
    kept = run(LATE, this=row.id)
    if not kept:
        return 0
    (late,) = kept
    pairs = zip(rules.decode_answers(late.answers), answers, strict=True)
    came = sum(1 for after, counted in pairs if after != counted)
    return came if late.prediction == row.prediction else came + 1


def _answers_told(moment: Reveal, row: AnyRow, *, at: datetime) -> Reveal:
    """Return when right answers are told: never of a rehearsal whose questions count elsewhere.

    A contest that asks them may have been approved since the rehearsal was opened.
    """
    if moment is Reveal.NEVER or row.kind != ContestKind.REHEARSAL:
        return moment
    return Reveal.NEVER if is_asked_in_earnest(row.bank_version_id, at=at) else moment


def _is_score_told(moment: Reveal, row: AnyRow, *, at: datetime) -> bool:
    """Tell whether points may be shown at `at`: of a round, when it is over."""
    own = [Round.number == row.round_number]
    return _is_time(moment, row, own if moment is Reveal.AFTER_ROUND_CLOSE else [], at=at)


def _are_answers_told(moment: Reveal, row: AnyRow, *, at: datetime) -> bool:
    """Tell whether right answers may be shown at `at`.

    A later round that draws from the same bank would be asked what was shown here.
    """
    same = [Round.bank_version_id == row.bank_version_id]
    return _is_time(moment, row, same if moment is Reveal.AFTER_ROUND_CLOSE else [], at=at)


def _is_time(
    moment: Reveal, row: AnyRow, of_rounds: Sequence[ColumnElement[bool]], *, at: datetime
) -> bool:
    """Tell whether `moment` has come; one that waits for a close waits for that of these rounds.

    Closing alone is not enough: papers in their grace could still use what others were shown.
    """
    if moment is Reveal.NEVER:
        return False
    if moment is Reveal.AFTER_SUBMIT:
        return True
    grace = get_rules(row.rule_set_id).grace
    if at <= row.closes_at + grace:
        return False  # whatever the other rounds do
    concerned = [Round.contest_id == row.contest_id, *of_rounds]
    last = db.session.scalars(select(func.max(Round.closes_at)).where(*concerned)).one()
    return at > last + grace and not _may_somebody_answer(concerned)


def _may_somebody_answer(concerned: Sequence[ColumnElement[bool]]) -> bool:
    """Tell whether answers of these rounds may still come though their last close is past.

    Extra time goes past it, and a paused round closes later by its pause.
    """
    runs = exists().where(Attempt.round_id == Round.id, Attempt.state == AttemptState.RUNNING)
    found = select(Round.id).where(*concerned, or_(Round.paused_at.is_not(None), runs)).limit(1)
    return db.session.scalar(found) is not None


def _lines(
    row: AnyRow, paper: tuple[rules.Asked, ...], answers: tuple[int, ...]
) -> tuple[RevealedLine, ...]:
    questions = banks.get_questions(row.bank_version_id)
    return tuple(
        revealed_line(position, questions[asked.number - 1], asked, chosen)
        for position, (asked, chosen) in enumerate(zip(paper, answers, strict=True), start=1)
    )


def revealed_line(
    position: int, question: QuestionCard, asked: rules.Asked, chosen: int
) -> RevealedLine:
    """Return a question with its right answer: only for who may see it now."""
    return RevealedLine(
        position=position,
        stem=question.stem,
        takes_several=question.kind is Kind.MULTIPLE,
        options=tuple(
            (
                rules.LETTERS[place],
                question.options[canonical],
                bool(question.right >> canonical & 1),
                bool(chosen >> canonical & 1),
            )
            for place, canonical in enumerate(asked.order)
        ),
        explanation=question.explanation,
        pictures=pictures_shown(question, asked),
        citations=tuple(
            str(citation["text"]) for citation in question.citations if citation.get("text")
        ),
    )
