"""“Dữ liệu của tôi”: seen, corrected, taken along, taken back, erased; kept no longer than said."""

import io
import json
import zipfile
from datetime import date, timedelta

import pytest
from sqlalchemy import inspect, select, text

from quizapp import worker
from quizapp.audit.models import AuditEntry
from quizapp.audit.service import verify_chain
from quizapp.db import db, transaction
from quizapp.people.models import ErasedNumber, Person
from quizapp.people.rules.entry import ERASED_NAME
from quizapp.people.service import PersonState, Role
from quizapp.privacy.models import PrivacyRequest, Retention
from quizapp.privacy.service import asking, keeping
from quizapp.results import service as results
from quizapp.standings.models import Snapshot
from tests.integration.pages import Page
from tests.integration.test_close import WHY
from tests.integration.test_desk import PHONES, desk, posted, signed_in
from tests.integration.test_help_desk import as_phone, rows_of
from tests.making import attempts, contests, events, people, tickets, wishes
from tests.making.boards import rolled_up
from tests.making.contests import NOON, ROUND

__all__ = ["desk", "signed_in"]
MINE = "/c/tim-hieu/my-data"
REQUESTS = "/admin/c/tim-hieu/privacy"
TYPED = "Xưởng may của bà Tư Lành"
SAID = f"Tôi là Người free ở {TYPED}, số 0912 000 003"
SURE = {"pin": people.PIN, "sure": "y"}


@pytest.fixture
def mine(desk, new_client):
    """The phone of somebody with an attempt and a question, whose whole name is on the boards."""
    return phone_of(desk, new_client, "home")


def phone_of(desk, new_client, who):
    tickets.asked(desk.contest, desk.people[who], words=SAID)
    rolled_up()
    return as_phone(new_client(), desk.contest, desk.people[who])


def sent(client, action, **fields):
    token = next(one.hidden for one in Page(client.get(MINE).text).forms if one.hidden)
    return client.post(f"{MINE}/{action}", data=token | fields)


def names_shown():
    newest = select(Snapshot.body).where(Snapshot.board == "people", Snapshot.round_number == 1)
    body = db.session.scalar(newest.order_by(Snapshot.id.desc()).limit(1))
    db.session.rollback()
    return {one["person"]["name"] for one in json.loads(body)}


def everything_stored():
    """Return every value of every table as one text, bytes as they are."""
    found = []
    with db.engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f"SELECT * FROM {table}")):
                found += [bytes(value) for value in row if isinstance(value, bytes | memoryview)]
                found += [value.encode() for value in row if isinstance(value, str)]
                found += [json.dumps(v).encode() for v in row if isinstance(v, dict | list)]
    return b"\n".join(found)


def row_of(person):
    (row,) = [one for one in rows_of(Person) if one.id == person.id]
    return row


def is_sound(slug="tim-hieu"):
    found = results.verify_contest(slug).problems
    chain = verify_chain()
    db.session.rollback()
    return (found, chain) == ([], []) or (found, chain)


def deeds():
    return [(one.action, one.actor.partition(":")[0]) for one in rows_of(AuditEntry)]


def test_a_person_sees_what_is_held_and_nobody_elses(desk, mine, new_client):
    page = mine.get(MINE).text

    for told in ("Người home", "09xx xxx 001", "theo bản ngày 11/2026", "Vòng 1, lượt 1", SAID):
        assert told in page, told
    assert "0912 000 001" not in page.replace(SAID, "")
    assert "Người away" not in page
    other = as_phone(new_client(), desk.contest, desk.people["away"])
    stolen = next(one.hidden for one in Page(mine.get(MINE).text).forms if one.hidden)
    assert other.post(f"{MINE}/erase", data=stolen | SURE).status_code == 400
    assert row_of(desk.people["away"]).state == PersonState.ACTIVE
    for path in ("/c/tim-hieu", "/c/tim-hieu/me", f"/a/{desk.attempts['home']}/result"):
        assert MINE in mine.get(path).text, path


