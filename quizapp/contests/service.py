import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

import yaml
from sqlalchemy import Row, or_, select

from quizapp.audit import service as audit
from quizapp.banks import service as banks
from quizapp.banks.service import QuestionCard, VersionCard
from quizapp.contests import rules
from quizapp.contests.errors import (
    BadRules,
    BadSchedule,
    BadSlug,
    NoSuchBank,
    NoSuchContest,
    NoSuchPreset,
    NoSuchRound,
    NoSuchUnit,
    QuotaTooLarge,
    SlugTaken,
)
from quizapp.contests.models import Contest, Round, RuleSet
from quizapp.contests.rules import ContestRules, Reveal
from quizapp.contests.rules.schedule import Phase, Window, schedule_problem
from quizapp.db import db, kept_for_good
from quizapp.units import service as units
from quizapp.units.models import Unit

PRESETS = Path(__file__).with_name("presets.yaml")


@dataclass(frozen=True, kw_only=True, slots=True)
class NewContest:
    """What an organiser decides about a contest; `windows` has one entry per round, in order."""

    slug: str
    title: str
    preset: str
    body: Mapping[str, object]
    bank: str
    bank_number: int | None
    owner: str
    controller: str
    windows: Sequence[Window]


@dataclass(frozen=True, kw_only=True, slots=True)
class RoundCard:
    id: int
    contest_id: int
    number: int
    title: str
    tag: bytes
    window: Window
    bank_version_id: int
    rule_set_id: int
    secret: bytes
    generation: int
    paused_at: datetime | None
    rules: ContestRules


@dataclass(frozen=True, kw_only=True, slots=True)
class ContestCard:
    """A contest with its rounds in order of number."""

    id: int
    slug: str
    title: str
    controller: str
    owner_unit_id: int
    generation: int
    rounds: tuple[RoundCard, ...]

    def round_at(self, now: datetime) -> RoundCard | None:
        """Return the round that is open at `now`, or None."""
        is_open = (one for one in self.rounds if one.window.phase(now) is Phase.OPEN)
        return next(is_open, None)

    def next_round(self, now: datetime) -> RoundCard | None:
        """Return the first round that has not opened yet at `now`, or None."""
        waiting = (one for one in self.rounds if one.window.phase(now) is Phase.NOT_OPEN)
        return next(waiting, None)

    def shows_points(self, number: int, now: datetime) -> bool:
        """Tell whether points of a round (0: of all rounds) may be seen by others at `now`."""
        rounds = [one for one in self.rounds if number in {0, one.number}]
        return all(self._reveals_score(one, now) for one in rounds)

    def _reveals_score(self, one: RoundCard, now: datetime) -> bool:
        if one.rules.reveal_score is Reveal.AFTER_SUBMIT:
            return True
        if one.rules.reveal_score is Reveal.NEVER:
            return False
        is_at_end = one.rules.reveal_score is Reveal.AFTER_CONTEST_END
        closes = self.ends_at if is_at_end else one.window.closes_at
        return now > closes + one.rules.grace and one.paused_at is None

    @property
    def ends_at(self) -> datetime:
        return max(one.window.closes_at for one in self.rounds)


def read_preset(name: str, *, over: Mapping[str, object]) -> dict[str, object]:
    """Return a preset's body with `over` put on top; `rounds` still in it. Raises NoSuchPreset."""
    file = yaml.safe_load(PRESETS.read_text("utf-8"))
    if name not in file["presets"]:
        raise NoSuchPreset(name=name, names=", ".join(file["presets"]))
    return rules.merged(rules.merged(file["defaults"], file["presets"][name]), over)


