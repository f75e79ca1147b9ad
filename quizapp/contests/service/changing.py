"""Changing an approved contest: a new version with a reason, told on the contest's page."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select, update

from quizapp.audit import service as audit
from quizapp.banks import service as banks
from quizapp.contests import rules
from quizapp.contests.errors import CannotChange, NothingChanged, ReasonMissing
from quizapp.contests.models import Contest, Round, RulesChange, RuleSet
from quizapp.contests.rules import asking
from quizapp.contests.rules.changes import changed_knobs, refused_knobs, rounds_changed
from quizapp.contests.rules.drafts import moment_typed, rounds_typed, typed_rounds
from quizapp.contests.rules.knobs import KNOBS
from quizapp.contests.rules.regulation import closing, opening
from quizapp.contests.rules.schedule import (
    BadMoment,
    Phase,
    Window,
    read_moment,
    schedule_problem,
)
from quizapp.contests.service.cards import ContestCard, RoundCard
from quizapp.contests.service.creating import check_divisions
from quizapp.contests.service.in_force import find_out_of_force
from quizapp.contests.service.reading import drawable, get_contest, get_regulation
from quizapp.contests.service.telling import tell_public
from quizapp.contests.words import knob_title
from quizapp.db import db
from quizapp.errors import N_, NotFound, Refusal
from quizapp.people.rules.policy import Permission
from quizapp.people.service import OrganiserCard, may
from quizapp.said import said
from quizapp.vietnamese import one_line

LONGEST_REASON = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What would change: `lines` as the public reads them, in Vietnamese, a line each.

    `body` is None where only hours change; `rounds` get the new rules, `windows` new hours.
    """

    lines: tuple[str, ...]
    body: Mapping[str, object] | None
    rounds: tuple[RoundCard, ...]
    windows: Mapping[int, Window]

    @property
    def digest(self) -> str:
        """Return what tells whether what is done is what was looked at."""
        told = (self.lines, [one.number for one in self.rounds])
        return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def get_run_contest(organiser: OrganiserCard, slug: str) -> ContestCard:
    """Return a contest whose rules the organiser may change. Raises NotFound."""
    contest = get_contest(slug)
    if not may(organiser, Permission.RUN_CONTESTS, contest.owner_unit_id):
        raise NotFound
    return contest


def expect_run(organiser: OrganiserCard, slug: str) -> None:
    """Raise NotFound unless the organiser may change this contest; before any transaction."""
    get_run_contest(organiser, slug)
    db.session.rollback()


def typed_contest(contest: ContestCard) -> dict[str, str]:
    """Return what would be typed for the contest as it is now: its newest rules, its rounds."""
    body = json.loads(_newest(contest.id).body)
    return asking.typed_rules(body) | rounds_typed([one.window for one in contest.rounds])


def plan_change(contest: ContestCard, typed: Mapping[str, str], *, at: datetime) -> Change:
    """Return what the typed rules and hours would change. Raises CannotChange, NothingChanged."""
    body, problems = asking.read_typed(typed)
    if problems:
        raise _cannot(f"{knob_title(knob)}: {words}" for knob, words in problems)
    windows = _changed_windows(contest, typed, at=at)
    old = _values(json.loads(_newest(contest.id).body))
    changed = changed_knobs(old, _values(rules.spelled_out(body)))
    if not changed and not windows:
        raise NothingChanged
    numbers = _rounds_of(contest, changed, old, body, at=at) if changed else ()
    after = _as_changed(contest, numbers, body, windows)
    _check(contest, after)
    return Change(
        lines=tuple(_told(contest, after, numbers, windows)),
        body=body if changed else None,
        rounds=tuple(one for one in contest.rounds if one.number in numbers),
        windows=windows,
    )