def test_the_statement_says_who_why_and_how_long(desk, client):
    page = client.get("/c/tim-hieu/privacy").text

    for told in ("Công đoàn thử", "91/2025/QH15", "12 tháng", "28/11/2027", "2 ngày làm việc"):
        assert told in page, told
    assert "/c/tim-hieu/privacy" in client.get("/privacy").text
    assert "WCAG 2.2" in client.get("/accessibility").text


def test_everything_is_taken_along_with_the_pin_only(desk, mine, freeze):
    assert sent(mine, "export", pin="204818").status_code == 403
    link = sent(mine, "export", pin=people.PIN).location
    with zipfile.ZipFile(io.BytesIO(mine.get(link).data)) as archive:
        values = json.loads(archive.read("du-lieu.json"))
        page = archive.read("du-lieu.html").decode()

    assert values["person"]["phone"] == "+84912000001"
    assert [one["purpose"] for one in values["consents"]] == ["take_part", "show_name"]
    assert len(values["attempts"][0]["answers"]) == 20
    assert "right" not in json.dumps(values["attempts"])
    assert "Người home" in page
    freeze(NOON + timedelta(minutes=11))
    assert mine.get(link).status_code == 410


def test_a_name_taken_back_is_masked_in_the_next_pass_and_in_no_older_board(desk, mine):
    assert "Người home" in names_shown()

    assert sent(mine, "consents", wish="hide_name").status_code == 303
    worker.run_once()

    assert names_shown() == {"Người H.", "Người away", "Người free"}
    assert "Người home" not in "".join(one.body for one in rows_of(Snapshot))
    assert sent(mine, "consents", wish="show_name", pin=people.PIN).status_code == 303
    worker.run_once()
    assert "Người home" in names_shown()
    assert is_sound() is True


def test_who_leaves_counts_for_nothing_and_begins_nothing(desk, mine):
    running = attempts.started(desk.contest, desk.people["home"])
    assert sent(mine, "consents", wish="leave").status_code == 422  # not sure
    assert "bài làm dở" in sent(mine, "consents", wish="leave", **SURE).text
    attempts.submitted(running, desk.people["home"], {})

    assert sent(mine, "consents", wish="leave", **SURE).status_code == 303
    rolled_up()

    assert names_shown() == {"Người away", "Người free"}
    assert row_of(desk.people["home"]).state == PersonState.VOID
    start = Page(mine.get("/c/tim-hieu/rounds/1").text).forms
    begin = next((one for one in start if one.action.endswith("/attempts")), None)
    assert begin is None or mine.post(begin.action, data=begin.hidden).status_code == 403
    assert "Rút lại" in mine.get(MINE).text
    assert is_sound() is True


def test_before_the_first_attempt_facts_are_corrected_at_once(desk, new_client):
    fresh = people.person(desk.contest.id, phone="0912 000 009")
    phone = as_phone(new_client(), desk.contest, fresh)
    assert sent(phone, "correct", field="name", wanted="0912").status_code == 422

    assert "done=corrected" in sent(phone, "correct", field="name", wanted="Lê Thị Cúc").location
    assert "done=corrected" in sent(phone, "correct", field="unit", wanted="Công ty Z").location

    row = row_of(fresh)
    assert (row.name, row.unit_text, row.unit_id) == ("Lê Thị Cúc", "Công ty Z", None)


def test_afterwards_an_organiser_decides_and_the_person_reads_the_answer(
    desk, mine, signed_in, freeze
):
    assert "done=asked" in sent(mine, "correct", field="name", wanted="Lê Thị Cúc").location
    assert sent(mine, "correct", field="name", wanted="Lê Thị Cúc").status_code == 409
    assert "done=asked" in sent(mine, "correct", field="unit", wanted="P_B").location
    name, unit = sorted(rows_of(PrivacyRequest), key=lambda one: one.id)
    assert (name.answer_by, name.done_by) == (date(2026, 11, 25), date(2026, 12, 3))
    client = signed_in(Role.ORGANISER)
    assert "2 yêu cầu về dữ liệu cá nhân đang chờ" in client.get("/admin").text
    freeze(NOON + timedelta(days=3))
    client = signed_in(Role.ORGANISER, phone="0987 650 432")
    assert "2 yêu cầu về dữ liệu cá nhân đã quá hạn" in client.get("/admin").text
    assert "Quá hạn trả lời" in client.get(REQUESTS).text

    path = f"{REQUESTS}/{name.public_id.hex()}"
    assert posted(client, path, reason="", refuse="1").status_code == 422
    assert posted(client, path, reason="Giấy tờ ghi tên khác.", refuse="1").status_code == 303
    assert posted(client, path, accept="1").status_code == 409
    path = f"{REQUESTS}/{unit.public_id.hex()}"
    assert posted(client, path, reason="", unit="P_B", accept="1").status_code == 303

    assert "Giấy tờ ghi tên khác." in mine.get(MINE).text
    row = row_of(desk.people["home"])
    assert (row.name, row.unit_assigned_id) == ("Người home", desk.units["P_B"].id)
    assert {("privacy.refuse", "organiser"), ("privacy.accept", "organiser")} <= set(deeds())


