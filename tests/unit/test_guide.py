"""The guides name everything as the screen does; their pictures are there."""

import re

import pytest
from babel.messages.pofile import read_po

from quizapp.config import ROOT
from tests.unit.test_words import CATALOGUE

GUIDE = ROOT / "docs" / "guide"
PICTURES = ROOT / "docs" / "pictures"
GUIDES = {
    "organiser": "guide",
    "contestant": "contestant",
    "event": "event",
    "administrator": "administrator",
}  # where their pictures are
FEWEST = {"organiser": 60, "contestant": 15, "administrator": 1, "event": 25}  # names of the screen
BOLD = re.compile(r"\*\*(.+?)\*\*")
LINKED = re.compile(r"!\[[^\]]+\]\(\.\./pictures/([a-z0-9-]+/[a-z0-9-]+\.webp)\)")
FACT = re.compile(r"%\\?\(\w+\\?\)s|\\?\{\w+\\?\}")
SAID = {"vi": "Chữ đậm", "en": "Bold words"}  # the guide's own
LARGEST_ALL = 2_000_000  # bytes


def shown(lang):
    """Return a pattern of all that a screen says in the language."""
    with CATALOGUE.open(encoding="utf-8") as file:
        found = [one for one in read_po(file, locale="en") if one.id]
    texts = [one.id if lang == "vi" else one.string for one in found if isinstance(one.id, str)]
    patterns = (FACT.sub("[^*]+", re.escape(text)) for text in texts if len(text) < 100)
    return re.compile("|".join(patterns))


@pytest.mark.parametrize("guide", FEWEST)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_what_the_guide_names_stands_on_the_screen(guide, lang):
    text = (GUIDE / f"{guide}.{lang}.md").read_text("utf-8")
    words = shown(lang)

    named = set(BOLD.findall(text)) - {SAID[lang]}

    assert len(named) > FEWEST[guide]
    assert sorted(name for name in named if not words.fullmatch(name)) == []


@pytest.mark.parametrize("guide", GUIDES)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_guide_shows_every_picture_once(guide, lang):
    text = (GUIDE / f"{guide}.{lang}.md").read_text("utf-8")
    pictures = list((PICTURES / GUIDES[guide]).iterdir())

    assert sorted(LINKED.findall(text)) == sorted(
        f"{path.parent.name}/{path.name}" for path in pictures
    )
    assert sum(path.stat().st_size for path in pictures) < LARGEST_ALL