def change_contest(
    organiser: OrganiserCard, contest: ContestCard, change: Change, *, reason: str, at: datetime
) -> None:
    """Do what was planned, and tell the public why. Raises ReasonMissing."""
    said = one_line(reason)[:LONGEST_REASON]
    if not said:
        raise ReasonMissing
    before = _newest(contest.id)
    rule_set = before
    if change.body is not None:
        rule_set = _add_rules(contest, change, said, at=at)
    for one in contest.rounds:
        window = change.windows.get(one.number)
        if window is not None:
            hours = {"opens_at": window.opens_at, "closes_at": window.closes_at}
            db.session.execute(update(Round).where(Round.id == one.id).values(**hours))
    lines = tell_public(contest.id, change.lines, reason=said, at=at)
    audit.record(
        "contest.change",
        actor=f"organiser:{organiser.id}",
        object=f"contest:{contest.id}",
        before=before.digest,
        after={"rules": rule_set.digest, "told": lines},
        reason=said,
        at=at,
    )


def lock_contest(contest_id: int) -> None:
    """Let nobody else change the contest until the transaction ends."""
    locked = select(Contest.id).where(Contest.id == contest_id).with_for_update()
    db.session.execute(locked).one()


def rules_number_at(one: RoundCard, started_at: datetime) -> int:
    """Return which version of the rules an attempt of this round was taken under."""
    latest = (
        select(RuleSet.number)
        .join(RulesChange, RulesChange.rule_set_id == RuleSet.id)
        .where(RulesChange.round_id == one.id, RulesChange.at <= started_at)
        .order_by(RulesChange.at.desc(), RulesChange.id.desc())
        .limit(1)
    )
    return db.session.scalar(latest) or 1


def _add_rules(contest: ContestCard, change: Change, reason: str, *, at: datetime) -> RuleSet:
    text = rules.canonical(change.body or {})
    newest = select(func.max(RuleSet.number)).where(RuleSet.contest_id == contest.id)
    rule_set = RuleSet(
        contest_id=contest.id,
        number=(db.session.scalar(newest) or 0) + 1,
        body=text,
        digest=rules.digest(text),
        reason=reason,
        created_at=at,
    )
    db.session.add(rule_set)
    db.session.flush()  # rounds need rule_set.id
    for one in change.rounds:
        mine = update(Round).where(Round.id == one.id)
        db.session.execute(mine.values(rule_set_id=rule_set.id))
        db.session.add(RulesChange(round_id=one.id, rule_set_id=rule_set.id, at=at))
    return rule_set


def _newest(contest_id: int) -> RuleSet:
    mine = select(RuleSet).where(RuleSet.contest_id == contest_id)
    return db.session.scalars(mine.order_by(RuleSet.number.desc()).limit(1)).one()


def _values(body: Mapping[str, object]) -> dict[str, object]:
    return {name: knob.read(body.get(name, knob.default)) for name, knob in KNOBS.items()}


def _rounds_of(
    contest: ContestCard,
    changed: Sequence[str],
    old: Mapping[str, object],
    body: Mapping[str, object],
    *,
    at: datetime,
) -> tuple[int, ...]:
    """Return the rounds that get the new rules. Raises CannotChange."""
    windows = {one.number: one.window for one in contest.rounds}
    if any(window.phase(at) is not Phase.NOT_OPEN for window in windows.values()):
        refused = refused_knobs(changed, old, _values(rules.spelled_out(body)))
        if refused:
            late = "đã có vòng mở nên không đổi được nữa"
            raise _cannot(f"{knob_title(knob)}: {late}" for knob in refused)
    numbers = rounds_changed(changed, windows, at)
    if not numbers:
        raise _cannot(["không còn vòng nào chưa mở để áp dụng"])
    return numbers


