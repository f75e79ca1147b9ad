"""The page of a paper, put together from pieces that are kept between requests."""

import re

import pytest

from quizapp.attempts import pieces, rules
from quizapp.banks import service as banks_service
from quizapp.db import db
from tests.integration.pages import Page
from tests.integration.test_journey import begun, joined
from tests.making import attempts, banks, contests
from tests.making.contests import NOON

MARKED_UP = 'Điều 1 < Điều 2 & "Điều 3" <b>'
QUESTION = re.compile(r"<fieldset.*?</fieldset>", re.DOTALL)
LEGEND = re.compile(r"<legend><small>([^<]*)</small>([^<]*)</legend>")
OPTION = re.compile(
    r'name="q(\d+)" value="([A-H])"( checked)?><span[^>]*>[^<]*</span><span>([^<]*)'
)


@pytest.fixture
def path(client, in_app, freeze):
    """A paper of somebody who has joined; every stem has signs that HTML uses."""
    freeze(NOON)
    drafts = [banks.draft(number, stem=f"{MARKED_UP} {number}") for number in range(1, 31)]
    contests.contest(bank=banks.published_drafts(drafts, code="dau-html"))
    joined(client)
    return begun(client)


def shown(page):
    """Return position → (stem, options in their order, letters that are checked), as HTML."""
    questions = {}
    for position, html in enumerate(QUESTION.findall(page.text), start=1):
        options = OPTION.findall(html)
        assert {int(number) for number, *_ in options} == {position}
        ticked = "".join(letter for _, letter, checked, _ in options if checked)
        stem = LEGEND.search(html)[2]
        questions[position] = (stem, [text for *_, text in options], ticked)
    return questions


def expected(path):
    """Return the same from the row of the attempt and the bank."""
    row = attempts.attempt_row(path.removeprefix("/a/"))
    questions = banks_service.get_questions(row.bank_version_id)
    paper = rules.decode_paper(row.paper)
    ticked = rules.as_shown(rules.decode_answers(row.answers), paper)
    db.session.rollback()
    escaped = str.maketrans({"<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&#34;"})
    return {
        position: (
            questions[asked.number - 1].stem.translate(escaped),
            [questions[asked.number - 1].options[one].translate(escaped) for one in asked.order],
            ticked.get(position, ""),
        )
        for position, asked in enumerate(paper, start=1)
    }


def test_the_page_shows_the_drawn_questions_in_their_order_with_what_is_saved(client, path):
    first = shown(client.get(path))
    saved = client.put(f"{path}/answers", json={"op": 1, "answers": {"3": "B", "20": "A"}})
    assert saved.status_code == 200

    after = shown(client.get(path))

    assert len(first) == 20
    assert {ticked for *_, ticked in first.values()} == {""}
    assert after == expected(path)
    assert {position for position, (*_, ticked) in after.items() if ticked} == {3, 20}


def test_what_is_typed_in_place_of_letters_is_not_kept(client, path):
    page = client.get(path)
    hidden = Page(page.text).forms[0].hidden
    pieces._frame.cache_clear()

    for number in range(3):
        typed = {"q1": f"A{number}" * 1000, "prediction": "x"}
        answer = client.post(f"{path}/submit", data=hidden | typed)
        assert answer.status_code == 422

    assert pieces._frame.cache_info().currsize <= 3


def test_pieces_of_one_language_are_not_shown_in_another(client, path):
    spoken = {
        language: {LEGEND.search(html)[1] for html in QUESTION.findall(page.text)}
        for language in ("vi", "en", "vi")
        for page in [client.get(f"{path}?lang={language}")]
    }

    assert spoken["vi"] == {f"Câu {n}/20" for n in range(1, 21)}
    assert spoken["en"] == {f"Question {n}/20" for n in range(1, 21)}
