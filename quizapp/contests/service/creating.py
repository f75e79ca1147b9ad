"""Creating a contest from a preset and what an organiser decides."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path

import yaml
from sqlalchemy import select

from quizapp.audit import service as audit
from quizapp.banks import service as banks
from quizapp.banks.service import VersionCard
from quizapp.contests import rules
from quizapp.contests.errors import (
    BadRules,
    BadSchedule,
    BadSlug,
    NoSuchBank,
    NoSuchPreset,
    NoSuchUnit,
    QuotaTooLarge,
    SlugTaken,
)
from quizapp.contests.models import Contest, ContestKind, Round, RuleSet
from quizapp.contests.rules import ContestRules
from quizapp.contests.rules.in_force import Ruling, Rulings
from quizapp.contests.rules.schedule import Window, schedule_problem
from quizapp.contests.service import divisions
from quizapp.contests.service.cards import ContestCard
from quizapp.contests.service.in_force import check_ruled, rulings_of
from quizapp.contests.service.practice import check_not_practised
from quizapp.contests.service.reading import drawable, get_contest
from quizapp.db import db, upsert
from quizapp.units import service as units

PRESETS = Path(__file__).parent.parent / "presets.yaml"


@dataclass(frozen=True, kw_only=True, slots=True)
class NewContest:
    """What an organiser decides about a contest; `windows` has one entry per round, in order.

    `ruling` is about every question that is out of force on a day of its round and has none of
    `own_rulings`, by code; None: nobody decided, and such a contest is not created.
    """

    slug: str
    title: str
    preset: str
    body: Mapping[str, object]
    bank: str
    bank_number: int | None
    owner: str
    controller: str
    windows: Sequence[Window]
    ruling: Ruling | None = None
    own_rulings: Mapping[str, Ruling] = field(default_factory=dict)
    controller_address: str = ""
    controller_contact: str = ""
    hotline: str | None = None
    retention_months: int = 12
    regulation_number: str | None = None
    regulation_date: date | None = None
    kind: ContestKind = ContestKind.REAL
    colour: str | None = None

    @property
    def rulings(self) -> Rulings:
        return Rulings(of_others=self.ruling, own=self.own_rulings)


def read_preset(name: str, *, over: Mapping[str, object]) -> dict[str, object]:
    """Return a preset's body with `over` put on top; `rounds` still in it. Raises NoSuchPreset."""
    file = yaml.safe_load(PRESETS.read_text("utf-8"))
    if name not in file["presets"]:
        raise NoSuchPreset(name=name, names=", ".join(file["presets"]))
    return rules.merged(rules.merged(file["defaults"], file["presets"][name]), over)


@cache
def get_presets() -> tuple[str, ...]:
    """Return the presets whose every rule is built, in the order of their file."""
    names = yaml.safe_load(PRESETS.read_text("utf-8"))["presets"]
    return tuple(name for name in names if _is_built(name))


def _is_built(name: str) -> bool:
    body = read_preset(name, over={})
    body.pop("rounds", None)
    return rules.read_rules(body)[0] is not None


def check_contest(new: NewContest) -> tuple[ContestRules, VersionCard]:
    """Return the rules and the version of the bank that the contest would have; write nothing.

    Raises BadSlug, SlugTaken, BadRules, BadSchedule, NoSuchBank, NoSuchUnit, QuotaTooLarge or
    PracticeIsAsked.
    """
    contest_rules = _checked_rules(new)
    check_divisions(contest_rules)
    version = _get_version(new)
    if units.find_unit(new.owner) is None:
        raise NoSuchUnit(code=new.owner)
    for window in new.windows:
        _check_pool(version.id, contest_rules, window)
    if new.kind is ContestKind.REAL:  # a rehearsal may well ask what people practise
        check_not_practised(version.id)
    return contest_rules, version


def create_contest(new: NewContest, *, actor: str, at: datetime) -> ContestCard:
    """Create a contest, approved: its rounds open by the clock.

    Raises what `check_contest` raises, and OutOfForce.
    """
    _, version = check_contest(new)
    check_ruled(version.id, new.windows, new.rulings)
    owner = units.find_unit(new.owner)
    if owner is None:
        raise NoSuchUnit(code=new.owner)
    row = {
        "slug": new.slug,
        "title": new.title,
        "preset": new.preset,
        "owner_unit_id": owner.id,
        "controller": new.controller,
        "controller_address": new.controller_address,
        "controller_contact": new.controller_contact,
        "hotline": new.hotline,
        "retention_months": new.retention_months,
        "regulation_number": new.regulation_number,
        "regulation_date": new.regulation_date,
        "kind": new.kind,
        "colour": new.colour,
        "created_at": at,
        "generation": 1,
    }
    # Somebody may have taken the address since it was looked at.
    fresh = upsert(Contest).values(row).on_conflict_do_nothing(index_elements=["slug"])
    contest_id = db.session.scalar(fresh.returning(Contest.id))
    if contest_id is None:
        raise SlugTaken(slug=new.slug)
    rule_set = _add_rule_set(contest_id, new.body, at=at)
    _add_rounds(contest_id, new, version=version, rule_set=rule_set)
    _note_rulings(contest_id, new.rulings, actor=actor, at=at)
    audit.record(
        "contest.create",
        actor=actor,
        object=f"contest:{contest_id}",
        after=rule_set.digest,
        at=at,
    )
    audit.record("contest.approve", actor=actor, object=f"contest:{contest_id}", at=at)
    return get_contest(new.slug)


def _checked_rules(new: NewContest) -> ContestRules:
    if not rules.is_slug(new.slug):
        raise BadSlug(slug=new.slug)
    if _is_taken(new.slug):
        raise SlugTaken(slug=new.slug)
    problem = schedule_problem(new.windows)
    if problem is not None:
        raise BadSchedule(problem=problem)
    contest_rules, problems = rules.read_rules(new.body)
    if contest_rules is None:
        raise BadRules(problems="\n".join(f"- {line}" for line in problems))
    return contest_rules


def check_divisions(contest_rules: ContestRules) -> None:
    """Raise BadRules where a division names a unit that does not exist, or two the same."""
    unknown = divisions.unknown_units(contest_rules.divisions)
    if unknown:
        raise BadRules(problems=f"- boards: không có đơn vị mã {', '.join(unknown)}")
    twice = divisions.named_twice(contest_rules.divisions)
    if twice:
        raise BadRules(problems=f"- boards: {', '.join(twice)} là một đơn vị đứng ở hai bảng")


def _is_taken(slug: str) -> bool:
    return db.session.scalar(select(Contest.id).where(Contest.slug == slug)) is not None


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
    contest_id: int, new: NewContest, *, version: VersionCard, rule_set: RuleSet
) -> None:
    for number, window in enumerate(new.windows, start=1):
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
                out_of_force=rulings_of(version.id, window, new.rulings),
            )
        )
    db.session.flush()  # the card that is returned reads them


def _note_rulings(contest_id: int, rulings: Rulings, *, actor: str, at: datetime) -> None:
    decided = [({"code": code}, ruling) for code, ruling in sorted(rulings.own.items())]
    if rulings.of_others is not None:
        decided.append(({}, rulings.of_others))
    for about, ruling in decided:
        audit.record(
            "contest.rule_on_questions",
            actor=actor,
            object=f"contest:{contest_id}",
            after=about | {"is_asked": ruling.is_asked},
            reason=ruling.reason,
            at=at,
        )
