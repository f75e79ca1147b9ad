"""Published questions are found by the law they rest on, and by the days they are right."""

from datetime import date

import pytest

from quizapp.banks import service
from quizapp.banks.reading import read_here
from quizapp.config import ROOT
from quizapp.db import db, transaction
from tests.integration.harness import watch_writes
from tests.making.contests import NOON

LABOUR = "45/2019/QH14"


@pytest.fixture
def seed(in_app):
    """The seed bank, its first version with two questions more than its newest."""
    content = (ROOT / "question_banks" / "seed_ldcd_atvsld_2026.yaml").read_bytes()
    drafts = read_here(content).drafts
    for kept in (drafts, drafts[2:]):
        with transaction():
            service.publish_version("seed", kept, title="Mẫu", at=NOON)
    return drafts


def by_reading(drafts, **parts):
    """Return what reading every citation finds: codes in order, without the first two."""
    return [
        draft.code
        for draft in drafts[2:]
        if any(
            all(str(citation.get(name)) == value for name, value in parts.items())
            for citation in draft.citations
        )
    ]


def codes(found):
    db.session.rollback()
    return [one.code for one in found]


def test_questions_are_found_by_law_article_clause_and_point(seed):
    whole = codes(service.get_citing(LABOUR))
    assert whole == by_reading(seed, law=LABOUR)
    assert seed[0].code not in whole  # the newest version has it no more
    some = {"article": "20", "clause": "1"}
    assert codes(service.get_citing(LABOUR, article="20")) == by_reading(
        seed, law=LABOUR, article="20"
    )
    assert codes(service.get_citing(LABOUR, **some)) == by_reading(seed, law=LABOUR, **some)
    assert 0 < len(by_reading(seed, law=LABOUR, article="20")) < len(whole)
    assert codes(service.get_citing("99/2099/QH99")) == []


def test_questions_out_of_force_on_a_day_are_found_on_both_sides_of_the_border(seed):
    assert "BLLD-031" not in codes(service.get_ended(date(2026, 12, 31)))
    assert codes(service.get_ended(date(2027, 1, 1))) == ["BLLD-031"]
    before = codes(service.get_ended(date(2015, 1, 1)))  # none of these laws yet
    assert before == [draft.code for draft in seed[2:] if draft.valid_from]


def test_each_is_one_statement_and_told_by_a_command(seed, in_app, run):
    with watch_writes(in_app) as watch:
        service.get_citing(LABOUR, article="20", clause="1", point="b")
        service.get_ended(date(2027, 1, 1))
    db.session.rollback()
    assert len(watch.statements) == 2

    cited = run("banks", "citing", LABOUR, "--article", "20")
    ended = run("banks", "out-of-force", "2027-01-01")

    assert cited.output.endswith(f"{len(by_reading(seed, law=LABOUR, article='20'))} câu.\n")
    assert ended.output.startswith("seed@2  BLLD-031  2026-01-01 – 2026-12-31  Theo lộ trình")
    assert ended.output.endswith("1 câu.\n")
