"""Organisers: added by a command, set up by a one-time link, signed in and out."""

import re
import threading
import unicodedata
from datetime import timedelta

import pytest
from sqlalchemy import text

from quizapp.audit.service import verify_chain
from quizapp.db import db, transaction
from quizapp.people import service
from quizapp.people.errors import BadEntry, Busy, LinkSpent, WrongSignIn
from quizapp.people.service import Role, passwords
from tests.integration.harness import watch_writes
from tests.integration.pages import without_tokens
from tests.making.people import (
    JOINED_AT,
    PASSWORD,
    PHONE,
    invited_organiser,
    national_unit,
    organiser,
)

STRANGER = "0987 650 431"
SECOND = timedelta(seconds=1)
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@pytest.fixture(autouse=True)
def _at_joining(freeze):
    freeze(JOINED_AT)


def form_token(client, path):
    return TOKEN.search(client.get(path).text).group(1)


def send(client, path, *, page=None, **fields):
    """Post a form as a browser does: open its page first, send the page's token with it."""
    return client.post(path, data={"csrf_token": form_token(client, page or path), **fields})


def sign_in(client, *, phone=PHONE, password=PASSWORD, path="/signin"):
    return send(client, path, phone=phone, password=password)


def is_signed_in(client):
    return client.get("/admin/account").status_code == 200


def link_in(output):
    return re.search(r"http://\S+/setup/(\S+)", output).group(1)


def add_by_command(run, *, phone=PHONE, role="owner", unit="VGCL", more=()):
    who = ("--phone", phone, "--name", "Trần Thị Bình", "--unit", unit, "--role", role)
    return run("people", "add-organiser", *who, *more)


def stored(query):
    with db.engine.connect() as connection:
        return connection.execute(text(query)).all()


def change(statement):
    with transaction():
        db.session.execute(text(statement))


@pytest.fixture
def inside(app):
    """Return a caller for makers and queries; requests of a client need a context of their own."""

    def call(function, *args, **kwargs):
        with app.app_context():
            return function(*args, **kwargs)

    return call


# Adding and links


def test_the_command_prints_a_link_that_sets_the_password_and_signs_in(run, inside, client):
    inside(national_unit)
    result = add_by_command(run)
    assert result.exit_code == 0, result.output
    token = link_in(result.output)
    assert f"http://127.0.0.1:8000/setup/{token}" in result.output
    answer = send(client, f"/setup/{token}", password=PASSWORD, repeat=PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/admin")
    assert "Trần Thị Bình" in client.get("/admin/account").text


def test_the_link_leads_to_the_address_people_use(run, inside):
    inside(national_unit)
    output = add_by_command(run, more=("--base-url", "https://thi.example.vn/")).output
    assert "https://thi.example.vn/setup/" in output.replace("http://", "")


def test_the_same_phone_again_gets_the_grant_and_a_new_link_that_ends_the_old_one(
    run, inside, client
):
    inside(national_unit)
    old = link_in(add_by_command(run).output)
    again = add_by_command(run, phone="+84912345678", role="auditor")
    assert client.get(f"/setup/{old}").status_code == 410
    assert client.get(f"/setup/{link_in(again.output)}").status_code == 200
    assert inside(stored, "SELECT role FROM organiser_grant ORDER BY role") == [
        ("auditor",),
        ("owner",),
    ]
    assert inside(stored, "SELECT count(*) FROM organiser") == [(1,)]


def test_who_has_a_password_gets_the_grant_and_no_link(run, inside):
    inside(organiser)
    result = add_by_command(run, role="viewer")
    assert result.exit_code == 0
    assert "/setup/" not in result.output


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"unit": "KHONG-CO"}, "KHONG-CO"),
        ({"phone": "12"}, "Số điện thoại không đúng"),
        ({"role": "king"}, "king"),
    ],
)
def test_the_command_says_what_is_wrong_and_adds_nobody(run, inside, wrong, words):
    inside(national_unit)
    result = add_by_command(run, **wrong)
    assert result.exit_code != 0
    assert words in result.output
    assert inside(stored, "SELECT count(*) FROM organiser") == [(0,)]


