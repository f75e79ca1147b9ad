"""People who take part and people who look on, while something is done to what is deployed."""

import random
import threading
import time
from collections import Counter
from contextlib import contextmanager

from tests.faults.contestants import Contestant
from tests.faults.phones import GaveUp, Phone
from tests.faults.stage import UNIT
from tests.load.people import SLUG
from tests.load.wire import Request

LOOKED_AT = ("/", f"/c/{SLUG}", f"/c/{SLUG}/boards/people", f"/c/{SLUG}/boards/provinces.json")
SECONDS = 3600  # until nobody asks any more
REST_SECONDS = 0.02  # between two requests: what is restarted needs the processor too


class Unhurried(Phone):
    """A phone whose owner looks at each answer for a moment."""

    def ask(self, request, *, before_again=None):
        reply = super().ask(request, before_again=before_again)
        time.sleep(REST_SECONDS)
        return reply


class Reader(threading.Thread):
    """Opens public pages, one after the other, until told to stop."""

    def __init__(self, *, stop, address, give_up_at):
        super().__init__(daemon=True)
        self._stop_asked = stop
        self.phone = Unhurried(address, chance=random.Random(0), give_up_at=give_up_at)
        self.error = None

    def run(self):
        try:
            while not self._stop_asked.is_set():
                for path in LOOKED_AT:
                    self._look(path)
        except GaveUp:
            pass
        except Exception as error:  # noqa: BLE001 - whoever waits for us raises it
            self.error = error
        finally:
            self.phone.close()

    def _look(self, path):
        # Past what nginx keeps: each is asked of the product.
        request = Request("look", "GET", f"{path}?n={random.getrandbits(64)}")
        reply = self.phone.ask(request)
        if reply.status != 200:
            raise ValueError(f"{path}: {reply.status}")


class Crowd:
    """Everybody who is there now, and what they have seen."""

    def __init__(self, people):
        self.people = people

    def answered(self):
        """Return how many requests were answered up to now."""
        # A copy: steps are added while it is counted.
        waits = [list(one.phone.seen.waits.values()) for one in self.people]
        return sum(len(of) for one in waits for of in one)

    def failed(self):
        """Return how many tries had no answer or one of 500 and more, by status (0: none came)."""
        seen = [one.phone.seen for one in self.people]
        found = sum((one.statuses for one in seen), Counter())
        silent = sum(one.tries for one in seen) - self.answered() - sum(found.values())
        return dict(found) | ({0: silent} if silent else {})


@contextmanager
def crowd(address, *, places, ledger, unit=UNIT, phone=Unhurried):
    """Yield a Crowd that is under way; after the block each has had the last answer.

    A contestant for each of the `places`, which nobody else has had, and one reader.
    """
    stop, end = threading.Event(), time.monotonic() + SECONDS
    told = {"stop": stop, "address": address, "give_up_at": end}
    people = [Contestant(place, ledger, **told, unit=unit) for place in places]
    for one, place in zip(people, places, strict=True):
        one.phone = phone(address, chance=random.Random(place), give_up_at=end)
    people.append(Reader(**told))
    for one in people:
        one.start()
    there = Crowd(people)
    try:
        yield there
    finally:
        stop.set()
        for one in people:
            one.join(60)
    for one in people:
        if one.error is not None:
            raise one.error


def wait_for(crowd, answers):
    """Return when so many more requests were answered: nothing is done to people at rest."""
    until = crowd.answered() + answers
    while crowd.answered() < until and all(one.is_alive() for one in crowd.people):
        time.sleep(0.01)
