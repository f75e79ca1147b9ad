import base64
import binascii
import hashlib
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, select, update

from quizapp.attempts import rules
from quizapp.attempts.errors import (
    BadAnswers,
    NoAttemptLeft,
    NotOpenYet,
    NotYours,
    PersonNotValid,
    RoundClosed,
    SubmitFromOther,
)
from quizapp.attempts.models import Attempt
from quizapp.attempts.rules import AttemptState, DrawRules
from quizapp.attempts.service.finish import AnyRow, Final, expire, finish
from quizapp.banks import service as banks
from quizapp.contests.models import Contest, Round
from quizapp.contests.rules.schedule import Phase
from quizapp.contests.service import RoundCard, drawable, get_rules
from quizapp.db import db, upsert
from quizapp.people.service import PersonCard
from quizapp.web.language import local

ID_BYTES = 16
RACES = 5  # each turn means that another request of this person came first
JOINED = (
    Round.contest_id,
    Round.number.label("round_number"),
    Round.title.label("round_title"),
    Round.generation,
    Round.rule_set_id,
    Round.bank_version_id,
    Round.closes_at,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Phone:
    """Who asks: the phone's holder name and the people it takes part as."""

    holder: str
    person_ids: Collection[int]


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
    lines: tuple[Line, ...]
    asks_prediction: bool
    prediction: int | None
    started_at: datetime
    deadline_at: datetime
    last_op: int
    is_held: bool


class Saved(StrEnum):
    DONE = "done"  # on disk, or was already: the same body under the same number
    HELD = "held"  # another phone holds the paper
    STALE = "stale"  # a newer save was taken, or another body under this number
    OVER = "over"  # final, or past the grace


@dataclass(frozen=True, kw_only=True, slots=True)
class SaveOutcome:
    """What became of a save; `answers` is position → letter as the server has them."""

    saved: Saved
    op: int
    deadline_at: datetime
    answers: Mapping[int, str]


def start_attempt(one: RoundCard, person: PersonCard, *, holder: str, at: datetime) -> str:
    """Return the public id of the person's running paper, drawing a new one if there is none.

    Asking again, also from another phone, gives the same paper, held by the phone that asked.
    Raises NotOpenYet, RoundClosed, NoAttemptLeft or PersonNotValid.
    """
    if person.state != "active":
        raise PersonNotValid
    for _ in range(RACES):
        public_id = _go_on(one, person, holder=holder, at=at) or _begin(
            one, person, holder=holder, at=at
        )
        if public_id is not None:
            return public_id
    raise RuntimeError(f"person {person.id} starts round {one.id} without end")


def get_paper(public_id: str, phone: Phone, *, at: datetime) -> Paper | None:
    """Return the running paper, or None when it is over. Raises NotYours."""
    row = get_attempt_row(public_id, phone)
    if row.state != AttemptState.RUNNING or _is_over(row, at=at):
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
        deadline_at=row.deadline_at,
        last_op=row.last_op,
        is_held=row.holder == phone.holder,
    )


def get_attempt_row(public_id: str, phone: Phone) -> AnyRow:
    """Return an attempt with its round's and contest's columns. Raises NotYours."""
    return _one(_with_round(Attempt).where(Attempt.public_id == _decode_id(public_id)), phone)


def save_answers(
    public_id: str, phone: Phone, sheet: "Sheet", *, op: int, at: datetime
) -> SaveOutcome:
    """Keep the answers named in `sheet`, if this phone holds the running paper and `op` is new.

    The same `op` with the same answers again is answered as done. Two statements. Raises NotYours
    or BadAnswers.
    """
    row = _one(_locked(public_id), phone)
    paper = rules.decode_paper(row.paper)
    verdict = _verdict(row, phone, sheet, op=op, at=at)
    answers = rules.decode_answers(row.answers)
    if verdict is not None:
        return SaveOutcome(
            saved=verdict,
            op=row.last_op,
            deadline_at=row.deadline_at,
            answers=rules.as_shown(answers, paper),
        )
    answers = overlaid(answers, sheet, paper)
    db.session.execute(
        update(Attempt)
        .where(Attempt.id == row.id, Attempt.state == AttemptState.RUNNING, Attempt.last_op < op)
        .values(
            answers=rules.encode_answers(answers),
            prediction=sheet.prediction if sheet.has_prediction else row.prediction,
            last_op=op,
            last_body=sheet.digest,
        )
    )
    return SaveOutcome(saved=Saved.DONE, op=op, deadline_at=row.deadline_at, answers={})


