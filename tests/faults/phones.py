"""A phone in bad weather: it asks again, with the same bytes, until it is answered."""

import time
from collections import Counter, defaultdict
from contextlib import suppress

from tests.load.wire import Line, Unanswered

PATIENCE = 8.0  # seconds for one try; the product's own page gives up after ten
LONGEST_PAUSE = 0.5


class GaveUp(Exception):
    """The programme's time is over and there was no answer."""


class Answers:
    """What one phone has seen of the server: waits in seconds by step, refusals by status."""

    def __init__(self):
        self.waits = defaultdict(list)
        self.tries = 0
        self.statuses = Counter()
        self.unclear = Counter()


class Phone:
    """One connection at a time; every request is repeated until the server has answered it."""

    def __init__(self, address, *, chance, give_up_at):
        self._host, _, port = address.partition(":")
        self._port = int(port)
        self._chance, self._give_up_at = chance, give_up_at
        self._line = None
        self.seen = Answers()

    def ask(self, request, *, before_again=None):
        """Return the answer below 500 that came in the end. Raises GaveUp.

        After the first try that had none, `before_again` is called once.
        """
        began, tries = time.monotonic(), 0
        while True:
            reply = self._try(request)
            tries += 1
            if reply is not None and reply.status < 500:
                self.seen.waits[request.step].append(time.monotonic() - began)
                self.seen.tries += tries
                return reply
            if reply is not None:
                self._note(request, reply)
            if time.monotonic() > self._give_up_at:
                raise GaveUp(request.step)
            if tries == 1 and before_again is not None:
                before_again()
            time.sleep(self._chance.random() * min(LONGEST_PAUSE, 0.02 * 2**tries))

    def close(self):
        if self._line is not None:
            self._line.close()
            self._line = None

    def _try(self, request):
        """Return the answer to one try, or None when none came."""
        with suppress(Unanswered, OSError):
            if self._line is None:
                self._line = Line(self._host, self._port)
                self._line.open()
                self._line._socket.settimeout(PATIENCE)
            self._line.send(request)
            while True:
                reply = self._line.receive()
                if reply is not None:
                    break
            if reply.header("connection") == "close":
                self.close()
            return reply
        self.close()
        return None

    def _note(self, request, reply):
        """Count an answer of 500 and more; only a 503 that says when to come back is clear."""
        self.seen.statuses[reply.status] += 1
        if reply.status != 503 or not reply.header("retry-after"):
            self.seen.unclear[f"{request.step}: {reply.status}"] += 1