def test_erased_for_good_while_counts_and_boards_stay_true(desk, new_client):
    with transaction():
        db.session.execute(
            text("UPDATE person SET unit_text = :words WHERE id = :id"),
            {"words": TYPED, "id": desk.people["free"].id},
        )
        db.session.execute(
            text("INSERT INTO typed_unit (contest_id, text) VALUES (:contest, :words)"),
            {"contest": desk.contest.id, "words": TYPED},
        )
    phone = phone_of(desk, new_client, "free")
    before, (snapshot, *_) = row_of(desk.people["free"]), rows_of(Snapshot)
    assert sent(phone, "correct", field="name", wanted="Người Khác").status_code == 303
    assert SAID.encode() in everything_stored()  # what is looked for would be found
    running = attempts.started(desk.contest, desk.people["free"])
    assert "bài làm dở" in sent(phone, "erase", **SURE).text
    attempts.submitted(running, desk.people["free"], {})
    assert sent(phone, "erase", **SURE | {"pin": "204818"}).status_code == 403
    assert sent(phone, "erase", pin=people.PIN).status_code == 422

    assert sent(phone, "erase", **SURE).status_code == 303
    rolled_up()

    stored = everything_stored()
    for gone in ("Người free", "Người Khác", TYPED, SAID):
        assert gone.encode() not in stored, gone
    for gone in (before.phone_hash, before.phone_sealed, before.pin_hash, before.public_id):
        assert bytes(gone) not in stored
    row = row_of(desk.people["free"])
    assert (row.state, row.name, row.birth_year) == (PersonState.ERASED, ERASED_NAME, None)
    assert names_shown() == {"Người home", "Người away", ERASED_NAME}
    assert is_sound() is True
    assert ("privacy.erase", "person") in deeds()
    assert phone.get(MINE).status_code == 302  # nobody on this phone
    assert snapshot.contest_id == desk.contest.id


def test_a_number_that_was_erased_enters_again_only_when_the_contest_is_over(
    desk, mine, new_client, freeze
):
    assert sent(mine, "erase", **SURE).status_code == 303
    form = Page(new_client().get("/c/tim-hieu/join").text).forms[0].hidden
    typed = {"name": "Lê Ba", "phone": PHONES["home"], "unit": "P_A", "pin": "730164"}
    typed |= {"consent_take_part": "y"} | form

    assert new_client().post("/c/tim-hieu/join", data=typed).status_code == 400  # its own token
    stranger = new_client()
    own = Page(stranger.get("/c/tim-hieu/join").text).forms[0].hidden
    assert stranger.post("/c/tim-hieu/join", data=typed | own).status_code == 409
    assert len(rows_of(ErasedNumber)) == 1
    freeze(ROUND.closes_at)
    worker.tidy()

    assert rows_of(ErasedNumber) == []


