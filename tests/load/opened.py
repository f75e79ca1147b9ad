"""Drive scripts that begin at their own moments, whatever the server does: open loop.

Latency counts from the moment at which a request was meant to leave. When all connections are
taken it leaves late, and the wait is in its figure: a closed loop would forgive a server that
stands still. Somebody who finds no free connection for `PATIENCE` seconds leaves, and is counted.
"""

import heapq
import itertools
import selectors
import time
from collections import defaultdict, deque
from collections.abc import Generator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace

from tests.load.drive import Seat, Seen, follow
from tests.load.wire import TIMEOUT, Line

LATEST = 0.05  # seconds that the loop sleeps at most, so that what is late is seen
LOOK_EVERY = 1.0  # seconds between two looks for answers that never came
PATIENCE = 30.0  # seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """A script and when it begins, in seconds after the run.

    Of one `owner` (None: of nobody) only one runs at a time, in order, as on one phone.
    """

    at: float
    script: Generator
    owner: object = None


class Nobody:
    """What follows a script whose seat is given out by the clock."""

    def next(self):
        return None


class Queue:
    """Who is due and may begin: the timeline in order, each owner's scripts one by one."""

    def __init__(self, timeline):
        self._coming = iter(timeline)
        self._next = next(self._coming, None)
        self._ready = deque()
        self._behind = defaultdict(deque)  # owner whose script runs → what waits for its end
        self._resting, self._turns = [], itertools.count()  # (when they come back, turn, Due)

    def has_more(self):
        return self._next is not None or bool(self._ready) or bool(self._resting)

    def next_at(self):
        """Return when the next one is due, None when all were."""
        coming = [] if self._next is None else [self._next.at]
        coming += [self._resting[0][0]] if self._resting else []
        return min(coming, default=None)

    def comes_back(self, due, at):
        """Let a script that rests go on at a moment; its owner's next one waits meanwhile."""
        heapq.heappush(self._resting, (at, next(self._turns), replace(due, at=at)))

    def take(self, now):
        """Return the next Due that may begin at `now`, or None."""
        while self._next is not None and self._next.at <= now:
            self._let_in(self._next)
            self._next = next(self._coming, None)
        while self._resting and self._resting[0][0] <= now:
            self._ready.append(heapq.heappop(self._resting)[2])
        return self._ready.popleft() if self._ready else None

    def is_over(self, due):
        """Let the owner's next script, if one waits, be taken."""
        waiting = self._behind.get(due.owner)
        if waiting:
            self._ready.append(waiting.popleft())
        elif waiting is not None:
            del self._behind[due.owner]

    def _let_in(self, due):
        if due.owner is None:
            self._ready.append(due)
        elif due.owner in self._behind:
            self._behind[due.owner].append(due)
        else:
            self._behind[due.owner] = deque()
            self._ready.append(due)


def drive_on_time(timeline, *, address, clients, line=Line):
    """Run the Dues of a timeline, in order of time, over `clients` connections; return Seen."""
    seen = Seen()
    host, _, port = address.partition(":")
    is_slow = hasattr(line, "tick")
    with ExitStack() as stack:
        lines = [stack.enter_context(closing(line(host, int(port)))) for _ in range(clients)]
        seats = [Seat(one, Nobody(), seen) for one in lines]
        cpu, began = time.thread_time(), time.perf_counter()
        with selectors.DefaultSelector() as selector:
            loop = _Loop(Queue(timeline), seats, seen, selector)
            loop.run(began, is_slow=is_slow)
        seen.seconds = time.perf_counter() - began
        seen.client_cpu_seconds = time.thread_time() - cpu
        seen.wire_bytes = sum(one.sent + one.received for one in lines)
    return seen


class _Loop:
    def __init__(self, queue, seats, seen, selector):
        self._queue, self._seen, self._selector = queue, seen, selector
        self._idle, self._taken = deque(seats), {}
        self._began = self._looked_at = 0.0

    def run(self, began, *, is_slow):
        self._began = began
        while self._queue.has_more() or self._taken:
            self._seat_all()
            for key, _ in self._selector.select(self._pause()):
                key.data.arrived()
                follow(self._selector, key)
                self._settle(key.data)
            if is_slow:
                self._for_taken(Seat.tick)
            if self._now() - self._looked_at > LOOK_EVERY:
                self._looked_at = self._now()
                self._for_taken(lambda seat: seat.give_up_after(TIMEOUT))

    def _now(self):
        return time.perf_counter() - self._began

    def _pause(self):
        """Return how long to wait for an answer before the next script is due."""
        at = self._queue.next_at() if self._idle else None
        return LATEST if at is None else min(max(at - self._now(), 0), LATEST)

    def _seat_all(self):
        while self._idle:
            due = self._queue.take(self._now())
            if due is None:
                return
            if self._now() - due.at > PATIENCE:
                self._seen.left += 1
                self._queue.is_over(due)
            else:
                self._seat(due)

    def _seat(self, due):
        seat = self._idle.popleft()
        self._taken[seat] = due
        seat.freshen()
        self._selector.register(seat, selectors.EVENT_READ, seat)
        seat.begin(due.script, meant_at=self._began + due.at)
        self._settle(seat)

    def _settle(self, seat):
        """Put a seat whose person is done back, on a new connection after a broken one."""
        if seat.is_taken:
            return
        self._selector.unregister(seat)
        if seat.is_broken:
            seat.renew()
        self._idle.append(seat)
        due = self._taken.pop(seat)
        if seat.rest is None:
            self._queue.is_over(due)
        else:
            self._queue.comes_back(due, self._now() + seat.rest)

    def _for_taken(self, act):
        for seat in list(self._taken):
            act(seat)
            self._settle(seat)