def create_contest(new: NewContest, *, actor: str, at: datetime) -> ContestCard:
    """Create a contest whose rounds open by the clock.

    Raises BadSlug, SlugTaken, BadRules, BadSchedule, NoSuchBank, NoSuchUnit or QuotaTooLarge.
    """
    contest_rules = _checked_rules(new)
    version = _get_version(new)
    owner = units.find_unit(new.owner)
    if owner is None:
        raise NoSuchUnit(code=new.owner)
    for window in new.windows:
        _check_pool(version.id, contest_rules, window)

    contest = Contest(
        slug=new.slug,
        title=new.title,
        preset=new.preset,
        owner_unit_id=owner.id,
        controller=new.controller,
        created_at=at,
        generation=1,
    )
    db.session.add(contest)
    db.session.flush()  # the rule set needs contest.id
    rule_set = _add_rule_set(contest.id, new.body, at=at)
    _add_rounds(contest.id, new.windows, version=version, rule_set=rule_set)
    audit.record(
        "contest.create",
        actor=actor,
        object=f"contest:{contest.id}",
        after=rule_set.digest,
        at=at,
    )
    return get_contest(new.slug)


def find_contest(slug: str) -> ContestCard | None:
    """Return the contest with its rounds, or None. Two statements."""
    contest = db.session.execute(select(Contest).where(Contest.slug == slug)).scalar_one_or_none()
    return None if contest is None else _card(contest, _rounds([contest.id]))


def get_contest(slug: str) -> ContestCard:
    """Return the contest. Raises NoSuchContest."""
    contest = find_contest(slug.lower())
    if contest is None:
        raise NoSuchContest
    return contest


def get_contests() -> Sequence[ContestCard]:
    """Return all contests, newest first."""
    contests = db.session.scalars(select(Contest).order_by(Contest.id.desc())).all()
    rounds = _rounds([contest.id for contest in contests])
    return [_card(contest, rounds) for contest in contests]


def get_contests_within(unit_ids: Collection[int]) -> Sequence[ContestCard]:
    """Return the contests owned by these units or any below them, newest first."""
    subtrees = [units.inside(unit_id) for unit_id in unit_ids]
    if not subtrees:
        return []
    owners = select(Unit.id).where(or_(*subtrees))
    contests = db.session.scalars(
        select(Contest).where(Contest.owner_unit_id.in_(owners)).order_by(Contest.id.desc())
    ).all()
    rounds = _rounds([contest.id for contest in contests])
    return [_card(contest, rounds) for contest in contests]


def get_round(contest: ContestCard, number: int) -> RoundCard:
    """Return a round of the contest. Raises NoSuchRound."""
    for one in contest.rounds:
        if one.number == number:
            return one
    raise NoSuchRound(number=number)


def get_rules(rule_set_id: int) -> ContestRules:
    """Return the rules of a rule set, which never change, so one process reads them once."""
    kept = kept_for_good("rules")
    if rule_set_id not in kept:
        body = db.session.scalar(select(RuleSet.body).where(RuleSet.id == rule_set_id))
        if body is None:
            raise LookupError(f"no rule set {rule_set_id}")
        kept[rule_set_id] = _parsed(body)
    contest_rules: ContestRules = kept[rule_set_id]
    return contest_rules


def drawable(
    questions: Sequence[QuestionCard], contest_rules: ContestRules, window: Window
) -> list[QuestionCard]:
    """Return the questions a paper of this round may ask, in order of number.

    A question whose law is not in force on every day of the round is never asked, nor is one with
    fewer or more options than the rules allow.
    """
    first, last = window.days()
    low, high = contest_rules.options_min, contest_rules.options_max
    return [
        question
        for question in questions
        if _in_force(question, first, last) and low <= len(question.options) <= high
    ]


def get_excluded(contest: ContestCard) -> list[str]:
    """Return a Vietnamese line for each round whose papers leave questions of the bank out."""
    lines = []
    for one in contest.rounds:
        questions = banks.get_questions(one.bank_version_id)
        kept = {question.number for question in drawable(questions, one.rules, one.window)}
        left_out = [question.code for question in questions if question.number not in kept]
        if left_out:
            codes = ", ".join(left_out[:10]) + (" …" if len(left_out) > 10 else "")
            lines.append(
                f"{one.title} không dùng {len(left_out)} câu (hết hiệu lực trong thời gian thi"
                f" hoặc số phương án không hợp thể lệ): {codes}"
            )
    return lines


