"""People who take part while the server is hit, and note in the ledger what they were told."""

import json
import random
import re
import threading
import time
from dataclasses import dataclass

from tests.faults.ledger import BLANK, Kind
from tests.faults.phones import GaveUp, Phone
from tests.faults.proxy import LATEST_COPY
from tests.faults.stage import UNIT
from tests.load.people import QUESTIONS, SLUG, Person, Surprise, joins, token_in

LETTERS = "ABCD"
READY = f"/c/{SLUG}/rounds/1"
ATTEMPTS = 2  # of the preset
RECEIPT = re.compile(r">([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})<")
INPUT = re.compile(r"<input\b[^>]*>")
CHOSEN = re.compile(r'name="q(\d+)"[^>]* value="([A-H])"')


class Broken(Exception):
    """What was promised to this person does not hold; it is in the ledger, the paper is left."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Habits:
    """How often (0 to 1) people look again, leave a paper unfinished, hand in twice, save late."""

    reloads: float = 0.08
    leaves: float = 0.1
    twice: float = 0.4
    late: float = 0.3


class Contestant(threading.Thread):
    """Plays one person after another on one phone until told to stop."""

    def __init__(self, place, ledger, *, stop, address, give_up_at, habits=None, unit=UNIT):
        super().__init__(daemon=True)
        self._unit = unit
        self._place, self._ledger, self._stop_asked = place, ledger, stop
        self._address = address
        self._chance = random.Random(place)
        self._habits = habits or Habits()
        self.phone = Phone(address, chance=self._chance, give_up_at=give_up_at)
        self.error = None

    def run(self):
        number = self._place * 100_000
        try:
            while not self._stop_asked.is_set():
                number += 1
                self._be(Person(number=number, units=(self._unit,), address=self._address))
        except GaveUp:
            pass
        except Exception as error:  # noqa: BLE001 - the programme ends with it, in the main thread
            self.error = error
        finally:
            self.phone.close()

    def _be(self, person):
        """Join, and take every attempt there is; a broken promise ends the person."""
        known = self._ledger.participant(person.phone)
        try:
            self._join(person, known)
            for _ in range(ATTEMPTS):
                if not self._take(person, known):
                    return
            self._tap_again(person, known)
        except Broken:
            pass

    def _join(self, person, known):
        script, reply = joins(person), None
        try:
            while True:
                request = script.send(reply)
                reply = self.phone.ask(request)
                if request.step == "join":
                    known.is_joined = reply.status == 303
        except StopIteration:
            return
        except Surprise as surprise:
            self._found(Kind.LOST if known.is_joined else Kind.WRONG, f"join: {surprise}")

    def _take(self, person, known):
        """Take one attempt; return whether it was handed in."""
        paper = self._start(person, known)
        self._look(person, paper)
        op = 0
        for _ in range(self._chance.randint(4, 16)):
            op += self._chance.randint(1, 3)
            self._save(person, paper, op)
            if self._chance.random() < self._habits.reloads:
                self._think()
                self._look(person, paper)
        if self._stop_asked.is_set() or self._chance.random() < self._habits.leaves:
            return False
        self._hand_in(person, paper)
        self._see_receipt(person, paper)
        if self._chance.random() < self._habits.twice:
            self._hand_in_again(person, paper)
        if self._chance.random() < self._habits.late:
            self._save_late(person, paper, op + 1)
        self._see_receipt(person, paper)
        return True

    def _think(self):
        """Wait, now and then as long as the latest copy of a request may need to arrive."""
        if self._chance.random() < 0.25:
            self._stop_asked.wait(LATEST_COPY)

    def _start(self, person, known):
        ready = self._expected(person.ask("ready", "GET", READY), 200, Kind.LOST)
        known.doubtful_starts += 1
        reply = self._expected(
            person.form("start", f"{READY}/attempts", token_in(ready)), 303, Kind.WRONG
        )
        known.doubtful_starts -= 1
        path = reply.header("location")
        if not path.startswith("/a/"):
            self._found(Kind.LOST, f"a start led to {path}")
        is_again = path.removeprefix("/a/") in known.papers
        if is_again:
            self._found(Kind.WRONG, f"a new start led to the old paper {path}")
        return known.started(path.removeprefix("/a/"))

    def _look(self, person, paper, *, sending=None):
        """Open the paper, as a reload does: it shows what was acknowledged, or is being sent."""
        request = person.ask("paper", "GET", f"/a/{paper.public_id}")
        page = self._expected(request, 200, Kind.LOST).text
        letters = {}
        for tag in INPUT.findall(page):
            if " checked" in tag and (found := CHOSEN.search(tag)):
                letters[int(found[1])] = found[2]
        shown = "".join(letters.get(position, BLANK) for position in range(1, QUESTIONS + 1))
        told = paper.sheets.get(paper.acknowledged_op, BLANK * QUESTIONS)
        if shown not in {told, sending}:
            self._found(Kind.LOST, f"{paper.public_id}: saved {told}, the page shows {shown}")

    def _save(self, person, paper, op):
        paper.sheets[op] = sheet = self._sheet()
        request = self._save_request(person, paper, op, sheet)
        # Whoever sees no answer looks at the page first: a lost save is hidden by the next one.
        reply = self._expected(
            request, 200, before_again=lambda: self._look(person, paper, sending=sheet)
        )
        if json.loads(reply.content)["op"] != op:
            self._found(Kind.WRONG, f"{paper.public_id}: another save than {op} was acknowledged")
        paper.saved(op)

    def _hand_in(self, person, paper):
        paper.handed_in = (self._sheet(), self._chance.randrange(100, 100_000))
        reply = self._expected(self._submit_request(person, paper, *paper.handed_in), 200)
        paper.accepted_ms = int(time.time() * 1000)
        if not json.loads(reply.content)["result"].endswith(f"/a/{paper.public_id}/result"):
            self._found(Kind.WRONG, f"{paper.public_id}: another paper's result")

    def _hand_in_again(self, person, paper):
        """Hand in once more, the same or something else: it is answered and changes nothing."""
        sheet, prediction = paper.handed_in
        if self._chance.random() < 0.5:
            sheet, prediction = self._sheet(), prediction + 1
        self._expected(self._submit_request(person, paper, sheet, prediction), 200)

    def _save_late(self, person, paper, op):
        """Save into a paper that was handed in: refused, and it changes nothing."""
        self._expected(self._save_request(person, paper, op, self._sheet()), 410)

    def _see_receipt(self, person, paper):
        request = person.ask("result", "GET", f"/a/{paper.public_id}/result")
        found = RECEIPT.search(self._expected(request, 200, Kind.LOST).text)
        if found is None:
            self._found(Kind.LOST, f"{paper.public_id}: a result without a receipt")
        paper.receipts.add(found[1])

    def _tap_again(self, person, known):
        """Send the form of the first start again, as a browser may that is opened the next day."""
        form = person.form("start_again", f"{READY}/attempts", person.start_form)
        path = self._expected(form, 303).header("location")
        if path.removeprefix("/a/") != next(iter(known.papers)):
            self._found(Kind.TWICE, f"{person.phone}: a start that arrived again led to {path}")

    def _expected(self, request, status, otherwise=Kind.WRONG, *, before_again=None):
        """Return the answer. Raises Broken unless it has the status."""
        reply = self.phone.ask(request, before_again=before_again)
        if reply.status != status:
            kind = Kind.LOST if reply.status == 404 else otherwise
            words = " ".join(reply.text.split())[-120:]
            self._found(kind, f"{request.step} {request.path}: {reply.status} …{words}")
        return reply

    def _found(self, kind, words):
        self._ledger.found(kind, words)
        raise Broken(words)

    def _sheet(self):
        return "".join(self._chance.choices(LETTERS, k=QUESTIONS))

    @staticmethod
    def _save_request(person, paper, op, sheet):
        body = {"op": op, "answers": _answers(sheet)}
        return person.json("save", "PUT", f"/a/{paper.public_id}/answers", body)

    @staticmethod
    def _submit_request(person, paper, sheet, prediction):
        body = {"answers": _answers(sheet), "prediction": prediction}
        return person.json("submit", "POST", f"/a/{paper.public_id}/submit", body)


def _answers(sheet):
    return {str(position): letter for position, letter in enumerate(sheet, start=1)}
