"""A certificate of having taken part: whose it is, and what its code says to everybody."""

import html
import re
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace

import pytest
from PIL import Image

from quizapp.attempts import certificates
from quizapp.attempts.service import Why
from quizapp.attempts.service.corrections import correct_person_unit
from quizapp.db import transaction
from quizapp.people import service as person_service
from quizapp.people.models import PersonState
from quizapp.people.service.erasing import erase_people
from tests.integration.test_every_route import phone_client
from tests.making import attempts, contests, people, units
from tests.making.contests import NOON

WHY = Why(actor="system", reason="đã gọi hỏi")
VALID = "Giấy xác nhận có thật và còn hiệu lực."
ENDED = "Giấy xác nhận này không còn hiệu lực."
UNKNOWN = "không có giấy xác nhận mang mã đó"


@pytest.fixture
def scene(in_app, new_client, freeze):
    """Somebody who has handed in and agreed to nothing but taking part, and a stranger."""
    freeze(NOON)
    made = units.made_units(units.unit_row("P_HUE", name="Liên đoàn Lao động Thành phố Huế"))
    contest = contests.contest()
    unit = {"unit_id": made["P_HUE"].id, "unit_text": None}
    person = people.person(contest.id, at=NOON, show_name=False, **unit)
    public_id = attempts.finished(contest, person, right=17, minutes=5)
    freeze(NOON + timedelta(minutes=6))
    mine = phone_client(new_client, contest, person)
    return SimpleNamespace(
        person=person, path=f"/a/{public_id}", mine=mine, stranger=new_client(), contest=contest
    )


def code_on(page):
    return re.search(r'<strong class="code">([^<]+)</strong>', page.text)[1]


def said(scene, code):
    return html.unescape(scene.stranger.get("/c/tim-hieu/verify", query_string={"code": code}).text)


def test_a_unit_in_own_words_is_certified_only_when_it_is_settled(scene, new_client):
    typed = people.person(scene.contest.id, phone="0912 000 999", unit_text="cty samsung yên phong")
    public_id = attempts.finished(scene.contest, typed, right=12, minutes=5)
    path = f"/a/{public_id}/certificate"
    page = phone_client(new_client, scene.contest, typed).get(path)

    assert "cty samsung" not in html.unescape(page.text)
    assert "Ban tổ chức đang xác định đơn vị" in page.text
    assert "cty samsung" not in said(scene, code_on(page))
    with transaction():
        correct_person_unit(typed.id, scene.person.unit_counted_id, WHY, at=NOON)
    assert "Liên đoàn Lao động Thành phố Huế" in said(scene, code_on(page))


def test_a_certificate_is_a_picture_to_keep_for_whose_it_is_and_nobody_else(scene):
    assert f'href="{scene.path}/certificate"' in scene.mine.get(f"{scene.path}/result").text
    page = scene.mine.get(f"{scene.path}/certificate")
    kept = scene.mine.get(f"{scene.path}/certificate.png?keep=1")

    assert (page.status_code, kept.mimetype) == (200, "image/png")
    assert Image.open(BytesIO(kept.data)).size == (1080, 1440)
    assert len(kept.data) < 200_000
    assert kept.headers["Content-Disposition"].startswith("attachment;")
    assert scene.person.name in html.unescape(page.text)
    for path in ("certificate", "certificate.png", "certificate.png?keep=1"):
        assert scene.stranger.get(f"{scene.path}/{path}").status_code == 404


def test_anybody_checks_a_code_and_learns_no_points_and_no_number(scene):
    code = code_on(scene.mine.get(f"{scene.path}/certificate"))

    page = said(scene, code.lower().replace("-", " "))

    assert VALID in page
    assert scene.person.shown_name in page
    assert scene.person.shown_name != scene.person.name
    assert scene.person.name not in page
    assert "Liên đoàn Lao động Thành phố Huế" in page
    assert not re.search(r"17|điểm|0912|Hạng", re.sub(r"(?s)<style.*?</style>|<[^>]*>", "", page))


def test_a_code_that_was_guessed_or_half_changed_is_unknown(scene):
    code = code_on(scene.mine.get(f"{scene.path}/certificate"))
    other = code[:-1] + ("2" if code[-1] != "2" else "3")

    for typed in (other, code[:9], code[:9] + "-2222-2222", "x", "'; --", "2" * 16):
        assert UNKNOWN in said(scene, typed)


def taken_out(scene):
    person_service.set_state(scene.person.id, PersonState.VOID)


def erased(scene):
    erase_people([scene.person.id], at=NOON)


@pytest.mark.parametrize("end", [taken_out, erased])
def test_a_certificate_ends_with_what_it_stands_on(scene, end):
    code = code_on(scene.mine.get(f"{scene.path}/certificate"))
    with transaction():
        end(scene)

    page = said(scene, code)

    assert ENDED in page
    assert "Huế" not in page
    assert scene.person.shown_name not in page
    assert scene.mine.get(f"{scene.path}/certificate").status_code == 404


def test_a_paper_that_runs_has_no_certificate(scene, new_client):
    other = people.person(scene.contest.id, phone="0912999888", at=NOON)
    public_id = attempts.started(scene.contest, other, at=NOON + timedelta(minutes=6))
    mine = phone_client(new_client, scene.contest, other)

    answer = mine.get(f"/a/{public_id}/certificate")

    assert answer.status_code == 404
    assert "không có giấy xác nhận" in html.unescape(answer.text)


def test_codes_are_not_looked_through(scene, monkeypatch):
    monkeypatch.setattr(certificates, "BURST", 2)

    asked = [scene.stranger.get("/c/tim-hieu/verify?code=2222") for _ in range(3)]

    assert [one.status_code for one in asked] == [200, 200, 429]
    assert asked[-1].headers["Retry-After"]
    assert scene.stranger.get("/c/tim-hieu/verify").status_code == 200
