"""What must hold of attempts, said a second time in plain Python.

Nothing of the product is imported, so that no mistake can be made twice by one line of code.
Moments and durations are whole milliseconds from an agreed beginning, points are thousandths.
"""

from dataclasses import dataclass, field

LETTERS = "ABCDEFGH"
NOTHING = "nothing"  # a prediction that was not sent, where None takes one back


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question of the bank: how many options, which one is right (0-based), whether it is fixed.

    A fixed question keeps its options in their order on every paper.
    """

    options: int
    right: int
    fixed: bool


@dataclass(frozen=True, kw_only=True)
class Terms:
    """One contest of one round, as its organiser set it."""

    slug: str
    opens: int
    closes: int
    limit: int
    grace: int
    attempts: int
    counts: str
    resolution: int
    right: int
    wrong: int
    blank: int
    questions: int


@dataclass(frozen=True, kw_only=True)
class Phone:
    name: str
    person: int


@dataclass(frozen=True, kw_only=True)
class Start:
    """`number` is the attempt that the phone's page offered."""

    phone: Phone
    number: int


@dataclass(frozen=True, kw_only=True)
class Save:
    """`paper` is (person, number of the attempt); `answers` are (position, letter or None)."""

    phone: Phone
    paper: tuple[int, int]
    op: int
    answers: tuple[tuple[int, str | None], ...]
    prediction: int | str | None = NOTHING


