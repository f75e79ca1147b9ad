"""A ceremony from a stick: opened as a file, without a network, played by a clicker alone."""

import zipfile
from io import BytesIO

import pytest

from quizapp.contests import service as contests
from quizapp.db import db
from quizapp.events.rules import Kind, State
from quizapp.events.service.packing import make_pack
from tests.browser.stage import OVER, PEOPLE
from tests.making import events

STATES = (
    State(id=1, kind=Kind.WAIT),
    State(id=2, kind=Kind.JOIN),
    State(id=3, kind=Kind.COUNTS),
    State(id=4, kind=Kind.BOARD, board="provinces"),
    State(id=5, kind=Kind.REVEAL, board="people", top=3),
    State(id=6, kind=Kind.PODIUM, board="people"),
    State(id=7, kind=Kind.MESSAGE, text="Trân trọng cảm ơn"),
)


@pytest.fixture(scope="module")
def unpacked(stage, tmp_path_factory):
    """Return the folder where a pack was unpacked."""
    with stage.app.app_context():
        contest = contests.get_contest(OVER)
        db.session.rollback()
        made = events.event(contest, states=STATES)
        pack = make_pack(OVER, made.number, actor="system", reason="Lễ", url=stage.url)
        db.session.remove()
    folder = tmp_path_factory.mktemp("stick")
    with zipfile.ZipFile(BytesIO(pack.content)) as archive:
        archive.extractall(folder)
    return folder


def test_a_pack_plays_to_the_podium_by_page_down_without_a_network(phone, unpacked):
    page = phone(viewport={"width": 1024, "height": 768}, device_scale_factor=1, offline=True)
    page.goto((unpacked / "index.html").as_uri())
    assert page.locator("#wait").is_visible()
    mark, note = page.locator("#mark"), page.locator("#note")
    assert mark.inner_text() == "TẠM XẾP"

    seen = []
    for _ in range(20):
        assert mark.is_visible()
        assert "Số liệu tính đến" in note.inner_text()
        seen.append(page.locator("#show .rows .name b").all_inner_texts())
        if page.locator(".podium").count():
            break
        page.keyboard.press("PageDown")

    first, second, third = (name for name, *_ in PEOPLE[:3])
    told = [names for names in seen[4:] if names]
    assert told == [[third], [second, third], [first, second, third]]
    assert [one.inner_text() for one in page.locator(".podium b").all()] == [first, second, third]
    page.keyboard.press("PageUp")
    assert page.locator("#show .rows .name b").all_inner_texts() == [first, second, third]
    page.keyboard.press("d")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    assert page.locator("#show .rows .name b").all_inner_texts() == [first, second, third]


def test_a_long_note_at_the_foot_leaves_numbers_on_a_narrow_screen(phone, unpacked):
    page = phone(viewport={"width": 800, "height": 600}, device_scale_factor=1, offline=True)
    page.goto((unpacked / "index.html").as_uri() + "#3.0")
    page.evaluate("document.getElementById('note').textContent = 'Số liệu '.repeat(40)")
    box = page.locator("#show .rows .value").first.bounding_box()
    assert box["x"] + box["width"] <= 800
