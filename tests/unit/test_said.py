"""Sentences that remember what they were made of, there and back, and none that does harm."""

import copy
import json
import pickle

import pytest

from quizapp.said import (
    DEEPEST,
    NOTHING_SAID,
    listed,
    packed,
    read,
    said,
    unpacked,
    verbatim,
    written,
)


def there_and_back(words):
    return unpacked(json.loads(json.dumps(packed(words))))


def made_of(words):
    facts = words.facts.items()
    return words.text, {
        name: made_of(fact) if hasattr(fact, "facts") else fact for name, fact in facts
    }


PLACED = said("{sheet}, ô {cell}", sheet="Trang {1}", cell="G5")
WORDED = said("{where}: thiếu {n} phương án.", where=PLACED, n=2)


def test_a_sentence_is_its_vietnamese():
    assert WORDED == "Trang {1}, ô G5: thiếu 2 phương án."
    assert {WORDED: 1}["Trang {1}, ô G5: thiếu 2 phương án."] == 1
    assert f"{WORDED}" == str(WORDED) == json.loads(json.dumps(WORDED))


@pytest.mark.parametrize(
    "words",
    [
        PLACED,
        WORDED,
        said("Câu trống."),
        verbatim("Bảng {tính}"),
        NOTHING_SAID,
        listed([PLACED, "và", 3]),
        said("Có {n} ý nên thành {n} câu.", n=4),
    ],
)
def test_a_sentence_survives_its_way_and_copies(words):
    ways = there_and_back, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))
    for again in (way(words) for way in (*ways, lambda one: read(written(one)))):
        assert again == words
        assert made_of(again) == made_of(words)


@pytest.mark.parametrize("words", ["", "dòng 17", "7", "Mã “{x.__class__}” gồm {", "[1]"])
def test_what_earlier_releases_stored_stands_as_it_is(words):
    assert unpacked(words) == words
    assert read(words) == written(read(words)) == words
    assert packed(unpacked(words)) == words


def test_what_stands_in_a_file_is_never_read_as_a_text_with_places():
    words = said("Mã “{code}” sai.", code="{x.__class__} {0} }{ {code}")
    assert words == there_and_back(words) == "Mã “{x.__class__} {0} }{ {code}” sai."


@pytest.mark.parametrize(
    "text",
    [
        "{x.__class__}",
        "{x[0]}",
        "{x!r}",
        "{x:>999999999}",
        "{x:{x}}",
        "{}",
        "{0}",
        "{X}",
        "{x",
        "x}",
        "{{x}}",
        "{y}",
        "{x}{x}",
    ],
)
def test_no_text_is_taken_that_could_do_more_than_put_facts_in(text):
    with pytest.raises(ValueError, match=r"sentence|text"):
        unpacked({"text": text, "facts": {"x": "y"}})


@pytest.mark.parametrize(
    "told",
    [
        None,
        7,
        [],
        {},
        {"text": "x"},
        {"text": 1, "facts": {}},
        {"text": "x", "facts": []},
        {"text": "x", "facts": {}, "more": 1},
        {"text": "{x}", "facts": {"x": None}},
        {"text": "{x}", "facts": {"x": 1.5}},
        {"text": "{x}", "facts": {"x": ["y"]}},
        {"text": "{x}", "facts": {"x": {"text": "{y.z}", "facts": {"y": "z"}}}},
    ],
)
def test_nothing_else_is_a_sentence(told):
    with pytest.raises(ValueError, match=r"sentence|text"):
        unpacked(told)


def test_sentences_within_sentences_end_somewhere():
    told = "x"
    for _ in range(DEEPEST + 1):
        told = {"text": "{x}", "facts": {"x": told}}
    with pytest.raises(ValueError, match="sentence"):
        unpacked(told)
