"""The product's side: contests made through its services, and what its tables say afterwards."""

import random
import sqlite3
from base64 import urlsafe_b64encode
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import psycopg

from quizapp import clock
from quizapp.contests import service as contest_service
from quizapp.contests.rules.schedule import Window
from quizapp.db import db, transaction
from quizapp.standings.service import rollup
from quizapp.units import service as units
from tests.machine.model import LETTERS, Phone, Question, Terms
from tests.making import banks, contests, people
from tests.making.boards import count_waiting

BEGINNING = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
SECOND, MINUTE = 1000, 60_000
CLOSES = 10 * MINUTE
BANK = {
    number: Question(options=2 + number % 4, right=number % (2 + number % 4), fixed=number % 3 == 0)
    for number in range(1, 8)
}
QUESTIONS = 4
# Contests that differ in everything the attempt depends on; each has the same people.
CONTESTS = {
    "best": {"attempts": {"max": 2, "counts": "best"}, "clock": {"grace_seconds": 15}},
    "last": {
        "attempts": {"max": 3, "counts": "last"},
        "clock": {"grace_seconds": 0, "resolution_ms": 1},
        "score": {"per_correct": 1, "wrong": -0.25, "blank": -0.1},
    },
    "first": {"attempts": {"max": 3, "counts": "first"}, "clock": {"grace_seconds": 1}},
    "once": {"attempts": {"max": 1, "counts": "best"}, "clock": {"grace_seconds": 5}},
    "early": {
        "attempts": {"max": 2, "counts": "best_then_earliest"},
        "clock": {"grace_seconds": 120},
        "score": {"per_correct": 0.333},
    },
}
PAPER = {"questions": QUESTIONS, "minutes": 1, "options_min": 2}


class Row(NamedTuple):
    """An attempt as it is stored; moments and durations in milliseconds, answers as letters."""

    person: int
    number: int
    address: str
    state: str
    holder: str
    op: int
    chosen: list
    prediction: int | None
    started: int
    deadline: int
    ended: int | None
    right: int | None
    points: int | None
    duration: int | None
    lost: int
    receipt: str | None
    asked: tuple


class Standing(NamedTuple):
    """A standing as it is stored; `number` is that of the attempt that counts."""

    person: int
    number: int
    attempts: int
    points: int
    duration: int
    all_right: int
    ended: int


ATTEMPTS = (
    "SELECT person_id, number, public_id, state, holder, last_op, answers, prediction, started_at,"
    " deadline_at, submitted_at, right_count, points_milli, duration_ms, paused_ms, receipt, paper"
    " FROM attempt WHERE round_id = {round_id} ORDER BY person_id, number"
)
STANDINGS = (
    "SELECT s.person_id, a.number, s.attempts, s.points_milli, s.duration_ms, s.all_right,"
    " s.submitted_at FROM standing s JOIN attempt a ON a.id = s.attempt_id"
    " WHERE a.round_id = {round_id} AND s.round_number = {round_number} ORDER BY s.person_id"
)
LATE = (
    "SELECT a.person_id, a.number, l.op, l.received_at, l.answers, l.prediction, a.paper"
    " FROM late_sheet l JOIN attempt a ON a.id = l.attempt_id WHERE a.round_id = {round_id}"
)
EVENTS = "SELECT count(*) FROM result_event WHERE round_id = {round_id}"
COUNTS = (
    "SELECT people, attempts, points_milli, all_right FROM unit_count"
    " WHERE contest_id = {contest_id} AND round_number = {round_number} AND unit_id = {unit_id}"
)
WAITING = "SELECT count(*) FROM result_event, rollup_mark WHERE result_event.id > event_id"


@dataclass(frozen=True, kw_only=True)
class Contest:
    """A contest as both sides know it; `person_ids` are the people in the model's order."""

    terms: Terms
    card: object
    person_ids: tuple[int, ...]
    unit_id: int
    people: dict[int, object]

    @property
    def phones(self):
        """Two phones of each person, the first person's first."""
        owners = [person for person in self.person_ids for _ in range(2)]
        return [Phone(name=f"may-{n}", person=person) for n, person in enumerate(owners, start=1)]

    @property
    def round_id(self):
        return self.card.rounds[0].id


