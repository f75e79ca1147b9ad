"""Storms of sign-ins: bounded work, clear answers, and nothing learned about who is known."""

import pytest

from quizapp.db import transaction
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


WAYS = {
    "by a PIN": ("/return", "is_pin", {"pin": "730164"}),
    "by another PIN": ("/return", "is_pin", {"pin": "999998"}),
    "by a code": ("/return/new-pin", "is_reset_code", {"code": "AAAA-BBBB", "pin": "730164"}),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("is_told", [False, True], ids=["no code", "a code was told"])
def test_a_secret_is_compared_alike_for_known_and_unknown_phones(
    app, scene, client, monkeypatch, way, is_told
):
    """Counted in statements and hashes: the clock of a busy machine proves nothing."""
    path, compare, typed = WAYS[way]
    if is_told:
        told_a_code(app, scene)
    compared, seen = [], []
    really = getattr(sealing, compare)

    def counted(*args, **kwargs):
        compared.append(1)
        return really(*args, **kwargs)

    monkeypatch.setattr(sealing, compare, counted)
    for phone in (KNOWN, STRANGER):
        form = Page(client.get(path).text).forms[0]
        fields = form.hidden | {"contest": scene.slug, "phone": phone} | typed
        with watch_writes(app) as watch:
            answer = client.post(path, data=fields)
        seen.append((answer.status_code, answer.text.replace(phone, ""), watch.statements))
    assert seen[0][0] == 403
    assert seen[0][0] == seen[1][0]
    assert seen[0][2] == seen[1][2]
    assert strip_tokens(seen[0][1]) == strip_tokens(seen[1][1])
    assert len(compared) == 2


def told_a_code(app, contest):
    """Give the known person a code that would be taken now, if it were typed."""
    with app.app_context(), transaction():
        person = people.service.find_person_by_phone(contest.id, KNOWN)
        people.service.make_reset_code(person, at=NOON)


def strip_tokens(text):
    tokens = {value for form in Page(text).forms for value in form.hidden.values()}
    for token in tokens:
        text = text.replace(token, "")
    return text
