"""The live room: how a contest goes this minute, within what an open prediction lets be known."""

import io
import re
from datetime import timedelta

import pytest
from flask import current_app
from python_calamine import CalamineWorkbook
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from quizapp import worker
from quizapp.contests.rules.schedule import Window
from quizapp.contests.service import get_contest
from quizapp.db import db
from quizapp.jobs import service as jobs
from quizapp.people.service import Role
from quizapp.results.models import MinuteCount, UnitHour
from quizapp.results.service.hourly import get_unit_days
from quizapp.results.service.live import keep_pulse
from quizapp.units.kinds import UnitKind
from quizapp.vietnamese import day_in_vietnam
from quizapp.web.flushing import SHELF
from tests.integration.cost import counted
from tests.integration.pages import Page, part_of_page
from tests.integration.test_desk import signed_in, token_of
from tests.integration.test_help_desk import as_phone, rows_of
from tests.making import attempts, contests, people, units
from tests.making.boards import rolled_up
from tests.making.contests import NOON

__all__ = ["signed_in"]
LIVE = "/admin/c/tim-hieu/live"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def contest(in_app, freeze):
    freeze(NOON)
    people.national_unit()
    return contests.contest(prediction=None, ranking=["score desc", "duration asc"])


def take_part(contest, new_client, n, *, saves=3):
    """Start, save and hand in on a phone, all in the minute the clock shows."""
    person = people.person(contest.id, phone=f"0912{n:06d}", source=f"198.51.100.{n}")
    phone = as_phone(new_client(), contest, person)
    form = Page(phone.get("/c/tim-hieu/rounds/1").text).forms[0].hidden
    path = phone.post("/c/tim-hieu/rounds/1/attempts", data=form).location
    for op in range(1, saves + 1):
        body = {"op": op, "answers": {"1": "A"}}
        assert phone.put(f"{path}/answers", json=body).status_code == 200
    stale = {"op": 1, "answers": {"1": "H"}}
    assert phone.put(f"{path}/answers", json=stale).status_code >= 400
    return phone, path


def hand_in(phone, path):
    assert phone.post(f"{path}/submit", json={"answers": {}}).status_code == 200


def flushed():
    current_app.extensions[SHELF].flush()
    db.session.rollback()


def test_what_happens_is_counted_by_the_minute_and_written_out_of_the_way(
    contest, new_client, freeze
):
    phone, path = take_part(contest, new_client, 1)
    assert rows_of(MinuteCount) == []
    flushed()
    freeze(NOON + MINUTE)
    hand_in(phone, path)
    flushed()

    first, second = sorted(rows_of(MinuteCount), key=lambda one: one.minute)

    assert (first.contest_id, first.starts, first.saves, first.submits) == (contest.id, 1, 3, 0)
    assert first.refusals == 1
    assert (second.minute - first.minute, second.saves, second.submits) == (1, 0, 1)


def test_two_processes_add_up(contest, new_client):
    take_part(contest, new_client, 1)
    flushed()
    take_part(contest, new_client, 2)
    flushed()

    (row,) = rows_of(MinuteCount)
    assert (row.starts, row.saves) == (2, 6)


def test_the_room_shows_what_goes_on(contest, new_client, signed_in, freeze):
    phone, path = take_part(contest, new_client, 1)
    take_part(contest, new_client, 2)
    worker.run_once()
    hand_in(phone, path)
    rolled_up()
    flushed()
    freeze(NOON + MINUTE)
    client = signed_in(Role.VIEWER, phone="0987 650 420")
    assert client.get(LIVE).status_code == 403

    auditor = signed_in(Role.AUDITOR)
    page = auditor.get(LIVE)

    assert '<noscript><meta http-equiv="refresh"' in page.text
    assert 'hx-trigger="every' in part_of_page(auditor, LIVE)
    text = " ".join(page.text.split())
    assert "<dt>đang làm bài</dt><dd>2</dd>" in text
    assert text.count("<svg") >= 5
    assert '<td class="num">6</td>' in text


def workbook_of(client, day=""):
    """Ask for the workbook as the page's form does, let the worker make it, and fetch it."""
    form = next(one for one in Page(client.get(LIVE).text).forms if one.method == "post")
    asked = client.post(form.action, data=form.hidden | {"day": day})
    db.session.rollback()
    jobs.do_waiting()
    db.session.rollback()
    return client.get(f"{asked.location}/file")


