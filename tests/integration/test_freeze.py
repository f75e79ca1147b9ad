"""Once standings are frozen no public byte tells what came in since: not even that a round closed.

Every public page, and the pages of somebody who takes part, are compared byte by byte.
"""

import json
import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select, update

from quizapp.attempts.service import Why
from quizapp.contests.rules.schedule import Window
from quizapp.db import db, transaction
from quizapp.events.rules import usual_states
from quizapp.events.service import standstill
from quizapp.people.models import Consent, Purpose
from quizapp.results import service as results
from quizapp.standings.models import Freeze, FrozenBoard, FrozenCount
from tests.integration.test_open_targets import _boards, as_person, told
from tests.making import attempts, contests, events, people, units
from tests.making.boards import rolled_up
from tests.making.contests import NOON

FROZEN_AT = NOON + timedelta(minutes=30)
LATER = NOON + timedelta(minutes=50)
AFTER_END = NOON + timedelta(days=6)
RULES = {
    "prediction": None,
    "ranking": ["score desc", "duration asc", "submitted_at asc"],
    "boards": ["territorial", "others"],
}


@pytest.fixture
def scene(in_app, freeze):
    """A contest of two rounds, the first frozen among many results; `who` is in the middle."""
    freeze(NOON + timedelta(minutes=20))
    made = units.made_units(
        units.unit_row("P_HUE", name="Liên đoàn Lao động Thành phố Huế"),
        units.unit_row("P_NGA", name="Liên đoàn Lao động tỉnh Nghệ An"),
    )
    day = timedelta(days=1)
    windows = [
        Window(opens_at=NOON - day, closes_at=NOON + 5 * day),
        Window(opens_at=NOON + 7 * day, closes_at=NOON + 9 * day),
    ]
    contest = contests.contest(windows=windows, **RULES)
    who = [take_part(contest, n, made["P_HUE"], right=18 - n) for n in range(3)]
    rolled_up()
    event = events.event(contest, states=usual_states())
    return SimpleNamespace(contest=contest, units=made, who=who, event=event)


def take_part(contest, n, unit, *, right, at=NOON):
    person = people.person(contest.id, phone=f"0912{n:06d}", unit_id=unit.id, unit_text=None)
    public_id = attempts.finished(contest, person, right=right, minutes=5, at=at)
    return SimpleNamespace(person=person, id=person.id, attempt=public_id)


@pytest.fixture
def read(app, new_client):
    """Return what reads everything public and what one person may see, with every header."""
    public, own = new_client(), new_client()

    def everything(scene):
        slug, event = scene.contest.slug, scene.event
        as_person(app, own, SimpleNamespace(contest=scene.contest, who=scene.who[1]))
        paths = ["/", f"/c/{slug}", f"/c/{slug}/card.png", f"/c/{slug}/regulation", *_boards(slug)]
        paths += [f"/c/{slug}/statistics", f"/c/{slug}/statistics?round=2", f"/m/{event.code}"]
        paths += [f"/c/{slug}/boards/people.json?round=2"]
        rests = ["", "/where.json", *(f"/parts/{one.id}.json" for one in event.states)]
        paths += [events.path_of(scene.contest, event, rest) for rest in rests]
        mine = [f"/c/{slug}/me", f"/c/{slug}/me?round=0", f"/c/{slug}/me?round=1"]
        mine += [f"/c/{slug}/rounds/1", f"/a/{scene.who[1].attempt}/result"]
        asked = [(public, path) for path in paths] + [(own, path) for path in mine]
        found = {path: without_clock(told(client.get(path))) for client, path in asked}
        db.session.rollback()
        return found

    return everything


CLOCK = re.compile(rb'data-now="\d+"|<span id="ends">[\d:]+</span>|"at":\d+')


def without_clock(answer):
    """Leave the moment at which a page was asked for out: scripts count from it."""
    status, headers, body = answer
    if b'"at":' in body:
        headers = [one for one in headers if one[0] != "ETag"]
    return status, headers, CLOCK.sub(b"", body)


def differing(before, after):
    return {path for path in before if before[path] != after[path]}