def test_a_reset_link_changes_the_password_and_ends_all_sessions(run, inside, client, new_client):
    inside(organiser)
    sign_in(client)
    result = run("people", "reset-link", "--phone", PHONE)
    new = "biển rộng sông dài"
    other = new_client()
    send(other, f"/setup/{link_in(result.output)}", password=new, repeat=new)
    assert is_signed_in(other)
    assert not is_signed_in(client)
    assert sign_in(client).status_code == 403
    assert sign_in(client, password=new).status_code == 303


def test_there_is_no_reset_link_for_a_stranger(run, inside):
    assert run("people", "reset-link", "--phone", STRANGER).exit_code == 1


def test_a_link_works_once(inside, client, new_client):
    token = inside(invited_organiser)
    send(client, f"/setup/{token}", password=PASSWORD, repeat=PASSWORD)
    assert new_client().get(f"/setup/{token}").status_code == 410
    with pytest.raises(LinkSpent):
        inside(service.prepare_password, token, PASSWORD, at=JOINED_AT)


def test_of_two_who_use_a_link_at_once_one_wins(in_app):
    token = invited_organiser()
    first, second = (service.prepare_password(token, PASSWORD + x, at=JOINED_AT) for x in "ab")
    with transaction():
        service.set_password(first, user_agent="", at=JOINED_AT)
    with pytest.raises(LinkSpent), transaction():
        service.set_password(second, user_agent="", at=JOINED_AT)


def test_a_set_up_link_is_good_for_a_week(inside, client, freeze):
    token = inside(invited_organiser)
    freeze(JOINED_AT + timedelta(days=7) - SECOND)
    assert client.get(f"/setup/{token}").status_code == 200
    freeze(JOINED_AT + timedelta(days=7))
    assert client.get(f"/setup/{token}").status_code == 410


def test_a_reset_link_is_good_for_a_day(in_app, freeze):
    organiser()
    with transaction():
        token = service.make_reset_link(PHONE, actor="system", at=JOINED_AT).token
    end = JOINED_AT + timedelta(days=1)
    prepared = service.prepare_password(token, PASSWORD, at=end - SECOND)
    with pytest.raises(LinkSpent):
        service.get_link_owner(token, at=end)
    db.session.rollback()
    with pytest.raises(LinkSpent), transaction():
        service.set_password(prepared, user_agent="", at=end)


@pytest.mark.parametrize(
    ("password", "repeat", "words"),
    [
        ("", "", "Hãy nhập mật khẩu mới."),
        ("ngắn", "ngắn", "ít nhất 8 ký tự"),
        (PASSWORD, "khác hẳn", "không giống nhau"),
        ("matkhau123", "matkhau123", "dễ đoán"),
        ("an 0912345678", "an 0912345678", "số điện thoại"),
        ("x1y" * 43, "x1y" * 43, "dài nhất 128"),
    ],
)
def test_a_bad_password_is_explained_and_leaves_the_link_good(
    inside, client, password, repeat, words
):
    token = inside(invited_organiser)
    answer = send(client, f"/setup/{token}", password=password, repeat=repeat)
    assert answer.status_code == 422
    assert words in answer.text
    assert client.get(f"/setup/{token}").status_code == 200


# Signing in


def test_signing_in_leads_to_the_page_that_was_asked_for(inside, client):
    inside(organiser)
    sent_away = client.get("/admin/account?a=1")
    assert sent_away.status_code == 302
    assert sign_in(client, path=sent_away.location).location == "/admin/account?a=1"
    assert is_signed_in(client)


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/admin/", "/c/x"])
def test_signing_in_leads_to_no_other_site(inside, client, target):
    inside(organiser)
    assert sign_in(client, path=f"/signin?next={target}").location == "/admin"