class Stage:
    """Contests on a database, a clock that stands still until it is moved, and eyes of its own."""

    def __init__(self, database):
        self.now = 0
        self.app = database.app
        with self.app.app_context():
            # What is drawn depends on secrets and ids: with new ones no walk could be taken again.
            with patch("secrets.token_bytes", random.Random(1).randbytes):
                self.contests = _make_contests()
            self.database = self._prepared(database)
            self._reader = self._round = None
            self._moments = {}
            self._used = self._tables_in_use()

    @property
    def at(self):
        return BEGINNING + self.now * MILLISECOND

    def reset(self):
        """Throw away what was done and keep the contests and people."""
        self.now, self._round = 0, None
        if self.database.template is not None:
            self.close()
            self.database.empty()
            return
        self.restart()
        emptied = [f"DELETE FROM {table}" for table in self._used]
        emptied.append("UPDATE rollup_mark SET event_id = 0, event_xid = 0, seen_at = NULL")
        closes = BEGINNING + CLOSES * MILLISECOND
        emptied.append(f"UPDATE round SET paused_at = NULL, closes_at = '{closes.isoformat()}'")
        with self.app.app_context(), db.engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            connection.exec_driver_sql("; ".join(emptied))

    def round(self, contest):
        """Return the round as it is now; a view reads it anew for each request."""
        if self._round is None:
            self._round = contest_service.get_contest(contest.terms.slug).rounds[0]
            db.session.rollback()
        return self._round

    def forget_round(self):
        """Read the round again: an organiser may have changed it."""
        self._round = None

    def restart(self):
        """Forget what the process keeps, and its connections."""
        self.app.extensions.pop("quizapp_kept", None)
        with self.app.app_context():
            db.engine.dispose()

    def close(self):
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def attempts(self, contest):
        return [self._row(*stored) for stored in self._rows(ATTEMPTS, contest)]

    def standings(self, contest, round_number=1):
        rows = self._rows(STANDINGS, contest, round_number=round_number)
        return [Standing(*row[:-1], self._ms(row[-1])) for row in rows]

    def late(self, contest):
        """Return (person, number, op, received, letters, prediction) of answers kept aside."""
        return [
            (*who, op, self._ms(at), _letters(bytes(answers), _asked(bytes(paper))), prediction)
            for *who, op, at, answers, prediction, paper in self._rows(LATE, contest)
        ]

    def events(self, contest):
        return self._rows(EVENTS, contest)[0][0]

    def counts(self, contest, round_number):
        """Return (people, attempts, points, all right) of the unit of everybody, or None."""
        rows = self._rows(COUNTS, contest, round_number=round_number)
        return tuple(rows[0]) if rows else None

    def roll_up(self):
        """Count a part of the results that are new; return how many."""
        with transaction():
            return rollup.roll_up(at=self.at).events

    def waiting(self):
        """Return how many results the worker has not counted yet."""
        if self.database.template is not None:
            return self._rows(WAITING, None)[0][0]
        with self.app.app_context():
            return count_waiting()

    def _row(self, person, number, address, *stored):
        """Return an attempt's row with bytes read and moments in milliseconds."""
        state, holder, op, answers, prediction, started, deadline, ended, *scored, paper = stored
        asked = _asked(bytes(paper))
        moments = [self._ms(moment) for moment in (started, deadline, ended)]
        address = urlsafe_b64encode(bytes(address)).rstrip(b"=").decode()
        chosen = _letters(bytes(answers), asked)
        return Row(
            *(person, number, address, state, holder, op, chosen, prediction),
            *moments,
            *scored,
            asked,
        )

    def _rows(self, sql, contest, **names):
        if contest is not None:
            names |= {
                "round_id": contest.round_id,
                "contest_id": contest.card.id,
                "unit_id": contest.unit_id,
            }
        if self._reader is None:
            self._reader = self._open()
        return self._reader.execute(sql.format(**names)).fetchall()

    def _open(self):
        """Connect past the product's engine: what another process would see."""
        with self.app.app_context():
            url = db.engine.url
        if self.database.template is not None:
            return sqlite3.connect(url.database, isolation_level=None)
        address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(address, autocommit=True)

    def _ms(self, moment):
        """Return a moment as stored in milliseconds from the beginning; None stays None."""
        if moment is None:
            return None
        if moment not in self._moments:
            if len(self._moments) > 100_000:
                self._moments.clear()
            at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
            at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
            whole, rest = divmod(at - BEGINNING, MILLISECOND)
            self._moments[moment] = whole if not rest else (at - BEGINNING) / MILLISECOND
        return self._moments[moment]

    def _prepared(self, database):
        """Return the database whose empty state has the contests in it."""
        if database.template is None:
            return database
        path = Path(db.engine.url.database)
        db.session.remove()
        db.engine.dispose()
        template = path.with_name("stage.sqlite3")
        with sqlite3.connect(path) as full, sqlite3.connect(template) as copy:
            full.backup(copy)
        copy.close()
        full.close()
        return replace(database, template=template)

    def _tables_in_use(self):
        """Return the tables that the machine fills: those that are empty before it begins."""
        names = [table.name for table in reversed(db.metadata.sorted_tables)]
        return [name for name in names if not self._rows(f"SELECT 1 FROM {name} LIMIT 1", None)]