def test_whoever_belongs_to_no_body_below_the_owner_is_told_of_too(in_app, freeze, signed_in):
    freeze(NOON)
    made = units.made_units(
        units.unit_row("P_A", name="Liên đoàn Lao động tỉnh A"),
        units.unit_row("P_B"),
        units.unit_row("F_10", name="Công ty May 10", kind=UnitKind.GRASSROOTS, parent_code="P_A"),
    )
    contest = contests.contest(owner="P_A", prediction=None, ranking=["score desc"])
    for n, code in enumerate(["F_10", "P_A", "P_A", "P_B", None]):
        where = {"unit_id": code and made[code].id, "unit_text": None if code else "Xưởng may"}
        attempts.finished(contest, people.person(contest.id, phone=f"0916{n:06d}", **where))
    rolled_up()

    page = " ".join(signed_in(Role.AUDITOR, made["P_A"]).get(LIVE).text.split())

    page = page.partition("<h2>Đơn vị đông nhất</h2>")[2].partition("</table>")[0]
    told = re.findall(r'<tr><td>([^<]+)</td><td class="num">(\d+)</td><td class="num">(\d)', page)
    assert told == [
        ("Công ty May 10", "1", "1"),
        ("Trực tiếp ở Liên đoàn Lao động tỉnh A", "2", "2"),
        ("Đơn vị ngoài Liên đoàn Lao động tỉnh A", "1", "1"),
        ("Đơn vị đang được xác định", "1", "1"),
    ]