def test_a_password_typed_with_another_keyboard_is_the_same(inside, client):
    inside(organiser, password=unicodedata.normalize("NFC", PASSWORD))
    typed = unicodedata.normalize("NFD", PASSWORD)
    assert sign_in(client, password=typed).status_code == 303


def test_signing_in_without_the_forms_token_is_refused(inside, client, new_client):
    inside(organiser)
    form = {"phone": PHONE, "password": PASSWORD}
    assert client.post("/signin", data=form).status_code == 400
    foreign = form_token(new_client(), "/signin")
    assert client.post("/signin", data=form | {"csrf_token": foreign}).status_code == 400
    assert not is_signed_in(client)


def test_signing_in_from_another_site_is_refused(inside, client):
    inside(organiser)
    form = {"phone": PHONE, "password": PASSWORD, "csrf_token": form_token(client, "/signin")}
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert client.post("/signin", data=form, headers=headers).status_code == 403


def test_a_stranger_and_a_wrong_password_get_the_same_page_but_for_what_was_typed(inside, client):
    inside(organiser)
    known = sign_in(client, password="không phải thế")
    unknown = sign_in(client, phone=STRANGER, password="không phải thế")
    assert known.status_code == unknown.status_code == 403
    assert without_tokens(known.text).replace(PHONE, STRANGER) == without_tokens(unknown.text)
    assert PHONE in known.text
    assert "không phải thế" not in known.text


def test_a_stranger_and_a_wrong_password_cost_the_same_statements_and_one_hash(
    app, inside, client, monkeypatch
):
    inside(organiser)
    token = form_token(client, "/signin")
    hashes, seen = [], []
    verify = passwords.HASHER.verify
    monkeypatch.setattr(
        passwords, "HASHER", Counting(lambda *args: hashes.append(args[0]) or verify(*args))
    )
    for phone in (PHONE, STRANGER):
        with watch_writes(app) as watch:
            form = {"phone": phone, "password": "sai rồi", "csrf_token": token}
            assert client.post("/signin", data=form).status_code == 403
        seen.append(watch.statements)
    assert seen[0] == seen[1]
    assert len(hashes) == 2
    assert hashes[1] == passwords.NOBODYS_HASH


class Counting:
    def __init__(self, verify):
        self.verify = verify


def test_the_hash_for_strangers_costs_what_real_ones_cost(in_app):
    organiser()
    ((real,),) = stored("SELECT password_hash FROM organiser")
    assert real.rpartition("$")[0].split("$")[:4] == passwords.NOBODYS_HASH.split("$")[:4]
    assert "$m=7168,t=5,p=1$" in real


def test_who_was_invited_but_has_no_password_cannot_sign_in(inside, client):
    inside(invited_organiser)
    for password in ("", "x", PASSWORD, passwords.NOBODYS_HASH):
        assert sign_in(client, password=password).status_code in {403, 422}
    assert not is_signed_in(client)


def test_failures_slow_down_and_the_right_password_waits_too(inside, client, freeze):
    inside(organiser)
    for _ in range(6):
        assert sign_in(client, password="sai rồi").status_code == 403
    refused = sign_in(client)
    assert refused.status_code == 429
    assert "đợi 1 giây" in refused.text
    freeze(JOINED_AT + SECOND)
    assert sign_in(client).status_code == 303


def test_signing_in_starts_the_count_afresh(inside, client):
    inside(organiser)
    for _ in range(2):
        for _ in range(5):
            assert sign_in(client, password="sai rồi").status_code == 403
        assert sign_in(client).status_code == 303


def test_an_unreadable_phone_is_explained_at_its_field(inside, client):
    answer = sign_in(client, phone="12")
    assert answer.status_code == 422
    assert "Số điện thoại không đúng" in answer.text