def more_come(scene):
    """Let others come in before and behind everybody who was there."""
    for n, right in enumerate((20, 19, 2), start=50):
        take_part(scene.contest, n, scene.units["P_NGA"], right=right, at=FROZEN_AT)
    rolled_up()


def test_no_byte_changes_after_a_freeze_whatever_comes_in(scene, read, freeze):
    freeze(FROZEN_AT)
    events.frozen(scene.contest, at=FROZEN_AT)
    before = read(scene)
    assert {answer[0] for answer in before.values()} == {200, 302}
    hidden = json.loads(before["/c/tim-hieu/boards/people.json?round=1"][2])
    assert (len(hidden["rows"]), hidden["frozen_at"]) == (3, FROZEN_AT.isoformat())

    freeze(LATER)
    more_come(scene)

    assert differing(before, read(scene)) == set()


def test_without_a_freeze_the_same_pages_do_change(scene, read, freeze):
    """The control: were nothing read that counts, the test above could not fail."""
    freeze(FROZEN_AT)
    before = read(scene)

    more_come(scene)

    changed = differing(before, read(scene))
    assert {
        "/c/tim-hieu/statistics",
        "/c/tim-hieu/boards/people.json?round=1",
        "/c/tim-hieu/boards/provinces",
        "/c/tim-hieu/boards/units/VGCL?round=1&units=now",
        "/c/tim-hieu/me?round=1",
        events.path_of(scene.contest, scene.event, "/parts/3.json"),
        events.path_of(scene.contest, scene.event, "/where.json"),
    } <= changed


def test_a_round_closes_under_a_freeze_and_nobody_learns_it(scene, read, freeze):
    freeze(FROZEN_AT)
    events.frozen(scene.contest, at=FROZEN_AT)
    more_come(scene)
    freeze(AFTER_END)  # pages tell by the clock alone that the first round is over
    before = read(scene)

    results.close_round(scene.contest.slug, 1, Why(actor="system", reason="Hết giờ"))
    db.session.remove()

    assert differing(before, read(scene)) == set()
    now = events.again(scene.contest)
    with transaction():
        standstill.thaw(now, actor="system", reason="Công bố", at=AFTER_END)
    final = json.loads(read(scene)["/c/tim-hieu/boards/people.json?round=1"][2])
    assert (final["final"], final["frozen_at"], len(final["rows"])) == (True, None, 6)
    assert "đã chốt kết quả".encode() in read(scene)["/c/tim-hieu"][2]


def test_a_name_that_is_taken_back_leaves_a_frozen_board_too(scene, client, freeze):
    freeze(FROZEN_AT)
    events.frozen(scene.contest, at=FROZEN_AT)
    path = "/c/tim-hieu/boards/people.json?round=1"
    names = [row["person"]["name"] for row in client.get(path).json["rows"]]

    mine = Consent.person_id == scene.who[0].id, Consent.purpose == Purpose.SHOW_NAME
    with transaction():
        db.session.execute(update(Consent).where(*mine).values(withdrawn_at=FROZEN_AT))

    after = [row["person"]["name"] for row in client.get(path).json["rows"]]
    assert after[1:] == names[1:]
    assert after[0] != names[0]


def test_a_freeze_keeps_its_boards_and_lets_its_counts_go(scene, freeze):
    freeze(FROZEN_AT)
    events.frozen(scene.contest, at=FROZEN_AT)
    kept = db.session.scalars(select(FrozenCount.people)).all()
    assert kept
    db.session.rollback()

    now = events.again(scene.contest)
    with transaction():
        standstill.thaw(now, actor="system", reason="Xong", at=LATER)

    assert db.session.scalars(select(FrozenCount.people)).all() == []
    assert len(db.session.scalars(select(FrozenBoard.body)).all()) >= 10
    row = db.session.scalar(select(Freeze))
    assert (len(row.digest), row.thawed_at) == (64, LATER)
    db.session.rollback()
    # What was shown can be frozen again, as another freeze.
    events.frozen(scene.contest, at=LATER)