def test_the_workbook_holds_the_same_numbers(contest, new_client, signed_in, freeze):
    phone, path = take_part(contest, new_client, 1)
    hand_in(phone, path)
    flushed()
    freeze(NOON + MINUTE)

    answer = workbook_of(signed_in(Role.ORGANISER))

    assert "attachment" in answer.headers["Content-Disposition"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    rows = book.get_sheet_by_name("Phút").to_python()[1:]
    assert len(rows) == 60
    assert [row[1:] for row in rows if any(row[1:])] == [[1, 3, 1]]
    assert sum(row[1] for row in book.get_sheet_by_name("Giờ").to_python()[2:]) == 1


def in_an_hour(contest, unit, numbers, freeze, *, at, round_number=1):
    """Let people of a unit hand in a minute after a moment, and the worker look a minute later."""
    for n in numbers:
        person = people.person(contest.id, phone=f"0915{n:06d}", unit_id=unit.id, unit_text=None)
        attempts.finished(contest, person, at=at, minutes=1, number=round_number)
    freeze(at + MINUTE)
    rolled_up()
    freeze(at + 2 * MINUTE)
    worker.run_once()


def test_units_are_shown_by_the_hours_of_a_day(contest, signed_in, freeze):
    made = units.made_units(units.unit_row("P_HUE"), units.unit_row("P_VINH"))
    yesterday, at_8 = NOON - timedelta(hours=20), NOON - timedelta(hours=4)
    in_an_hour(contest, made["P_HUE"], range(2), freeze, at=yesterday)
    in_an_hour(contest, made["P_HUE"], range(2, 5), freeze, at=at_8)
    in_an_hour(contest, made["P_VINH"], range(5, 6), freeze, at=at_8 + timedelta(hours=1))
    in_an_hour(contest, made["P_HUE"], range(6, 7), freeze, at=at_8 + timedelta(hours=1))
    freeze(NOON)
    client = signed_in(Role.AUDITOR)

    def sheet(day, name="Lượt"):
        answer = workbook_of(client, day)
        book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
        (named,) = [one for one in book.sheet_names if one.startswith(name)]
        return {row[0]: row[1:] for row in book.get_sheet_by_name(named).to_python()[1:]}

    hue, vinh = made["P_HUE"].name, made["P_VINH"].name
    today = sheet("23/11/2026")
    assert {hour: n for hour, n in enumerate(today[hue][:24]) if n} == {8: 3, 9: 1}
    assert {hour: n for hour, n in enumerate(today[vinh][:24]) if n} == {9: 1}
    assert (today[hue][24], today[vinh][24]) == (4, 1)
    assert sheet("23/11/2026", "Người") == today
    assert sheet("2026-11-22")[hue][24] == 2
    # The days together are what the table of units says, from the one source.
    assert sheet("", "Đơn vị") == {hue: [6, 6], vinh: [1, 1]}
    page = " ".join(client.get(f"{LIVE}?day=23/11/2026").text.split())
    assert page.index(f"{hue} <span") < page.index(f"{vinh} <span")
    assert "(4 lượt, 4 người mới)" in page
    bad = client.get(f"{LIVE}?day=31/02/2026")
    assert "Không đọc được ngày “31/02/2026”" in bad.text
    assert 'value="31/02/2026"' in bad.text


@pytest.mark.parametrize("mode", ["per_round", "sum"])
def test_a_day_on_which_a_round_ends_and_the_next_begins_is_told_whole(in_app, freeze, mode):
    people.national_unit()
    hue = units.made_unit("P_HUE")
    hour = timedelta(hours=1)
    ends = NOON - hour  # 11:00
    windows = [
        Window(opens_at=ends - 30 * hour, closes_at=ends),
        Window(opens_at=ends, closes_at=ends + 30 * hour),
    ]
    rules = {"prediction": None, "ranking": ["score desc"], "whole_contest": {"mode": mode}}
    contest = contests.contest(windows=windows, **rules)
    in_an_hour(contest, hue, range(2), freeze, at=NOON - 13 * hour)  # of the day before
    in_an_hour(contest, hue, range(2, 5), freeze, at=NOON - 4 * hour)
    in_an_hour(contest, hue, range(5, 6), freeze, at=ends - 2 * MINUTE)  # looked at when it ends
    in_an_hour(contest, hue, range(6, 8), freeze, at=NOON, round_number=2)

    (told,) = get_unit_days(contest, day_in_vietnam(NOON))
    assert {at: n for at, n in enumerate(told.attempts) if n} == {8: 3, 10: 1, 12: 2}
    assert told.people == told.attempts


def test_a_minute_looked_at_twice_changes_nothing(contest, freeze):
    hue = units.made_unit("P_HUE")
    in_an_hour(contest, hue, range(2), freeze, at=NOON)
    before = [(row.hour, row.people, row.attempts) for row in rows_of(UnitHour)]
    freeze(NOON + 3 * MINUTE)
    worker.run_once()

    assert [(row.hour, row.people, row.attempts) for row in rows_of(UnitHour)] == before
    assert before == [(before[0][0], 2, 2)]


def test_a_dead_worker_is_said(contest, signed_in, freeze):
    worker.run_once()
    client = signed_in(Role.ORGANISER)
    assert "Tiến trình nền không chạy" not in client.get(LIVE).text

    freeze(NOON + 3 * MINUTE)

    assert "Tiến trình nền không chạy" in client.get(LIVE).text


def test_errors_are_said_also_of_no_contest(contest, signed_in, app, freeze):
    client = signed_in(Role.ORGANISER)
    for _ in range(3):
        current_app.extensions["quizapp pulse"].add(0, minute(), "errors")
    flushed()
    freeze(NOON + MINUTE)

    assert "3 yêu cầu lỗi ở máy chủ" in client.get(LIVE).text


def minute():
    from_epoch = NOON - worker.live.EPOCH
    return int(from_epoch.total_seconds() // 60)


@pytest.mark.parametrize("target", ["unique_participants", "attempts"])
def test_one_more_changes_no_byte_while_they_are_predicted(
    in_app, new_client, signed_in, freeze, target
):
    freeze(NOON)
    people.national_unit()
    contest = contests.contest(prediction={"target": target})
    client = signed_in(Role.ORGANISER)
    pages = []
    for n in range(2):
        freeze(NOON)
        phone, path = take_part(contest, new_client, n)
        hand_in(phone, path)
        rolled_up()
        flushed()
        freeze(NOON + MINUTE)
        pages.append(without_refusals(client.get(LIVE).text))

    assert pages[0] == pages[1]
    assert "dưới 100" in pages[0]
    assert '<svg viewBox="0 0 3' not in pages[0]
    token = token_of(client)
    assert client.post(f"{LIVE}/workbook", data=token).status_code == 403
    seen = signed_in(Role.AUDITOR, phone="0987 650 432").get(LIVE).text
    assert "từng phút" in seen
    assert "Đơn vị theo giờ" in seen
    assert "Đơn vị theo giờ" not in pages[0]


def without_refusals(text):
    """Leave out how many requests were refused: the walk above sends one bad save each time."""
    return text.replace("<dd>2</dd>", "<dd>1</dd>")


def test_the_room_goes_through_no_attempts(contest, in_app, signed_in):
    """Counted, not timed: as many steps with sixty attempts as with two."""
    costs = []
    organiser = None
    for numbers in (range(2), range(2, 60)):
        for n in numbers:
            person = people.person(contest.id, phone=f"0913{n:06d}", source=f"198.51.100.{n}")
            attempts.finished(contest, person)
        rolled_up()
        get_contest("tim-hieu")
        db.session.rollback()
        organiser = organiser or auditor()
        with counted(in_app) as cost:
            worker.live.get_room(organiser, "tim-hieu", at=NOON)
        db.session.rollback()
        costs.append(cost)

    small, large = costs
    assert large.statements <= small.statements
    assert large.steps <= 1.3 * small.steps + 20, costs


def auditor():
    from_unit = people.national_unit()
    grant = people.service.GrantCard(unit_id=from_unit.id, role=Role.AUDITOR)
    return people.service.OrganiserCard(id=1, name="Kiểm soát viên", grants=(grant,))


def test_counts_wait_while_the_database_is_away(contest, new_client):
    take_part(contest, new_client, 1)

    @event.listens_for(db.engine, "before_cursor_execute", once=True)
    def cut_off(connection, *_):
        connection.connection.dbapi_connection.close()

    with pytest.raises(DBAPIError):
        keep_pulse()

    db.session.remove()
    assert rows_of(MinuteCount) == []
    flushed()
    [row] = rows_of(MinuteCount)
    assert (row.starts, row.saves, row.refusals) == (1, 3, 1)


def test_nothing_is_written_where_nothing_happened(contest):
    keep_pulse()

    assert rows_of(MinuteCount) == []
