"""A job in the hands of a worker: telling how far it is, hearing that it is to end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update

from quizapp import clock
from quizapp.db import db, transaction, upsert
from quizapp.errors import N_
from quizapp.jobs.errors import Cancelled, Stopping, TakenOver
from quizapp.jobs.models import Job, JobFile, JobState

TOLD_EVERY = timedelta(milliseconds=500)
BEGUN = N_("Bắt đầu")


def _never() -> bool:
    return False


@dataclass(kw_only=True, slots=True)
class Running:
    """What the work of a job is given. `payload` is what `ask_job` was given."""

    id: int
    public_id: str  # hexadecimal
    kind: str
    payload: Mapping[str, Any]
    asked_by: str  # "organiser:12", an actor for the audit log
    asked_at: datetime
    run: int
    is_stopping: Callable[[], bool] = _never
    _told: tuple[str, int | None] = (BEGUN, None)
    _told_at: datetime | None = field(default=None)

    def progress(self, step: str, done: int = 0, total: int | None = None) -> None:
        """Tell people how far the work is: `done` of `total` (None: not known) in this step.

        `step` is a text of the catalogue: N_("Đọc tệp"). Call it as often as you like outside of
        any transaction, at least every few seconds and after each batch: this is where work that
        was cancelled ends. A call soon after another is only noted when the step is a new one or
        its end. Raises Cancelled, Stopping, TakenOver; let them pass.
        """
        if self.is_stopping():
            raise Stopping
        now = clock.now()
        is_news = (step, total) != self._told or done == total
        if not is_news and self._told_at is not None and now - self._told_at < TOLD_EVERY:
            return
        with transaction():
            self.keep(step=step, done=done, total=total, beat_at=now)
        self._told, self._told_at = (step, total), now

    def keep(self, **values: Any) -> None:
        """Write to the job's row, inside the caller's transaction. Raises Cancelled, TakenOver."""
        mine = update(Job).where(
            Job.id == self.id, Job.run == self.run, Job.state == JobState.RUNNING
        )
        row = db.session.execute(mine.values(**values).returning(Job.cancel_asked)).one_or_none()
        if row is None:
            raise TakenOver
        if row.cancel_asked:
            raise Cancelled

    def keep_file(self, name: str, media_type: str, content: bytes) -> None:
        """Keep what the job made, for the one who asked to fetch; a second one replaces it.

        Opens its own transaction. With a file the work need not return an address.
        """
        made = {"name": name, "media_type": media_type, "content": content}
        new = upsert(JobFile).values(job_id=self.id, **made)
        with transaction():
            self.keep(beat_at=clock.now())
            db.session.execute(new.on_conflict_do_update(index_elements=["job_id"], set_=made))