def _in_force(question: QuestionCard, first: date, last: date) -> bool:
    starts, ends = question.valid_from, question.valid_to
    return (starts is None or starts <= first) and (ends is None or last <= ends)


def _checked_rules(new: NewContest) -> ContestRules:
    if not rules.is_slug(new.slug):
        raise BadSlug(slug=new.slug)
    if db.session.scalar(select(Contest.id).where(Contest.slug == new.slug)) is not None:
        raise SlugTaken(slug=new.slug)
    problem = schedule_problem(new.windows)
    if problem is not None:
        raise BadSchedule(problem=problem)
    contest_rules, problems = rules.read_rules(new.body)
    if contest_rules is None:
        raise BadRules(problems="\n".join(f"- {line}" for line in problems))
    return contest_rules


def _get_version(new: NewContest) -> VersionCard:
    version = banks.find_version(new.bank, new.bank_number)
    if version is None:
        number = f"@{new.bank_number}" if new.bank_number else ""
        raise NoSuchBank(bank=f"{new.bank}{number}")
    return version


def _check_pool(version_id: int, contest_rules: ContestRules, window: Window) -> None:
    pool = drawable(banks.get_questions(version_id), contest_rules, window)
    missing = rules.missing_for_quota(contest_rules, [question.topic or "" for question in pool])
    if missing:
        raise QuotaTooLarge(problems="\n".join(f"- {line}" for line in missing))


def _add_rule_set(contest_id: int, body: Mapping[str, object], *, at: datetime) -> RuleSet:
    text = rules.canonical(body)
    rule_set = RuleSet(
        contest_id=contest_id,
        number=1,
        body=text,
        digest=rules.digest(text),
        reason="khi lập cuộc thi",
        created_at=at,
    )
    db.session.add(rule_set)
    db.session.flush()  # rounds need rule_set.id
    return rule_set


def _add_rounds(
    contest_id: int, windows: Sequence[Window], *, version: VersionCard, rule_set: RuleSet
) -> None:
    for number, window in enumerate(windows, start=1):
        db.session.add(
            Round(
                contest_id=contest_id,
                number=number,
                title=f"Vòng {number}",
                tag=secrets.token_bytes(4),
                opens_at=window.opens_at,
                closes_at=window.closes_at,
                bank_version_id=version.id,
                rule_set_id=rule_set.id,
                secret=secrets.token_bytes(32),
                generation=1,
            )
        )
    db.session.flush()  # the card that is returned reads them


def _rounds(contest_ids: Sequence[int]) -> Sequence[Row[Round, str]]:
    return db.session.execute(
        select(Round, RuleSet.body)
        .join(RuleSet, RuleSet.id == Round.rule_set_id)
        .where(Round.contest_id.in_(contest_ids))
        .order_by(Round.contest_id, Round.number)
    ).all()


def _card(contest: Contest, rounds: Sequence[Row[Round, str]]) -> ContestCard:
    mine = [
        _round_card(row.Round, row.body) for row in rounds if row.Round.contest_id == contest.id
    ]
    return ContestCard(
        id=contest.id,
        slug=contest.slug,
        title=contest.title,
        controller=contest.controller,
        owner_unit_id=contest.owner_unit_id,
        generation=contest.generation,
        rounds=tuple(mine),
    )


def _round_card(one: Round, body: str) -> RoundCard:
    return RoundCard(
        id=one.id,
        contest_id=one.contest_id,
        number=one.number,
        title=one.title,
        tag=one.tag,
        window=Window(opens_at=one.opens_at, closes_at=one.closes_at),
        bank_version_id=one.bank_version_id,
        rule_set_id=one.rule_set_id,
        secret=one.secret,
        generation=one.generation,
        paused_at=one.paused_at,
        rules=_parsed(body),
    )


@lru_cache(maxsize=256)
def _parsed(body: str) -> ContestRules:
    """Return the rules of a canonical body; a stored one was checked when it was saved."""
    contest_rules, problems = rules.read_rules(json.loads(body))
    if contest_rules is None:
        raise LookupError(f"stored rules no longer fit the code: {problems}")
    return contest_rules
