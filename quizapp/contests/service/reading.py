"""Reading contests: kept in the process, shown only as the database has them now."""

import base64
import binascii
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import cast

from sqlalchemy import Row, Select, bindparam, exists, or_, select

from quizapp.banks import service as banks
from quizapp.banks.service import QuestionCard
from quizapp.contests import rules
from quizapp.contests.errors import (
    NoSuchContest,
    NoSuchRound,
)
from quizapp.contests.models import (
    Contest,
    ContestDraft,
    ContestKind,
    Notice,
    Practice,
    Round,
    RuleSet,
    SignedRegulation,
    StudyDocument,
)
from quizapp.contests.rules import ContestRules
from quizapp.contests.rules.in_force import Ruling, askable, read_rulings
from quizapp.contests.rules.regulation import Held, Point, regulation
from quizapp.contests.rules.schedule import Window
from quizapp.contests.rules.studying import FileKind, When
from quizapp.contests.service.cards import (
    BannerCard,
    ContestCard,
    DocumentCard,
    NoticeCard,
    RoundCard,
)
from quizapp.db import db, is_writing, kept_for_good, read, table_of
from quizapp.said import unpacked
from quizapp.units import service as units
from quizapp.units.models import Unit

CONTEST = table_of(Contest)
NEWEST = select(CONTEST.c.id, CONTEST.c.revision).where(CONTEST.c.slug == bindparam("slug"))
IS_SIGNED = exists().where(
    ContestDraft.contest_id == Contest.id, SignedRegulation.draft_id == ContestDraft.id
)
FRESH = {"populate_existing": True}
POOLS_KEPT = 16
GAPS_KEPT = 1_000
NO_RULINGS: Mapping[str, Ruling] = MappingProxyType({})
TAG_BYTES = 4  # of a paper's public id: its round's


def find_contest(slug: str) -> ContestCard | None:
    """Return the contest with its rounds, or None. One statement while nothing changes.

    What this process keeps is shown only under the revision that the database has now. A write
    keeps nothing: what it sees may be undone, and its revision be given to something else.
    """
    if not rules.is_slug(slug):  # PostgreSQL takes no NUL, not even to look it up
        return None
    rows = read(NEWEST, slug=slug)
    if not rows:
        return None
    found = rows[0]
    kept = kept_for_good("contests")
    revision, card = kept.get(found.id, (None, None))
    if revision == found.revision:
        return cast("ContestCard", card)
    contest, has_signed_file = db.session.execute(
        select(Contest, IS_SIGNED).where(Contest.id == found.id), execution_options=FRESH
    ).one()
    card = replace(
        _card(contest, _rounds([contest.id]), _notices(contest.id)),
        documents=_documents(contest.id),
        practice_version_id=_practice(contest.id),
        has_signed_file=has_signed_file,
    )
    if not is_writing():
        kept[contest.id] = (contest.revision, card)
    return card


def get_contest(slug: str) -> ContestCard:
    """Return the contest. Raises NoSuchContest."""
    contest = find_contest(slug.lower())
    if contest is None:
        raise NoSuchContest
    return contest


def known_contest(parts: Mapping[str, object]) -> ContestCard | None:
    """Return the contest of an address as far as this process has met it: no statement.

    By its `slug`, or by the round whose tag begins a paper's `public_id`.
    """
    slug, public_id = parts.get("slug"), str(parts.get("public_id", ""))
    tag = _tag(public_id)
    for _, card in kept_for_good("contests").values():
        if card.slug == slug or any(one.tag == tag for one in card.rounds):
            return cast("ContestCard", card)
    return None


def known_contest_id(parts: Mapping[str, object]) -> int | None:
    """Return the id of what `known_contest` returns."""
    card = known_contest(parts)
    return None if card is None else card.id


def _tag(public_id: str) -> bytes | None:
    try:
        return base64.urlsafe_b64decode(public_id[:8])[:TAG_BYTES]
    except (binascii.Error, ValueError):
        return None


