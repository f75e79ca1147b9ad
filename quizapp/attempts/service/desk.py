"""What organisers see and decide about people and attempts, within what they were granted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from quizapp.attempts.errors import BadReason, NoSuchPerson
from quizapp.attempts.models import Attempt, AttemptVoid
from quizapp.attempts.rules import AttemptState
from quizapp.attempts.service import corrections, merging, typed_units
from quizapp.attempts.service.finish import receipt_of
from quizapp.attempts.service.rows import AnyRow, decode_id, encode_id, with_round
from quizapp.attempts.service.time import Why
from quizapp.attempts.service.timeline import Happened, get_phones, get_timeline
from quizapp.attempts.service.typed_units import Group, SeenGroup
from quizapp.audit import service as audit
from quizapp.contests import service as contests
from quizapp.contests.rules.hiding import Hidden
from quizapp.contests.service import ContestCard
from quizapp.db import db
from quizapp.errors import NotFound
from quizapp.people import service as people
from quizapp.people.service import (
    ASSIGNS,
    DECIDES,
    HELPS,
    SEES,
    Decision,
    OrganiserCard,
    PersonCard,
    Reach,
)
from quizapp.units import service as units
from quizapp.units.service import UnitCard
from quizapp.vietnamese import day_in_vietnam, one_line

LONGEST_REASON = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """An attempt as the desk sees it; `cause` says why a void one is void."""

    public_id: str
    round_title: str
    number: int
    state: AttemptState
    cause: str | None
    started_at: datetime
    submitted_at: datetime | None
    points_milli: int | None
    duration_ms: int | None
    unit: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonFile:
    """One entry with its attempts, newest first; `declared` is in the person's words or a name.

    `phones` maps an attempt to short names of the phones that held it, the last holds it.
    """

    contest: ContestCard
    person: PersonCard
    phone: str | None  # its middle left out; None: the entry has none any more
    declared: str
    counted: str | None
    lines: Sequence[Line]
    phones: Mapping[str, Sequence[str]]
    timeline: Sequence[Happened]
    may_assign: bool
    may_help: bool
    may_decide: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class AttemptFile:
    """One attempt with its person.

    `receipt` is what the person saw, None before the end; `is_untouched` tells whether the answers
    and the end that are stored now give the same one.
    """

    contest: ContestCard
    person: PersonCard
    line: Line
    receipt: str | None
    is_untouched: bool
    may_assign: bool
    may_help: bool
    may_decide: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Who asks about what in which contest; `public_id` is of a person (hex) or an attempt."""

    organiser: OrganiserCard
    slug: str
    public_id: str


def get_contest_for(asked: Asked) -> ContestCard:
    """Return the contest, if the organiser may see people in it. Raises NotFound, NotYourRole."""
    return contest_asked(asked, SEES)[0]


def find_person_by_phone(asked: Asked, phone: str, *, at: datetime) -> str:
    """Return the public id (hex) of the entry with this number; looking is logged.

    Raises NoSuchPerson, alike for numbers unknown and out of reach.
    """
    contest, reach = contest_asked(asked, SEES)
    person = people.find_person_by_phone(contest.id, phone)
    if person is None or not reach.has(person.unit_counted_id):
        raise NoSuchPerson
    audit.record("person.look_up", actor=reach.actor, object=f"person:{person.id}", at=at)
    return person.public_id.hex()


def get_person_file(asked: Asked, *, at: datetime) -> PersonFile:
    """Return an entry with its attempts. Raises NotFound, NotYourRole."""
    contest, person, _ = person_asked(asked, SEES)
    rows = _rows(Attempt.person_id == person.id)
    ids = [row.unit_assigned_id for row in rows] + [person.unit_id, person.unit_counted_id]
    names = _names(ids, at=at)
    return PersonFile(
        contest=contest,
        person=person,
        declared=person.unit_text or names[person.unit_id or 0],
        counted=names.get(person.unit_counted_id or 0),
        lines=[_line(row, names) for row in rows],
        phone=people.get_masked_phones([person.id])[person.id],
        phones=get_phones(person.id),
        timeline=get_timeline(person),
        **_may(asked, contest, person.unit_counted_id),
    )