def submit_attempt(public_id: str, phone: Phone, sheet: "Sheet", *, at: datetime) -> None:
    """Make the attempt final with these answers over the saved ones, score it, rank it.

    Again: changes nothing. Past the grace: the saved answers are what counts. Three statements,
    four when the paper is not in this process. Raises NotYours, BadAnswers or SubmitFromOther.
    """
    row = _one(_locked(public_id), phone)
    if row.state != AttemptState.RUNNING:
        return
    if _is_over(row, at=at):
        finish(row, state=AttemptState.EXPIRED, at=at)
        return
    if row.holder != phone.holder:
        raise SubmitFromOther
    answers = overlaid(rules.decode_answers(row.answers), sheet, rules.decode_paper(row.paper))
    prediction = sheet.prediction if sheet.has_prediction else row.prediction
    final = Final(answers=answers, prediction=prediction)
    finish(row, state=AttemptState.SUBMITTED, at=at, final=final)


def expire_due(*, at: datetime, limit: int) -> int:
    """Make final up to `limit` papers whose grace is over, with what was saved; return how many."""
    rows = db.session.execute(
        _with_round(Attempt, with_contest=False)
        .where(Attempt.state == AttemptState.RUNNING, Attempt.deadline_at < at)
        .order_by(Attempt.deadline_at, Attempt.id)
        .limit(limit)
        .with_for_update(of=Attempt, skip_locked=True)
    ).all()
    due = [row for row in rows if _is_over(row, at=at)]
    if due:
        expire(due, at=at)
    return len(due)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """Answers as a phone sent them: position (1-based) → letter shown, None to clear."""

    answers: Mapping[int, str | None]
    prediction: int | None = None
    has_prediction: bool = False

    @property
    def digest(self) -> bytes:
        """Return what tells whether two saves under one number are the same."""
        body = repr((sorted(self.answers.items()), self.prediction, self.has_prediction))
        return hashlib.sha256(body.encode()).digest()


def overlaid(
    answers: tuple[int, ...], sheet: Sheet, paper: tuple[rules.Asked, ...]
) -> tuple[int, ...]:
    """Return the answers with those of the sheet in their places. Raises BadAnswers."""
    try:
        chosen = rules.as_canonical(sheet.answers, paper)
    except ValueError as error:
        raise BadAnswers(problem=str(error)) from error
    return tuple(chosen.get(position, was) for position, was in enumerate(answers, start=1))


def encode_id(public_id: bytes) -> str:
    """Return the public id as it stands in addresses (base64url without padding)."""
    return base64.urlsafe_b64encode(public_id).rstrip(b"=").decode()


