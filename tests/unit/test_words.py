"""Every text for people has its English, and the two say the same things at the same places."""

import re

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from quizapp.config import ROOT

CATALOGUE = ROOT / "quizapp" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = DEFAULT_KEYWORDS | {"lazy_gettext": None, "_l": None}
PLACE = re.compile(r"%\(\w+\)s|\{\w+\}|#|\n")


@pytest.fixture(scope="module")
def english():
    with CATALOGUE.open(encoding="utf-8") as file:
        return {one.id: one for one in read_po(file, locale="en") if one.id}


def test_the_catalogue_holds_exactly_the_texts_of_the_product(english):
    texts = {found[2] for found in extract_from_dir(ROOT / "quizapp", METHODS, keywords=KEYWORDS)}

    assert sorted(texts - set(english)) == [], "run: make words"
    assert sorted(set(english) - texts) == [], "run: make words"


def test_every_text_has_its_english(english):
    assert [one.id for one in english.values() if not one.string or one.fuzzy] == []


def test_what_is_put_into_a_text_is_put_into_its_english(english):
    places = {
        text: (sorted(PLACE.findall(text)), sorted(PLACE.findall(one.string)))
        for text, one in english.items()
    }

    assert {text: pair for text, pair in places.items() if pair[0] != pair[1]} == {}
