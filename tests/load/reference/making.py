"""People with their attempts, standings and tallies, a chunk at a time, from a seed.

Standings are made by the product's own functions; papers are drawn for two thousand people and
filled in ten times each, and shared by all, since drawing and filling in millions takes longer than
everything else together. Everything but the keys of the installation follows from the seed.
"""

import hmac
import math
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from itertools import product
from operator import itemgetter
from types import SimpleNamespace

from quizapp import clock
from quizapp.attempts import rules
from quizapp.attempts.rules import AttemptState
from quizapp.banks import service as banks
from quizapp.people.models import PersonState, Purpose
from quizapp.people.service import sealing
from quizapp.standings.rules import Result
from quizapp.standings.service import Recorded, scope_of_round, standing_row
from quizapp.standings.service.rollup import sum_row
from quizapp.vietnamese import name_sort_key
from tests.load.papers import Drawing
from tests.load.people import FAMILY, GIVEN, MIDDLE, PINS

CHUNK = 1000  # people
PAPERS = 2000
SHEETS = 10  # of each paper
DAYS = 21
APART = timedelta(minutes=25)  # between two attempts of one person
RIGHT = range(20, 7, -1)
HOW_OFTEN = (58, 13, 8, 5, 4, 3, 2, 2, 1, 1, 1, 1, 1)  # 20 right, 19 right, …
HOURS = (1, 1, 1, 1, 1, 2, 4, 8, 9, 8, 7, 10, 9, 6, 6, 6, 6, 7, 9, 14, 16, 14, 8, 3)
OF_PERSON = ("contest_id", "round_number", "person_id", "unit_id", "attempts")
COLUMNS = {
    "person": (
        "id",
        "public_id",
        "contest_id",
        "name",
        "name_sort_key",
        "phone_hash",
        "phone_sealed",
        "pin_hash",
        "key_id",
        "is_phone_verified",
        "unit_id",
        "state",
        "joined_at",
    ),
    "consent": ("id", "person_id", "purpose", "text_version", "given_at"),
    "attempt": (
        "id",
        "public_id",
        "round_id",
        "person_id",
        "number",
        "number_limit",
        "unit_declared_id",
        "unit_assigned_id",
        "paper",
        "started_at",
        "deadline_at",
        "holder",
        "last_op",
        "answers",
        "prediction",
        "state",
        "submitted_at",
        "right_count",
        "points_milli",
        "duration_ms",
        "paused_ms",
        "receipt",
    ),
    "standing": (
        "contest_id",
        "round_number",
        "generation",
        "person_id",
        "unit_id",
        "attempt_id",
        "attempts",
        "count_key",
        "rank_key",
        "points_milli",
        "all_right",
        "duration_ms",
        "submitted_at",
        "started_at",
        "perfect",
    ),
    "tally": (*OF_PERSON, "points_milli", "all_right", "rank_key"),
}
SHARES = ("attempts", "points_milli", "all_right")
EXPIRED, SUBMITTED = str(AttemptState.EXPIRED), str(AttemptState.SUBMITTED)
HOUR_OF = [hour for hour, weight in enumerate(HOURS) for _ in range(weight)]
PAIRS = list(map("".join, product(rules.CROCKFORD, repeat=2)))  # of 10 bits
standing_of_row = itemgetter(*COLUMNS["standing"])
tally_of_row = itemgetter(*COLUMNS["tally"])
shares_of_row = itemgetter(*SHARES)
sort_key_of = cache(name_sort_key)


@dataclass(frozen=True, kw_only=True, slots=True)
class Chunk:
    """Which people to make: numbers from `first`, and the attempts of all of them together."""

    first: int
    people: int
    first_attempt: int
    attempts: int


@dataclass(slots=True)
class Made:
    """Rows by table, and (round number, unit) → [people, attempts, points, all right]."""

    rows: dict = field(default_factory=lambda: {table: [] for table in COLUMNS})
    counts: dict = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0, 0]))


def chunks(people, attempts):
    """Return Chunks of that many people and attempts together."""
    found, taken = [], 0
    for first in range(0, people, CHUNK):
        count = min(CHUNK, people - first)
        upto = attempts * (first + count) // people
        chunk = Chunk(first=first + 1, people=count, first_attempt=taken + 1, attempts=upto - taken)
        found.append(chunk)
        taken = upto
    return found


