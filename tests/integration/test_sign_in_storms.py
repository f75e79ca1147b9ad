"""Storms of sign-ins: bounded work, clear answers, and nothing learned about who is known."""

import pytest

from quizapp.people.errors import Busy
from quizapp.people.service import passwords, sealing
from tests.integration.harness import watch_writes
from tests.integration.pages import Page
from tests.integration.test_organisers import Counting, sign_in
from tests.making import contests, people
from tests.making.contests import NOON

KNOWN, STRANGER = "0912 345 678", "0987 650 431"


@pytest.fixture
def scene(app, freeze):
    freeze(NOON)
    with app.app_context():
        contest = contests.contest()
        people.person(contest.id, at=NOON)
        people.organiser(at=NOON)
    return contest


def waiting(count):
    """Take places at the door, as threads that wait for their turn do."""
    for _ in range(count):
        assert passwords.DOOR.acquire(blocking=False)


def test_in_a_storm_the_fifth_is_told_at_once_when_to_come_again(scene, client, monkeypatch):
    with passwords._turn(), passwords._turn():
        waiting(2)
        # Who waits for a turn would wait for seconds: this one is not even let to wait.
        monkeypatch.setattr(passwords, "POOL", None)
        try:
            refused = sign_in(client)
            assert refused.status_code == 503
            assert refused.headers["Retry-After"] == "5"
            assert KNOWN in refused.text
            with pytest.raises(Busy):
                passwords.hash_password("x" * 20)
            assert client.get(f"/c/{scene.slug}").status_code == 200
        finally:
            monkeypatch.undo()
            passwords.DOOR.release(2)
    assert sign_in(client).status_code == 303


def test_a_place_at_the_door_is_given_back_whatever_happens(scene, monkeypatch):
    monkeypatch.setattr(passwords, "HASHER", Counting(None))
    for _ in range(10):
        with pytest.raises(TypeError):
            passwords.is_password("x", stored=None)
    waiting(4)
    passwords.DOOR.release(4)


def test_too_many_tries_say_when_to_come_again(scene, client):
    for _ in range(6):
        sign_in(client, password="sai rồi")
    slowed = sign_in(client)
    assert (slowed.status_code, slowed.headers["Retry-After"]) == (429, "1")


@pytest.mark.parametrize("pin", ["730164", "999998"])
def test_coming_back_costs_the_same_for_known_and_unknown_phones(
    app, scene, client, monkeypatch, pin
):
    """Counted in statements and hashes: the clock of a busy machine proves nothing."""
    compared, seen = [], []
    is_pin = sealing.is_pin

    def counted(*args, **kwargs):
        compared.append(1)
        return is_pin(*args, **kwargs)

    monkeypatch.setattr(sealing, "is_pin", counted)
    for phone in (KNOWN, STRANGER):
        form = Page(client.get("/return").text).forms[0]
        fields = form.hidden | {"contest": scene.slug, "phone": phone, "pin": pin}
        with watch_writes(app) as watch:
            answer = client.post("/return", data=fields)
        seen.append((answer.status_code, answer.text.replace(phone, ""), watch.statements))
    assert seen[0][0] == 403
    assert seen[0][2] == seen[1][2]
    assert strip_tokens(seen[0][1]) == strip_tokens(seen[1][1])
    assert len(compared) == 2


def strip_tokens(text):
    tokens = {value for form in Page(text).forms for value in form.hidden.values()}
    for token in tokens:
        text = text.replace(token, "")
    return text
