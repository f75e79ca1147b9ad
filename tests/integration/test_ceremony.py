"""A ceremony in a file, and rehearsals of an evening: what they hold, and what they do not."""

import html
import io
import json
import re
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import select

from quizapp.attempts.service import Why
from quizapp.audit.models import AuditEntry
from quizapp.contests import service as contest_service
from quizapp.db import db, transaction
from quizapp.events import service
from quizapp.events.bodies import lines_of, part_body
from quizapp.events.errors import NotBegun
from quizapp.events.models import Event
from quizapp.events.rules import Kind, State
from quizapp.events.service.showing import get_showing
from quizapp.jobs.service import do_waiting
from quizapp.people.service import Role
from quizapp.results import service as results
from quizapp.units import service as unit_service
from tests.integration.pages import Page
from tests.integration.test_desk import signed_in
from tests.integration.test_screens import RULES, take_part
from tests.making import contests, events, units
from tests.making.boards import rolled_up
from tests.making.contests import NOON

__all__ = ["signed_in"]
STATES = (
    State(id=1, kind=Kind.WAIT),
    State(id=2, kind=Kind.JOIN),
    State(id=3, kind=Kind.COUNTS),
    State(id=4, kind=Kind.BOARD, board="provinces"),
    State(id=5, kind=Kind.REVEAL, board="people", top=10),
    State(id=6, kind=Kind.PODIUM, board="people"),
    State(id=7, kind=Kind.BOARD, board="people"),
    State(id=8, kind=Kind.MESSAGE, text="Chúc mừng Trần Đoạt Giải"),
)
NAMES = ("Đào Kiên Trung", "Cao Thục Uyên", "Tạ Duy Hưng", "Lý Bảo Châu")
UNITS = {"P_HUE": "Liên đoàn Lao động Thành phố Huế", "P_NGA": "Liên đoàn Lao động tỉnh Nghệ An"}
ELSEWHERE = re.compile(r'(?:src|href)="(?!data:)|url\((?!data:)|fetch\(|type="module"|nonce')
AFTER_END = NOON + timedelta(days=6)


@pytest.fixture
def contest(in_app, freeze):
    freeze(NOON + timedelta(minutes=30))
    made = units.made_units(*(units.unit_row(code, name=name) for code, name in UNITS.items()))
    contest = contests.contest(**RULES)
    for n, name in enumerate(NAMES):
        take_part(contest, n, made["P_HUE" if n % 2 else "P_NGA"], right=20 - n, name=name)
    rolled_up()
    return contest


def closed(contest, freeze):
    freeze(AFTER_END)
    results.close_round(contest.slug, 1, Why(actor="system", reason="Hết giờ"))
    db.session.remove()
    rolled_up()


