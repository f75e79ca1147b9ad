"""Ruling question by question, on the contest's page of questions out of force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from quizapp.banks import service as banks
from quizapp.contests import rules
from quizapp.contests.errors import NoRulingReason, NotOutOfForce, QuotaTooLarge, RulingChanged
from quizapp.contests.rules.in_force import Ruling, mark_of, read_rulings
from quizapp.contests.rules.schedule import Phase
from quizapp.contests.service.cards import ContestCard, RoundCard
from quizapp.contests.service.changing import get_run_contest
from quizapp.contests.service.in_force import (
    OldQuestion,
    get_out_of_force,
    locked,
    rule_on_questions,
    undo_ruling,
)
from quizapp.contests.service.reading import drawable
from quizapp.people.service import OrganiserCard
from quizapp.vietnamese import one_line

LONGEST_REASON = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class RoundRulings:
    """A round and its questions out of force; `is_open` is when nothing changes any more."""

    round: RoundCard
    questions: Sequence[OldQuestion]
    is_open: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What somebody wants of a question of a round; `seen` marks the ruling they looked at."""

    round_number: int
    code: str
    is_asked: bool
    reason: str
    seen: str

    def ruling(self) -> Ruling:
        return Ruling(is_asked=self.is_asked, reason=one_line(self.reason)[:LONGEST_REASON])


def get_rulings(contest: ContestCard, *, at: datetime) -> list[RoundRulings]:
    """Return the rounds of a contest, each with its questions out of force."""
    return [
        RoundRulings(
            round=one,
            questions=get_out_of_force(one),
            is_open=one.window.phase(at) is not Phase.NOT_OPEN,
        )
        for one in contest.rounds
    ]


def rule(organiser: OrganiserCard, slug: str, wanted: Sequence[Wanted], *, at: datetime) -> None:
    """Keep each ruling that differs from what is decided; all of them or none.

    Raises NotFound, BegunAlready, NotOutOfForce, NoRulingReason, RulingChanged and, where a paper
    would have too few questions left, QuotaTooLarge.
    """
    contest = get_run_contest(organiser, slug)
    actor = f"organiser:{organiser.id}"
    changed = [(one, _changed(one, wanted)) for one in contest.rounds]
    for one, mine in changed:
        if mine:
            _check(one, mine, at=at)
    for one, mine in changed:
        for want in mine:
            rule_on_questions(one, [want.code], want.ruling(), actor=actor, at=at)


def undo(organiser: OrganiserCard, slug: str, number: int, code: str, *, at: datetime) -> None:
    """Put back the ruling before the newest one of a question.

    Raises NotFound, BegunAlready, NothingToUndo, QuotaTooLarge.
    """
    contest = get_run_contest(organiser, slug)
    for one in contest.rounds:
        if one.number == number:
            stored = read_rulings(locked(one, at=at).out_of_force)
            newest = stored.get(code)
            if newest and newest.before:
                _check_pool(one, {**stored, code: newest.before})
            undo_ruling(one, code, actor=f"organiser:{organiser.id}", at=at)


def _changed(one: RoundCard, wanted: Sequence[Wanted]) -> list[Wanted]:
    mine = (want for want in wanted if want.round_number == one.number)
    return [want for want in mine if not want.ruling().is_same(one.rulings.get(want.code))]


def _check(one: RoundCard, wanted: Sequence[Wanted], *, at: datetime) -> None:
    stored = read_rulings(locked(one, at=at).out_of_force)
    known = {question.code for question in get_out_of_force(one)}
    for want in wanted:
        if want.code not in known:
            raise NotOutOfForce(code=want.code, round=one.title)
        if not want.ruling().reason:
            raise NoRulingReason(code=want.code, round=one.title)
        if want.seen != mark_of(stored.get(want.code)):
            raise RulingChanged(code=want.code, round=one.title)
    _check_pool(one, {**stored, **{want.code: want.ruling() for want in wanted}})


def _check_pool(one: RoundCard, rulings: Mapping[str, Ruling]) -> None:
    """Raise QuotaTooLarge where these rulings would leave a paper short."""
    pool = drawable(banks.get_questions(one.bank_version_id), one.rules, one.window, rulings)
    missing = rules.missing_for_quota(one.rules, [each.topic or "" for each in pool])
    if missing:
        lines = "\n".join(f"- {one.title}: {line}" for line in missing)
        raise QuotaTooLarge(problems=lines)
