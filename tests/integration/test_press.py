"""Figures for the press: those of the boards, and every morning those of 24h00."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select, update

from quizapp import worker
from quizapp.contests.models import Round
from quizapp.contests.rules.schedule import Window
from quizapp.contests.service import get_contest
from quizapp.db import db, transaction
from quizapp.events.service import standstill
from quizapp.jobs import service as jobs
from quizapp.jobs.models import Job
from quizapp.people.service import Role
from quizapp.press import service
from quizapp.press.errors import NoSuchMoment, NotExpiredYet, OfRehearsal
from quizapp.press.models import PressFile, PressReport
from quizapp.press.rules import DAY, Form, Version, read
from quizapp.standings.service.rollup import roll_up
from quizapp.units.kinds import UnitKind
from tests.integration.pages import Page
from tests.integration.test_desk import signed_in
from tests.making import attempts, contests, events, people, units
from tests.making.boards import PASSES, count_waiting, rolled_up
from tests.making.contests import NOON

__all__ = ["signed_in"]
MIDNIGHT = NOON - timedelta(hours=12)  # 24h00 of 22/11 in Vietnam
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
PRESS = "/admin/c/tim-hieu/press"
WINDOW = Window(opens_at=MIDNIGHT - HOUR, closes_at=MIDNIGHT + 2 * DAY)


@pytest.fixture
def bodies(in_app):
    people.national_unit()
    return units.made_units(
        units.unit_row("P_HUE", name="Liên đoàn Lao động Thành phố Huế"),
        units.unit_row("P_VINH", name="Liên đoàn Lao động tỉnh Vĩnh Long"),
        units.unit_row("P_CA_MAU", name="Liên đoàn Lao động tỉnh Cà Mau"),
        units.unit_row("S_DET", name="Công đoàn Dệt May Việt Nam", kind=UnitKind.SECTOR),
    )


def contest(**rules):
    given = {"prediction": None, "ranking": ["score desc"], "windows": [WINDOW]}
    return contests.contest(**given | rules)


def who(contest, n, unit):
    of = {"unit_text": "Công ty May 10"} if unit is None else {"unit_id": unit.id}
    given = {"unit_id": None, "unit_text": None} | of
    return people.person(contest.id, phone=f"0912{n:06d}", source=f"198.51.100.{n}", **given)


def hand_in(contest, person, at, **given):
    """Hand a paper in at a moment, after five minutes."""
    return attempts.finished(contest, person, at=at - 5 * MINUTE, minutes=5, **given)


def pass_at(at, freeze):
    """Let the worker look at a moment, and do what it asks itself for."""
    freeze(at)
    rolled_up()
    jobs.do_waiting()
    db.session.rollback()


def counted(*, at):
    """Let all that is committed be counted (see `rolled_up`), and make no board."""
    for _ in range(PASSES):
        if not count_waiting():
            return
        with transaction():
            roll_up(at=at)
    raise AssertionError("a transaction of this server has been open all the while")


def stored():
    """Return the reports there are, oldest moment first."""
    query = select(PressReport).order_by(PressReport.as_of, PressReport.round_number)
    rows = db.session.scalars(query).all()
    db.session.rollback()
    return rows


def numbers(told):
    """Return body → people, attempts, of those that somebody takes part for."""
    return {one.code: (one.people, one.attempts) for one in told.taking_part}


def rows_of(client, board, **query):
    query = "&".join(f"{name}={value}" for name, value in query.items())
    rows = client.get(f"/c/tim-hieu/boards/{board}.json?{query}").get_json()["rows"]
    return {row["unit"]["code"]: row for row in rows}


def around_midnight(contest, made):
    """Let people hand in on both sides of 24h00."""
    hue, vinh = made["P_HUE"], made["P_VINH"]
    again = who(contest, 1, hue)
    hand_in(contest, again, MIDNIGHT - SECOND, right=10)
    in_time = who(contest, 2, hue)
    hand_in(contest, in_time, MIDNIGHT)  # in the last moment of the day
    hand_in(contest, who(contest, 3, None), MIDNIGHT - MINUTE)
    attempts.started(contest, who(contest, 4, vinh), at=MIDNIGHT - 25 * MINUTE)  # runs out before
    attempts.started(contest, who(contest, 5, vinh), at=MIDNIGHT - 10 * MINUTE)  # and after
    yield
    hand_in(contest, who(contest, 6, hue), MIDNIGHT + SECOND)
    hand_in(contest, again, MIDNIGHT + 6 * MINUTE)  # the better one
    hand_in(contest, in_time, MIDNIGHT + 7 * MINUTE)


OF_24H00 = {"P_HUE": (2, 2), "P_VINH": (1, 1)}


@pytest.mark.parametrize("back", [8 * MINUTE, 8 * HOUR])
def test_a_morning_is_as_of_24h00_however_late_the_worker_comes(bodies, client, freeze, back):
    made = contest()
    steps = around_midnight(made, bodies)
    next(steps)
    is_late = back > HOUR
    if not is_late:
        pass_at(MIDNIGHT + MINUTE, freeze)
        assert stored() == []  # something of that day may still be on its way
        board = rows_of(client, "units/VGCL")
        assert {code: (row["people"], row["attempts"]) for code, row in board.items()} == OF_24H00
    next(steps, None)
    pass_at(MIDNIGHT + back, freeze)

    (row,) = stored()
    told = read(row.body)
    assert (row.as_of, row.morning_of, row.made_by) == (MIDNIGHT, MIDNIGHT, "system")
    assert numbers(told) == OF_24H00
    assert (told.people, told.attempts) == (4, 4)
    assert (told.elsewhere_people, told.elsewhere_attempts) == (1, 1)
    assert (told.before, told.more_people) == (None, None)
    assert [one.code for one in told.at_zero] == ["P_CA_MAU", "S_DET"]
    later = rows_of(client, "units/VGCL")
    assert (later["P_HUE"]["people"], later["P_HUE"]["attempts"]) == (3, 5)
    if is_late:
        assert later["P_VINH"]["people"] == 2


def test_what_waits_to_be_counted_is_in_a_morning(bodies, freeze):
    made = contest()
    hand_in(made, who(made, 1, bodies["P_HUE"]), MIDNIGHT - MINUTE)
    pass_at(MIDNIGHT - MINUTE, freeze)
    hand_in(made, who(made, 2, bodies["P_HUE"]), MIDNIGHT)  # nobody counts it any more
    freeze(MIDNIGHT + HOUR)
    db.session.rollback()

    (report_id,) = service.make_morning(made, [0], MIDNIGHT, actor="system")

    assert numbers(service.get_body(report_id)) == {"P_HUE": (2, 2)}
    assert service.make_morning(made, [0], MIDNIGHT, actor="system") == [report_id]


def test_missed_mornings_are_made_up_and_compared_one_with_the_other(bodies, freeze):
    made = contest()
    hand_in(made, who(made, 1, bodies["P_HUE"]), MIDNIGHT - MINUTE)
    hand_in(made, who(made, 2, bodies["P_HUE"]), MIDNIGHT + HOUR)
    hand_in(made, who(made, 3, bodies["S_DET"]), MIDNIGHT + DAY)
    for minute in range(5):
        pass_at(MIDNIGHT + 9 * DAY + minute * MINUTE, freeze)

    found = [(row.as_of, read(row.body)) for row in stored()]

    # The round closes at the last 24h00: its grace ends on the day after.
    assert [at for at, _ in found] == [MIDNIGHT + n * DAY for n in range(4)]
    assert [(told.people, told.more_people) for _, told in found] == [
        (1, None),
        (3, 2),
        (3, 0),
        (3, 0),
    ]
    assert [told.before for _, told in found[1:]] == [at for at, _ in found[:-1]]
    (hue,) = (one for one in found[1][1].lines if one.code == "P_HUE")
    assert (hue.more_people, hue.more_attempts) == (1, 1)
    assert db.session.scalar(select(func.count()).select_from(Job)) == 4


def test_a_morning_that_failed_is_tried_again_after_an_hour(bodies, freeze, monkeypatch):
    contest()
    monkeypatch.setattr("quizapp.press.service.mornings.make_morning", lambda *_, **__: 1 / 0)
    for minutes in (5, 6, 50):
        pass_at(MIDNIGHT + minutes * MINUTE, freeze)
    assert db.session.scalar(select(func.count()).select_from(Job)) == 1
    db.session.rollback()
    monkeypatch.undo()

    pass_at(MIDNIGHT + 70 * MINUTE, freeze)

    assert [row.as_of for row in stored()] == [MIDNIGHT]


def test_of_several_rounds_a_morning_tells_the_whole_and_that_day(bodies, freeze):
    windows = [
        WINDOW,
        Window(opens_at=WINDOW.closes_at, closes_at=WINDOW.closes_at + DAY),
    ]
    made = contest(windows=windows, whole_contest={"mode": "sum"})
    person = who(made, 1, bodies["P_HUE"])
    hand_in(made, person, MIDNIGHT - MINUTE)
    hand_in(made, who(made, 2, bodies["P_HUE"]), MIDNIGHT - MINUTE)
    pass_at(MIDNIGHT + 5 * MINUTE, freeze)
    hand_in(made, person, WINDOW.closes_at + HOUR, number=2)
    freeze(MIDNIGHT + 3 * DAY + 5 * MINUTE)
    rolled_up()
    db.session.rollback()
    made = get_contest("tim-hieu")
    service.make_morning(made, [0, 2], MIDNIGHT + 3 * DAY, actor="system")

    found = {((row.as_of - MIDNIGHT) // DAY, row.round_number): read(row.body) for row in stored()}
    assert found.keys() == {(0, 0), (0, 1), (3, 0), (3, 2)}
    assert numbers(found[0, 1]) == numbers(found[0, 0]) == {"P_HUE": (2, 2)}
    assert numbers(found[3, 0]) == {"P_HUE": (2, 3)}
    assert numbers(found[3, 2]) == {"P_HUE": (1, 1)}
    assert (found[3, 0].more_people, found[3, 0].more_attempts) == (0, 1)
    assert found[3, 2].round_title


def test_a_moment_is_asked_for_only_once_all_of_it_is_in(bodies, freeze):
    made = contest()
    attempts.started(made, who(made, 1, bodies["P_HUE"]), at=MIDNIGHT - 25 * MINUTE)
    freeze(MIDNIGHT + MINUTE)
    db.session.rollback()
    with pytest.raises(NoSuchMoment):
        service.make_report(made, 0, as_of=MIDNIGHT, actor="system")
    freeze(MIDNIGHT + HOUR)
    with pytest.raises(NotExpiredYet):  # the worker is dead
        service.make_report(made, 0, as_of=MIDNIGHT, actor="system")
    pass_at(MIDNIGHT + HOUR, freeze)

    report_id = service.make_report(made, 0, as_of=MIDNIGHT, actor="system")

    assert service.get_body(report_id).people == 1


@pytest.fixture
def day(bodies, freeze):
    """A contest at noon: six people, two of whom tried twice, and a morning before."""
    freeze(NOON)
    units.head_count("P_HUE", 200, is_locked=True)
    units.head_count("P_CA_MAU", 400, is_locked=True)
    made = contest(boards=["territorial", "others"])
    hue, vinh = bodies["P_HUE"], bodies["P_VINH"]
    crowd = [who(made, n, unit) for n, unit in enumerate([hue, hue, hue, vinh, bodies["S_DET"]])]
    for person in crowd[1:]:
        hand_in(made, person, MIDNIGHT - MINUTE)
    pass_at(MIDNIGHT + 5 * MINUTE, freeze)
    for person in crowd[:2]:
        hand_in(made, person, NOON - MINUTE)
    pass_at(NOON, freeze)
    return made


def test_the_numbers_of_now_are_those_of_the_boards(day, client):
    report_id = service.make_report(day, 0, actor="system")
    told = service.get_body(report_id)

    shown = client.get("/c/tim-hieu/boards/units/VGCL.json").get_json()
    assert told.as_of.isoformat() == shown["as_of"]
    board = {}
    for name in ("units/VGCL", "provinces", "sectors"):
        board |= rows_of(client, name)
        assert {
            one.code: (one.people, one.attempts, one.members, one.rate) for one in told.taking_part
        }.items() >= {
            code: (
                row["people"],
                row["attempts"],
                row.get("members"),
                round(row["rate_percent"] * 100) if "rate_percent" in row else None,
            )
            for code, row in rows_of(client, name).items()
        }.items()
    assert board.keys() == numbers(told).keys()
    for place, name in enumerate(("territorial", "others"), start=1):
        rows = rows_of(client, f"divisions/{name}")
        mine = [one for one in told.taking_part if one.division == place]
        assert {one.code: one.rank_in_division for one in mine} == {
            code: row["rank"] for code, row in rows.items()
        }
    assert (told.people, told.attempts) == (5, 6)
    assert (told.before, told.more_people, told.more_attempts) == (MIDNIGHT, 1, 2)
    (ca_mau,) = told.at_zero
    assert (ca_mau.code, ca_mau.members, ca_mau.rate) == ("P_CA_MAU", 400, 0)
    assert told.boards.keys() == {"provinces", "sectors"}
    with pytest.raises(Exception, match="insert-only"), transaction():
        db.session.execute(PressReport.__table__.update().values(digest="0" * 64))


def test_what_is_counted_and_not_shown_yet_is_shown_first(day, bodies, client, freeze):
    hand_in(day, who(day, 9, bodies["S_DET"]), NOON)
    freeze(NOON + MINUTE)
    counted(at=NOON + MINUTE)  # and the worker dies before the boards
    told = service.get_body(service.make_report(day, 0, actor="system"))

    assert numbers(told)["S_DET"] == (2, 2)
    assert rows_of(client, "sectors")["S_DET"]["people"] == 2
    assert told.as_of == NOON + MINUTE


def test_an_organiser_asks_and_fetches_three_files_of_the_same_numbers(day, signed_in, freeze):
    client = signed_in(Role.ORGANISER)
    form = next(one for one in Page(client.get(PRESS).text).forms if one.action == PRESS)

    asked = client.post(PRESS, data=form.hidden)
    assert jobs.do_waiting() == 1
    db.session.rollback()

    assert f'href="{PRESS}"' in client.get(asked.location).text
    page = " ".join(client.get(PRESS).text.split())
    assert "Tính đến 12:00 ngày 23/11/2026" in page
    assert "Tính đến 24h00 ngày 22/11/2026" in page
    assert "5 người thi, 6 lượt thi" in page
    assert "4 người thi, 4 lượt thi" in page
    word, excel, picture, cards = (
        client.get(path) for path in re.findall(rf'href="({PRESS}/2\.\w+)"', page)
    )
    assert "bao-cao-tim-hieu-20261123-1200.docx" in word.headers["Content-Disposition"]
    text = word_text(word.data)
    assert "Tính đến 12h00 ngày 23/11/2026" in text
    assert "So với 24h00 ngày 22/11/2026: +1 người thi, +2 lượt thi" in text
    assert "1,50" in text
    rows = workbook(excel.data, "Đơn vị")
    assert rows[1][:9] == [
        *("Liên đoàn Lao động Thành phố Huế", "Liên đoàn Lao động tỉnh, thành phố", 1),
        *("Bảng A: Công đoàn theo địa bàn", 1, 3, 1, 4, 2),
    ]
    assert rows[1][9:] == [200, 1.5]
    summary = dict(workbook(excel.data, "Tổng hợp")[1:])
    assert (summary["Người thi"], summary["Lượt thi"]) == (5, 6)
    assert [row[0] for row in workbook(excel.data, "Chưa có người thi")[1:]] == [
        "Liên đoàn Lao động tỉnh Cà Mau"
    ]
    assert picture.data[:8] == b"\x89PNG\r\n\x1a\n"
    with zipfile.ZipFile(io.BytesIO(cards.data)) as archive:
        assert archive.namelist() == [
            "00-tong-hop.png",
            "001-lien-doan-lao-dong-thanh-pho-hue.png",
            "002-cong-doan-det-may-viet-nam.png",
            "003-lien-doan-lao-dong-tinh-vinh-long.png",
            "004-lien-doan-lao-dong-tinh-ca-mau.png",
        ]
        assert archive.read("00-tong-hop.png") == picture.data
    assert client.get(f"{PRESS}/2.exe").status_code == 404
    assert client.get("/admin/c/tim-hieu/press/99.docx").status_code == 404


def word_text(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return re.sub("<[^>]+>", " ", archive.read("word/document.xml").decode())


def workbook(content, sheet):
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return book.get_sheet_by_name(sheet).to_python()


def test_a_contest_of_a_body_names_those_who_count_for_the_body_itself(bodies, client, freeze):
    freeze(MIDNIGHT)
    hue = bodies["P_HUE"]
    contest(owner="P_HUE")
    one = get_contest("tim-hieu")
    db.session.rollback()
    for n in (1, 2):
        hand_in(one, who(one, n, hue), NOON - HOUR)
    hand_in(one, who(one, 3, None), NOON - HOUR)
    freeze(NOON)
    rolled_up()
    report_id = service.make_report(one, 0, actor="system")

    told = service.get_body(report_id)
    files = service.draw_stored(report_id, Version.EXACT)

    assert (told.own_people, told.elsewhere_people, told.lines) == (2, 1, ())
    assert rows_of(client, "provinces")["P_HUE"]["people"] == 2
    text = word_text(files[Form.WORD])
    assert "Thuộc chính Liên đoàn Lao động Thành phố Huế: 2 người thi, 2 lượt thi." in text
    assert "Đơn vị khác hoặc chưa xác định được: 1 người thi, 1 lượt thi." in text
    assert "Không có đơn vị trực thuộc để xếp hạng." in text
    assert "0 trong 0" not in text
    assert "mọi đơn vị" not in text
    rows = workbook(files[Form.EXCEL], "Đơn vị")
    assert ("Thuộc chính Liên đoàn Lao động Thành phố Huế", 2) in [(r[0], r[3]) for r in rows]
    summary = dict(workbook(files[Form.EXCEL], "Tổng hợp")[1:])
    assert summary["Thuộc chính Liên đoàn Lao động Thành phố Huế: người thi"] == 2


def test_files_are_thrown_away_after_a_while_and_drawn_again(day, signed_in, freeze):
    client = signed_in(Role.ORGANISER)
    with transaction():
        service.forget_old_files(at=NOON + 61 * DAY)
    assert client.get(f"{PRESS}/1.docx").status_code == 404
    forms = Page(client.get(PRESS).text).forms
    again = next(one for one in forms if one.action == f"{PRESS}/1/files")

    client.post(again.action, data=again.hidden)
    assert jobs.do_waiting() == 1

    db.session.rollback()
    assert "Tính đến 24h00 ngày 22/11/2026" in word_text(client.get(f"{PRESS}/1.docx").data)
    client.post(again.action, data=again.hidden)  # once more changes nothing
    assert jobs.do_waiting() == 1
    assert db.session.scalar(select(func.count()).select_from(PressFile)) == len(Form)


def test_while_boards_are_frozen_figures_are_those_of_the_freeze(
    day, bodies, signed_in, freeze, run, tmp_path
):
    freeze(NOON + MINUTE)
    events.frozen(day, at=NOON + MINUTE)
    hand_in(day, who(day, 9, bodies["P_HUE"]), NOON + 2 * MINUTE)
    pass_at(MIDNIGHT + DAY + 5 * MINUTE, freeze)
    client = signed_in(Role.AUDITOR)
    of_later = ["press", "report", "tim-hieu", "--as-of", "2026-11-23 24:00", "-o", tmp_path]

    told = service.get_body(service.make_report(events.again(day), 0, actor="system"))

    assert (told.as_of, told.people, numbers(told)["P_HUE"]) == (NOON, 5, (3, 4))
    page = client.get(PRESS).text
    assert "24h00 ngày 23/11/2026" not in page
    assert "12:00 ngày 23/11/2026" in page
    assert client.get(f"{PRESS}/2.docx").status_code == 409
    assert run(*of_later).exit_code == 1
    assert run(*of_later, "--exact").exit_code == 0
    now = events.again(day)
    with transaction():
        standstill.thaw(now, actor="system", reason="Đã công bố", at=NOON + DAY)
    assert "24h00 ngày 23/11/2026" in client.get(PRESS).text
    assert "Người thi 6" in " ".join(word_text(client.get(f"{PRESS}/2.docx").data).split())


def test_a_rehearsal_has_no_figures(day):
    card = replace(day, is_rehearsal=True)
    db.session.rollback()
    with pytest.raises(OfRehearsal):
        service.make_report(card, 0, actor="system")


@pytest.mark.parametrize("target", ["unique_participants", "attempts"])
def test_one_more_changes_no_byte_for_organisers_while_they_are_predicted(
    bodies, signed_in, freeze, target
):
    freeze(NOON)
    made = contest(prediction={"target": target})
    for n in range(12):
        hand_in(made, who(made, n, bodies["P_HUE" if n % 3 else "P_VINH"]), MIDNIGHT - MINUTE)
    pass_at(NOON, freeze)
    seen = {role: signed_in(role, phone=f"0987 650 43{n}") for n, role in enumerate(BOTH)}
    first = {role: fetched(seen[role], 1) for role in BOTH}
    hand_in(made, who(made, 20, bodies["P_HUE"]), MIDNIGHT - MINUTE)
    made_anew(made, freeze)
    second = {role: fetched(seen[role], 2) for role in BOTH}

    kept = first[Role.ORGANISER]
    assert kept == second[Role.ORGANISER]
    assert "Số được giữ lại đến khi chốt kết quả" in kept["page"]
    assert "Nhóm hạng 1–5" in word_text(kept["docx"])
    assert not re.search(r"\b1[23]\b (người|lượt)", word_text(kept["docx"]))
    assert all(first[Role.AUDITOR][form] != second[Role.AUDITOR][form] for form in (*Form, "page"))
    with transaction():
        db.session.execute(update(Round).values(closed_at=NOON))
    assert fetched(seen[Role.ORGANISER], 2) == fetched(seen[Role.AUDITOR], 2)


BOTH = (Role.ORGANISER, Role.AUDITOR)


def made_anew(contest, freeze):
    """Make the morning again as if there had been none: a report is never changed."""
    freeze(MIDNIGHT + HOUR)
    pass_at(NOON, freeze)
    db.session.rollback()
    made = service.make_report(contest, 0, as_of=MIDNIGHT, actor="system")
    service.files.keep_files(contest, made, lambda *_: None)


def fetched(client, number):
    """Return what is shown of a report: its place on the page, and its files."""
    page = client.get(PRESS)
    assert page.status_code == 200
    cards = page.text.split('<section class="card">')
    (own,) = (one for one in cards if f"{PRESS}/{number}.docx" in one)
    told = re.sub(rf"{PRESS}/\d+", "", own.partition('<p class="desks">')[0])
    told = told.replace("Lập theo yêu cầu", "Báo cáo sáng").replace('"tag on"', '"tag"')
    return {"page": told} | {form: client.get(f"{PRESS}/{number}.{form}").data for form in Form}


def test_a_command_writes_the_files_of_any_moment(day, run, tmp_path):
    folder = tmp_path / "bao-cao"

    told = run("press", "report", "tim-hieu", "--as-of", "2026-11-22 24:00", "-o", folder)

    assert told.exit_code == 0, told.output
    assert "Tính đến 24h00 ngày 22/11/2026." in told.output
    assert "4 người thi, 4 lượt thi." in told.output
    assert {path.suffix for path in folder.iterdir()} == {f".{form}" for form in Form}
    assert run("press", "report", "tim-hieu", "-o", folder).exit_code == 0
    assert "lúc này" not in (now := word_text((folder / NOW).read_bytes()))
    assert "Tính đến 12h00 ngày 23/11/2026" in now
    for bad in ("hôm qua", "2026-11-23 11:59"):
        told = run("press", "report", "tim-hieu", "--as-of", bad, "-o", folder)
        assert told.exit_code != 0
        assert "Traceback" not in told.output
    assert run("press", "report", "tim-hieu", "--round", "7", "-o", folder).exit_code == 1


NOW = "bao-cao-tim-hieu-20261123-1200.docx"


def test_a_command_keeps_back_what_is_predicted_unless_told_otherwise(
    bodies, run, freeze, tmp_path
):
    freeze(NOON)
    made = contest(prediction={"target": "attempts"})
    hand_in(made, who(made, 1, bodies["P_HUE"]), MIDNIGHT)
    pass_at(NOON, freeze)

    kept = run("press", "report", "tim-hieu", "-o", tmp_path / "a")
    exact = run("press", "report", "tim-hieu", "-o", tmp_path / "b", "--exact")

    assert "giữ lại" in kept.output
    assert "đừng chuyển cho ai" in exact.output
    assert "Lượt thi 1" not in " ".join(word_text((tmp_path / "a" / NOW).read_bytes()).split())
    assert "Lượt thi 1" in " ".join(word_text((tmp_path / "b" / NOW).read_bytes()).split())


def test_the_worker_asks_once_a_minute(bodies, freeze):
    contest()
    freeze(MIDNIGHT + 5 * MINUTE)

    asked = [worker.press.ask_mornings(at=MIDNIGHT + 5 * MINUTE + n * SECOND) for n in range(3)]

    assert asked == [1, 0, 0]
