"""A whole contest in minutes: a made-up crowd through the same services as the pages, at a virtual
clock that goes from the opening of the rounds to their close.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count

from quizapp.attempts import rules
from quizapp.attempts import service as attempts
from quizapp.attempts.service import Phone, Sheet, Why, typed_units
from quizapp.attempts.service.typed_units import SeenGroup
from quizapp.banks import service as banks
from quizapp.contests import service as contests
from quizapp.contests.service import ContestCard, RoundCard
from quizapp.db import db, transaction
from quizapp.demo.crowd import End, Stage, Visit, Visitor, crowd
from quizapp.errors import Refusal
from quizapp.people import service as people
from quizapp.people.service import Decision, Entry, PersonCard
from quizapp.standings.service.boards import scopes_of
from quizapp.standings.service.rollup import roll_up
from quizapp.standings.service.snapshots import keep_boards, make_boards, stamp_boards
from quizapp.units import service as units
from quizapp.vietnamese import day_in_vietnam

ACTOR = "command:demo"
EVENTS_AT_ONCE = 60  # so many calls of services share a commit: a commit costs a write to disk
GRACE = timedelta(minutes=2)
Do = Callable[[datetime], None]


@dataclass(kw_only=True, slots=True)
class Simulation:
    """A run: what is still to happen in order of time, and how often what has happened."""

    contest: ContestCard
    units: Sequence[units.UnitCard]
    happened: Counter[str] = field(default_factory=Counter)
    _due: list[tuple[datetime, int, Do]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=count)

    def plan(self, visitors: Iterable[Visitor]) -> None:
        """Note when each visitor joins; what they do then follows."""
        for visitor in visitors:
            self.later(visitor.joins_at, _Guest(self, visitor).join)

    def run(self) -> Iterator[int]:
        """Do everything in order of time; yield how many visitors have joined, now and then."""
        while self._due:
            with transaction():
                for _ in range(min(EVENTS_AT_ONCE, len(self._due))):
                    at, _, do = heappop(self._due)
                    self._try(do, at)
            yield self.happened["came"]

    def count_results(self) -> int:
        """Return about how many results wait to be counted."""
        ends = ("submit", "expire", "late", "void attempts", "void people")
        return sum(self.happened[name] for name in ends)

    def later(self, at: datetime, do: Do) -> None:
        """Note what is to be done at a moment."""
        heappush(self._due, (at, next(self._order), do))

    def _try(self, do: Do, at: datetime) -> None:
        """Do one thing; a refusal is part of life in a contest, and has written nothing."""
        try:
            do(at)
        except Refusal as refusal:
            self.happened[type(refusal).__name__] += 1


class _Guest:
    """One visitor on one phone."""

    def __init__(self, simulation: Simulation, visitor: Visitor) -> None:
        self.run, self.visitor = simulation, visitor
        self.holder = f"demo-{visitor.number}"
        self.person: PersonCard | None = None
        self.papers: list[str] = []

    def join(self, at: datetime) -> None:
        visitor = self.visitor
        unit = None if visitor.unit is None else self.run.units[visitor.unit].id
        entry = Entry(
            name=visitor.name,
            phone=visitor.phone,
            unit_id=unit,
            unit_text=visitor.unit_text,
            pin=visitor.pin,
            birth_year=1990,
            show_name=visitor.shows_name,
            consent_version="demo",
        )
        self.run.happened["came"] += 1
        self.person = people.enter_contest(self.run.contest.id, entry, source="demo", at=at)
        self.run.happened["joined"] += 1
        for visit in visitor.visits:
            self.run.later(visit.at, self._begin(visit))
        if visitor.is_void or visitor.has_void_attempt:
            last = visitor.visits[-1]
            later = last.at + timedelta(minutes=last.minutes) + timedelta(hours=1)
            self.run.later(later, self.be_judged)

    def be_judged(self, at: datetime) -> None:
        why = Why(actor=ACTOR, reason="thử: thi hộ")
        if self.person is None or not self.papers:
            return
        if self.visitor.is_void:
            attempts.void_person(self.person.id, why, at=at)
            self.run.happened["void people"] += 1
        else:
            row = attempts.get_attempt_row(self.papers[-1], self._phone(self.person))
            attempts.void_attempt(row.id, why, at=at)
            self.run.happened["void attempts"] += 1

    def _begin(self, visit: Visit) -> Do:
        def begin(at: datetime) -> None:
            if self.person is None:
                return
            one = contests.get_round(self.run.contest, visit.round_number)
            public_id = attempts.start_attempt(one, self.person, holder=self.holder, at=at)
            self.run.happened["started"] += 1
            self.papers.append(public_id)
            self._answer(one, visit, public_id, self.person)

        return begin

    def _answer(self, one: RoundCard, visit: Visit, public_id: str, person: PersonCard) -> None:
        """Note when answers are saved and the paper is handed in."""
        phone = self._phone(person)
        answers = _answers(one, visit, attempts.get_attempt_row(public_id, phone).paper)
        ends = visit.at + timedelta(minutes=visit.minutes)
        for op in range(1, visit.saves + 1):
            part = dict(list(answers.items())[: len(answers) * op // (visit.saves + 1)])
            moment = visit.at + (ends - visit.at) * op / (visit.saves + 2)

            def save(at: datetime, op: int = op, part: Mapping[int, str] = part) -> None:
                attempts.save_answers(public_id, phone, Sheet(answers=part), op=op, at=at)
                self.run.happened["saved"] += 1

            self.run.later(moment, save)

        def submit(at: datetime) -> None:
            # A paper that ran out and is looked at again is made final with what was saved.
            sheet = Sheet(answers={} if visit.end is End.EXPIRE else answers)
            attempts.submit_attempt(public_id, phone, sheet, at=at)
            self.run.happened[visit.end.value] += 1

        is_in_time = visit.end is End.SUBMIT
        self.run.later(ends if is_in_time else ends + one.rules.grace + GRACE, submit)

    def _phone(self, person: PersonCard) -> Phone:
        return Phone(holder=self.holder, person_ids=frozenset({person.id}))


def _answers(one: RoundCard, visit: Visit, stored: bytes) -> Mapping[int, str]:
    """Return position → letter, as many right as the visitor knows; `stored` is the paper."""
    questions = banks.get_questions(one.bank_version_id)
    paper = rules.decode_paper(stored)
    known = round(visit.right * len(paper))
    letters = {}
    for position, asked in enumerate(paper, start=1):
        right = asked.order.index(questions[asked.number - 1].right.bit_length() - 1)
        place = right if position <= known else (right + 1) % len(asked.order)
        letters[position] = rules.LETTERS[place]
    return letters


def stage_of(contest: ContestCard, cards: Sequence[units.UnitCard]) -> Stage:
    """Return what the crowd needs to know of a contest."""
    first = contest.rounds[0].rules
    spare = timedelta(minutes=first.minutes)
    windows = [
        (one.number, one.window.opens_at + timedelta(minutes=5), one.window.closes_at - spare)
        for one in contest.rounds
    ]
    return Stage(
        rounds=windows,
        attempts_max=first.attempts_max,
        minutes=first.minutes,
        units=[card.name for card in cards],
    )


def simulate(contest: ContestCard, number: int, *, seed: int) -> tuple[Simulation, Iterator[int]]:
    """Return a run of so many visitors, and the steps to take: each yields how many have joined."""
    cards = units.get_bodies(on=day_in_vietnam(contest.rounds[0].window.opens_at))
    run = Simulation(contest=contest, units=cards)
    run.plan(crowd(number, stage_of(contest, cards), seed=seed))
    db.session.rollback()
    return run, run.run()


def match_free_texts(contest: ContestCard, *, at: datetime) -> int:
    """Approve what the matcher is sure of, as an organiser would; return how many groups."""
    while proposals := typed_units.propose_units(on=day_in_vietnam(at)):
        db.session.rollback()
        with transaction():
            typed_units.keep_proposals(proposals)
    groups = 0
    while sure := _sure_groups(contest):
        with transaction():
            for group, unit_id in sure:
                typed_units.decide_group(contest.id, group, unit_id, actor=ACTOR, at=at)
        groups += len(sure)
    waiting = True
    while waiting:
        with transaction():
            waiting = typed_units.apply_decisions() > 0
    return groups


def count_results(*, at: datetime) -> Iterator[int]:
    """Count what the worker would, a batch at a time; yield how many results each batch had."""
    events = 1
    while events:
        with transaction():
            events = roll_up(at=at).events
        yield events


def write_boards(contest: ContestCard, *, at: datetime) -> None:
    """Write every board of the contest as the worker would."""
    scopes = list(scopes_of(contests.get_contest(contest.slug)).values())
    for scope in scopes:
        boards = make_boards(scope, at=at)
        db.session.rollback()
        with transaction():
            keep_boards(scope, boards, at=at)
    with transaction():
        stamp_boards(at=at)


def _sure_groups(contest: ContestCard) -> list[tuple[SeenGroup, int]]:
    shown = typed_units.get_groups(contest.id, Decision.OPEN, page=0)
    sure = [
        (SeenGroup(key=group.key, decision=Decision.OPEN, seen=group.seen), group.unit_id)
        for group in shown
        if group.key.startswith("u") and group.unit_id is not None
    ]
    db.session.rollback()
    return sure