class Maker:
    """Makes chunks, inside an application's context."""

    def __init__(self, chosen, receipt_key):
        self._chosen, self._receipt_key = chosen, receipt_key
        drawing = Drawing.of_round()
        self._round, self.contest_id = drawing.round, drawing.contest_id
        self._scope = scope_of_round(drawing.round)
        keys = {q.number: q.right for q in banks.get_questions(self._round.bank_version_id)}
        chance = random.Random(0)
        self._sheets = []
        for number in range(PAPERS):
            paper = drawing.draw(b"reference", number)
            masks = [_masks(asked, keys[asked.number]) for asked in paper]
            body = rules.encode_paper(paper)
            self._sheets += [(body, *self._answered(chance, masks)) for _ in range(SHEETS)]
        self._now, self._key_id = clock.now(), sealing.current_key_id()

    def make(self, chunk):
        """Return the rows of a chunk; the same chunk gives the same results again."""
        chance, made = random.Random(chunk.first), Made()
        attempt_id = chunk.first_attempt
        for person_id, count in enumerate(self._shared_out(chance, chunk), start=chunk.first):
            unit_id = self._chosen[int(len(self._chosen) * chance.random() ** 2)]
            self._person(made, chance, person_id, unit_id)
            if count:
                ids = range(attempt_id, attempt_id + count)
                self._results(made, chance, person_id, unit_id, ids)
                attempt_id += count
        return made

    def _shared_out(self, chance, chunk):
        """Return how many attempts each has: one, and more for some, up to the limit."""
        limit = self._round.rules.attempts_max
        counts = [min(chunk.attempts // chunk.people, 1)] * chunk.people
        left = chunk.attempts - sum(counts)
        while left:
            index = chance.randrange(chunk.people)
            if counts[index] < limit:
                counts[index] += 1
                left -= 1
        return counts

    def _person(self, made, chance, person_id, unit_id):
        public_id, phone = chance.randbytes(16), f"+843{20_000_000 + person_id:08d}"
        name = " ".join(map(chance.choice, (FAMILY, MIDDLE, GIVEN)))
        pin = next(pin for pin in PINS if pin not in phone)
        joined_at = self._round.window.opens_at
        made.rows["person"].append(
            (
                person_id,
                public_id,
                self.contest_id,
                name,
                sort_key_of(name),
                sealing.phone_hash(phone),
                sealing.seal_phone(phone, public_id=public_id),
                sealing.pin_hash(pin, public_id=public_id),
                self._key_id,
                False,
                unit_id,
                str(PersonState.ACTIVE),
                joined_at,
            )
        )
        purposes = (Purpose.TAKE_PART, Purpose.SHOW_NAME)[: 2 if chance.random() < 0.85 else 1]
        made.rows["consent"].extend(
            (2 * person_id - 1 + index, person_id, str(purpose), "2026-11-22", joined_at)
            for index, purpose in enumerate(purposes)
        )

    def _results(self, made, chance, person_id, unit_id, ids):
        moments = self._moments(chance, len(ids))
        results = [
            self._attempt(made, chance, (person_id, unit_id, attempt_id, number), started_at)
            for number, (attempt_id, started_at) in enumerate(zip(ids, moments, strict=True), 1)
        ]
        own = standing_row(self._counted(results, person_id, unit_id, ids))
        whole = sum_row([SimpleNamespace(**own)], generation=1, contest_rules=self._round.rules)
        for row in (own, whole):
            made.rows["standing"].append(standing_of_row(row))
            made.rows["tally"].append(tally_of_row(row))
            count = made.counts[row["round_number"], unit_id]
            count[0] += 1
            for index, value in enumerate(shares_of_row(row), 1):
                count[index] += value

    def _moments(self, chance, count):
        """Return when attempts began: most in the evening and in the last days, well apart."""
        first, found = self._now - timedelta(days=DAYS), []
        random_ = chance.random
        for _ in range(count):
            day = int(DAYS * random_() ** 0.5) if random_() < 0.9 else 0
            hour = HOUR_OF[int(random_() * len(HOUR_OF))]
            found.append(first + timedelta(min(day, DAYS - 2), (hour + random_()) * 3600))
        found.sort()
        for index in range(1, count):
            found[index] = max(found[index], found[index - 1] + APART)
        return found

    def _attempt(self, made, chance, whose, started_at):
        person_id, unit_id, attempt_id, number = whose
        one, own = self._round, self._round.rules
        body, answers, right_count, points = self._sheets[int(chance.random() * len(self._sheets))]
        limit_ms = one.rules.minutes * 60_000
        taken = min(max(int(math.exp(chance.gauss(12.4, 0.6))), 35_000), limit_ms)
        ended_at = started_at + timedelta(0, 0, 0, taken)
        public_id = one.tag + chance.randbytes(16)
        made.rows["attempt"].append(
            (
                attempt_id,
                public_id,
                one.id,
                person_id,
                number,
                own.attempts_max,
                unit_id,
                unit_id,
                body,
                started_at,
                started_at + own.time_limit,
                "reference",
                4,
                answers,
                int(10 ** chance.uniform(2, 6)),
                EXPIRED if taken == limit_ms else SUBMITTED,
                ended_at,
                right_count,
                points,
                taken,
                0,
                receipt(self._receipt_key, public_id, answers, ended_at.isoformat().encode()),
            )
        )
        return -points, taken // own.resolution_ms, ended_at, taken, started_at, right_count

    def _counted(self, results, person_id, unit_id, ids):
        """Return what counts of a person: the best one, as `standing_of` chooses it."""
        own, best = self._round.rules, min(results)
        points, _, ended_at, taken, started_at, right_count = best
        return Recorded(
            scope=self._scope,
            rules=own,
            result=Result(
                points_milli=-points,
                all_right=right_count == own.questions,
                duration_ms=taken,
                started_at=started_at,
                submitted_at=ended_at,
                prediction=None,
            ),
            person_id=person_id,
            unit_id=unit_id,
            attempt_id=ids[results.index(best)],
            number=len(results),
        )

    def _answered(self, chance, masks):
        """Return (answers as stored, how many are right, points in thousandths)."""
        own = self._round.rules
        (right_count,) = chance.choices(RIGHT, HOW_OFTEN)
        wrong = set(chance.sample(range(len(masks)), len(masks) - right_count))
        answers = rules.encode_answers(
            chance.choice(others) if place in wrong else right
            for place, (right, others) in enumerate(masks)
        )
        points = right_count * own.right_milli + len(wrong) * own.wrong_milli
        return answers, right_count, points


def receipt(key, *facts):
    """Return what `rules.receipt` does, four times as fast: pairs of letters instead of bytes."""
    mac = hmac.digest(key, b"\0".join(facts), "sha256")
    bits = int.from_bytes(mac[:8], "big") >> 4
    a, b, c, d, e, f = (PAIRS[bits >> shift & 1023] for shift in (50, 40, 30, 20, 10, 0))
    return f"{a}{b}-{c}{d}-{e}{f}"


def _masks(asked, right):
    """Return (the right bitmask, the single options that are wrong)."""
    single = [1 << option for option in asked.order]
    return right, [mask for mask in single if mask != right]
