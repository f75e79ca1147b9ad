"""What a page asks for each knob, and what comes of what is typed."""

from pathlib import Path

import pytest
import yaml

from quizapp.contests import rules
from quizapp.contests.rules import asking
from quizapp.contests.rules.asking import Kind
from quizapp.contests.rules.knobs import KNOBS, Knob

FILE = yaml.safe_load(
    Path(rules.__file__).parent.parent.joinpath("presets.yaml").read_text("utf-8")
)
BUILT = ("union_weekly_20x20", "provincial_two_period_boards", "justice_month_19plus1")
EVERYTHING = {
    "eligibility": {"min_age": 14, "exclude_roles": ["judge"]},
    "registration_fields": {"birth_year": "required"},
    "paper": {"questions": 12, "quota": {"Tiền lương": 7, "An toàn: máy": 5}},
    "attempts": {"max": "unlimited", "counts": "best_then_earliest", "per": "day"},
    "prediction": {"target": "attempts", "scope": "contest"},
    "ranking": ["score desc", "prediction_error asc", "manual"],
    "whole_contest": {"mode": "best_of", "rounds": 2, "ranking": ["total desc", "duration asc"]},
    "score": {"per_correct": "2.5", "wrong": "-0.5", "pass_mark": "15"},
    "boards": [
        "territorial",
        {"name": "khoi-truong", "title": "Khối trường", "units": ["S_GIAO_DUC"]},
        {"name": "others", "title": "Còn lại", "kinds": ["upper"]},
    ],
    "individual_prizes": {"per_board_per_round": [1, 2], "cap": {"per_person_per_round": 1}},
    "collective_prizes": [
        {"metric": "unique_participants", "places": 3, "per_board": True, "boards": ["others"]},
        {"metric": "participation_ratio", "places": 2, "per_board": True},
        {
            "metric": "participation_percent + prize_points",
            "places": 1,
            "prize_points": {"first": 10, "third": 6},
        },
    ],
}


def body_of(name):
    body = rules.merged(FILE["defaults"], FILE["presets"][name])
    body.pop("rounds", None)
    return body


@pytest.mark.parametrize("body", [*map(body_of, BUILT), EVERYTHING, {}])
def test_what_is_shown_of_rules_and_sent_back_are_the_same_rules(body):
    typed = asking.typed_rules(rules.spelled_out(body))

    read, problems = asking.read_typed(typed)

    assert problems == []
    assert rules.read_rules(read) == rules.read_rules(body)
    assert rules.read_rules(body)[0] is not None


def test_every_knob_with_a_choice_is_asked_for_and_no_other():
    asked = set(asking.offered())

    assert set(KNOBS) - asked == {"timezone", "identity.key", "paper.sets"}


def test_a_new_knob_is_asked_for_by_itself(monkeypatch):
    new = {
        "paper.extra": Knob(field="extra", default=True, read=rules.knobs.switch),
        "paper.strange": Knob(field="strange", default=[1], read=lambda value: value),
    }
    monkeypatch.setattr(asking, "KNOBS", KNOBS | new)

    assert {"paper.extra", "paper.strange"} <= set(asking.offered())
    assert asking.parts_of("paper.strange")[0].kind is Kind.JSON
    typed = asking.typed_of("paper.strange", [1, {"a": "b"}])
    assert asking.value_of("paper.strange", typed) == [1, {"a": "b"}]
    assert asking.value_of("paper.extra", {"paper.extra": "no"}) is False


@pytest.mark.parametrize(
    ("knob", "typed", "words"),
    [
        ("paper.questions", "hai mươi", "hãy ghi một số nguyên"),
        ("paper.questions", "", "chưa ghi"),
        ("paper.questions", "0", "không phải số nguyên từ 1 đến 200"),
        ("paper.questions", "²", "hãy ghi một số nguyên"),
        ("score.per_correct", "NaN", "hãy ghi số điểm"),
        ("score.wrong", "1", "không phải số điểm từ -1000 đến 0"),
        ("paper.shuffle_options", "maybe", "hãy chọn có hoặc không"),
        ("attempts.per", "week", "không thuộc"),
        ("individual_prizes.per_round", "1, hai", "hãy ghi một số nguyên"),
    ],
)
def test_what_is_wrong_is_said_of_its_knob(knob, typed, words):
    given = asking.typed_rules(rules.spelled_out({})) | {knob: typed}

    found = dict(asking.read_typed(given)[1])

    assert set(found) == {knob}
    assert words in found[knob]


def test_points_are_typed_with_a_comma_too():
    assert asking.value_of("score.per_correct", {"score.per_correct": " 0,25 "}) == "0.25"


def test_no_number_that_is_none_is_taken_for_points():
    assert rules.read_rules({"score": {"per_correct": "NaN"}})[0] is None
    assert rules.read_rules({"score": {"per_correct": "Infinity"}})[0] is None
