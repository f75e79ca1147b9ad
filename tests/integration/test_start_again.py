"""The tap that starts a paper, delivered again: it never starts another one."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from quizapp.attempts.models import Attempt
from quizapp.db import db
from tests.integration.test_journey import begun, handed_in, joined, token_in
from tests.making import contests
from tests.making.contests import NOON

READY = "/c/tim-hieu/rounds/1"
START = f"{READY}/attempts"


@pytest.fixture
def contest(in_app, freeze):
    freeze(NOON)
    return contests.contest()


def tap(client):
    """Return the form that the page "ready" would send now."""
    return {"csrf_token": token_in(client.get(READY))}


def states():
    db.session.rollback()
    return db.session.scalars(select(Attempt.state).order_by(Attempt.number)).all()


def test_while_the_paper_runs_it_leads_to_the_paper(client, contest):
    joined(client)
    form = tap(client)

    addresses = {client.post(START, data=form).location for _ in range(3)}

    assert len(addresses) == 1
    assert states() == ["running"]


def test_after_the_paper_was_handed_in_it_leads_to_the_paper_and_starts_nothing(client, contest):
    joined(client)
    form = tap(client)
    path = client.post(START, data=form).location
    handed_in(client, path, {1: "A"})

    late = client.post(START, data=form)

    assert (late.status_code, late.location) == (303, path)
    assert client.get(path).location == f"{path}/result"
    assert states() == ["submitted"]


def test_after_the_last_paper_it_leads_to_its_own(client, contest):
    joined(client)
    forms, paths = [], []
    for _ in range(2):
        forms.append(tap(client))
        paths.append(client.post(START, data=forms[-1]).location)
        handed_in(client, paths[-1], {1: "A"})

    assert [client.post(START, data=form).location for form in forms] == paths
    assert states() == ["submitted", "submitted"]


def test_after_the_round_closed_it_still_leads_to_the_paper(client, contest, freeze):
    joined(client)
    form = tap(client)
    path = client.post(START, data=form).location
    handed_in(client, path, {1: "A"})
    freeze(NOON + timedelta(days=30))

    assert client.post(START, data=form).location == path


def test_going_on_with_a_paper_that_ran_out_shows_it_and_starts_no_other(client, contest, freeze):
    joined(client)
    path = begun(client)
    form = tap(client)
    freeze(NOON + timedelta(hours=1))

    assert client.post(START, data=form).location == path
    assert states() == ["expired"]


def test_going_on_here_after_it_was_handed_in_there_starts_no_other(client, new_client, contest):
    joined(client)
    path = begun(client)
    there = new_client()
    joined(there)
    there.post(START, data=tap(there))
    form = {"csrf_token": token_in(client.get(path))}
    handed_in(there, path, {1: "A"})

    assert client.post(START, data=form).location == path
    assert states() == ["submitted"]
