"""How often something may be done by this process, so that it cannot take what others need."""

from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock


@dataclass(kw_only=True, slots=True)
class Pace:
    """A bucket of `burst` turns that fills up by `per_second`; lost with the process."""

    per_second: float
    burst: float
    _left: float = field(init=False)
    _seen: datetime | None = field(default=None, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def __post_init__(self) -> None:
        self._left = self.burst

    def take(self, now: datetime) -> bool:
        """Take a turn, or say that there is none now. A clock that goes back gives none."""
        with self._lock:
            passed = (now - self._seen).total_seconds() if self._seen else 0.0
            self._seen = now
            self._left = min(self.burst, self._left + max(passed, 0.0) * self.per_second)
            if self._left < 1:
                return False
            self._left -= 1
            return True
