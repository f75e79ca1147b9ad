"""A contest's colour can be read wherever it stands, or the nearest one that can is offered."""

import random
import re

import pytest

from quizapp.config import ROOT
from quizapp.contests.rules import colours
from quizapp.contests.rules.colours import LEAST, contrast, palette


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("#0B4F8A", "#0b4f8a"),
        (" 0b4f8a ", "#0b4f8a"),
        ("#c00", "#cc0000"),
        ("", None),
        ("đỏ", None),
        ("#12345", None),
        ("#12345g", None),
        ("url(x)", None),
        ("#fff;color:red", None),
    ],
)
def test_a_colour_is_six_digits_or_three(typed, read):
    assert colours.read_colour(typed) == read


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48), ("#767676", "#ffffff", 4.54)],
)
def test_contrast_is_that_of_wcag(one, other, expected):
    assert contrast(one, other) == pytest.approx(expected, abs=0.01)
    assert contrast(other, one) == contrast(one, other)


def test_whatever_is_picked_a_near_colour_can_be_read_in_light_and_dark():
    chance = random.Random(8)
    for _ in range(300):
        picked = f"#{chance.randrange(1 << 24):06x}"
        near = colours.nearest_readable(picked)

        assert colours.is_readable(near)
        assert (near == picked) == colours.is_readable(picked)
        drawn = palette(near)
        for ground in (*colours.LIGHT, drawn.soft):
            assert contrast(drawn.brand, ground) >= LEAST, (picked, ground)
        for ground in (*colours.DARK, drawn.dark_soft):
            assert contrast(drawn.dark_brand, ground) >= LEAST, (picked, ground)
        assert contrast(drawn.deep, "#ffffff") >= LEAST


def test_the_nearest_is_no_darker_than_it_must_be():
    near = colours.nearest_readable("#ffcc00")

    assert colours.worst_contrast(near) < LEAST + 0.1


def test_the_grounds_are_those_of_the_pages():
    style = (ROOT / "quizapp" / "static" / "app.css").read_text("utf-8")
    grounds = re.findall(r"--bg:(#\w+);--card:(#\w+)", style)

    assert grounds[0] == (colours.LIGHT[1], "#fff")
    assert set(grounds[1:]) == {colours.DARK}