def test_who_may_get_a_prize_waits_for_the_awards(desk, mine, signed_in, freeze):
    freeze(ROUND.closes_at + timedelta(hours=1))
    rolled_up()
    results.close_round("tim-hieu", 1, WHY)

    assert "done=asked" in sent(mine, "erase", **SURE).location
    assert sent(mine, "erase", **SURE).status_code == 409

    assert row_of(desk.people["home"]).state == PersonState.ACTIVE
    (wish,) = rows_of(PrivacyRequest)
    assert (wish.kind, wish.done_by) == ("erase", date(2026, 12, 18))
    helper = signed_in(Role.HELP_DESK, phone="0987 650 432")
    path = f"{REQUESTS}/{wish.public_id.hex()}"
    assert posted(helper, path, accept="1").status_code == 403
    assert posted(signed_in(Role.OWNER), path, reason="", accept="1").status_code == 303
    rolled_up()
    assert row_of(desk.people["home"]).state == PersonState.ERASED
    assert ERASED_NAME in names_shown()
    assert is_sound() is True


@pytest.mark.parametrize("is_closed", [False, True])
def test_while_frozen_an_erasure_tells_nobody_whether_they_won(desk, new_client, freeze, is_closed):
    """Asked of everybody with a result alike: neither a close nor a rank shows in the answer."""
    phones = {who: phone_of(desk, new_client, who) for who in ("home", "free")}
    events.frozen(desk.contest, at=NOON + timedelta(hours=1))
    freeze(ROUND.closes_at + timedelta(hours=1))
    rolled_up()
    if is_closed:
        results.close_round("tim-hieu", 1, WHY)

    told = {who: sent(phone, "erase", **SURE) for who, phone in phones.items()}

    assert {answer.status_code for answer in told.values()} == {303}
    assert all("done=asked" in answer.location for answer in told.values())
    assert {row_of(desk.people[who]).state for who in told} == {PersonState.ACTIVE}


def test_the_home_counts_more_requests_than_a_page_shows(desk, signed_in, freeze, monkeypatch):
    monkeypatch.setattr(asking, "has_open", lambda *_: False)
    for _ in range(51):
        wishes.correction(desk.people["home"])
    client = signed_in(Role.OWNER)

    assert "51 yêu cầu về dữ liệu cá nhân đang chờ trả lời." in client.get("/admin").text
    freeze(NOON + timedelta(days=3))
    later_on = signed_in(Role.OWNER, phone="0987 650 432")
    assert "51 yêu cầu về dữ liệu cá nhân đã quá hạn" in later_on.get("/admin").text


def test_a_province_answers_its_own_people_only(desk, new_client, signed_in):
    public_id = wishes.correction(desk.people["away"])
    client = signed_in(Role.OWNER, desk.units["P_A"])

    assert "Người away" not in client.get(REQUESTS).text
    assert posted(client, f"{REQUESTS}/{public_id}", accept="1").status_code == 404
    near = signed_in(Role.OWNER, desk.units["P_B"], phone="0987 650 432")
    assert "Người away" in near.get(REQUESTS).text


def test_kept_as_long_as_the_contest_says_and_not_a_day_longer(desk, freeze, monkeypatch):
    """The last round closes on 28/11/2026 at 12:00; twelve months later the day ends first."""
    monkeypatch.setattr(keeping, "PEOPLE_AT_ONCE", 2)
    contests.contest("sau", windows=[later(ROUND)])
    rolled_up()
    end = ROUND.closes_at.replace(year=2027, hour=17)  # 24h00 in Vietnam
    freeze(end - timedelta(seconds=1))
    worker.run_once()
    assert {one.state for one in rows_of(Person)} == {PersonState.ACTIVE}

    freeze(end + timedelta(days=1))
    worker.run_once()
    states = sorted(one.state for one in rows_of(Person))
    assert states == [PersonState.ACTIVE, PersonState.ERASED, PersonState.ERASED]
    for _ in range(3):  # a worker that was killed goes on where it was
        db.session.rollback()
        worker.run_once()

    assert {one.state for one in rows_of(Person)} == {PersonState.ERASED}
    assert {one.name for one in rows_of(Person)} == {ERASED_NAME}
    (kept,) = rows_of(Retention)
    assert (kept.people, kept.ended_at) == (3, end + timedelta(days=1))
    (deed,) = [one for one in rows_of(AuditEntry) if one.action == "privacy.retention_over"]
    assert (deed.object, deed.reason) == (f"contest:{desk.contest.id}", "3")
    assert is_sound() is True


def later(window):
    year = timedelta(days=365)
    return type(window)(opens_at=window.opens_at + year, closes_at=window.closes_at + year)