def get_attempt_file(asked: Asked, *, at: datetime) -> AttemptFile:
    """Return an attempt with its person. Raises NotFound, NotYourRole."""
    contest, row, _ = attempt_asked(asked, SEES)
    person = people.get_person_cards([row.person_id])[row.person_id]
    names = _names([row.unit_assigned_id], at=at)
    may = _may(asked, contest, row.unit_assigned_id)
    made = row.receipt and receipt_of(row, row.answers, row.submitted_at)
    return AttemptFile(
        contest=contest,
        person=person,
        line=_line(row, names),
        receipt=row.receipt,
        is_untouched=made == row.receipt,
        **may,
    )


def _may(asked: Asked, contest: ContestCard, unit_id: int | None) -> dict[str, bool]:
    """Return what the organiser may do for somebody of this unit: pages offer nothing else."""
    own = asked.organiser, contest.owner_unit_id
    return {
        "may_assign": people.reaches(*own, unit_id, roles=ASSIGNS),
        "may_help": people.reaches(*own, unit_id, roles=HELPS),
        "may_decide": people.reaches(*own, unit_id, roles=DECIDES),
    }


def correct_person(asked: Asked, *, typed: str, reason: str, at: datetime) -> None:
    """Let a person count for the unit that `typed` names, within reach. See the use case."""
    _, person, reach = person_asked(asked, ASSIGNS)
    unit = find_unit_typed(typed, reach, at=at)
    corrections.correct_person_unit(person.id, unit.id, why_of(reach, reason), at=at)


def void_person(asked: Asked, *, reason: str, at: datetime) -> None:
    _, person, reach = person_asked(asked, DECIDES)
    corrections.void_person(person.id, why_of(reach, reason), at=at)


def restore_person(asked: Asked, *, reason: str, at: datetime) -> None:
    _, person, reach = person_asked(asked, DECIDES)
    corrections.restore_person(person.id, why_of(reach, reason), at=at)


def merge_person(asked: Asked, *, phone: str, reason: str, at: datetime) -> None:
    """Let the entry of another number go into this one, both within reach."""
    contest, person, reach = person_asked(asked, DECIDES)
    other = people.find_person_by_phone(contest.id, phone)
    if other is None or not reach.has(other.unit_counted_id):
        raise NoSuchPerson
    merging.merge_people(person.id, other.id, why_of(reach, reason), at=at)


@dataclass(frozen=True, kw_only=True, slots=True)
class TypedFile:
    """A page of groups of units in free words, with names and codes of what they may mean.

    `shows_people`: how many people a group has gives no open prediction away to who asks.
    """

    contest: ContestCard
    shows_people: bool
    groups: Sequence[Group]
    counts: Mapping[Decision, int]
    names: Mapping[int, str]
    codes: Mapping[int, str]


def get_typed_file(asked: Asked, decision: Decision, *, page: int, at: datetime) -> TypedFile:
    """Return a page (from 0) of groups. For whom reaches everybody: nobody's unit is known yet.

    Raises NotFound, NotYourRole.
    """
    contest, reach = contest_asked(asked, SEES)
    reach.check(None)
    groups = typed_units.get_groups(contest.id, decision, page=page)
    meant = {group.unit_id for group in groups if group.unit_id is not None}
    cards = units.get_cards(meant, on=day_in_vietnam(at))
    return TypedFile(
        contest=contest,
        shows_people=may_count(asked, contest, at=at),
        groups=groups,
        counts=typed_units.count_groups(contest.id),
        names={unit_id: card.name for unit_id, card in cards.items()},
        codes={unit_id: card.code for unit_id, card in cards.items()},
    )


def may_count(asked: Asked, contest: ContestCard, *, at: datetime) -> bool:
    """Tell whether the organiser may see counts of people: while they are predicted, an auditor."""
    hides = any(Hidden.COUNTS in contest.hides(one.number, at) for one in contest.rounds)
    return not hides or people.may(
        asked.organiser, people.Permission.SEE_EXACT_COUNTS, contest.owner_unit_id
    )


