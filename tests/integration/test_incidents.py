"""When something goes wrong, organisers give time, pause and take time out on a page."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from quizapp.attempts.models import Attempt
from quizapp.contests.models import Round
from quizapp.db import db, transaction
from quizapp.people.service import Role
from tests.integration.test_desk import audit_count, posted, signed_in
from tests.integration.test_journey import begun, joined
from tests.integration.test_time import WHY, deadline_of
from tests.making import attempts, contests, people, units
from tests.making.contests import NOON, ROUND

__all__ = ["signed_in"]
MINUTE = timedelta(minutes=1)
PAGE = "/admin/c/tim-hieu/incidents"
REASON = "mất điện cả khu"


@pytest.fixture
def made(in_app, freeze):
    """A contest with a paper that runs in P_A and one in P_B."""
    freeze(NOON)
    people.national_unit()
    found = units.made_units(units.unit_row("P_A"), units.unit_row("P_B"))
    contest = contests.contest()
    papers = {}
    for n, code in enumerate(("P_A", "P_B"), start=1):
        person = people.person(
            contest.id, phone=f"0912 000 00{n}", unit_id=found[code].id, unit_text=None
        )
        papers[code] = attempts.started(contest, person)
    return contest, found, papers


def sent(client, what, number=1, **fields):
    return posted(client, f"{PAGE}/{number}/{what}", **{"reason": REASON} | fields)


def looked_at(page):
    """Return what the button of a page sends that says what was looked at."""
    return re.search(r'name="looked" value="([^"]*)"', page.text)[1]


def public(client, **address):
    page = client.get("/c/tim-hieu", query_string=address).text
    return page[page.index('id="notices"') :] if 'id="notices"' in page else ""


def test_extra_time_of_a_unit_is_looked_at_then_given_and_told(made, signed_in, new_client):
    _, _, papers = made
    client = signed_in(Role.ORGANISER)
    public(new_client())  # the process keeps the contest: the notice has to reach it all the same
    before = audit_count()

    shown = sent(client, "extra", unit="P_A", minutes="7")

    assert (shown.status_code, audit_count()) == (200, before)
    assert deadline_of(papers["P_A"]) == NOON + 20 * MINUTE
    assert "lùi hạn ngay: 1" in shown.text
    assert 'value="7"' in shown.text

    done = sent(client, "extra", unit="P_A", minutes="7", looked=looked_at(shown))

    assert done.status_code == 303
    assert deadline_of(papers["P_A"]) == NOON + 27 * MINUTE
    assert deadline_of(papers["P_B"]) == NOON + 20 * MINUTE
    told = public(new_client())
    assert "thêm 7 phút cho bài của" in told
    assert REASON in told
    assert audit_count() == before + 1


def test_something_else_than_what_was_looked_at_is_shown_first(made, signed_in):
    client = signed_in(Role.ORGANISER)
    shown = sent(client, "extra", unit="P_A", minutes="7")

    again = sent(client, "extra", unit="", minutes="7", looked=looked_at(shown))

    assert again.status_code == 200
    assert "lùi hạn ngay: 2" in again.text
    assert deadline_of(made[2]["P_B"]) == NOON + 20 * MINUTE


def test_time_taken_back_is_kept_by_papers_that_run_and_by_no_later_one(made, signed_in):
    contest, found, papers = made
    client = signed_in(Role.ORGANISER)
    shown = sent(client, "extra", unit="", minutes="9")
    sent(client, "extra", unit="", minutes="9", looked=looked_at(shown))
    grant = re.search(r'name="grant" value="(\d+)"', client.get(PAGE).text)[1]

    assert sent(client, "withdraw", grant=grant).status_code == 303
    again = sent(client, "withdraw", grant=grant)

    assert again.status_code == 303
    assert deadline_of(papers["P_A"]) == NOON + 29 * MINUTE
    late = people.person(contest.id, phone="0912 000 009", unit_id=found["P_A"].id, unit_text=None)
    assert deadline_of(attempts.started(contest, late)) == NOON + 20 * MINUTE
    assert public(client).count("không còn được thêm 9 phút") == 1
    assert 'name="grant"' not in client.get(PAGE).text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"minutes": "181"}, "từ 1 đến 180"),
        ({"minutes": "5", "unit": "khong-co"}, "Chưa rõ đơn vị"),
        ({"minutes": "5", "reason": " "}, "Hãy ghi lý do"),
    ],
)
def test_what_cannot_be_taken_is_said_and_what_was_typed_stays(made, signed_in, fields, words):
    answer = sent(signed_in(Role.ORGANISER), "extra", **{"unit": "P_A"} | fields)

    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{fields["minutes"]}"' in answer.text
    assert f'value="{fields.get("unit", "P_A")}"' in answer.text


def test_who_reaches_one_unit_gives_time_there_and_nowhere_else(made, signed_in):
    _, found, papers = made
    client = signed_in(Role.ORGANISER, unit=found["P_A"])

    own = sent(client, "extra", unit="P_A", minutes="5")
    given = sent(client, "extra", unit="P_A", minutes="5", looked=looked_at(own))

    assert "lùi hạn ngay: 1" in own.text
    assert given.status_code == 303
    assert sent(client, "extra", unit="P_B", minutes="5").status_code == 422
    assert "quyền của bạn chỉ gồm" in sent(client, "extra", unit="", minutes="5").text
    assert sent(client, "pause").status_code == 404
    assert f"{PAGE}/1/pause" not in client.get(PAGE).text
    assert deadline_of(papers["P_B"]) == NOON + 20 * MINUTE


def test_a_pause_is_told_on_every_page_and_ends_as_it_began(made, signed_in, client, freeze):
    joined(client)
    path = begun(client)
    organiser = signed_in(Role.ORGANISER)
    running = client.put(f"{path}/answers", json={"op": 1, "answers": {"1": "B"}}).json

    assert sent(organiser, "pause").status_code == 303
    freeze(NOON + 10 * MINUTE)
    saved = client.put(f"{path}/answers", json={"op": 2, "answers": {"1": "C"}}).json

    assert "paused" not in running
    assert saved["paused"] is True
    assert saved["deadline"] - saved["now"] == running["deadline"] - running["now"]
    paper = client.get(path).text
    assert " data-paused" in paper
    assert "Vòng thi đang tạm dừng" in paper
    assert "đồng hồ đứng yên" in client.get("/c/tim-hieu/rounds/1").text
    assert "Tạm dừng</span>" in client.get("/c/tim-hieu").text
    assert "Tạm dừng</span>" in organiser.get("/admin").text
    assert sent(organiser, "pause").status_code == 409

    assert sent(organiser, "resume").status_code == 303
    saved = client.put(f"{path}/answers", json={"op": 3, "answers": {}}).json

    assert "paused" not in saved
    assert saved["deadline"] == running["deadline"] + 600_000
    assert "data-paused" not in client.get(path).text
    assert "lùi hạn 10 phút" in public(client)


def test_what_was_decided_is_told_in_english_on_english_pages(made, signed_in, client, freeze):
    organiser = signed_in(Role.ORGANISER)
    sent(organiser, "pause")
    freeze(NOON + 10 * MINUTE)
    sent(organiser, "resume")

    told = public(client, lang="en")

    assert "paused from 12:00 on 23/11/2026" in told
    assert "All running papers end later by 10 minutes" in told
    assert "tạm dừng từ 12h00 ngày 23/11/2026" in public(client)


def test_a_round_that_has_not_opened_is_offered_no_pause(made, signed_in, freeze):
    contest, _, _ = made
    client = signed_in(Role.ORGANISER)
    assert f"{PAGE}/1/pause" in client.get(PAGE).text

    freeze(contest.rounds[0].window.opens_at - MINUTE)

    page = client.get(PAGE).text
    assert f"{PAGE}/1/pause" not in page
    assert f"{PAGE}/1/extra" in page


def test_a_pause_posted_before_the_round_opens_is_refused_in_words(made, signed_in, freeze):
    contest, _, _ = made
    client = signed_in(Role.ORGANISER)
    opens = contest.rounds[0].window.opens_at
    freeze(opens - MINUTE)
    before = audit_count()

    refused = sent(client, "pause")

    assert refused.status_code == 409
    assert "chưa có đồng hồ nào chạy để dừng" in refused.text
    assert audit_count() == before
    freeze(opens)
    assert sent(client, "pause").status_code == 303


def test_a_paused_round_past_its_end_is_not_over(made, signed_in, client, freeze):
    sent(signed_in(Role.ORGANISER), "pause")
    freeze(ROUND.closes_at + MINUTE)

    page = client.get("/c/tim-hieu").text

    assert "Tạm dừng</span>" in page
    assert "Đã kết thúc" not in page
    joined(client)
    waiting = client.get("/c/tim-hieu/rounds/1").text
    assert "Bạn chưa mất lượt nào" in waiting
    assert "Bắt đầu làm bài" not in waiting


def test_an_outage_is_looked_at_then_taken_out_of_everybodys_time(made, signed_in, freeze):
    freeze(NOON + 10 * MINUTE)
    client = signed_in(Role.ORGANISER)
    lost = {"began": "23/11/2026 12:01", "ended": "23/11/2026 12:06"}

    shown = sent(client, "outage", **lost)

    assert "kể cả bài đã nộp" in shown.text
    assert deadline_of(made[2]["P_A"]) == NOON + 20 * MINUTE
    assert sent(client, "outage", **lost, looked=looked_at(shown)).status_code == 303
    assert deadline_of(made[2]["P_A"]) == NOON + 25 * MINUTE
    assert "12h01 ngày 23/11/2026 đến 12h06" in public(client)
    again = sent(client, "outage", **lost)
    assert again.status_code == 409
    assert 'value="23/11/2026 12:01"' in again.text


def test_while_people_are_predicted_running_papers_are_told_in_powers_of_ten(made, signed_in):
    contests.contest("doan-so", prediction={"target": "unique_participants"})
    page = "/admin/c/doan-so/incidents"

    clerk = signed_in(Role.ORGANISER).get(page).text
    auditor = signed_in(Role.OWNER, phone="0987 650 432")

    assert "Đang làm bài: dưới 100" in clerk
    assert "Đang làm bài: dưới 100" in auditor.get(page).text  # an owner is no auditor


def test_commands_list_and_take_back_what_pages_gave(made, signed_in, run):
    client = signed_in(Role.ORGANISER)
    shown = sent(client, "extra", unit="", minutes="9")
    sent(client, "extra", unit="", minutes="9", looked=looked_at(shown))
    db.session.rollback()
    listed = run("attempts", "grants", "tim-hieu", 1).output
    number = listed.partition(":")[0]
    db.session.rollback()

    done = run("attempts", "withdraw", "tim-hieu", 1, number, *WHY)

    assert "9 phút cho mọi người (mất điện cả khu)" in listed
    assert done.exit_code == 0, done.output
    assert "đã rút lại" in run("attempts", "grants", "tim-hieu", 1).output


def test_nothing_changes_in_a_round_that_is_final(made, signed_in):
    client = signed_in(Role.ORGANISER)
    with transaction():
        db.session.execute(update(Attempt).values(state="void", submitted_at=NOON))
        db.session.execute(update(Round).values(closing_at=NOON))

    assert sent(client, "pause").status_code == 409
    shown = sent(client, "extra", unit="", minutes="5")
    assert sent(client, "extra", unit="", minutes="5", looked=looked_at(shown)).status_code == 409
