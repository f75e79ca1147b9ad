"""Drive scripts of people over kept connections, in one thread: closed loop.

A person's next request leaves when the answer to the last one has come; latency counts from the
moment of sending. `tests.load.opened` gives each script a moment of its own to begin at.
"""

import selectors
import time
from collections import defaultdict
from contextlib import ExitStack, closing

from tests.load.people import Surprise
from tests.load.wire import TIMEOUT, Line, Pause, Unanswered

RESTED = 10.0  # seconds; the server keeps a silent connection for 15


class Seen:
    """What one part of a run showed: latencies in ms by step, bytes, failures, time."""

    def __init__(self):
        self.milliseconds = defaultdict(list)
        self.finished = 0
        self.failures = []
        self.left = 0  # people who gave up before a connection was free for them
        self.wire_bytes = 0
        self.seconds = 0.0
        self.measured_seconds = 0.0  # with the worker's rest
        self.client_cpu_seconds = 0.0

    def failed(self, step, error):
        self.failures.append(f"{step}: {error}")


class Source:
    """Gives scripts until there are none or the time is over."""

    def __init__(self, scripts, seconds):
        self._scripts = iter(scripts)
        self._end = time.perf_counter() + seconds

    def next(self):
        return None if time.perf_counter() > self._end else next(self._scripts, None)


class Seat:
    """A connection, and the person who has it now."""

    def __init__(self, line, source, seen):
        self._line, self._source, self._seen = line, source, seen
        self._script = self._request = None
        self._sent_at = 0.0
        self._meant_at = None
        self.is_broken = False
        self.rest = None  # seconds, when whoever sat here left to come back after them

    @property
    def is_taken(self):
        return self._script is not None

    def fileno(self):
        return self._line.fileno()

    def next_person(self):
        """Let the next person begin; nobody is left when the source is dry."""
        script = self._source.next()
        self._script = None
        if script is not None:
            self.begin(script)

    def begin(self, script, *, meant_at=None):
        """Let a person begin; the first request counts from when it was meant to leave, if told."""
        self._script, self._meant_at, self.rest = script, meant_at, None
        self._go_on(None)

    def renew(self):
        """Go on with the next person on a new connection."""
        self.is_broken = False
        self._line.renew()
        self.next_person()

    def freshen(self):
        """Connect, anew after a long rest: the server ends what is silent for long, as is right."""
        self._line.open()
        if self._sent_at and time.perf_counter() - self._sent_at > RESTED:
            self._line.renew()

    def arrived(self):
        """Take what has come; with the whole answer the person goes on."""
        try:
            reply = self._line.receive()
        except Unanswered as error:
            self._give_up(error)
            return
        if reply is None:
            return
        since = self._sent_at if self._meant_at is None else self._meant_at
        taken, self._meant_at = time.perf_counter() - since, None
        self._seen.milliseconds[self._request.step].append(taken * 1000)
        self._go_on(reply)

    def tick(self):
        """Let a line that sends slowly go on."""
        try:
            self._line.tick()
        except Unanswered as error:
            self._give_up(error)

    def give_up_after(self, seconds):
        """End a person who has waited longer."""
        if self.is_taken and time.perf_counter() - self._sent_at > seconds:
            self._give_up(Unanswered(f"no answer within {seconds:.0f} s"))

    def _go_on(self, reply):
        try:
            asked = self._script.send(reply)
            if isinstance(asked, Pause):
                self._leave_for(asked.seconds)
                return
            self._request, self._sent_at = asked, time.perf_counter()
            self._line.send(self._request)
        except StopIteration:
            self._seen.finished += 1
            self.next_person()
        except Surprise as error:
            self._seen.failed(self._request.step, error)
            self.next_person()
        except Unanswered as error:
            self._give_up(error)

    def _leave_for(self, seconds):
        """Let the person come back later, if those who come do so by the clock."""
        self.rest, self._script = seconds, None
        if isinstance(self._source, Source):
            self.rest = None
            self._seen.failed(self._request.step, "was asked to come back later")
            self.next_person()

    def _give_up(self, error):
        self._seen.failed(self._request.step, error)
        self._script = None
        self.is_broken = True


def drive(scripts, *, address, clients, seconds):
    """Run the scripts to their ends with `clients` of them at a time; return what was Seen.

    Nobody begins after `seconds`; who has begun goes on to the end, at most as long again.
    """
    seen = Seen()
    source = Source(scripts, seconds)
    host, _, port = address.partition(":")
    cpu, began = time.thread_time(), time.perf_counter()
    with ExitStack() as stack:
        lines = [stack.enter_context(closing(Line(host, int(port)))) for _ in range(clients)]
        _serve([Seat(line, source, seen) for line in lines], until=began + 2 * seconds + TIMEOUT)
        seen.wire_bytes = sum(line.sent + line.received for line in lines)
    seen.seconds = time.perf_counter() - began
    seen.client_cpu_seconds = time.thread_time() - cpu
    return seen


def _serve(seats, *, until):
    with selectors.DefaultSelector() as selector:
        for seat in seats:
            seat.next_person()
            if seat.is_taken:
                selector.register(seat, selectors.EVENT_READ, seat)
        while selector.get_map():
            ready = selector.select(timeout=1.0)
            for key, _ in ready:
                key.data.arrived()
                follow(selector, key)
                _settle(selector, key.data.fileno(), key.data)
            is_late = time.perf_counter() > until
            if is_late or not ready:
                for key in list(selector.get_map().values()):
                    key.data.give_up_after(0.0 if is_late else TIMEOUT)
                    _settle(selector, key.fd, key.data)


def follow(selector, key):
    """Listen to the connection that a seat has now, if it is another one."""
    if key.data.fileno() != key.fd:
        selector.unregister(key.fd)
        selector.register(key.data, selectors.EVENT_READ, key.data)


def _settle(selector, fd, seat):
    """Seat the next person on a new connection after a broken one; put empty seats away."""
    if seat.is_taken:
        return
    selector.unregister(fd)
    if seat.is_broken:
        seat.renew()
    if seat.is_taken:
        selector.register(seat, selectors.EVENT_READ, seat)