def match_typed(asked: Asked, group: SeenGroup, *, typed: str, at: datetime) -> None:
    """Let everybody of a group count for the unit that `typed` names."""
    contest, reach = contest_asked(asked, ASSIGNS)
    reach.check(None)
    unit = find_unit_typed(typed, reach, at=at)
    typed_units.decide_group(contest.id, group, unit.id, actor=reach.actor, at=at)


def leave_typed(asked: Asked, group: SeenGroup, *, at: datetime) -> None:
    """Let everybody of a group count for no unit: the words mean none."""
    contest, reach = contest_asked(asked, ASSIGNS)
    reach.check(None)
    typed_units.decide_group(contest.id, group, None, actor=reach.actor, at=at)


def correct_attempt(asked: Asked, *, typed: str, reason: str, at: datetime) -> None:
    """Let one attempt count for the unit that `typed` names, within reach."""
    _, row, reach = attempt_asked(asked, ASSIGNS)
    unit = find_unit_typed(typed, reach, at=at)
    corrections.correct_attempt_unit(row.id, unit.id, why_of(reach, reason), at=at)


def void_attempt(asked: Asked, *, reason: str, at: datetime) -> None:
    _, row, reach = attempt_asked(asked, DECIDES)
    corrections.void_attempt(row.id, why_of(reach, reason), at=at)


def restore_attempt(asked: Asked, *, reason: str, at: datetime) -> None:
    _, row, reach = attempt_asked(asked, DECIDES)
    corrections.restore_attempt(row.id, why_of(reach, reason), at=at)


def find_unit_typed(typed: str, reach: Reach, *, at: datetime) -> UnitCard:
    """Return the one unit within reach that a code or words name. Raises UnclearUnit."""
    return units.find_unit_named(typed, on=day_in_vietnam(at), reaches=reach.has)


def checked_reason(reason: str) -> str:
    """Return the reason on one line. Raises BadReason."""
    text = one_line(reason)
    if not text or len(text) > LONGEST_REASON:
        raise BadReason(most=LONGEST_REASON)
    return text


def why_of(reach: Reach, reason: str) -> Why:
    return Why(actor=reach.actor, reason=checked_reason(reason))


def contest_asked(asked: Asked, roles: frozenset[people.Role]) -> tuple[ContestCard, Reach]:
    contest = contests.get_contest(asked.slug)
    return contest, people.get_reach(asked.organiser, contest.owner_unit_id, roles=roles)


def person_asked(
    asked: Asked, roles: frozenset[people.Role]
) -> tuple[ContestCard, PersonCard, Reach]:
    contest, reach = contest_asked(asked, roles)
    person = people.get_person_by_public_id(contest.id, asked.public_id)
    reach.check(person.unit_counted_id)
    return contest, person, reach


def attempt_asked(asked: Asked, roles: frozenset[people.Role]) -> tuple[ContestCard, AnyRow, Reach]:
    contest, reach = contest_asked(asked, roles)
    rows = _rows(Attempt.public_id == decode_id(asked.public_id))
    if not rows or rows[0].contest_id != contest.id:
        raise NotFound
    reach.check(rows[0].unit_assigned_id)
    return contest, rows[0], reach


def _rows(mine: object) -> Sequence[AnyRow]:
    cause = select(AttemptVoid.cause).where(AttemptVoid.attempt_id == Attempt.id)
    return db.session.execute(
        with_round()
        .add_columns(cause.scalar_subquery().label("cause"))
        .where(mine)  # type: ignore[arg-type] # a condition on the attempt
        .order_by(Attempt.started_at.desc(), Attempt.id.desc())
    ).all()


def _line(row: AnyRow, names: dict[int, str]) -> Line:
    return Line(
        public_id=encode_id(row.public_id),
        round_title=row.round_title,
        number=row.number,
        state=AttemptState(row.state),
        cause=row.cause,
        started_at=row.started_at,
        submitted_at=row.submitted_at,
        points_milli=row.points_milli,
        duration_ms=row.duration_ms,
        unit=names.get(row.unit_assigned_id or 0),
    )


def _names(unit_ids: Sequence[int | None], *, at: datetime) -> dict[int, str]:
    wanted = {unit_id for unit_id in unit_ids if unit_id is not None}
    cards = units.get_cards(wanted, on=day_in_vietnam(at))
    return {unit_id: card.name for unit_id, card in cards.items()}
