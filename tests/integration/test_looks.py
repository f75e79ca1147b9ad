"""A contest in its own colours, with a picture; sheets with its links and QR codes."""

import io
import re
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import func, select

from quizapp.audit.models import AuditEntry
from quizapp.contests.models import Banner
from quizapp.contests.service import look
from quizapp.db import db
from quizapp.units.kinds import UnitKind
from tests.integration.pages import Page, policy
from tests.integration.test_home import organiser_of
from tests.integration.test_organisers import sign_in
from tests.making import contests, people, pictures, units
from tests.making.contests import NOON

UPPER = UnitKind.UPPER
LOOK, SHOWN = "/admin/c/tim-hieu/look", "/c/tim-hieu"


@pytest.fixture
def clerk(app, client, freeze):
    freeze(NOON)
    with app.app_context():
        people.national_unit()
        hue = units.made_unit("P_HUE")
        made = [
            units.unit_row(f"C_{n}", name=f"Công đoàn {n}", kind=UPPER, parent_code="P_HUE")
            for n in "12"
        ]
        units.made_units(*made)
        contests.contest(owner="P_HUE")
        organiser_of(hue, phone=people.PHONE)
        db.session.remove()
    sign_in(client)
    return client


def sent(client, action, **fields):
    form = next(one for one in Page(client.get(LOOK).text).forms if one.action == action)
    return client.post(action, data=form.hidden | fields)


def brought(client, body):
    return sent(client, "/admin/c/tim-hieu/banner", file=(io.BytesIO(body), "anh.png"))


def test_a_colour_that_can_be_read_is_on_every_page_of_the_contest_and_on_no_other(clerk):
    assert sent(clerk, LOOK, colour="A01830").status_code == 303

    page = clerk.get(SHOWN)
    assert ":root{--deep:#a01830" in page.text
    assert ":root[data-theme=dark]{--deep:#a01830" in page.text
    allowed = policy(page.headers["Content-Security-Policy"])["style-src"]
    assert Page(page.text).hashes("style") <= allowed
    assert "--deep:#a01830" in clerk.get(f"{SHOWN}/join").text
    assert "--deep:#a01830" in clerk.get(f"{SHOWN}/boards/people").text
    assert "--deep:#a01830" not in clerk.get("/").text
    sent(clerk, LOOK, colour="")
    assert "--deep:#a01830" not in clerk.get(SHOWN).text
    with clerk.application.app_context():
        noted = select(func.count()).where(AuditEntry.action == "contest.look")
        assert db.session.scalar(noted) == 2
        db.session.remove()


def test_a_pale_colour_is_refused_with_the_nearest_that_can_be_read(clerk):
    refused = sent(clerk, LOOK, colour="#ffcc00")

    assert refused.status_code == 422
    assert "Màu #ffcc00 nhạt quá, chữ khó đọc: độ tương phản 1," in refused.text
    assert 'value="#ffcc00"' in refused.text  # what was typed is still there
    near = re.search(r"Màu gần nhất đọc được: (#[0-9a-f]{6})", refused.text)[1]
    assert sent(clerk, LOOK, colour=near).status_code == 303
    assert f"--deep:{near}" in clerk.get(SHOWN).text


@pytest.mark.parametrize("typed", ["đỏ", "#12", "red;}body{display:none"])
def test_what_is_no_colour_is_refused_and_styles_nothing(clerk, typed):
    assert "không phải mã màu" in sent(clerk, LOOK, colour=typed).text
    assert "--dim:#fff" not in clerk.get(SHOWN).text


def test_a_banner_is_written_anew_small_and_takes_its_place_before_it_comes(clerk):
    large = Image.effect_noise((1500, 500), 60).convert("RGB")
    file = BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "chụp ở nhà"
    large.save(file, "JPEG", quality=80, exif=exif)

    assert brought(clerk, file.getvalue()).status_code == 303

    page = clerk.get(SHOWN).text
    source, width, height = re.search(
        r'<img class="banner" src="([^"]+)" width="(\d+)" height="(\d+)"', page
    ).groups()
    assert (width, height) == ("960", "320")
    answer = clerk.get(source)
    assert len(answer.data) <= 80_000
    assert "chụp".encode() not in answer.data
    assert Image.open(BytesIO(answer.data)).size == (960, 320)
    assert "immutable" in answer.headers["Cache-Control"]
    sent(clerk, f"{LOOK}?banner=off", take_off="1")
    assert "<img" not in clerk.get(SHOWN).text
    assert clerk.get(source).status_code == 404
    with clerk.application.app_context():
        assert db.session.scalar(select(func.count()).select_from(Banner)) == 0
        db.session.remove()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "không đọc được"),
        (b"GIF89a, but it is none", "không đọc được"),
        (pictures.picture(size=(200, 60)), "rộng ít nhất 320 điểm"),
        (pictures.picture(size=(400, 900)), "Ảnh cần nằm ngang"),
    ],
)
def test_a_file_that_is_no_banner_is_refused_in_words(clerk, body, said):
    refused = brought(clerk, body)

    assert refused.status_code == 422
    assert said in refused.text
    assert "<img" not in clerk.get(SHOWN).text


def test_a_file_that_is_too_large_is_not_looked_at(clerk, monkeypatch):
    body = pictures.picture(size=(1200, 400))
    monkeypatch.setattr(look, "LARGEST", len(body) - 1)

    refused = brought(clerk, body)

    assert refused.status_code == 413
    assert "Ảnh lớn quá" in refused.text


def test_sheets_carry_the_link_of_the_contest_and_of_each_unit_as_qr_codes(clerk):
    # Whoever prints the sheet may read English; who scans it need not.
    page = clerk.get("/admin/c/tim-hieu/links?lang=en").text

    assert "http://localhost/c/tim-hieu</p>" in page
    links = re.findall(r"http://localhost/c/tim-hieu/join\?unit=(\w+)</p>", page)
    assert links == ["C_1", "C_2"]
    assert page.count("<svg") == 3 + 1  # the sign in the bar
    joining = clerk.get("/c/tim-hieu/join?unit=C_2").text
    assert re.search(r'value="C_2" checked', joining)
    found = clerk.get("/admin/c/tim-hieu/links?q=cong doan 2").text
    assert re.findall(r"join\?unit=(\w+)</p>", found) == ["C_2"]