def test_passwords_are_hashed_while_nothing_is_locked(app, inside, client, monkeypatch):
    inside(organiser)
    token = form_token(client, "/signin")
    verify = passwords.HASHER.verify
    in_transaction = []

    def watched(*args):
        in_transaction.append(db.session().in_transaction())
        return verify(*args)

    monkeypatch.setattr(passwords, "HASHER", Counting(watched))
    form = {"phone": PHONE, "password": PASSWORD, "csrf_token": token}
    assert client.post("/signin", data=form).status_code == 303
    assert in_transaction == [False]


def test_when_too_many_passwords_wait_the_next_is_refused_clearly(inside, client, monkeypatch):
    inside(organiser)
    monkeypatch.setattr(passwords, "LONGEST_WAIT", 0.0)
    with passwords._turn(), passwords._turn():
        with pytest.raises(Busy):
            passwords.hash_password(PASSWORD)
        assert sign_in(client).status_code == 503
    assert sign_in(client).status_code == 303


def test_at_most_two_passwords_are_hashed_at_once(in_app, monkeypatch):
    running, most, release = [], [], threading.Event()
    both = threading.Barrier(3)

    def slow(_password):
        running.append(1)
        most.append(len(running))
        if len(most) <= 2:
            both.wait(timeout=5)
        release.wait(timeout=5)
        running.pop()
        return "hash"

    slow_hasher = Counting(None)
    slow_hasher.hash = slow
    monkeypatch.setattr(passwords, "HASHER", slow_hasher)
    threads = [threading.Thread(target=passwords.hash_password, args=(PASSWORD,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    both.wait(timeout=5)
    release.set()
    for thread in threads:
        thread.join()
    assert len(most) == 4
    assert max(most) == 2


def test_a_password_changed_meanwhile_signs_nobody_in(in_app):
    organiser()
    check = service.check_sign_in(PHONE, PASSWORD, source="", at=JOINED_AT)
    change("UPDATE organiser SET password_hash = 'another'")
    with transaction(), pytest.raises(WrongSignIn):
        service.sign_in(check, source="", user_agent="", at=JOINED_AT)


# Sessions


def test_signing_in_gives_a_new_session_whatever_the_cookie_held(inside, client):
    inside(organiser)
    client.get("/signin")
    before = client.get_cookie("quizapp_session").value
    sign_in(client)
    with client.session_transaction() as session:
        first = session["_user_id"]
        assert "csrf_token" not in session
    assert client.get_cookie("quizapp_session").value != before
    sign_in(client)
    with client.session_transaction() as session:
        assert session["_user_id"] != first
    assert first not in str(inside(stored, "SELECT token_hash, user_agent FROM organiser_session"))


def test_signing_out_ends_a_copied_cookie_too(inside, client, new_client):
    inside(organiser)
    sign_in(client)
    thief = new_client()
    thief.set_cookie("quizapp_session", client.get_cookie("quizapp_session").value)
    assert is_signed_in(thief)
    answer = send(client, "/signout", page="/admin/account")
    assert (answer.status_code, answer.location) == (303, "/signin")
    assert not is_signed_in(client)
    assert not is_signed_in(thief)


def test_signing_out_without_the_forms_token_is_refused(inside, client):
    inside(organiser)
    sign_in(client)
    assert client.post("/signout").status_code == 400
    assert is_signed_in(client)


def test_the_account_lists_living_sessions_and_ends_all_of_them(inside, client, new_client):
    inside(organiser)
    phone, desk = client, new_client()
    for browser, name in ((phone, "Chrome/130 (Android 14)"), (desk, "Firefox/131 (Windows NT)")):
        browser.environ_base["HTTP_USER_AGENT"] = name
        sign_in(browser)
    page = desk.get("/admin/account").text
    assert "Chrome, Android" in page
    assert re.search(r"Thiết bị này</span></p>\s*<p>Firefox, Windows</p>", page)
    assert page.count("Thiết bị này") == 1
    send(desk, "/admin/account/end-sessions", page="/admin/account")
    assert not is_signed_in(phone)
    assert not is_signed_in(desk)


def test_a_session_ends_after_twelve_hours(inside, client, freeze):
    inside(organiser)
    sign_in(client)
    freeze(JOINED_AT + timedelta(hours=12) - SECOND)
    assert is_signed_in(client)
    freeze(JOINED_AT + timedelta(hours=12))
    assert not is_signed_in(client)


def test_who_was_shut_out_is_signed_out_at_once(inside, client):
    inside(organiser)
    sign_in(client)
    inside(change, "UPDATE organiser SET is_active = false")
    assert not is_signed_in(client)
    assert sign_in(client).status_code == 403


def test_a_change_by_somebody_not_signed_in_is_refused(inside, client):
    assert client.post("/admin/account/end-sessions").status_code == 403


def test_reading_pages_writes_nothing(app, inside, client, freeze):
    inside(organiser)
    sign_in(client)
    freeze(JOINED_AT + timedelta(hours=1))
    with watch_writes(app) as watch:
        assert is_signed_in(client)
    assert watch.commits == 0
    assert not any("UPDATE" in statement for statement in watch.statements)


def test_a_session_is_marked_as_seen_every_five_minutes_at_most(in_app):
    organiser()
    check = service.check_sign_in(PHONE, PASSWORD, source="", at=JOINED_AT)
    with transaction():
        token = service.sign_in(check, source="", user_agent="", at=JOINED_AT).token

    def seen_after(seconds):
        at = JOINED_AT + timedelta(seconds=seconds)
        with transaction():
            service.note_seen(token, at=at)
            cards = service.get_sessions(1, token=token, at=at)
        return next(card.last_seen_at for card in cards if card.is_this)

    assert seen_after(299) == JOINED_AT
    assert seen_after(300) == JOINED_AT + timedelta(seconds=300)


def test_grants_come_with_the_signed_in_organiser(in_app):
    organiser(role=Role.HELP_DESK)
    check = service.check_sign_in(PHONE, PASSWORD, source="", at=JOINED_AT)
    with transaction():
        token = service.sign_in(check, source="", user_agent="", at=JOINED_AT).token
    grants = service.find_signed_in(token, at=JOINED_AT).grants
    unit_id = db.session.scalar(text("SELECT id FROM unit"))
    assert [(grant.unit_id, grant.role) for grant in grants] == [(unit_id, Role.HELP_DESK)]
    assert service.find_signed_in("made up", at=JOINED_AT) is None


def test_public_pages_and_refusals_touch_no_session(inside, client):
    inside(organiser)
    sign_in(client)
    for path in ("/", "/nothing-here"):
        answer = client.get(path)
        assert "Cookie" not in answer.headers.get("Vary", "")
        assert "Set-Cookie" not in answer.headers


def test_every_deed_leaves_an_audit_row_without_names_or_numbers(inside, client):
    inside(organiser)
    sign_in(client)
    send(client, "/signout", page="/admin/account")
    deeds = [action for (action,) in inside(stored, "SELECT action FROM audit_entry ORDER BY id")]
    assert deeds == [
        "organiser.added",
        "organiser.granted",
        "organiser.setup_link_made",
        "organiser.password_set",
        "organiser.sessions_ended",
        "organiser.signed_in",
        "organiser.signed_in",
        "organiser.signed_out",
    ]
    everything = str(inside(stored, "SELECT * FROM audit_entry"))
    assert "Bình" not in everything
    assert "912345678" not in everything
    assert inside(verify_chain) == []


def test_an_organiser_needs_a_name_and_a_phone(in_app):
    with pytest.raises(BadEntry) as refused:
        invited_organiser(phone="12", name="")
    assert [field for field, _ in refused.value.problems] == ["phone", "name"]