@contextmanager
def on_stage(database):
    """Yield a Stage whose clock the product asks, and whose commits wait for no disk."""
    stage, real = Stage(database), clock.now
    clock.now = lambda: stage.at
    _change(database, "SET synchronous_commit = off")
    try:
        yield stage
    finally:
        clock.now = real
        stage.close()
        _change(database, "RESET synchronous_commit")


def _change(database, setting):
    """Change a setting of a PostgreSQL database for the connections to come."""
    if database.template is not None:
        return
    with database.app.app_context():
        with db.engine.begin() as connection:
            connection.exec_driver_sql(f"ALTER DATABASE {db.engine.url.database} {setting}")
        db.engine.dispose()


def _make_contests():
    people.national_unit()
    units_above = units.find_unit("VGCL")
    db.session.rollback()
    bank = banks.published_drafts(
        [
            banks.draft(
                number,
                options=tuple(f"{number}.{place}" for place in range(question.options)),
                right=1 << question.right,
                fixed_order=question.fixed,
            )
            for number, question in BANK.items()
        ],
        code="may",
    )
    window = Window(opens_at=BEGINNING, closes_at=BEGINNING + CLOSES * MILLISECOND)
    made = {}
    for slug, over in CONTESTS.items():
        card = contests.contest(slug, bank=bank, windows=(window,), paper=PAPER, **over)
        persons = [
            people.person(card.id, phone=phone, unit_id=units_above.id, unit_text=None)
            for phone in ("0912345678", "0987654321")
        ]
        made[slug] = Contest(
            terms=_terms(slug, over),
            card=card,
            person_ids=tuple(person.id for person in persons),
            unit_id=units_above.id,
            people={person.id: person for person in persons},
        )
    return made


def _terms(slug, over):
    """Return what the model must know of the rules; where a contest says nothing, the preset."""
    marks = {"per_correct": 1, "wrong": 0, "blank": 0} | over.get("score", {})
    return Terms(
        slug=slug,
        opens=0,
        closes=CLOSES,
        limit=PAPER["minutes"] * MINUTE,
        grace=over["clock"]["grace_seconds"] * SECOND,
        attempts=over["attempts"]["max"],
        counts=over["attempts"]["counts"],
        resolution=over["clock"].get("resolution_ms", SECOND),
        right=round(marks["per_correct"] * 1000),
        wrong=round(marks["wrong"] * 1000),
        blank=round(marks["blank"] * 1000),
        questions=QUESTIONS,
    )


def _asked(paper):
    """Read a paper as its description says: version, then number (2), count (1), order."""
    asked, at = [], 1
    while at < len(paper):
        number, count = int.from_bytes(paper[at : at + 2], "big"), paper[at + 2]
        asked.append((number, tuple(paper[at + 3 : at + 3 + count])))
        at += 3 + count
    return tuple(asked)


def _letters(answers, asked):
    """Read the letters a person chose: after a version byte one bitmask for each question."""
    chosen = []
    for mask, (_, order) in zip(answers[1:], asked, strict=True):
        options = [place for place in range(8) if mask >> place & 1]
        chosen.append(LETTERS[order.index(options[0])] if len(options) == 1 else None)
        if len(options) > 1:
            chosen[-1] = f"{mask:08b}"
    return chosen
