"""The machine: every step does something to the product and to the model, and compares them."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import replace

from quizapp import worker
from quizapp.attempts import service
from quizapp.attempts.errors import NoPauseYet
from quizapp.attempts.service import For, Why
from quizapp.db import transaction
from quizapp.errors import Refusal
from quizapp.standings import service as standings
from tests.machine import compare
from tests.machine.choices import (
    ANY,
    MOVES,
    OPS,
    PAPER,
    PHONES,
    PREDICTIONS,
    WHO,
    answers,
    has_papers,
    runs,
    worked_before,
)
from tests.machine.compare import Difference
from tests.machine.model import NOTHING, Model, Save, Start, Submit
from tests.machine.stage import BANK, BEGINNING, CLOSES, CONTESTS, MILLISECOND, SECOND
from tests.machine.steps import step

TWO = ThreadPoolExecutor(2)
WHY = Why(actor="system", reason="thử")


class AttemptMachine:
    """Two people with two phones each, in one contest after the other of those on the stage.

    `outcomes` counts what came of the steps; most steps have one, some have more.
    """

    def __init__(self, stage, door, outcomes=None):
        self.stage = stage
        self.door = door
        self.outcomes = Counter() if outcomes is None else outcomes
        self.steps = self.restarted = self.worked = 0

    @step(often=0, slug=tuple(CONTESTS), ahead=(0, 0, 0, -SECOND, CLOSES - 50 * SECOND))
    def open(self, slug, ahead):
        self.stage.reset()
        self.contest = self.stage.contests[slug]
        self.phones = self.contest.phones
        self.model = Model(terms=self.contest.terms, bank=BANK)
        self.sealed, self.sent = {}, []
        self.stage.now = ahead
        self._send(self._a_start(0))

    @step(often=30, when=lambda self: not self._goes_on(), slug=tuple(CONTESTS))
    def open_next(self, slug):
        """Nothing can happen any more: count, then go on with another contest."""
        self.work("count")
        self.open(slug, 0)

    # -- Phones

    @step(often=10, phone=PHONES, back=(0, 0, 0, 1))
    def start(self, phone, back):
        self._send(self._a_start(phone, back))

    @step(often=16, when=runs, who=WHO, paper=PAPER, position=range(1, 5), letter="AB")
    def tap(self, who, paper, position, letter):
        """What phones mostly do: save one more answer, also when they were not told of the end."""
        paper = self._paper(paper)
        phone, name = self._phone(who, paper), (paper.person, paper.number)
        self._send(Save(phone=phone, paper=name, op=paper.op + 1, answers=((position, letter),)))

    @step(
        often=12,
        when=has_papers,
        who=WHO,
        paper=PAPER,
        op=OPS,
        answers=answers,
        prediction=PREDICTIONS,
    )
    def save(self, who, paper, op, answers, prediction):
        self._send(self._a_save(who, paper, op, answers, prediction))

    @step(
        often=5,
        when=has_papers,
        who=WHO,
        paper=PAPER,
        answers=answers,
        prediction=PREDICTIONS,
        by_form=(False, True),
    )
    def submit(self, who, paper, answers, prediction, by_form):
        self._send(self._a_submit(who, paper, answers, prediction, by_form))

    @step(often=8, when=lambda self: self.sent, which=ANY)
    def send_again(self, which):
        """A retry, a doubled request, or one that was long on its way."""
        self._send(self.sent[which % len(self.sent)])

    @step(often=4, when=lambda self: self._may_begin(), first=PHONES, second=PHONES)
    def start_at_once(self, first, second):
        self._send_at_once(self._a_start(first), self._a_start(second))

    @step(
        often=6,
        when=runs,
        first=WHO,
        second=WHO,
        paper=PAPER,
        op=OPS,
        answers=answers,
        which=ANY,
    )
    def send_at_once(self, first, second, paper, op, answers, which):
        """Two requests about papers at the same time."""
        save = self._a_save(first, paper, op, answers, NOTHING)
        submit = self._a_submit(second, paper, answers, NOTHING, by_form=False)
        again = self.sent[which % len(self.sent)]
        start = self._a_start(which % len(self.phones))
        pairs = [(save, submit), (save, again), (submit, again), (submit, submit)]
        pairs += [(save, start), (submit, start)]
        self._send_at_once(*pairs[which % len(pairs)])

    @step(often=6, when=has_papers, who=WHO, paper=PAPER, what=("paper", "result", "rank"))
    def look(self, who, paper, what):
        """Reading changes nothing and shows what is there."""
        look = {"paper": self._look, "result": self._look_at_result, "rank": self._look_at_rank}
        paper = self._paper(paper)
        self._compare(look[what](self._phone(who, paper), paper))

    # -- The worker, the clock, the machine room

    @step(often=3, when=worked_before, how=("one by one", "at once", "at once", "count"))
    def work(self, how):
        """Let the worker end what is due; also count it; in a whole pass write the boards too."""
        due = self.model.expire(self.stage.now)
        with self.stage.app.app_context():
            if how == "whole pass":
                found = worker.run_once().expired
            else:
                found = sum(iter(lambda: self._expire(1 if how == "one by one" else 200), 0))
            while how == "count" and self.stage.roll_up():
                pass
        self._say(*["expired by the worker"] * due)
        self.worked = self.steps
        problems = [] if found == due else [f"expired {found} papers, not {due}"]
        # On PostgreSQL an older transaction of anybody on the server holds results back.
        if how in {"count", "whole pass"} and not self.stage.waiting():
            self._say(*["counted"] * bool(self.model.results))
            problems += self._uncounted()
        self._compare(problems)

    @step(often=7, ms=MOVES)
    def move_clock(self, ms):
        self.stage.now += ms
        self._say(*["set the clock back"] * (ms < 0))

    @step(often=6, when=runs, edge=(0, 0, 0, 1), by=(-1, 0, 1), sends=("save", "submit", "work"))
    def wait_for_edge(self, edge, by, sends):
        """Go to a moment at which something stops being allowed, or one millisecond beside it."""
        ahead = [moment for moment in self.model.edges() if moment + by > self.stage.now]
        if ahead:
            self.stage.now = ahead[min(edge, len(ahead) - 1)] + by
        if sends == "save":
            self.tap("holder", 0, 1, "A")
        elif sends == "submit":
            self.submit("holder", 0, (), NOTHING, by_form=False)
        else:
            self.work("at once")

    @step(often=2, when=lambda self: self.steps > self.restarted + 5)
    def restart(self):
        self.stage.restart()
        self._say("restarted")
        self.restarted = self.steps

    # -- The organiser

    @step(
        often=4,
        what=("time", "pause", "pause", "outage", "outage", "outage"),
        whom=(0, 1, None),
        ms=(1, 5 * SECOND, 20 * SECOND, 60 * SECOND),
    )
    def organise(self, what, whom, ms):
        """Give extra time, stop or start the clocks, take a stretch of the past out."""
        do = {"time": self._grant, "pause": self._pause_or_resume, "outage": self._compensate}
        found, expected = do[what](whom, ms)
        self._compare([] if found == expected else [f"{found} papers touched, not {expected}"])

    # -- How

    def _goes_on(self):
        return self.model.running() or self._may_begin()

    def _may_begin(self):
        return self.model.may_begin(self.stage.now, self.contest.person_ids)

    def _paper(self, index):
        papers = sorted(self.model.papers.values(), key=lambda paper: paper.state != "running")
        return papers[index % len(papers)]

    def _phone(self, who, paper):
        """Return the phone that holds the paper, the person's other one, or one of a stranger."""
        own = [phone for phone in self.phones if phone.person == paper.person]
        holder = next(phone for phone in own if phone.name == paper.holder)
        other = next(phone for phone in own if phone.name != paper.holder)
        stranger = next(phone for phone in self.phones if phone.person != paper.person)
        return {"holder": holder, "other": other, "stranger": stranger}[who]

    def _a_start(self, phone, back=0):
        """Return the start that a page seen now offers, or one `back` attempts ago."""
        phone = self.phones[phone]
        begun = [paper for paper in self.model.papers.values() if paper.person == phone.person]
        runs = any(paper.state == "running" for paper in begun)
        return Start(phone=phone, number=max(len(begun) + (not runs) - back, 1))

    def _a_save(self, who, paper, op, answers, prediction):
        paper = self._paper(paper)
        return Save(
            phone=self._phone(who, paper),
            paper=(paper.person, paper.number),
            op=max(paper.op + op, 1),
            answers=answers,
            prediction=prediction,
        )

    def _a_submit(self, who, paper, answers, prediction, by_form):
        if by_form:  # a choice that was made cannot be taken back in a form
            answers = tuple(choice for choice in answers if choice[1])
        paper = self._paper(paper)
        return Submit(
            phone=self._phone(who, paper),
            paper=(paper.person, paper.number),
            answers=answers,
            prediction=prediction,
            by_form=by_form,
        )

    def _send(self, request):
        self._remember(request)
        told = self.door.send(request, self.contest, self._address(request))
        expected = self.model.apply(request, self.stage.now)
        self._say()
        rows = self._learn()
        told = _named(told, rows)
        self._compare([] if told == expected else [f"told {told}, not {expected}"], rows)

    def _send_at_once(self, *requests):
        """Two requests in threads of their own: as if one had come after the other, either way."""
        for request in requests:
            self._remember(request)
        jobs = [(request, self.contest, self._address(request)) for request in requests]
        told = list(TWO.map(lambda job: self.door.send(*job), jobs))
        before, problems = self.model, []
        for order in ((0, 1), (1, 0)):
            self.model = deepcopy(before)
            expected = {which: self.model.apply(requests[which], self.stage.now) for which in order}
            rows = self._learn()
            found = {which: _named(told[which], rows) for which in order}
            lines = [f"told {found[which]}" for which in order if found[which] != expected[which]]
            lines += self._differences(rows)
            if not lines:
                names = sorted(type(request).__name__ for request in requests)
                self._say(f"at once: {' and '.join(names)}")
                self._compare([], rows)
                return
            problems.append("; ".join(lines))
        raise Difference(f"{requests} fit neither order: {problems}")

    def _grant(self, whom, ms):
        person = None if whom is None else self.contest.person_ids[whom]
        seconds = max(ms // SECOND, 1)
        found = self._decide(service.grant_time, For(person_id=person), seconds)
        return found, self.model.grant(person, seconds * SECOND)

    def _pause_or_resume(self, _whom, _ms):
        if self.model.paused is not None:
            return self._decide(service.resume_round), self.model.resume(self.stage.now)
        try:
            found = self._decide(service.pause_round)
        except NoPauseYet:
            found = False
        return found, self.model.pause(self.stage.now)

    def _compensate(self, whom, ms):
        ended = self.stage.now - (whom or 0)
        began = ended - ms
        at = [BEGINNING + moment * MILLISECOND for moment in (began, ended)]
        self.sealed.clear()
        try:
            found = self._decide(service.compensate_outage, *at)
        except Refusal:
            found = None
        return found, self.model.compensate(began, ended, self.stage.now)

    def _decide(self, decide, *facts):
        with self.stage.app.app_context():
            one = self.stage.round(self.contest)
            with transaction():
                found = decide(one, *facts, WHY, at=self.stage.at)
        self.stage.forget_round()
        return found

    def _expire(self, limit):
        with transaction():
            return service.expire_due(at=self.stage.at, limit=limit)

    def _look(self, phone, paper):
        expected = (200, paper.answers()) if paper.holder == phone.name else (409, None)
        if paper.state != "running" or self.model.is_due(paper, self.stage.now):
            expected = (302, None)
        if paper.person != phone.person:
            expected = (404, None)
        self._say("looked at a paper")
        seen = self.door.look(phone, self.contest, paper.address)
        return [] if seen == expected else [f"shown {seen}, not {expected}"]

    def _look_at_result(self, phone, paper):
        runs = paper.state == "running" and not self.model.is_due(paper, self.stage.now)
        expected = 302 if runs else 200
        expected = expected if paper.person == phone.person else 404
        self._say("looked at a result")
        status, points = self.door.result(phone, self.contest, paper.address)
        problems = [] if status == expected else [f"result {status}, not {expected}"]
        if points is not None and points != paper.points:
            problems.append(f"result says {points}, not {paper.points}")
        return problems

    def _look_at_rank(self, phone, _paper):
        with self.stage.app.app_context():
            scope = standings.scope_of_round(self.contest.card.rounds[0])
            place = standings.find_place(scope, phone.person)
        ranks = {one: rank for rank, one in self.model.ranked(self.contest.person_ids)}
        rank = ranks.get(phone.person)
        found, expected = place and place.span, rank and (rank, rank)
        self._say(*["looked at a rank"] * bool(expected))
        return [] if found == expected else [f"rank {found}, not {expected}"]

    def _remember(self, request):
        if request not in self.sent:
            self.sent.append(request)

    def _address(self, request):
        return None if isinstance(request, Start) else self.model.papers[request.paper].address

    def _learn(self):
        """Read the attempts; what only the product can know of a new one, the model takes over."""
        rows = self.stage.attempts(self.contest)
        for row in rows:
            paper = self.model.papers.get((row.person, row.number))
            if paper is not None and paper.address is None:
                paper.address, paper.asked = row.address, row.asked
        return rows

    def _say(self, *what):
        """Count these outcomes, and those that the model noticed since the last time."""
        self.outcomes.update((*what, *self.model.happened))
        self.model.happened.clear()

    def _compare(self, problems, rows=None):
        rows = self._learn() if rows is None else rows
        problems = [*problems, *self._differences(rows)]
        for row in rows:
            if row.state != "running" and self.sealed.setdefault(row.address, row) != row:
                problems.append(f"changed after its end: {row}")
        if problems:
            raise Difference("; ".join(problems))

    def _differences(self, rows):
        """Return a line for each thing that the tables say and the model does not."""
        people = self.contest.person_ids
        return [
            *compare.attempts(self.model, rows),
            *compare.standings(self.model, people, self.stage.standings(self.contest)),
            *compare.events(self.model, self.stage.events(self.contest)),
            *compare.late(self.model, self.stage.late(self.contest)),
        ]

    def _uncounted(self):
        """Return a line for each count, of the round and of the whole contest, that is wrong."""
        people, lines = self.contest.person_ids, []
        for number in (0, 1):
            rows = self.stage.standings(self.contest, number)
            lines += compare.standings(self.model, people, rows)
            lines += compare.counts(self.model, people, self.stage.counts(self.contest, number))
        return lines


def _named(told, rows):
    """Return the reply with the paper's name in the place of its address."""
    names = {row.address: (row.person, row.number) for row in rows}
    return replace(told, paper=names.get(told.paper, told.paper))
