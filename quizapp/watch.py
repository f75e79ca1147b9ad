"""What features tell of themselves to `/readyz` and `/metrics`: how far behind each of them is."""

from datetime import datetime

from flask import Flask

from quizapp.attempts import service as attempts
from quizapp.jobs import service as jobs
from quizapp.standings import service as standings
from quizapp.standings.service.waiting import count_waiting
from quizapp.web.health import report
from quizapp.web.metrics import Gauge, Values, gauge


def init_watch(app: Flask) -> None:
    """Register all there is to watch beside what the web itself counts."""
    report(app, "worker_age_s", standings.worker_age_s)
    gauge(
        app,
        Gauge(
            name="rollup_age_seconds",
            words="Since the moment that the boards show.",
            read=lambda now: {"": standings.boards_age_s(now)},
        ),
        Gauge(
            name="rollup_waiting_events",
            words="Results that no board shows yet.",
            read=lambda _: {"": count_waiting()},
        ),
        Gauge(
            name="expiries_waiting",
            words="Papers whose time and grace are over and that are not final yet.",
            read=lambda now: {"": attempts.count_due(at=now)},
        ),
        Gauge(
            name="jobs",
            words="Jobs that wait, run, or failed in the last day.",
            label="state",
            read=_jobs,
        ),
        Gauge(
            name="job_waiting_seconds",
            words="How long the oldest job that nobody has begun has waited.",
            read=lambda now: {"": jobs.longest_wait_s(now)},
        ),
    )


def _jobs(now: datetime) -> Values:
    return {state.value: count for state, count in jobs.count_jobs(at=now).items()}
