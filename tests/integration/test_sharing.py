"""What people send on: the card of a contest's link, and a picture of their own result."""

import re
from datetime import timedelta
from io import BytesIO

from PIL import Image
from sqlalchemy import text

from quizapp.db import db, transaction
from tests.integration.test_every_route import phone_client
from tests.making import attempts, contests, people
from tests.making.contests import NOON


def said(page, name):
    return re.search(rf'<meta property="og:{name}" content="([^"]*)">', page.text)[1]


def test_a_link_to_a_contest_or_to_a_unit_has_a_card(in_app, new_client, freeze):
    freeze(NOON)
    contests.contest()
    one, other = new_client(), new_client()

    for path in ("/c/tim-hieu", "/c/tim-hieu/boards/units/VGCL", "/c/tim-hieu?lang=en"):
        page = one.get(path, base_url="https://thi.example.vn")
        assert 20 <= len(said(page, "description")) <= 90
        assert "Tìm hiểu pháp luật" in said(page, "title")
        address = said(page, "image")
        assert address.startswith("https://thi.example.vn/c/tim-hieu/card.png?v=")
        assert page.data == other.get(path, base_url="https://thi.example.vn").data

    card = one.get(address)
    image = Image.open(BytesIO(card.data))
    assert (image.format, image.size) == ("PNG", (1200, 630))
    assert len(card.data) < 200_000
    assert card.data == other.get(address).data
    assert "public" in card.headers["Cache-Control"]
    assert one.get(address, headers={"If-None-Match": card.headers["ETag"]}).status_code == 304


def test_another_title_is_another_card_at_another_address(in_app, client, freeze):
    freeze(NOON)
    contests.contest()
    before = said(client.get("/c/tim-hieu"), "image")
    card = client.get(before).data
    with transaction():
        db.session.execute(text("UPDATE contest SET title = 'Kỷ niệm 97 năm'"))

    after = said(client.get("/c/tim-hieu"), "image")

    assert after != before
    assert client.get(after).data != card


def test_a_result_is_a_picture_for_whose_it_is_and_for_nobody_else(in_app, new_client, freeze):
    freeze(NOON)
    contest = contests.contest()
    person = people.person(contest.id, at=NOON)
    public_id = attempts.started(contest, person)
    mine, stranger = phone_client(new_client, contest, person), new_client()
    for name in ("picture", "result.png"):  # nothing before the end
        assert mine.get(f"/a/{public_id}/{name}").status_code == 404
    attempts.submitted(public_id, person, attempts.right_letters(public_id), at=NOON)

    assert f'href="/a/{public_id}/picture"' in mine.get(f"/a/{public_id}/result").text
    page = mine.get(f"/a/{public_id}/picture")
    seen = mine.get(f"/a/{public_id}/result.png")
    kept = mine.get(f"/a/{public_id}/result.png?keep=1")

    assert f'src="/a/{public_id}/result.png"' in page.text
    assert "20 điểm" in page.text
    assert Image.open(BytesIO(seen.data)).size == (1080, 1080)
    assert seen.data == kept.data
    assert kept.headers["Content-Disposition"].startswith("attachment;")
    assert {page.headers["Cache-Control"], seen.headers["Cache-Control"]} == {"no-store"}
    for name in ("picture", "result.png", "result.png?keep=1"):
        assert stranger.get(f"/a/{public_id}/{name}").status_code == 404


def test_a_picture_shows_no_score_that_the_rules_hold_back_and_the_name_as_consented(
    in_app, new_client, freeze
):
    """Equal but for what may not be shown, the pictures of two people are equal."""
    freeze(NOON)
    contest = contests.contest(reveal={"score": "after_round_close"})
    names = ("Nguyễn Văn An", "Nguyễn Văn Anh", "Nguyễn Thị Anh")
    drawn = []
    for number, name in enumerate(names):
        fields = {"phone": f"0987 650 43{number}", "name": name, "show_name": name == names[2]}
        person = people.person(contest.id, at=NOON, **fields)
        public_id = attempts.finished(contest, person, right=5 * number)
        freeze(NOON + timedelta(minutes=10))
        drawn.append(phone_client(new_client, contest, person).get(f"/a/{public_id}/result.png"))

    assert drawn[0].data == drawn[1].data
    assert drawn[1].data != drawn[2].data
    assert drawn[0].status_code == 200
