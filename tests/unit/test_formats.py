"""Dates, times and numbers as people here write them, from one module only."""

import re
from datetime import UTC, date, datetime

import pytest
from flask import Flask

from quizapp.config import ROOT
from quizapp.web import formats

NIGHT = datetime(2026, 11, 21, 17, 5, 9, tzinfo=UTC)  # five past midnight in Vietnam, the 22nd
TABLE = [
    (formats.day, NIGHT, "22/11/2026"),
    (formats.day, date(2026, 2, 3), "03/02/2026"),
    (formats.clock_time, NIGHT, "00:05"),
    (formats.second, NIGHT, "00:05:09"),
    (formats.moment, NIGHT, "00:05 ngày 22/11/2026"),
    (formats.until, NIGHT, "00:05 ngày 22/11/2026 (giờ Việt Nam)"),
    (formats.duration, 725_999, "12 phút 05 giây"),
    (formats.duration, 3_600_000, "60 phút 00 giây"),
    (formats.number, 1_234_567, "1.234.567"),
    (formats.centi, 5_833, "58,33"),
    (formats.percent, 1_230, "12,3\xa0%"),
    (formats.percent, 10_000, "100\xa0%"),
    (formats.percent, 0, "0\xa0%"),
    (formats.points, 19_250, "19,25"),
    (formats.points, 20_000, "20"),
    (formats.span, (1200, 1299), "1.200–1.299"),
    (formats.span, (7, 7), "7"),
    (formats.kilobytes, 1_300_000, "1.270\xa0KB"),
    (formats.kilobytes, 3, "1\xa0KB"),
]
# What a template would write to format by itself.
BY_HAND = re.compile(
    r"strftime|%[dmYHM][/:]|\"%\"|'%'|\|\s*(?:round|format|filesizeformat)\b"
    r"|\}\}\s*(?:%|KB|MB)|\.replace\(|/\s*1000"
)
DRAWN = {"round(1)"}  # coordinates of a chart


@pytest.mark.parametrize(("say", "value", "said"), TABLE)
def test_as_people_write_it(say, value, said):
    assert say(value) == said


def test_english_numbers_have_their_own_signs():
    with Flask("words").test_request_context("/?lang=en"):
        assert formats.number(1_234_567) == "1,234,567"
        assert formats.percent(1_230) == "12.3%"
        assert formats.centi(5_833) == "58.33"


def test_templates_format_nothing_by_hand():
    found = []
    for page in sorted((ROOT / "quizapp").rglob("*.html")):
        for number, line in enumerate(page.read_text("utf-8").splitlines(), start=1):
            told = line
            for drawn in DRAWN:
                told = told.replace(drawn, "")
            told = re.sub(r"_\(\"[^\"]*\"", "", told)  # the texts themselves
            found += [f"{page.name}:{number}: {it[0]}" for it in BY_HAND.finditer(told)]

    assert found == []
