"""The storm: one fault after another, in the main thread, until the time is over.

In the main thread because Linux ends a child (`_end_with_parent`) with the thread that made it.
"""

import time
from collections import Counter

from tests.faults.options import PROCESS_FAULTS
from tests.faults.trees import kill_all

CALM_BEFORE = 1.0  # seconds in which everybody gets under way
# A web worker takes two seconds of a core to come up: hit oftener, there would be none to hit.
WEB_PAUSE = 4.0


class TooFew(Exception):
    """So few writes came through that nothing was shown."""


class Storm:
    """Hits the processes of a Stage; `done` counts what was really hit."""

    def __init__(self, stage, options, chance):
        self._stage, self._options, self._chance = stage, options, chance
        self._acts = {
            "kill-web": self._kill_web,
            "kill-worker": self._kill_worker,
            "kill-backend": self._kill_backend,
            "kill-postmaster": self._kill_postmaster,
            "power-cut": self._cut_power,
            "disk-full": self._fill_disk,
        }
        self.done = Counter()
        self._deck = []
        self._web_hit_at = 0.0

    def blow(self, *, goes_on, written):
        """Hit until the time is over and `written()` enough, or `goes_on()` is False.

        The last hit comes after the last of those writes: whatever was written, some was hit.
        """
        began = time.monotonic()
        end = began + self._options.seconds
        names = [name for name in PROCESS_FAULTS if name in self._options.faults]
        time.sleep(min(CALM_BEFORE, self._options.seconds / 4))
        for spoiler in self._stage.spoilers:
            spoiler.is_on = True
        while goes_on() and (time.monotonic() < end or written() < self._options.writes):
            if time.monotonic() > began + self._options.most_seconds:
                raise TooFew(f"{written()} writes were acknowledged, not {self._options.writes}")
            time.sleep(self._options.every * (0.5 + self._chance.random()))
            if names:
                self._hit(names)
        if names:
            self._hit(names)
        for spoiler in self._stage.spoilers:
            spoiler.is_on = False

    def _hit(self, names):
        """Do the next fault of a shuffled deck that finds something to hit."""
        for _ in names:
            self._deck = self._deck or self._chance.sample(names, len(names))
            name = self._deck.pop()
            done = self._acts[name]()
            self.done[name] += done
            if done:
                return

    def faults(self):
        """Return how often each fault really happened."""
        total = self.done.copy()
        for spoiler in self._stage.spoilers:
            total += spoiler.done
        return dict(sorted(total.items()))

    def _kill_web(self):
        if time.monotonic() - self._web_hit_at < WEB_PAUSE:
            return 0
        self._web_hit_at = time.monotonic()
        return self._kill_one(self._stage.served.web_workers())

    def _kill_worker(self):
        return self._kill_one(self._stage.served.background())

    def _kill_backend(self):
        return self._kill_one(self._stage.cluster.backends())

    def _kill_postmaster(self):
        """Kill the postmaster alone or everything of PostgreSQL; it is away for up to a second."""
        is_control = self._options.control is not None  # what is spared may still flush
        self._stage.cluster.kill(whole=is_control or self._chance.random() < 0.5)
        time.sleep(self._chance.random())
        self._stage.cluster.start()
        return 1

    def _cut_power(self):
        """Kill everything and forget what was not on the disk, then switch on again."""
        self._stage.served.kill_everything()
        self._stage.disk.lose_unsynced()
        self._stage.served.start()
        return 1

    def _fill_disk(self):
        """Leave no room for up to two seconds."""
        with self._stage.disk.full():
            time.sleep(0.5 + 1.5 * self._chance.random())
        return 1

    def _kill_one(self, pids):
        return kill_all([self._chance.choice(pids)]) if pids else 0