def _changed_windows(
    contest: ContestCard, typed: Mapping[str, str], *, at: datetime
) -> dict[int, Window]:
    """Return the rounds with other hours. Raises CannotChange."""
    pairs = typed_rounds(typed)
    if len(pairs) != len(contest.rounds):
        raise _cannot([f"cần đúng {len(contest.rounds)} vòng, mỗi vòng có giờ mở và giờ đóng"])
    changed = {}
    for one, (opens, closes) in zip(contest.rounds, pairs, strict=True):
        try:
            window = Window(opens_at=read_moment(opens), closes_at=read_moment(closes))
        except BadMoment as error:
            raise _cannot([f"{one.title}: {error}"]) from error
        if window in {one.window, _as_typed(one.window)}:
            continue
        if one.window.phase(at) is not Phase.NOT_OPEN:
            raise _cannot([f"{one.title}: đã mở; cần thêm giờ thì dùng việc thêm giờ"])
        if window.opens_at < at:
            raise _cannot([f"{one.title}: giờ mở trước lúc này"])
        changed[one.number] = window
    return changed


def _as_typed(window: Window) -> Window:
    """Return the hours as forms show them, in whole seconds: a pause may have ended between two."""
    return Window(
        opens_at=read_moment(moment_typed(window.opens_at)),
        closes_at=read_moment(moment_typed(window.closes_at, is_end=True)),
    )


def _as_changed(
    contest: ContestCard,
    numbers: Sequence[int],
    body: Mapping[str, object],
    windows: Mapping[int, Window],
) -> ContestCard:
    """Return the contest as it would be. Raises CannotChange where knobs contradict each other."""
    contest_rules, problems = rules.read_rules(body)
    if contest_rules is None:
        raise _cannot(problems)
    rounds = tuple(
        replace(
            one,
            window=windows.get(one.number, one.window),
            rules=contest_rules if one.number in numbers else one.rules,
        )
        for one in contest.rounds
    )
    return replace(contest, rounds=rounds)


def _check(before: ContestCard, after: ContestCard) -> None:
    """Raise CannotChange unless every round that changes could be approved as it would be."""
    problem = schedule_problem([one.window for one in after.rounds])
    if problem is not None:
        raise _cannot([problem])
    for old, new in zip(before.rounds, after.rounds, strict=True):
        if old == new:
            continue
        _check_round(new)


def _check_round(one: RoundCard) -> None:
    try:
        check_divisions(one.rules)
    except Refusal as refusal:
        raise _cannot([str(refusal)]) from refusal
    pool = drawable(banks.get_questions(one.bank_version_id), one.rules, one.window, one.rulings)
    missing = rules.missing_for_quota(one.rules, [each.topic or "" for each in pool])
    old = find_out_of_force(one.bank_version_id, one.window)
    unruled = [each.code for each in old if each.code not in one.rulings]
    if unruled:
        missing.append(f"có câu không có hiệu lực suốt những ngày thi: {', '.join(unruled[:10])}")
    if missing:
        raise _cannot(f"{one.title}: {line}" for line in missing)


def _told(
    before: ContestCard,
    after: ContestCard,
    numbers: Sequence[int],
    windows: Mapping[int, Window],
) -> list[str]:
    """Return what the public reads: each point of the regulation that changed, and new hours."""
    lines: list[str] = [
        said(
            N_("Vòng {n}: từ {opens} đến {closes}."),
            n=number,
            opens=opening(window.opens_at),
            closes=closing(window.closes_at),
        )
        for number, window in sorted(windows.items())
    ]
    if not numbers:
        return lines
    place = next(n for n, one in enumerate(before.rounds) if one.number in numbers)
    old = {point.title: point for point in get_regulation(before, before.rounds[place])}
    new = get_regulation(after, after.rounds[place])
    of = "" if len(numbers) == len(before.rounds) else f" (vòng {', '.join(map(str, numbers))})"
    for point in new:
        if point.title != "Thời gian" and old.get(point.title) != point:
            whole = " ".join((point.text, *point.lines))
            lines.append(f"{point.title}{of}: {whole}")
    gone = set(old) - {point.title for point in new}
    return lines + [f"{title}{of}: bỏ." for title in old if title in gone]


def _cannot(lines: Iterable[str]) -> CannotChange:
    return CannotChange(problems="\n".join(f"- {line}" for line in lines))
