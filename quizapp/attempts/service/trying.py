"""A paper as a contestant would get it, for an organiser to try: nothing of it is stored.

There is no attempt, no person and no result, so nothing can count it: see docs/decisions.
It is not marked either: no page says which answers are right before the rules reveal them.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from quizapp.attempts import rules
from quizapp.attempts.rules import DrawRules
from quizapp.attempts.service.paper import Line, Paper, pictures_shown
from quizapp.banks import service as banks
from quizapp.banks.rules import Kind
from quizapp.contests import service as contests
from quizapp.contests.rules.schedule import Phase
from quizapp.contests.service import ContestCard, RoundCard
from quizapp.errors import NotFound

PERSON = b"\0" * 16  # nobody's public id
DOMAIN = b"trial "
MILLISECOND = timedelta(milliseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """One try: when it began, and what its paper is drawn from; both stand in its address."""

    started_at: datetime
    seed: bytes

    @property
    def name(self) -> str:
        return f"{(self.started_at - EPOCH) // MILLISECOND}-{self.seed.hex()}"


def new_trial(*, at: datetime) -> Trial:
    """Return a trial that begins now."""
    return Trial(started_at=at, seed=secrets.token_bytes(8))


def read_trial(name: str) -> Trial:
    """Return the trial of an address. Raises NotFound for one that we never made."""
    began, _, seed = name.partition("-")
    is_number = began.isascii() and began.isdecimal() and len(began) <= 14
    try:
        raw = bytes.fromhex(seed)
    except ValueError:
        raise NotFound from None
    if not is_number or len(raw) != 8:
        raise NotFound
    return Trial(started_at=EPOCH + int(began) * MILLISECOND, seed=raw)


def get_trial_paper(contest: ContestCard, trial: Trial) -> Paper:
    """Return the paper of a trial, of the round that is open or the next one.

    It takes as long as the rules say, whatever the hour; its questions are those of the round.
    """
    one = _round_of(contest, trial.started_at)
    questions = banks.get_questions(one.bank_version_id)
    draw_rules = DrawRules(
        questions=one.rules.questions,
        quota=one.rules.quota,
        shuffle_questions=one.rules.shuffle_questions,
        shuffle_options=one.rules.shuffle_options,
    )
    # Never the round's own secret: a trial's paper is nobody's paper.
    secret = DOMAIN + trial.seed
    pool = contests.drawable(questions, one.rules, one.window, one.rulings)
    asked = rules.draw(pool, draw_rules, secret=secret, person=PERSON, number=1)
    target, scope = one.rules.target, one.rules.prediction_scope
    return Paper(
        public_id=f"trial-{trial.name}",
        person_id=0,
        slug=contest.slug,
        contest_title=contest.title,
        colour=contest.colour,
        round_number=one.number,
        round_title=one.title,
        number=1,
        lines=tuple(
            asked_line(position, questions[each.number - 1], each)
            for position, each in enumerate(asked, start=1)
        ),
        prediction_of=(target, scope) if target and scope else None,
        prediction=None,
        started_at=trial.started_at,
        deadline_at=trial.started_at + one.rules.time_limit,
        last_op=0,
        is_held=True,
    )


def _round_of(contest: ContestCard, at: datetime) -> RoundCard:
    ahead = (one for one in contest.rounds if one.window.phase(at) is not Phase.CLOSED)
    return next(ahead, contest.rounds[-1])


def asked_line(position: int, question: banks.QuestionCard, asked: rules.Asked) -> Line:
    """Return a question of a paper that nobody has answered yet."""
    options = [question.options[canonical] for canonical in asked.order]
    return Line(
        position=position,
        stem=question.stem,
        takes_several=question.kind is Kind.MULTIPLE,
        options=tuple(zip(rules.LETTERS, options, strict=False)),
        chosen=None,
        pictures=pictures_shown(question, asked),
    )
