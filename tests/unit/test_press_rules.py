"""Figures for the press: which mornings there are, what is said, what is kept back."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from quizapp.contests.rules.schedule import Window
from quizapp.press import rules, words
from quizapp.press.rules import Line, Report
from quizapp.press.writing.cards import draw_card, draw_summary
from quizapp.web.drawing import DEEP

MIDNIGHT = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)  # 24h00 of 22/11 in Vietnam
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
GRACE = 15 * SECOND
LONG = "Công đoàn các khu chế xuất và công nghiệp, Khu Công nghệ cao Thành phố Hồ Chí Minh " * 3


def mornings(opens, closes, *, until):
    window = Window(opens_at=opens, closes_at=closes)
    return rules.mornings([window], grace=GRACE, since=opens - DAY, until=until)


@pytest.mark.parametrize(
    ("opens", "closes", "until", "expected"),
    [
        (-SECOND, 3 * DAY, -SECOND, []),
        (-SECOND, 3 * DAY, 0 * DAY, [0]),
        (0 * DAY, 3 * DAY, 0 * DAY, []),  # it opens then: nothing was going on before
        (-SECOND, 9 * DAY, 2 * DAY, [0, 1, 2]),
        (-SECOND, SECOND, 9 * DAY, [0, 1]),
        (-SECOND, DAY - GRACE, 9 * DAY, [0, 1]),
        (-SECOND, DAY - GRACE + SECOND, 9 * DAY, [0, 1, 2]),  # a grace ends on the next day
    ],
)
def test_there_is_a_morning_after_each_day_on_which_something_went_on(
    opens, closes, until, expected
):
    found = mornings(MIDNIGHT + opens, MIDNIGHT + closes, until=MIDNIGHT + until)

    assert [(one - MIDNIGHT) // DAY for one in found] == expected


def test_between_two_rounds_there_is_none():
    windows = [
        Window(opens_at=MIDNIGHT + start * DAY, closes_at=MIDNIGHT + start * DAY + DAY / 2)
        for start in (0, 4)
    ]
    found = rules.mornings(windows, grace=GRACE, since=MIDNIGHT - DAY, until=MIDNIGHT + 9 * DAY)

    assert [(one - MIDNIGHT) // DAY for one in found] == [1, 5]


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (MIDNIGHT, "Tính đến 24h00 ngày 22/11/2026"),
        (MIDNIGHT - SECOND, "Tính đến 23h59 ngày 22/11/2026"),
        (MIDNIGHT + SECOND, "Tính đến 00h00 ngày 23/11/2026"),
        (MIDNIGHT + DAY / 2, "Tính đến 12h00 ngày 23/11/2026"),
    ],
)
def test_midnight_is_the_end_of_a_day(at, told):
    assert words.until(at) == told


def test_numbers_are_written_as_vietnamese_write_them():
    assert words.number(1_234_567) == "1.234.567"
    assert [words.more(one) for one in (1_200, 0, -3, None)] == ["+1.200", "0", "−3", "—"]
    assert [words.rate(one) for one in (5, 1_234, 123_456, None)] == [
        "0,05",
        "12,34",
        "1.234,56",
        "—",
    ]


def line(code, people, **fields):
    given = {"name": f"Liên đoàn {code}", "kind": "province", "attempts": 2 * people}
    return Line(code=code, people=people, has_people=people > 0, **given | fields)


def report(*lines, **fields):
    given = {
        "title": "Tìm hiểu Luật Công đoàn",
        "round_title": "",
        "owner": "Tổng Liên đoàn",
        "as_of": MIDNIGHT,
        "people": sum(one.people for one in lines),
        "attempts": sum(one.attempts for one in lines),
        "elsewhere_people": 0,
        "elsewhere_attempts": 0,
        "lines": rules.with_ranks(lines),
    }
    return Report(**given | fields)


def made():
    """Return a report with what may be in one, compared with one of the day before."""
    lines = [
        line("Huế", 40, division=1, members=1_000, rate=400),
        line("An Giang", 40, division=1),
        line("Vinh", 3, division=2),
        line("Dệt May", 7, kind="sector", division=2),
        line("Cũ", 0, has_ended=True),
        line("Cà Mau", 0),
    ]
    before = report(line("Huế", 30), line("Vinh", 5), as_of=MIDNIGHT - DAY)
    now = report(*lines, divisions=("Bảng A: Tỉnh", "Bảng B: Khác"), boards={"provinces": "a" * 64})
    return rules.with_changes(now, before)


def test_equal_numbers_share_a_rank_among_their_like():
    ranks = {one.code: (one.rank, one.rank_in_division) for one in made().lines}

    assert ranks == {
        "Huế": (1, 1),
        "An Giang": (1, 1),
        "Vinh": (3, 2),
        "Dệt May": (1, 1),
        "Cũ": (None, None),
        "Cà Mau": (None, None),
    }


def test_changes_are_told_of_each_body_and_of_all():
    told = made()

    assert (told.more_people, told.more_attempts) == (55, 110)
    more = {one.code: (one.more_people, one.more_attempts) for one in told.lines}
    assert more["Huế"] == (10, 20)
    assert more["An Giang"] == (40, 80)
    assert more["Vinh"] == (-2, -4)
    assert words.change(told) == "So với 24h00 ngày 21/11/2026: +55 người thi, +110 lượt thi"
    assert words.change(report()) == "So với kỳ trước: chưa có kỳ trước"


def test_who_is_waited_for_is_there_and_has_nobody():
    assert [one.code for one in made().at_zero] == ["Cà Mau"]
    assert words.taking_part(made()) == "4 trong 5 đơn vị có người thi"


def test_a_report_is_read_back_as_it_was_written():
    told = made()

    body, digest = rules.written(told)

    assert rules.read(body) == told
    assert rules.written(rules.read(body)) == (body, digest)


def test_what_is_kept_back_has_no_number_and_does_not_move_with_one_person_more():
    told = made()
    one_more = [replace(one, people=41) if one.code == "Huế" else one for one in told.lines]
    more = replace(told, people=91, attempts=181, lines=rules.with_ranks(one_more))

    kept = rules.kept_back(told)

    assert kept == rules.kept_back(more)
    numbers = {"people", "attempts", "members", "rate", "more_people", "more_attempts"}
    body = json.loads(rules.written(kept)[0])
    assert all(not numbers & one.keys() for one in body["lines"])
    assert {body[one] for one in numbers} == {None}
    tiers = [(one.code, one.tier, one.tier_in_division) for one in kept.taking_part]
    assert tiers == [
        ("An Giang", (1, 5), (1, 5)),
        ("Dệt May", (1, 5), (1, 5)),
        ("Huế", (1, 5), (1, 5)),
        ("Vinh", (1, 5), (1, 5)),
    ]


def test_the_first_of_each_group_are_named_also_where_ranks_are_kept_back():
    told = report(*[line(f"{n:02d}", 100 - n) for n in range(12)], line("Ngành", 1, kind="sector"))

    provinces, sectors = rules.groups(told)
    assert [one.code for one in provinces.top] == ["00", "01", "02", "03", "04"]
    assert [one.code for one in sectors.top] == ["Ngành"]
    kept = rules.groups(rules.kept_back(told))[0]
    assert [one.code for one in kept.top] == ["00", "01", "02", "03", "04"]


@pytest.mark.parametrize("is_kept_back", [False, True])
def test_the_longest_names_and_numbers_fit_on_the_pictures(is_kept_back):
    most = line("X", 12_000_000, name=LONG, members=12_000_000, rate=10_000, more_people=9_999_999)
    told = replace(
        report(most, title=LONG),
        before=MIDNIGHT - DAY,
        more_people=9_999_999,
        more_attempts=99_999_999,
    )
    told = rules.kept_back(told) if is_kept_back else told

    for drawn in (draw_summary(told), draw_card(told, told.lines[0])):
        picture = Image.open(io.BytesIO(drawn)).convert("RGB")
        assert picture.size == (1200, 630)
        ground = tuple(int(DEEP[at : at + 2], 16) for at in (1, 3, 5))
        for edge in ((0, 600, 1200, 614), (0, 126, 1200, 132), (1150, 0, 1200, 614)):
            colours = {colour for _, colour in picture.crop(edge).getcolors()}
            assert all(
                max(map(abs, (a - b for a, b in zip(one, ground, strict=True)))) < 12
                for one in colours
            )
