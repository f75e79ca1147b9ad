"""Connections that end under a job: it is done again, and its worker lives on."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError

from quizapp.db import db, is_away
from quizapp.jobs import service
from quizapp.jobs.models import Job
from quizapp.jobs.service import JobState, working
from tests.integration.test_jobs import asked, card, kind, noon
from tests.making.contests import NOON

__all__ = ["kind", "noon"]


def cut_off():
    """End the session's connection under it, as a database that restarts does."""
    db.session.connection().connection.dbapi_connection.close()
    db.session.execute(select(1))


def cut_off_once(seen):
    seen.append(threading.current_thread().name)
    if len(seen) == 1:
        cut_off()
    return "/admin/banks"


def test_a_job_whose_connection_ended_is_done_again(kind, noon):
    seen = []
    kind(lambda _job: cut_off_once(seen))
    public_id = asked()

    with pytest.raises(DBAPIError) as caught:
        service.do_waiting()

    assert is_away(caught.value)
    assert card(public_id).state is JobState.RUNNING
    service.do_job(service.take_job(at=NOON + working.LOST_AFTER + timedelta(seconds=1)))
    assert card(public_id).state is JobState.DONE


def test_a_mistake_in_a_statement_is_no_absent_database(in_app):
    with pytest.raises(DBAPIError) as caught:
        db.session.execute(insert(Job).values(id=1))

    db.session.rollback()
    assert not is_away(caught.value)


def test_a_lane_outlives_connections_that_end(app, kind, freeze, monkeypatch):
    monkeypatch.setattr(working, "AWAY_SECONDS", 0)
    monkeypatch.setattr(working, "LANES", 1)
    monkeypatch.setattr(working, "LOST_AFTER", timedelta(seconds=-1))
    freeze(NOON)
    seen, done = [], threading.Event()

    def work(_job):
        cut_off_once(seen)
        done.set()

    kind(work)
    stop = threading.Event()
    with app.app_context():
        asked()
    lanes = working.Lanes(app, stop)
    lanes.start()
    try:
        assert done.wait(60)
    finally:
        stop.set()
        lanes.join(10)

    assert len(seen) == 2