def get_contests() -> Sequence[ContestCard]:
    """Return all contests, newest first."""
    contests = db.session.scalars(select(Contest).order_by(Contest.id.desc())).all()
    rounds = _rounds([contest.id for contest in contests])
    return [_card(contest, rounds) for contest in contests]


def get_contests_within(unit_ids: Collection[int]) -> Sequence[ContestCard]:
    """Return the contests owned by these units or any below them, newest first."""
    subtrees = [units.inside(unit_id) for unit_id in unit_ids]
    return _owned_by(select(Unit.id).where(or_(*subtrees))) if subtrees else []


def get_contests_above(unit_ids: Collection[int]) -> Sequence[ContestCard]:
    """Return the contests of units above these, in which their people take part, newest first."""
    above = {one for unit_id in unit_ids for one in units.get_ancestor_ids(unit_id)}
    return _owned_by(select(Unit.id).where(Unit.id.in_(above - set(unit_ids))))


def _owned_by(owners: Select[int]) -> list[ContestCard]:
    contests = db.session.scalars(
        select(Contest).where(Contest.owner_unit_id.in_(owners)).order_by(Contest.id.desc())
    ).all()
    units.get_lines({contest.owner_unit_id for contest in contests})  # all at once, then kept
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


def get_pool(one: RoundCard) -> list[QuestionCard]:
    """Return the questions that papers of a round may ask, in order of number.

    Kept in the process: neither version nor rules change, and the days of the window and what is
    asked out of force are in the name it is kept under.
    """
    pools = kept_for_good("pools")
    name = _pool_name(one)
    pool: list[QuestionCard] | None = pools.get(name)
    if pool is None:
        if len(pools) >= POOLS_KEPT:
            pools.clear()
        pool = drawable_in(one)
        pools[name] = pool
    return pool


def _pool_name(one: RoundCard) -> tuple[object, ...]:
    asked = tuple(code for code, ruling in one.rulings.items() if ruling.is_asked)
    return (one.bank_version_id, one.rule_set_id, *one.window.days(), asked)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gaps:
    """What a round's bank lacks: a line for each quota it cannot fill, codes papers leave out."""

    missing: tuple[str, ...]
    left_out: tuple[str, ...]


def get_gaps(one: RoundCard) -> Gaps:
    """Return what the bank of a round that is stored lacks, kept in the process as its pool is.

    Gaps are small: a list of contests keeps them all, where it would drop pools and read again.
    """
    kept = kept_for_good("gaps")
    name = _pool_name(one)
    gaps: Gaps | None = kept.get(name)
    if gaps is None:
        if len(kept) >= GAPS_KEPT:
            kept.clear()
        topics = [question.topic or "" for question in get_pool(one)]
        missing = rules.missing_for_quota(one.rules, topics)
        gaps = Gaps(missing=tuple(missing), left_out=tuple(_left_out(one)))
        kept[name] = gaps
    return gaps


def drawable(
    questions: Sequence[QuestionCard],
    contest_rules: ContestRules,
    window: Window,
    rulings: Mapping[str, Ruling] = NO_RULINGS,
) -> list[QuestionCard]:
    """Return the questions a paper of this round may ask, in order of number.

    A question whose law is not in force on every day of the round is not asked, unless organisers
    ruled that it is; one with fewer or more options than the rules allow never is.
    """
    return fitting(askable(questions, *window.days(), rulings), contest_rules)


def fitting(questions: Iterable[QuestionCard], contest_rules: ContestRules) -> list[QuestionCard]:
    """Return the questions with as many options as the rules allow, whatever the day."""
    low, high = contest_rules.options_min, contest_rules.options_max
    return [question for question in questions if low <= len(question.options) <= high]


def drawable_in(one: RoundCard) -> list[QuestionCard]:
    """Return the questions a paper of this round may ask, in order of number."""
    return drawable(banks.get_questions(one.bank_version_id), one.rules, one.window, one.rulings)


def get_excluded(contest: ContestCard) -> list[str]:
    """Return a Vietnamese line for each round whose papers leave questions of the bank out."""
    return [line for one in contest.rounds for line in excluded_lines(one, _left_out(one))]


