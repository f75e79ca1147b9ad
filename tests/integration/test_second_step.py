"""The second step of signing in: codes of a device, recovery codes, and who must have it."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from quizapp.app import create_app
from quizapp.db import db, transaction
from quizapp.people import service
from quizapp.people.errors import HalfSpent, TooManyTries, WrongCode
from quizapp.people.roles import Role
from tests.integration.test_organisers import (
    is_signed_in,
    link_in,
    send,
    sign_in,
    stored,
)
from tests.making.people import JOINED_AT, PASSWORD, PHONE, SOURCE, organiser, second_step

STEP = timedelta(seconds=30)
CODES = re.compile(r"<li>([a-z0-9]{5}-[a-z0-9]{5})</li>")


@pytest.fixture(autouse=True)
def _at_joining(freeze):
    freeze(JOINED_AT)


@pytest.fixture
def inside(app):
    def call(function, *args, **kwargs):
        with app.app_context():
            return function(*args, **kwargs)

    return call


@pytest.fixture
def device(inside):
    inside(organiser)
    return inside(second_step)


def end_all():
    with transaction():
        service.end_all_sessions(service.get_organiser_id(PHONE), at=JOINED_AT)


def give(client, code):
    return send(client, "/signin/code", code=code)


def test_an_organiser_turns_it_on_with_a_qr_code_and_gets_recovery_codes_once(inside, client):
    inside(organiser)
    sign_in(client)
    begun = send(client, "/admin/account/second-step", page="/admin/account")
    assert (begun.status_code, begun.location) == (303, "/admin/account/second-step")
    page = client.get("/admin/account/second-step").text
    assert "<svg" in page
    letters = re.search(r'secret">([A-Z2-7 ]+)<', page).group(1)
    device = inside(second_step, is_confirmed=False)  # the same person asks again: a new secret
    assert device.secret != letters.replace(" ", "")

    done = send(
        client,
        "/admin/account/second-step/confirm",
        page="/admin/account/second-step",
        code=device.at(JOINED_AT),
    )

    assert done.status_code == 200
    codes = CODES.findall(done.text)
    assert len(set(codes)) == 10
    account = client.get("/admin/account").text
    assert "Còn 10 mã dự phòng" in account
    assert not any(code in account for code in codes)
    assert client.get("/admin/account/second-step").status_code == 409


def test_a_wrong_first_code_turns_nothing_on_and_keeps_the_secret(inside, client):
    inside(organiser)
    device = inside(second_step, is_confirmed=False)
    sign_in(client)
    page = "/admin/account/second-step"
    wrong = "000000" if device.at(JOINED_AT) != "000000" else "000001"
    answer = send(client, f"{page}/confirm", page=page, code=wrong)
    assert answer.status_code == 403
    assert "Mã không đúng" in answer.text
    assert device.secret[:4] in answer.text
    assert is_signed_in(client)
    assert sign_in(client).location == "/admin"


def test_the_password_alone_signs_nobody_in(device, client):
    answer = sign_in(client)
    assert (answer.status_code, answer.location) == (303, "/signin/code")
    assert not is_signed_in(client)
    assert give(client, device.at(JOINED_AT)).location == "/admin"
    assert is_signed_in(client)


def test_the_page_asked_for_is_reached_after_the_code(device, client):
    first = sign_in(client, path="/signin?next=/admin/account/rights")
    assert first.location == "/signin/code?next=/admin/account/rights"
    answer = send(client, first.location, code=device.at(JOINED_AT))
    assert answer.location == "/admin/account/rights"


def test_the_half_of_a_session_is_no_session_and_the_whole_one_has_another_token(
    device, client, new_client
):
    sign_in(client)
    with client.session_transaction() as session:
        half = session["half"]
    thief = new_client()
    with thief.session_transaction() as session:
        session["_user_id"] = half
    assert not is_signed_in(thief)
    give(client, device.at(JOINED_AT))
    with client.session_transaction() as session:
        assert session["_user_id"] != half
        assert "half" not in session


def test_a_code_is_taken_once(device, client, new_client):
    code = device.at(JOINED_AT)
    sign_in(client)
    assert give(client, code).status_code == 303
    other = new_client()
    sign_in(other)
    assert give(other, code).status_code == 403
    assert not is_signed_in(other)


def test_a_code_before_one_that_was_taken_is_not_taken_either(device, client, new_client, freeze):
    freeze(JOINED_AT + STEP)
    sign_in(client)
    assert give(client, device.at(JOINED_AT + STEP)).status_code == 303
    other = new_client()
    sign_in(other)
    assert give(other, device.at(JOINED_AT)).status_code == 403


@pytest.mark.parametrize(("steps", "status"), [(-1, 303), (0, 303), (1, 303), (2, 403), (-2, 403)])
def test_the_clock_of_a_phone_may_be_half_a_minute_off(device, client, freeze, steps, status):
    freeze(JOINED_AT + 10 * STEP)
    sign_in(client)
    assert give(client, device.at(JOINED_AT + (10 + steps) * STEP)).status_code == status


def test_a_code_is_read_as_people_write_it(device, client):
    code = device.at(JOINED_AT)
    sign_in(client)
    assert give(client, f" {code[:3]} {code[3:]} ").status_code == 303


def test_wrong_codes_slow_down_and_are_remembered(device, client, freeze):
    sign_in(client)
    right = device.at(JOINED_AT)
    wrong = str((int(right) + 1) % 1_000_000).zfill(6)
    for _ in range(6):
        assert give(client, wrong).status_code == 403
    slowed = give(client, right)
    assert slowed.status_code == 429
    assert "đợi 1 giây" in slowed.text
    freeze(JOINED_AT + timedelta(seconds=1))
    assert give(client, right).status_code == 303


def test_the_half_ends_after_ten_minutes(device, client, freeze):
    sign_in(client)
    freeze(JOINED_AT + timedelta(minutes=10))
    assert client.get("/signin/code").status_code == 403


def test_who_never_gave_a_password_is_asked_for_no_code(client):
    assert client.get("/signin/code").status_code == 403


def test_a_recovery_code_works_once_and_is_noted(device, inside, client, new_client):
    sign_in(client)
    give(client, device.at(JOINED_AT))
    shown = send(
        client,
        "/admin/account/second-step/recovery",
        page="/admin/account",
        code=device.at(JOINED_AT + STEP),
    )
    first, *_ = CODES.findall(shown.text)
    lost = new_client()
    sign_in(lost)
    assert give(lost, first.upper().replace("-", " ")).status_code == 303
    assert "Còn 9 mã dự phòng" in lost.get("/admin/account").text
    again = new_client()
    sign_in(again)
    assert give(again, first).status_code == 403
    deeds = {action for (action,) in inside(stored, "SELECT action FROM audit_entry")}
    assert {"organiser.recovery_codes_made", "organiser.recovery_code_used"} <= deeds
    everything = str(inside(stored, "SELECT * FROM recovery_code"))
    assert first.replace("-", "") not in everything


def test_turning_it_off_takes_a_code(device, client):
    sign_in(client)
    give(client, device.at(JOINED_AT))
    off = "/admin/account/second-step/off"
    refused = send(client, off, page="/admin/account", code="123")
    assert refused.status_code == 403
    code = device.at(JOINED_AT + STEP)
    assert send(client, off, page="/admin/account", code=code).status_code == 303
    assert sign_in(client).location == "/admin"


def test_a_reset_link_does_not_go_around_the_second_step(device, run, client):
    token = link_in(run("people", "reset-link", "--phone", PHONE).output)
    new = "biển rộng sông dài"
    answer = send(client, f"/setup/{token}", password=new, repeat=new)
    assert answer.location == "/signin/code"
    assert not is_signed_in(client)


def test_ending_all_sessions_ends_the_half_of_a_sign_in(device, inside, client):
    sign_in(client)
    inside(end_all)
    assert client.get("/signin/code").status_code == 403


def test_a_command_helps_who_lost_the_phone(device, run, inside, client):
    result = run("people", "reset-second-step", "--phone", PHONE, "--reason", "mất điện thoại")
    assert result.exit_code == 0, result.output
    assert sign_in(client).location == "/admin"
    assert inside(stored, "SELECT count(*) FROM recovery_code") == [(0,)]
    (row,) = inside(
        stored, "SELECT actor, reason FROM audit_entry WHERE action = 'organiser.second_step_off'"
    )
    assert row[0].startswith("command:")
    assert row[1] == "mất điện thoại"


def test_the_secret_is_sealed_and_fits_no_other_row(device, inside):
    ((sealed,),) = inside(stored, "SELECT secret_sealed FROM organiser_totp")
    assert device.secret.encode() not in bytes(sealed)


def test_of_two_requests_with_one_code_one_is_taken(in_app):
    organiser()
    device = second_step()
    mine = service.get_organiser_id(PHONE)
    db.session.rollback()
    code = device.at(JOINED_AT)
    halves = []
    for _ in range(2):
        with transaction():
            check = service.check_sign_in(PHONE, PASSWORD, source=SOURCE, at=JOINED_AT)
        with transaction():
            opened = service.sign_in(check, source=SOURCE, user_agent="", at=JOINED_AT)
        halves.append(opened.token)
    assert mine
    given = {"source": SOURCE, "user_agent": "", "at": JOINED_AT}
    with transaction():
        service.finish_sign_in(halves[0], code, **given)
    with pytest.raises(WrongCode), transaction():
        service.finish_sign_in(halves[1], code, **given)
    with pytest.raises(HalfSpent), transaction():
        service.finish_sign_in(halves[0], code, **given)


def test_an_installation_may_ask_it_of_owners_before_anything_else(app, inside, new_client):
    inside(organiser)
    strict = create_app(replace(app.config["SETTINGS"], owner_totp=True))
    try:
        client = strict.test_client()
        sign_in(client)
        assert client.get("/admin").location == "/admin/account"
        assert client.get("/admin/account").status_code == 200
        with client.session_transaction() as session:
            token = session["_user_id"]
        assert client.post("/admin/head-counts").status_code == 403
        inside(second_step)
        assert client.get("/admin").status_code == 200
        assert token
    finally:
        with strict.app_context():
            db.engine.dispose()


def test_it_is_asked_of_owners_only(app, inside):
    inside(organiser, role=Role.HELP_DESK)
    strict = create_app(replace(app.config["SETTINGS"], owner_totp=True))
    try:
        client = strict.test_client()
        sign_in(client)
        assert client.get("/admin").status_code == 200
    finally:
        with strict.app_context():
            db.engine.dispose()


def test_one_session_of_ones_own_is_ended_and_no_other(inside, client, new_client):
    inside(organiser)
    first, second = client, new_client()
    sign_in(first)
    sign_in(second)
    page = first.get("/admin/account").text
    paths = re.findall(r"/admin/account/sessions/[0-9a-f]{16}/end", page)
    assert len(paths) == 2  # making the organiser signed in too
    for path in paths:
        assert send(first, path, page="/admin/account").status_code == 303
    assert not is_signed_in(second)
    assert is_signed_in(first)
    assert send(first, "/admin/account/sessions/00/end", page="/admin/account").status_code == 404


def test_too_many_wrong_codes_wait_even_with_a_recovery_code(in_app):
    organiser()
    second_step()
    mine = service.get_organiser_id(PHONE)
    db.session.rollback()
    for _ in range(6):
        with transaction(), pytest.raises(WrongCode):
            service.turn_off_second_step(mine, "abcde-fghjk", source=SOURCE, at=JOINED_AT)
    with transaction(), pytest.raises(TooManyTries):
        service.turn_off_second_step(mine, "abcde-fghjk", source=SOURCE, at=JOINED_AT)
    assert stored("SELECT count(*) FROM organiser_totp") == [(1,)]
