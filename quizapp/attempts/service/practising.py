"""Practice papers: drawn anew for each request from a bank of their own, stored nowhere.

The paper of a number is the same for everybody, so that its page can be kept for all; there is no
person, no attempt and no result that could be counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from quizapp.attempts import rules
from quizapp.attempts.rules import DrawRules
from quizapp.attempts.service.outcome import RevealedLine, revealed_line
from quizapp.attempts.service.paper import Line
from quizapp.attempts.service.sheets import Sheet, canonical
from quizapp.attempts.service.trying import PERSON, asked_line
from quizapp.banks import service as banks
from quizapp.contests import service as contests
from quizapp.contests.errors import NoPractice
from quizapp.contests.service import ContestCard
from quizapp.errors import NotFound

DOMAIN = b"practice "
PAPERS = 999  # numbers that there are


@dataclass(frozen=True, kw_only=True, slots=True)
class Practised:
    """A practice paper that was filled in, with what is right."""

    lines: tuple[RevealedLine, ...]
    right_count: int


def get_practice_size(contest: ContestCard, *, at: datetime) -> int:
    """Return how many questions a practice paper has. Raises NoPractice."""
    return len(_draw(contest, 1, at=at)[1])


def get_practice_paper(contest: ContestCard, number: int, *, at: datetime) -> list[Line]:
    """Return the questions of a practice paper. Raises NoPractice, NotFound."""
    version_id, paper = _draw(contest, number, at=at)
    questions = banks.get_questions(version_id)
    return [
        asked_line(position, questions[asked.number - 1], asked)
        for position, asked in enumerate(paper, start=1)
    ]


def mark_practice(
    contest: ContestCard, number: int, answers: Mapping[int, str | None], *, at: datetime
) -> Practised:
    """Return what of these answers (position → letters) is right; nothing is kept.

    Raises NoPractice, NotFound, BadAnswers.
    """
    version_id, paper = _draw(contest, number, at=at)
    questions = banks.get_questions(version_id)
    chosen = canonical(Sheet(answers=answers), paper, version_id)
    picked = [(asked, chosen.get(place, 0)) for place, asked in enumerate(paper, start=1)]
    return Practised(
        lines=tuple(
            revealed_line(position, questions[asked.number - 1], asked, mask)
            for position, (asked, mask) in enumerate(picked, start=1)
        ),
        right_count=sum(questions[asked.number - 1].right == mask for asked, mask in picked),
    )


def _draw(
    contest: ContestCard, number: int, *, at: datetime
) -> tuple[int, tuple[rules.Asked, ...]]:
    """Return the bank version to practise with and the paper of a number."""
    version_id = contests.find_practice(contest, at=at)
    if version_id is None:
        raise NoPractice
    if not 1 <= number <= PAPERS:
        raise NotFound
    own = contest.rounds[-1].rules
    pool = contests.get_practice_pool(contest, version_id)
    draw_rules = DrawRules(
        questions=min(own.questions, len(pool)),
        quota={},  # topics of another bank
        shuffle_questions=True,
        shuffle_options=own.shuffle_options,
    )
    secret = DOMAIN + str(version_id).encode()
    return version_id, rules.draw(pool, draw_rules, secret=secret, person=PERSON, number=number)