def opened(content):
    """Return (what the pack's page plays, its page, its README)."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["index.html", "README.txt"]
        page = archive.read("index.html").decode()
        readme = archive.read("README.txt").decode("utf-8-sig")
    played = re.search(r"data-played='([^']*)'", page)
    return json.loads(html.unescape(played[1])), page, readme


def asked(organiser, number=1, reason="Chiếu ở hội trường mất mạng"):
    """Ask on the page for a pack, let the worker make it, and fetch it."""
    path = f"/admin/c/tim-hieu/events/{number}"
    token = Page(organiser.get(path).text).forms[0].hidden["csrf_token"]
    answer = organiser.post(f"{path}/pack", data={"csrf_token": token, "reason": reason})
    if answer.status_code != 303:
        return answer
    db.session.remove()
    do_waiting()
    return organiser.get(f"{answer.location}/file")


def test_a_pack_plays_the_frozen_boards_then_every_place_and_the_podium_of_the_snapshot(
    contest, client, signed_in, freeze
):
    event = events.event(contest, states=STATES)
    frozen = client.get(events.path_of(contest, event, "/parts/4.json")).json
    events.frozen(contest)
    unit = unit_service.find_unit("P_HUE")
    db.session.rollback()
    take_part(contest, 9, unit, right=20, name="Mạc Đến Sau")
    rolled_up()
    closed(contest, freeze)

    file = asked(signed_in(Role.ORGANISER))

    assert "buoi-le-tim-hieu-20261129" in file.headers["Content-Disposition"]
    played, page, readme = opened(file.data)
    scenes = {state.id: scene for state, scene in zip(STATES, played["scenes"], strict=True)}
    assert played["mark"] == ""
    assert all(one["as_of"].startswith("Số liệu tính đến ") for one in played["scenes"])
    assert scenes[4]["bodies"][0]["rows"] == frozen["rows"]
    assert len(scenes[5]["bodies"]) == 1 + 4  # two of the five are equal
    told = scenes[5]["bodies"]
    assert [[row[0] for row in body["rows"]] for body in told][:3] == [[], ["5"], ["4", "5"]]
    # The last step is the newest snapshot's, as pages show it once the boards are let go.
    held = events.again(contest)
    with transaction():
        service.thaw(held, actor="system", reason="Xong", at=AFTER_END)
    shown = client.get("/c/tim-hieu/boards/people.json").json["rows"]
    rows = [
        row | {"points_milli": int(row["points"] * 1000), "duration_ms": row["duration_ms"]}
        for row in shown
    ]
    assert told[-1]["rows"] == lines_of(rows, "people")
    assert scenes[6]["bodies"][0]["rows"] == told[-1]["rows"][:3]
    assert event.code in page.replace("<wbr>", "")
    assert not re.search(
        r'(?:src|href)="(?!data:)|url\((?!data:)|fetch\(|type="module"|nonce', page
    )
    assert "PageDown" in readme
    assert "HOLDS THE RESULT" in readme
    assert logged() == [
        ("event.pack", "Chiếu ở hội trường mất mạng"),
        ("event.packed", None),
    ]


def test_the_job_of_a_pack_counts_its_last_step(contest, signed_in):
    events.event(contest, states=STATES)
    organiser = signed_in(Role.ORGANISER)
    token = Page(organiser.get("/admin/c/tim-hieu/events/1").text).forms[0].hidden["csrf_token"]
    sent = {"csrf_token": token, "reason": "Chiếu ở hội trường"}
    job = organiser.post("/admin/c/tim-hieu/events/1/pack", data=sent).location
    db.session.remove()

    do_waiting()

    page = organiser.get(job).text
    assert "Đã xong" in page
    assert "Ghi gói: 2 trên 2" in page


def logged():
    """Return (action, reason) of what the log says about packs."""
    entries = select(AuditEntry.action, AuditEntry.reason).order_by(AuditEntry.id)
    found = db.session.execute(entries.where(AuditEntry.action.like("event.pack%"))).all()
    return [tuple(row) for row in found]


def test_a_pack_needs_a_reason_and_says_that_ranks_are_not_final(contest, signed_in, run, tmp_path):
    events.event(contest, states=STATES)
    refused = asked(signed_in(Role.ORGANISER), reason="")
    assert refused.status_code == 422

    target = tmp_path / "goi.zip"
    done = run("events", "pack", "tim-hieu", "-o", target, "--url", "https://thi.vn")

    assert done.exit_code == 0, done.output
    assert "TẠM XẾP" in done.output
    played, page, _ = opened(target.read_bytes())
    assert played["mark"] == "TẠM XẾP"
    assert "thi.vn/" in page
    last = played["scenes"][4]["bodies"][-1]
    assert [row[1] for row in last["rows"]] == list(NAMES)
    # Without an address nobody could be led anywhere.
    assert run("events", "pack", "tim-hieu", "-o", target).exit_code == 0
    kinds = [one["kind"] for one in opened(target.read_bytes())[0]["scenes"]]
    assert "join" not in kinds
    assert len(kinds) == len(STATES) - 1


def test_a_pack_before_the_close_holds_no_more_than_an_open_prediction_lets_be_known(
    in_app, freeze, run, tmp_path
):
    freeze(NOON + timedelta(minutes=30))
    made = units.made_units(*(units.unit_row(code, name=name) for code, name in UNITS.items()))
    contest = contests.contest(prediction={"target": "unique_participants", "scope": "round"})
    for n, name in enumerate(NAMES):
        take_part(contest, n, made["P_HUE" if n % 2 else "P_NGA"], right=20 - n, name=name)
    rolled_up()
    events.event(contest, states=(State(id=1, kind=Kind.REVEAL, board="provinces", top=5),))

    run("events", "pack", "tim-hieu", "-o", tmp_path / "goi.zip")

    played, _, _ = opened((tmp_path / "goi.zip").read_bytes())
    assert [one["rows"] for one in played["scenes"][0]["bodies"]] == [[]]


def rehearsed(organiser):
    """Rehearse the first event, told to its last place; return (the contest now, the rehearsal)."""
    path = "/admin/c/tim-hieu/events/1"
    token = Page(organiser.get(path).text).forms[0].hidden["csrf_token"]
    answer = organiser.post(path, data={"csrf_token": token, "rehearse": "1"})
    assert answer.location.endswith("/events/2")
    contest = contest_service.get_contest("tim-hieu")
    event = service.get_event(contest, 2)
    db.session.rollback()
    with transaction():  # of others a time is invented, once in a while, that is somebody's
        db.session.get(Event, event.id).seed = 2026
    events.shown(contest, event, 4)
    events.begun(contest, event)
    for _ in range(9):  # of ten places two are equal
        events.told_next(contest, event)
    return events.again(contest), event


def test_a_rehearsal_holds_no_name_unit_or_number_of_the_contest(
    contest, client, signed_in, freeze
):
    closed(contest, freeze)
    events.event(contest, states=STATES)
    organiser = signed_in(Role.ORGANISER)
    contest, event = rehearsed(organiser)

    where = client.get(events.path_of(contest, event, "/where.json")).json
    assert where["mark"] == "THỬ"
    paths = [f"/parts/{one['id']}.json" for one in where["states"]]
    bodies = [client.get(events.path_of(contest, event, path)).data.decode() for path in paths]
    file = asked(organiser, number=2)
    assert "tim-hieu-thu-" in file.headers["Content-Disposition"]
    played, page, _ = opened(file.data)
    assert played["mark"] == "THỬ"
    told = json.loads(bodies[4])["rows"]
    assert len(told) == 10
    assert told == played["scenes"][4]["bodies"][-1]["rows"]

    shown = get_showing(contest, service.get_event(contest, 1), at=AFTER_END)
    rows = [row for part in shown.parts for row in part_body(part).get("rows", ())]
    db.session.rollback()
    known = {*NAMES, *UNITS.values(), "Trần Đoạt Giải"} | {
        text for row in rows for text in row[1:] if text
    }
    assert {"2 người", "19 điểm", "5 phút 00 giây"} <= known
    for body in [*bodies, page]:
        assert [one for one in known if f'"{one}' in body or f" {one}" in body] == []


def test_a_rehearsal_leaves_the_boards_of_the_contest_alone(contest, signed_in, freeze):
    closed(contest, freeze)
    first = events.event(contest, states=STATES)
    organiser = signed_in(Role.ORGANISER)
    events.frozen(contest)
    rehearsed(organiser)
    assert events.again(contest).freeze_id is not None

    path = "/admin/c/tim-hieu/events/2"
    token = Page(organiser.get(path).text).forms[0].hidden["csrf_token"]
    thawed = organiser.post(
        f"{path}/freeze", data={"csrf_token": token, "thaw": "1", "reason": "Thử"}
    )
    assert thawed.status_code == 409
    assert events.again(contest).freeze_id is not None
    events.shown(contest, first, 4)
    with pytest.raises(NotBegun):
        events.told_next(contest, first, shown=0)


def test_a_rehearsal_is_told_to_its_end_before_the_contest_is_closed(contest, signed_in):
    events.event(contest, states=STATES)

    now, event = rehearsed(signed_in(Role.ORGANISER))

    assert not now.is_final(1)
    card = service.get_event(now, event.number)
    told = service.get_revealing(card, card.shown)
    assert told.shown == told.places
