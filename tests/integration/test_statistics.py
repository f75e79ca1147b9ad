"""Numbers of a round that everybody may see, lists of contests, and the search of a board."""

import re
from datetime import timedelta

import pytest

from quizapp.contests.rules.schedule import Window
from quizapp.standings.service import ranks
from quizapp.standings.service.totals import edges_of
from tests.integration.harness import watch_writes
from tests.making import attempts, contests, people, units
from tests.making.boards import rolled_up
from tests.making.contests import NOON

PAGE = "/c/tim-hieu/statistics"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def crowd(in_app, freeze):
    """Seven people of two provinces, and one whose unit is not known, with 20, 19, … points."""
    freeze(NOON)
    people.national_unit()
    hue = units.unit_row("P_HUE", name="Liên đoàn Lao động Thành phố Huế")
    made = [*units.made_units(hue, units.unit_row("P_VINH", name="Vĩnh Long")).values()]
    contest = contests.contest(prediction=None, ranking=["score desc", "duration asc"])
    for number in range(8):
        unit = {"unit_id": made[number % 2].id, "unit_text": None} if number else {}
        fields = {"phone": f"0912 345 6{number}0", "source": f"198.51.100.{number}", **unit}
        person = people.person(contest.id, at=NOON, **fields)
        attempts.finished(contest, person, right=20 - number)
    rolled_up()
    return contest


def table(page):
    return re.findall(r"<tr><td>([^<]+)</td><td class=\"num\">([\d.]+)</td></tr>", page)


def test_everybody_is_counted_once_and_stands_in_one_bar(crowd, client):
    page = client.get(PAGE).text

    assert re.findall(r"<dd>([\d.]+)</dd>", page) == ["8", "8"]
    found = dict(table(page))
    assert found["20"] == "1"
    assert found["từ 18 đến dưới 20"] == "2"
    assert found["từ 12 đến dưới 14"] == "1"
    assert sum(int(people) for people in found.values()) == 8


def test_without_a_round_the_newest_that_has_begun_is_shown(in_app, freeze, client):
    windows = [
        Window(opens_at=NOON + n * 7 * DAY, closes_at=NOON + (n * 7 + 6) * DAY) for n in range(3)
    ]
    contests.contest(windows=windows)

    def shown(at):
        freeze(at)
        return re.search(r'round=(\d)" aria-current="page"', client.get(PAGE).text)[1]

    assert shown(NOON - DAY) == "1"  # none has begun
    assert shown(NOON) == "1"
    assert shown(windows[0].closes_at + MINUTE) == "1"  # the second has not
    assert shown(windows[1].opens_at) == "2"
    assert shown(windows[2].closes_at + DAY) == "3"


def test_the_page_says_of_when_it_is_and_when_the_worker_is_behind(
    app, crowd, client, freeze, monkeypatch
):
    page = client.get(PAGE).text
    assert "Tính đến 12:00" in page
    assert "cập nhật chậm" not in page

    later = NOON + timedelta(minutes=1)
    freeze(later)
    for number in range(2):
        fields = {"phone": f"0912 345 7{number}0", "source": f"198.51.100.{number}"}
        attempts.finished(crowd, people.person(crowd.id, at=NOON, **fields), right=5)
    behind = client.get(PAGE).text
    assert "Tính đến 12:00" in behind
    assert "Số liệu đang được cập nhật chậm" in behind
    assert dict(table(behind))["từ 4 đến dưới 6"] == "2"  # told apart as long as they are few

    monkeypatch.setattr(ranks, "MOST_WAITING", 1)
    with watch_writes(app) as watch:
        far_behind = client.get(PAGE).text
    assert "Đang cập nhật: máy chủ chưa cộng xong" in far_behind
    assert table(far_behind) == []
    everybody = r"SELECT count\(\*\) AS \w+\s+FROM standing\b"
    assert not [one for one in watch.statements if re.match(everybody, one)]


def test_what_a_prediction_is_about_is_not_told_while_it_is_open(in_app, freeze, client):
    freeze(NOON)
    contest = contests.contest(prediction={"target": "unique_participants"})
    attempts.finished(contest, people.person(contest.id, at=NOON))
    rolled_up()

    page = client.get(PAGE).text

    assert "Số người và số lượt được công bố sau khi vòng thi đóng" in page
    assert '<svg viewBox="0 0 1' not in page
    assert table(page) == []


@pytest.mark.parametrize(
    ("most", "edges"),
    [
        (20_000, [*range(0, 20_000, 2_000), 20_000]),
        (10_000, [*range(0, 10_000, 1_000), 10_000]),
        (500, [0, 500]),
        (33_000, [*range(0, 33_000, 4_000), 33_000]),
    ],
)
def test_bars_begin_at_whole_points_and_who_reached_all_stands_alone(most, edges):
    assert edges_of(most) == edges


@pytest.mark.parametrize(
    ("query", "found"),
    [("hue", ["Thành phố Huế"]), ("TP Huế", ["Thành phố Huế"]), ("vinh lo", ["Vĩnh Long"])],
)
def test_a_board_is_searched_without_marks_and_by_short_forms(crowd, client, query, found):
    page = client.get("/c/tim-hieu/boards/provinces", query_string={"q": query}).text

    shown = re.findall(r"<td><strong>(?:Liên đoàn Lao động )?([^<]+)</strong></td>", page)
    assert shown == found
    assert f'value="{query}"' in page


def test_a_search_that_finds_nothing_says_so_and_shows_no_html_of_its_own(crowd, client):
    page = client.get("/c/tim-hieu/boards/people?q=<b>zzz").text

    assert "Không thấy “&lt;b&gt;zzz” trên bảng này." in page
    assert "<b>zzz" not in page


def test_the_list_has_open_coming_and_past_contests_in_the_order_people_look_for(
    in_app, freeze, client
):
    freeze(NOON)
    for slug, opens, closes in (
        ("mai-mo", 1, 2),
        ("sap-dong", -2, 1),
        ("con-lau", -1, 9),
        ("da-qua", -9, -5),
        ("vua-qua", -9, -1),
        ("tuan-sau", 7, 9),
    ):
        window = Window(opens_at=NOON + opens * DAY, closes_at=NOON + closes * DAY)
        contests.contest(slug=slug, windows=[window])

    page = client.get("/").text

    links = re.findall(r'<h3><a href="/c/([\w-]+)"', page)
    assert links == ["sap-dong", "con-lau", "mai-mo", "tuan-sau", "vua-qua", "da-qua"]
