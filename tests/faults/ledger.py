"""What people were told, and whether the database agrees. Pure: values in, findings out."""

import threading
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

BLANK = "-"
EXAMPLES = 8


class Kind(StrEnum):
    LOST = "lost"  # acknowledged, and not there
    WRONG = "wrong"  # there, but other than it was acknowledged; or refused without a reason
    TWICE = "twice"  # one act that counts more than once
    PHANTOM = "phantom"  # there, and nobody sent it


@dataclass(slots=True)
class Paper:
    """One attempt as its client knows it. A sheet is one letter (or BLANK) per question.

    What was sent and not acknowledged may stand in the database or not; both are right.
    """

    public_id: str
    sheets: dict[int, str] = field(default_factory=dict)  # op → sheet sent
    acknowledged_op: int = 0
    saves: int = 0
    handed_in: tuple[str, int] | None = None  # sheet and prediction sent
    accepted_ms: int | None = None  # when the submit was acknowledged, ms since 1970
    receipts: set[str] = field(default_factory=set)  # as shown to the person

    @property
    def submits(self):
        return int(self.accepted_ms is not None)

    def saved(self, op):
        self.acknowledged_op = op
        self.saves += 1


@dataclass(slots=True)
class Participant:
    """One person: `doubtful_starts` were sent and never answered."""

    phone: str
    is_joined: bool = False
    papers: dict[str, Paper] = field(default_factory=dict)
    doubtful_starts: int = 0

    def started(self, public_id):
        return self.papers.setdefault(public_id, Paper(public_id))


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """An attempt as the database has it; `events` counts its result events."""

    public_id: str
    phone: str
    number: int
    number_limit: int
    state: str
    last_op: int
    answers: str
    prediction: int | None
    receipt: str | None
    deadline_ms: int
    events: int


class Ledger:
    """Everybody's notes. A participant belongs to one thread at a time."""

    def __init__(self):
        self._lock = threading.Lock()
        self.people: dict[str, Participant] = {}
        self.findings: list[tuple[Kind, str]] = []

    def participant(self, phone):
        with self._lock:
            return self.people.setdefault(phone, Participant(phone))

    def found(self, kind, words):
        """Note something that a client saw with its own eyes."""
        with self._lock:
            self.findings.append((kind, words))

    def acknowledged(self):
        """Return how many writes of each sort were acknowledged."""
        # Copies: people come, and begin papers, while it is counted.
        people = list(self.people.values())
        papers = [paper for person in people for paper in list(person.papers.values())]
        return {
            "joins": sum(person.is_joined for person in people),
            "starts": len(papers),
            "saves": sum(paper.saves for paper in papers),
            "submits": sum(paper.submits for paper in papers),
        }

    def balance(self, phones, rows):
        """Return all findings: the clients' own, and what the database says otherwise.

        `phones` are those of all people in the database, one per row; `rows` all its attempts.
        """
        rows = list(rows)
        stored = {row.public_id: row for row in rows}
        findings = list(self.findings)
        for person in self.people.values():
            for paper in person.papers.values():
                findings += judge(paper, stored.get(paper.public_id))
        return findings + self._of_people(Counter(phones)) + self._of_attempts(rows)

    def _of_people(self, phones):
        known = self.people
        lost = [one for one in known.values() if one.is_joined and one.phone not in phones]
        return (
            [(Kind.LOST, f"{one.phone}: joined, and is nobody") for one in lost]
            + [(Kind.TWICE, f"{phone}: {n} people") for phone, n in phones.items() if n > 1]
            + [(Kind.PHANTOM, f"{phone}: never came") for phone in phones if phone not in known]
        )

    def _of_attempts(self, rows):
        """Find attempts that nobody began, or more than were begun or are allowed."""
        findings, unknown = [], Counter()
        for row in rows:
            person = self.people.get(row.phone)
            if person is None or row.public_id not in person.papers:
                unknown[row.phone] += 1
            if not 1 <= row.number <= row.number_limit:
                findings.append((Kind.TWICE, f"{row.public_id}: number {row.number}"))
        for phone, count in unknown.items():
            doubtful = self.people[phone].doubtful_starts if phone in self.people else 0
            if count > doubtful:
                findings.append((Kind.TWICE, f"{phone}: {count} papers that were not asked for"))
        return findings


def judge(paper, row):
    """Return (Kind, words) for everything in which a stored attempt breaks its acknowledgements."""
    if row is None:
        return [(Kind.LOST, f"{paper.public_id}: started, and is not there")]
    findings = [*_events(row)]
    if row.last_op < paper.acknowledged_op:
        findings.append((Kind.LOST, f"save {paper.acknowledged_op}, stored is {row.last_op}"))
    if row.last_op and row.last_op not in paper.sheets:
        findings.append((Kind.PHANTOM, f"save {row.last_op} was never sent"))
    elif row.state == "submitted":
        findings += _submitted(paper, row)
    else:
        findings += _not_submitted(paper, row)
    return [(kind, f"{paper.public_id}: {words}") for kind, words in findings]


def _events(row):
    expected = int(row.state != "running")
    if row.events > expected:
        yield Kind.TWICE, f"{row.state} with {row.events} result events"
    elif row.events < expected:
        yield Kind.LOST, f"{row.state} without a result event"


def _submitted(paper, row):
    if paper.handed_in is None:
        yield Kind.PHANTOM, "submitted by nobody"
        return
    if (row.answers, row.prediction) != paper.handed_in:
        stored = (row.answers, row.prediction)
        yield Kind.WRONG, f"handed in {paper.handed_in}, stored is {stored}"
    if paper.receipts - {row.receipt}:
        yield Kind.WRONG, f"receipts {paper.receipts} were shown, stored is {row.receipt}"


def _not_submitted(paper, row):
    """A paper that runs, or ran out: what was saved last counts."""
    is_late = row.state == "expired" and (paper.accepted_ms or 0) > row.deadline_ms
    if paper.accepted_ms is not None and not is_late:
        yield Kind.LOST, f"the submit was acknowledged, the paper is {row.state}"
    saved = paper.sheets.get(row.last_op, BLANK * len(row.answers))
    if row.answers != saved:
        yield Kind.WRONG, f"save {row.last_op} was {saved}, stored is {row.answers}"


def summary(findings):
    """Return how many findings of each kind there are, and some of them in words."""
    counts = Counter(kind for kind, _ in findings)
    examples = [f"{kind}: {words}" for kind, words in findings[:EXAMPLES]]
    return {str(kind): counts[kind] for kind in Kind} | {"examples": examples}