def excluded_lines(one: RoundCard, left_out: Sequence[str]) -> list[str]:
    """Return a Vietnamese line if papers of a round leave out these questions, by code."""
    if not left_out:
        return []
    codes = ", ".join(left_out[:10]) + (" …" if len(left_out) > 10 else "")
    return [
        (
            f"{one.title} không dùng {len(left_out)} câu (hết hiệu lực trong thời gian thi"
            f" hoặc số phương án không hợp thể lệ): {codes}"
        )
    ]


def _left_out(one: RoundCard) -> list[str]:
    kept = {question.number for question in drawable_in(one)}
    questions = banks.get_questions(one.bank_version_id)
    return [question.code for question in questions if question.number not in kept]


def get_regulation(contest: ContestCard, one: RoundCard) -> tuple[Point, ...]:
    """Return the contest's regulation under the rules of one of its rounds."""
    held = Held(
        title=contest.title,
        owner=units.get_unit_by_id(contest.owner_unit_id).name,
        controller=contest.controller,
        address=contest.controller_address,
        contact=contest.controller_contact,
        retention_months=contest.retention_months,
        bank=banks.get_version(one.bank_version_id).title,
        windows=[each.window for each in contest.rounds],
    )
    return regulation(one.rules, held)


def _rounds(contest_ids: Sequence[int]) -> Sequence[Row[Round, str]]:
    return db.session.execute(
        select(Round, RuleSet.body)
        .join(RuleSet, RuleSet.id == Round.rule_set_id)
        .where(Round.contest_id.in_(contest_ids))
        .order_by(Round.contest_id, Round.number),
        execution_options=FRESH,
    ).all()


def _notices(contest_id: int) -> tuple[NoticeCard, ...]:
    mine = select(Notice).where(Notice.contest_id == contest_id)
    return tuple(
        NoticeCard(at=one.at, reason=one.reason, lines=tuple(map(unpacked, json.loads(one.lines))))
        for one in db.session.scalars(mine.order_by(Notice.at.desc(), Notice.id.desc()))
    )


def _documents(contest_id: int) -> tuple[DocumentCard, ...]:
    table = StudyDocument
    rows = db.session.execute(
        select(table.number, table.title, table.shown, table.url, table.kind, table.size)
        .where(table.contest_id == contest_id, table.removed_at.is_(None))
        .order_by(table.number)
    )
    return tuple(
        DocumentCard(
            number=row.number,
            title=row.title,
            shown=When(row.shown),
            url=row.url,
            kind=FileKind(row.kind) if row.kind else None,
            size=row.size,
        )
        for row in rows
    )


def _practice(contest_id: int) -> int | None:
    chosen = select(Practice.bank_version_id).where(Practice.contest_id == contest_id)
    return db.session.scalar(chosen)


def _card(
    contest: Contest, rounds: Sequence[Row[Round, str]], notices: tuple[NoticeCard, ...] = ()
) -> ContestCard:
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
        controller_address=contest.controller_address,
        controller_contact=contest.controller_contact,
        hotline=contest.hotline,
        regulation_number=contest.regulation_number,
        regulation_date=contest.regulation_date,
        is_archived=contest.archived_at is not None,
        is_rehearsal=contest.kind == ContestKind.REHEARSAL,
        is_emptied=contest.emptied_at is not None,
        retention_months=contest.retention_months,
        notices=notices,
        colour=contest.colour,
        banner=_banner(contest),
        freeze_id=contest.freeze_id,
    )


def _banner(contest: Contest) -> BannerCard | None:
    digest, width, height = contest.banner_digest, contest.banner_width, contest.banner_height
    if digest is None or width is None or height is None:
        return None
    return BannerCard(digest=digest, width=width, height=height)


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
        closed_at=one.closed_at,
        rules=_parsed(body),
        rulings=read_rulings(one.out_of_force),
    )


@lru_cache(maxsize=256)
def _parsed(body: str) -> ContestRules:
    """Return the rules of a canonical body; a stored one was checked when it was saved."""
    contest_rules, problems = rules.read_rules(json.loads(body))
    if contest_rules is None:
        raise LookupError(f"stored rules no longer fit the code: {problems}")
    return contest_rules