@dataclass(frozen=True, kw_only=True)
class Submit:
    phone: Phone
    paper: tuple[int, int]
    answers: tuple[tuple[int, str | None], ...]
    prediction: int | str | None = NOTHING
    by_form: bool = False


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a phone is told. `answers` are (position, letter) of the questions answered."""

    status: int
    paper: tuple[int, int] | None = None
    verdict: str | None = None
    op: int | None = None
    deadline: int | None = None
    answers: tuple[tuple[int, str], ...] | None = None


@dataclass(kw_only=True)
class Paper:
    person: int
    number: int
    holder: str
    started: int
    deadline: int
    chosen: list[str | None]
    state: str = "running"
    op: int = 0
    body: object = None
    prediction: int | None = None
    lost: int = 0  # to pauses and outages
    ended: int | None = None
    right: int | None = None
    points: int | None = None
    duration: int | None = None
    # Seen in the database when the paper was drawn, and never to change.
    address: str | None = None
    asked: tuple[tuple[int, tuple[int, ...]], ...] = ()
    receipt: str | None = None

    def answers(self):
        return tuple((n, letter) for n, letter in enumerate(self.chosen, start=1) if letter)

    def with_answers(self, request):
        """Return (letters, prediction) with those of the request in their places.

        None when the paper has no such question or option.
        """
        chosen = list(self.chosen)
        for position, letter in request.answers:
            if not 1 <= position <= len(chosen):
                return None
            if letter is not None and letter not in LETTERS[: len(self.asked[position - 1][1])]:
                return None
            chosen[position - 1] = letter
        sent = request.prediction
        return chosen, self.prediction if sent == NOTHING else sent


@dataclass(kw_only=True)
class Model:
    """The papers of one round by (person, number). `bank` has the questions by their numbers.

    `late` has (op, received, letters, prediction) of answers kept aside, by the paper's name;
    `results` counts what ended or was changed afterwards; `happened` says what was noticed on the
    way, for those who count how often each thing came about.
    """

    terms: Terms
    bank: dict[int, Question]
    papers: dict[tuple[int, int], Paper] = field(default_factory=dict)
    closes: int = 0
    paused: int | None = None
    grants: list[tuple[int | None, int]] = field(default_factory=list)
    interruptions: list[tuple[int, int]] = field(default_factory=list)
    late: dict[tuple[int, int], tuple] = field(default_factory=dict)
    results: int = 0
    happened: list[str] = field(default_factory=list)

    def __post_init__(self):
        self.closes = self.terms.closes

    def apply(self, request, now):
        """Return what the phone must be told, and change the papers accordingly."""
        if isinstance(request, Start):
            return self._start(request.phone, request.number, now)
        paper = self.papers[request.paper]
        if paper.person != request.phone.person:
            return self._answer("not theirs", status=404)
        self._notice_border(paper, now)
        if isinstance(request, Save):
            return self._save(paper, request, now)
        return self._submit(paper, request, now)

    def expire(self, now):
        """End every paper whose grace is over; return how many."""
        due = [paper for paper in self.papers.values() if self.is_due(paper, now)]
        for paper in due:
            self._end(paper, "expired", paper.deadline)
        return len(due)

    def grant(self, person, ms):
        """Give extra time to one person or (None) to all; return how many papers run longer."""
        self.happened.append("time granted")
        self.grants.append((person, ms))
        given = [paper for paper in self.running() if person in {None, paper.person}]
        for paper in given:
            paper.deadline += ms
        return len(given)

    def pause(self, now):
        """Let the clocks stand; return False where a clock set back is before they run."""
        if now < self.terms.opens:
            return False
        self.happened.append("paused")
        self.paused = now
        return None

    def resume(self, now):
        """Move everything by as long as the clocks stood still; return how many papers."""
        self.happened.append("resumed")
        length = self._standing_for(now)
        if length:
            self.interruptions.append((self.paused, now))
        self.paused = None
        self.closes += length
        for paper in self.running():
            paper.deadline += length
            paper.lost += length
        return len(self.running())

    def compensate(self, began, ended, now):
        """Take a stretch of the past out of everybody's time; return how many papers it touched.

        None when it is not past, or a part of it was taken out before.
        """
        until = now if self.paused is None else self.paused
        is_past = self.terms.opens <= began < ended <= until <= now
        is_taken = any(before < ended and began < after for before, after in self.interruptions)
        self.happened.append("outage taken out" if is_past and not is_taken else "outage refused")
        if not is_past or is_taken:
            return None
        self.interruptions.append((began, ended))
        if now < self.closes:
            self.closes += ended - began
        touched = 0
        for paper in self.papers.values():
            end = ended if paper.state == "running" else min(paper.ended, paper.deadline, ended)
            share = max(end - max(paper.started, began), 0)
            if paper.state == "running":
                paper.deadline += share
            else:
                share = min(share, paper.duration)
                paper.duration -= share
                self.results += share > 0
                self.happened += ["result changed afterwards"] * (share > 0)
            paper.lost += share
            touched += share > 0
        return touched

    def is_due(self, paper, now):
        """Tell whether a paper runs whose time and grace are over; a pause stops its clock."""
        now = now if self.paused is None else min(now, self.paused)
        return paper.state == "running" and now > paper.deadline + self.terms.grace

    def may_begin(self, now, people):
        """Tell whether the round will still let one of the people begin another attempt."""
        busy = {paper.person for paper in self.running()}
        left = [p for p in people if p not in busy and len(self.finals(p)) < self.terms.attempts]
        return now < self.closes and bool(left)

    def running(self):
        return [paper for paper in self.papers.values() if paper.state == "running"]

    def finals(self, person):
        """Return the person's papers that are over, in the order of their numbers."""
        return [p for p in self.papers.values() if p.person == person and p.state != "running"]

    def merit(self, paper):
        """Return what decides which of a person's attempts counts; the smallest does."""
        steps = paper.duration // self.terms.resolution
        return {
            "best": (-paper.points, steps, paper.ended),
            "best_then_earliest": (-paper.points, paper.ended),
            "first": (paper.ended,),
            "last": (-paper.ended,),
        }[self.terms.counts]

    def counted(self, person):
        """Return the person's attempt that counts, or None; of equal ones the earlier."""
        return min(self.finals(person), key=lambda p: (self.merit(p), p.number), default=None)

    def ranked(self, people):
        """Return (rank, person) of those with a result: points, then time taken, then earliest."""
        placed = []
        for person in people:
            best = self.counted(person)
            if best is not None:
                steps = best.duration // self.terms.resolution
                placed.append(((-best.points, steps, best.ended), person))
        return [(1 + sum(other < mine for other, _ in placed), p) for mine, p in sorted(placed)]

    def edges(self):
        """Return every moment at which something stops or begins to be allowed."""
        moments = {self.terms.opens, self.closes}
        for paper in self.running():
            moments |= {paper.deadline, paper.deadline + self.terms.grace}
        return sorted(moments)

    def _standing_for(self, now):
        """Return for how long the clocks of the round have been standing."""
        return 0 if self.paused is None else max(now - self.paused, 0)

    def _start(self, phone, number, now):
        mine = [paper for paper in self.papers.values() if paper.person == phone.person]
        running = next((paper for paper in mine if paper.state == "running"), None)
        if running is not None and not self.is_due(running, now):
            what = "gone on with" if running.holder == phone.name else "taken over"
            running.holder = phone.name
            return self._answer(what, status=303, paper=(phone.person, running.number))
        is_begun = number <= len(mine)
        if not is_begun and (why := self._why_not(len(mine), now)):
            return self._answer(f"refused: {why}", status=409)
        if running is not None:
            self.happened.append("expired by a start")
            self._end(running, "expired", running.deadline)
        if is_begun:
            return self._answer("begun before", status=303, paper=(phone.person, number))
        name = (phone.person, len(mine) + 1)
        extra = sum(ms for person, ms in self.grants if person in {None, phone.person})
        self.papers[name] = Paper(
            person=phone.person,
            number=name[1],
            holder=phone.name,
            started=now,
            deadline=min(now + self.terms.limit, self.closes) + extra,
            chosen=[None] * self.terms.questions,
        )
        return self._answer("started", status=303, paper=name)

    def _why_not(self, begun, now):
        """Return why the round lets nobody begin who has begun that often, or None."""
        if self.paused is not None:
            return "paused"
        if not self.terms.opens <= now < self.closes:
            return "not open" if now < self.terms.opens else "closed"
        return "limit" if begun == self.terms.attempts else None

    def _save(self, paper, request, now):
        deadline = paper.deadline + self._standing_for(now)
        told = {"op": paper.op, "deadline": deadline, "answers": paper.answers()}
        body = (sorted(request.answers), request.prediction)
        if paper.state != "running" or self.is_due(paper, now):
            is_kept = self._keep_aside(paper, request, request.op, now)
            return self._answer("over", status=410, verdict="over") if is_kept else self._bad()
        if paper.holder != request.phone.name:
            return self._answer("held", status=409, verdict="held", **told)
        if request.op < paper.op or (request.op == paper.op and body != paper.body):
            return self._answer("stale", status=409, verdict="stale", **told)
        what = "saved before"
        if request.op > paper.op:
            what, taken = "saved", paper.with_answers(request)
            if taken is None:
                return self._bad()
            paper.chosen, paper.prediction = taken
            paper.op, paper.body = request.op, body
        return self._answer(what, status=200, op=paper.op, deadline=deadline)

    def _submit(self, paper, request, now):
        if paper.state != "running" or self.is_due(paper, now):
            if not self._keep_aside(paper, request, 0, now):
                return self._bad()
            what = f"{paper.state} before"
            if paper.state == "running":
                what = "expired by a submit"
                self._end(paper, "expired", paper.deadline)
            return self._answer(what, status=200)
        if paper.holder != request.phone.name:
            return self._answer("submit of another phone", status=409)
        taken = paper.with_answers(request)
        if taken is None:
            return self._bad()
        paper.chosen, paper.prediction = taken
        self._end(paper, "submitted", now)
        return self._answer("submitted", status=200)

    def _notice_border(self, paper, now):
        ends = paper.deadline + self.terms.grace
        if paper.state == "running" and self.paused is None and now - ends in {0, 1}:
            self.happened.append("a millisecond too late" if now > ends else "at the last moment")

    def _bad(self):
        return self._answer("bad answers", status=422)

    def _answer(self, what, **told):
        self.happened.append(what)
        return Reply(**told)

    def _keep_aside(self, paper, request, op, now):
        """Keep the newest that the holding phone sent too late; return whether it can be read.

        What comes after a person handed in is no late answer. A submit (op 0) is a phone's last.
        """
        if paper.state == "submitted" or paper.holder != request.phone.name:
            return True
        taken = paper.with_answers(request)
        if taken is None:
            return False
        kept = self.late.get(request.paper)
        is_older = kept is not None and op != 0 and (kept[0] == 0 or op < kept[0])
        if taken != (paper.chosen, paper.prediction) and not is_older:
            self.happened.append(f"late sheet {'kept' if kept is None else 'replaced'}")
            self.late[request.paper] = (op, now, *taken)
        return True

    def _end(self, paper, state, at):
        if state == "submitted":
            paper.deadline += self._standing_for(at)
            paper.lost += self._standing_for(at)
        paper.state, paper.ended = state, at
        # A clock that was set back must not make a paper end before it began.
        paper.duration = max(min(at, paper.deadline) - paper.started - paper.lost, 0)
        marks = [
            None if letter is None else order[LETTERS.index(letter)] == self.bank[number].right
            for letter, (number, order) in zip(paper.chosen, paper.asked, strict=True)
        ]
        paper.right = marks.count(True)
        paper.points = (
            paper.right * self.terms.right
            + marks.count(False) * self.terms.wrong
            + marks.count(None) * self.terms.blank
        )
        self.results += 1
