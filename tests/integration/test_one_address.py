"""A factory behind one address: everybody gets in; who guesses PINs from there is stopped."""

from collections import Counter
from datetime import timedelta

import pytest

from quizapp.people.rules.tries import FREE_FAILURES, SOURCE_FAILURES
from tests.integration.test_journey import begun, joined, token_in
from tests.making import contests
from tests.making.contests import NOON

# More than failures that an address is allowed: a count of anything else would show.
# Two thousand, against a real server: `python -m tests.load joins --rate 34 --seconds 60 --start
# --abuser 5`.
PEOPLE = SOURCE_FAILURES + 50
WRONG = "739150"


@pytest.fixture
def contest(in_app, freeze):
    freeze(NOON)
    return contests.contest()


def guessed(client, page, phone):
    """Guess the PIN of somebody's phone; return the status."""
    fields = {"contest": "tim-hieu", "phone": phone, "pin": WRONG}
    return client.post("/return", data=fields | {"csrf_token": token_in(page)}).status_code


@pytest.mark.only("sqlite")  # what is counted is the same everywhere
def test_all_start_within_a_minute_while_a_guesser_at_their_address_is_refused(
    contest, new_client, freeze
):
    abuser = new_client()
    page = abuser.get("/return?contest=tim-hieu")
    clients, told = [], Counter()
    for number in range(PEOPLE):
        freeze(NOON + timedelta(minutes=1) * number / PEOPLE)
        clients.append(new_client())
        assert joined(clients[-1], phone=f"0912{number:06d}").status_code == 303
        told[guessed(abuser, page, f"0912{number // 10:06d}")] += 1
        assert begun(clients[-1]).startswith("/a/")

    # Of each phone's ten guesses the free ones and the one after were heard, more as time passed.
    assert told.keys() == {403, 429}
    assert told[403] <= SOURCE_FAILURES
    assert told[429] >= PEOPLE // 10 * (10 - FREE_FAILURES - 3)
    freeze(NOON + timedelta(minutes=1))
    assert {client.get("/c/tim-hieu/rounds/1").status_code for client in clients[::50]} == {200}


@pytest.mark.only("sqlite")
def test_an_address_that_is_closed_to_guesses_lets_people_join_start_and_save(contest, new_client):
    abuser = new_client()
    page = abuser.get("/return?contest=tim-hieu")
    told = [guessed(abuser, page, f"0987{number:06d}") for number in range(SOURCE_FAILURES + 10)]
    assert told == [403] * SOURCE_FAILURES + [429] * 10

    client = new_client()
    assert joined(client).status_code == 303
    path = begun(client)
    saved = client.put(f"{path}/answers", json={"op": 1, "answers": {"1": "A"}})

    assert saved.status_code == 200