def _decode_id(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (binascii.Error, UnicodeEncodeError) as error:
        raise NotYours from error


def _go_on(one: RoundCard, person: PersonCard, *, holder: str, at: datetime) -> str | None:
    """Return the person's running paper, now held by this phone, or None when there is none.

    One that ran out is made final on the way.
    """
    row = _running_of(one.id, person.id)
    if row is None:
        return None
    if _is_over(row, at=at):
        finish(row, state=AttemptState.EXPIRED, at=at)
        return None
    if row.holder != holder:
        db.session.execute(update(Attempt).where(Attempt.id == row.id).values(holder=holder))
    return encode_id(row.public_id)


def _begin(one: RoundCard, person: PersonCard, *, holder: str, at: datetime) -> str | None:
    """Draw and keep a new paper; return its public id, or None when another start was faster."""
    _check_window(one, at=at)
    number = _next_number(one, person)
    paper = _draw(one, person, number=number)
    public_id = one.tag + secrets.token_bytes(ID_BYTES)
    new = upsert(Attempt).values(
        public_id=public_id,
        round_id=one.id,
        person_id=person.id,
        number=number,
        number_limit=one.rules.attempts_max,
        unit_declared_id=person.unit_id,
        unit_assigned_id=person.unit_id,
        paper=rules.encode_paper(paper),
        started_at=at,
        deadline_at=rules.deadline(
            started_at=at, time_limit=one.rules.time_limit, closes_at=one.window.closes_at
        ),
        holder=holder,
        last_op=0,
        answers=rules.encode_answers([0] * len(paper)),
        state=AttemptState.RUNNING,
    )
    # The constraints decide a race: whoever came second finds the first one's paper.
    is_first = db.session.scalar(new.on_conflict_do_nothing().returning(Attempt.id)) is not None
    return encode_id(public_id) if is_first else None


def _next_number(one: RoundCard, person: PersonCard) -> int:
    last = select(func.max(Attempt.number)).where(
        Attempt.round_id == one.id, Attempt.person_id == person.id
    )
    number = (db.session.scalar(last) or 0) + 1
    if number > one.rules.attempts_max:
        raise NoAttemptLeft(limit=one.rules.attempts_max)
    return number


def _draw(one: RoundCard, person: PersonCard, *, number: int) -> tuple[rules.Asked, ...]:
    return rules.draw(
        drawable(banks.get_questions(one.bank_version_id), one.rules, one.window),
        DrawRules(
            questions=one.rules.questions,
            quota=one.rules.quota,
            shuffle_questions=one.rules.shuffle_questions,
            shuffle_options=one.rules.shuffle_options,
        ),
        secret=one.secret,
        person=person.public_id,
        number=number,
    )


def _check_window(one: RoundCard, *, at: datetime) -> None:
    phase = one.window.phase(at)
    if phase is Phase.NOT_OPEN:
        raise NotOpenYet(opens=f"{local(one.window.opens_at):%H:%M ngày %d/%m/%Y}")
    if phase is Phase.CLOSED:
        raise RoundClosed(closes=f"{local(one.window.closes_at):%H:%M ngày %d/%m/%Y}")


def _verdict(row: AnyRow, phone: Phone, sheet: Sheet, *, op: int, at: datetime) -> Saved | None:
    """Return why a save is not taken, or None when it is to be written."""
    if row.state != AttemptState.RUNNING or _is_over(row, at=at):
        return Saved.OVER
    if row.holder != phone.holder:
        return Saved.HELD
    if op > row.last_op:
        return None
    is_same = op == row.last_op and row.last_body == sheet.digest
    return Saved.DONE if is_same else Saved.STALE


def _is_over(row: AnyRow, *, at: datetime) -> bool:
    grace = get_rules(row.rule_set_id).grace
    return rules.is_over(deadline_at=row.deadline_at, grace=grace, now=at)


def _running_of(round_id: int, person_id: int) -> AnyRow | None:
    """Return the person's running attempt of a round, locked, or None."""
    return db.session.execute(
        _with_round(Attempt, with_contest=False)
        .where(Attempt.round_id == round_id, Attempt.person_id == person_id)
        .where(Attempt.state == AttemptState.RUNNING)
        .with_for_update(of=Attempt)
    ).one_or_none()


def _with_round(table: type[Attempt], *, with_contest: bool = True) -> Select[*tuple[Any, ...]]:
    columns = (*table.__table__.columns, *JOINED)
    query = select(*columns).join(Round, Round.id == table.round_id)
    if with_contest:
        query = query.add_columns(Contest.slug, Contest.title.label("contest_title")).join(
            Contest, Contest.id == Round.contest_id
        )
    return query


def _locked(public_id: str) -> Select[*tuple[Any, ...]]:
    return (
        _with_round(Attempt, with_contest=False)
        .where(Attempt.public_id == _decode_id(public_id))
        .with_for_update(of=Attempt)
    )


def _one(query: Select[*tuple[Any, ...]], phone: Phone) -> AnyRow:
    row = db.session.execute(query).one_or_none()
    if row is None or row.person_id not in phone.person_ids:
        raise NotYours
    return row
