import json
import re
from datetime import UTC, datetime, timedelta

import pytest
import yaml

from quizapp.config import ROOT
from quizapp.contests import rules
from quizapp.contests.rules import schedule
from quizapp.contests.rules.knobs import KNOBS
from quizapp.contests.rules.schedule import BadMoment, Phase, Window
from quizapp.vietnamese import VIETNAM

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


def problems(body):
    return rules.read_rules(body)[1]


def test_an_empty_body_gives_the_defaults():
    read, found = rules.read_rules({})

    assert found == []
    assert (read.questions, read.minutes, read.attempts_max) == (20, 20, 1)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"paper": {"colour": "red"}}, "paper.colour: không có mục này"),
        ({"board": ["a", "b"]}, "board: không có mục này"),
        ({"boards": ["a"]}, "boards: phải là danh sách 2-20 bảng"),
        ({"boards": ["a", "b"]}, "boards: a, b: đứng ở hai bảng"),  # both would take the rest
        ({"boards": ["others", "A b"]}, "boards: “A b” không dùng làm tên bảng"),
        ({"boards": ["others", {"name": "a", "kinds": ["ward"]}]}, "boards: “ward” không thuộc"),
        ({"boards": ["others", {"name": "a", "colour": 1}]}, "boards: mỗi bảng là một tên"),
        ({"boards": ["others", {"name": "a", "title": " "}]}, "boards: title của bảng a"),
        (
            {"boards": ["territorial", {"name": "a", "kinds": ["province"]}]},
            "boards: province: đứng ở hai bảng",
        ),
        (
            {"boards": [{"name": "a", "units": ["P_A"]}, {"name": "b", "units": ["p_a"]}]},
            "boards: P_A: đứng ở hai bảng",
        ),
        (
            {"individual_prizes": {"per_board_per_round": [1]}},
            "individual_prizes.per_board_per_round: thể lệ không chia bảng",
        ),
        (
            {
                "boards": ["territorial", "others"],
                "collective_prizes": [
                    {"metric": "unique_participants", "per_board": True, "boards": ["x"]}
                ],
            },
            "collective_prizes: không có bảng x",
        ),
        (
            {"collective_prizes": [{"metric": "unique_participants", "boards": ["x"]}]},
            "collective_prizes: boards: chỉ đi cùng per_board",
        ),
        ({"attempts": {"per": "year"}}, "attempts.per: “year” không thuộc: round, day, contest"),
        ({"attempts": {"max": 2, "counts": "only"}}, "attempts.counts: “only” cần một lượt"),
        (
            {"attempts": {"max": 1, "counts": "only", "per": "day"}},
            "attempts.counts: “only” cần một lượt",
        ),
        ({"score": {"per_correct": 9_000_000}}, "ranking: giá trị lớn nhất theo thể lệ này không"),
        (
            {
                "collective_prizes": [
                    {"metric": "unique_participants", "prize_points": {"first": 1}}
                ]
            },
            "collective_prizes: prize_points: chỉ đi cùng",
        ),
        (
            {"prediction": {"target": "percent_all_correct"}},
            "prediction: “percent_all_correct” chưa được hỗ trợ",
        ),
        ({"whole_contest": {"mode": "best_of"}}, "whole_contest.rounds: đi cùng mode"),
        ({"whole_contest": {"rounds": 2}}, "whole_contest.rounds: đi cùng mode"),
        (
            {"whole_contest": {"mode": "per_round", "ranking": ["total desc"]}},
            "whole_contest.ranking: không dùng khi mỗi vòng",
        ),
        (
            {"whole_contest": {"mode": "per_round"}, "individual_prizes": {"total": [1]}},
            "individual_prizes.total: không dùng khi mỗi vòng",
        ),
        (
            {
                "whole_contest": {"mode": "per_round"},
                "prediction": {"target": "attempts", "scope": "contest"},
            },
            "prediction: không dùng khi mỗi vòng",
        ),
        ({"ranking": ["manual"]}, "ranking: cần ít nhất một khóa biết được trước khi chốt"),
        ({"ranking": ["manual", "score desc"]}, "ranking: “manual” chỉ đứng cuối"),
        ({"identity": {"key": "roster_account"}}, "identity.key: “roster_account” chưa"),
        ({"paper": {"questions": 0}}, "paper.questions: “0” không phải số nguyên từ 1"),
        ({"paper": {"questions": True}}, "paper.questions: “True” không phải số nguyên"),
        ({"score": {"per_correct": "0.0001"}}, "score.per_correct: “0.0001”"),
        ({"paper": {"quota": {"A": 3}}}, "paper.quota: cộng lại là 3 câu"),
        (
            {"ranking": ["score desc", "prediction_error asc"]},
            "ranking: có prediction_error nhưng không",
        ),
        ({"paper": {"options_min": 5, "options_max": 4}}, "paper.options_min: lớn hơn"),
    ],
)
def test_a_knob_that_nothing_obeys_is_refused_by_name(body, words):
    assert any(line.startswith(words) for line in problems(body)), problems(body)


def test_every_problem_is_named_at_once():
    found = problems({"paper": {"questions": 0, "minutes": 0}, "x": 1})

    assert len(found) == 3


def test_points_are_read_exactly():
    read, _ = rules.read_rules({"score": {"per_correct": 0.1, "wrong": "-0.025"}})

    assert (read.right_milli, read.wrong_milli) == (100, -25)


def test_the_digest_is_of_the_meaning_and_not_of_the_spelling():
    spelled = {"paper": {"minutes": 20, "questions": 20}, "attempts": {"max": 1}}

    assert rules.digest(rules.canonical(spelled)) == rules.digest(rules.canonical({}))
    assert rules.canonical({"paper": {"minutes": 21}}) != rules.canonical({})


def test_canonical_rules_read_back_as_the_same_rules():
    body = {"paper": {"quota": {"B": 12, "A": 8}}, "prediction": {"target": "unique_all_correct"}}
    read, _ = rules.read_rules(body)

    assert rules.read_rules(json.loads(rules.canonical(body)))[0] == read


def test_an_override_changes_its_knob_and_leaves_the_others():
    base = {"paper": {"questions": 20, "minutes": 20}, "attempts": {"max": 2}}

    merged = rules.merged(base, {"paper": {"minutes": 30}})

    assert merged == {"paper": {"questions": 20, "minutes": 30}, "attempts": {"max": 2}}


def test_every_knob_fills_a_field_or_has_only_one_value_so_far():
    fields = [knob.field for knob in KNOBS.values() if knob.field]

    assert len(fields) == len(set(fields))


@pytest.mark.parametrize(
    ("topics", "lines"),
    [
        (["A"] * 8 + ["B"] * 12, []),
        (["A"] * 7 + ["B"] * 12, ["chủ đề “A”: cần 8 câu, có 7"]),
        (["A"] * 20, ["chủ đề “B”: cần 12 câu, có 0"]),
    ],
)
def test_a_quota_that_the_bank_cannot_fill_names_the_topic(topics, lines):
    read, _ = rules.read_rules({"paper": {"quota": {"A": 8, "B": 12}}})

    assert rules.missing_for_quota(read, topics) == lines


@pytest.mark.parametrize(
    ("ms", "phase"),
    [(-1, Phase.NOT_OPEN), (0, Phase.OPEN), (999, Phase.OPEN), (1000, Phase.CLOSED)],
)
def test_a_round_opens_and_closes_on_the_millisecond(ms, phase):
    window = Window(opens_at=NOON, closes_at=NOON + timedelta(seconds=1))

    assert window.phase(NOON + timedelta(milliseconds=ms)) is phase


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-23 07:00", "2026-11-23T00:00"),
        ("2026-11-23T07:00", "2026-11-23T00:00"),
        ("23/11/2026 07:00", "2026-11-23T00:00"),
        ("29/11/2026 24:00", "2026-11-29T17:00"),
        ("29/11/2026 24h00", "2026-11-29T17:00"),
        ("2026-12-31 24:00", "2026-12-31T17:00"),
        ("2026-11-23T07:00:00Z", "2026-11-23T07:00"),
        ("2026-11-23T07:00:00+09:00", "2026-11-22T22:00"),
    ],
)
def test_a_moment_without_a_zone_is_vietnams_and_24h00_is_the_next_day(text, utc):
    assert schedule.read_moment(text) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "mai", "2026-13-01 07:00", "2026-11-23 25:00", "24:01"])
def test_what_is_not_a_moment_is_refused(text):
    with pytest.raises(BadMoment):
        schedule.read_moment(text)


def test_a_weekly_schedule_begins_with_the_next_full_week():
    weekly = {"count": 3, "unit": "week", "opens": "Mon 07:00", "closes": "Sun 21:00"}
    sunday = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)

    first, _, third = schedule.preset_windows(weekly, after=sunday)

    assert first.opens_at == datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
    assert first.closes_at == datetime(2026, 11, 29, 14, 0, tzinfo=UTC)
    assert third.opens_at - first.opens_at == timedelta(weeks=2)


def test_a_week_that_opens_this_very_minute_is_taken():
    weekly = {"count": 1, "unit": "week", "opens": "Mon 07:00", "closes": "Sun 21:00"}
    monday = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)

    assert schedule.preset_windows(weekly, after=monday)[0].opens_at == monday


def test_rounds_may_touch_but_not_overlap():
    one = Window(opens_at=NOON, closes_at=NOON + timedelta(days=1))
    next_day = Window(opens_at=one.closes_at, closes_at=one.closes_at + timedelta(days=1))
    early = Window(opens_at=one.closes_at - timedelta(seconds=1), closes_at=next_day.closes_at)

    assert schedule.schedule_problem([one, next_day]) is None
    assert schedule.schedule_problem([one, early]) is not None
    assert schedule.schedule_problem([]) is not None


@pytest.mark.parametrize(
    ("born", "problem"), [(2010, None), (2011, "Cuộc thi này"), (None, "Hãy ghi năm sinh")]
)
def test_age_is_judged_by_the_year_of_birth_where_the_rules_ask(born, problem):
    read, _ = rules.read_rules({"registration_fields": {"birth_year": "required"}})

    found = rules.age_problem(read, born, year=2026)

    assert found is None if problem is None else found.startswith(problem)


def test_every_knob_is_described():
    described = (ROOT / "docs" / "presets.md").read_text("utf-8")

    assert [name for name in KNOBS if f"| `{name}` |" not in described] == []


PRESETS = yaml.safe_load((ROOT / "quizapp" / "contests" / "presets.yaml").read_text("utf-8"))
USABLE = re.compile(r"\| `(\w+)` \| (\w+)[^|]*\|([^|]*)\|")


@pytest.mark.parametrize("name", PRESETS["presets"])
def test_the_documented_list_says_what_each_preset_needs(name):
    text = (ROOT / "docs" / "presets.md").read_text("utf-8")
    rows = {row[0]: row[1:] for row in USABLE.findall(text)}
    body = rules.merged(PRESETS["defaults"], PRESETS["presets"][name])
    body.pop("rounds", None)

    missing = sorted({line.partition(":")[0] for line in problems(body)})

    documented = sorted(re.findall(r"`([\w.]+)`", rows[name][1]))
    assert (rows[name][0] == "yes", documented) == (not missing, missing)


@pytest.mark.parametrize(
    ("name", "windows"),
    [
        ("union_weekly_20x20", ["23/11 07:00 - 29/11 21:00", "30/11 07:00 - 06/12 21:00"]),
        (
            "provincial_two_period_boards",
            ["22/11 15:30 - 26/11 23:59", "27/11 15:30 - 01/12 23:59"],
        ),
        ("justice_month_19plus1", ["23/11 00:00 - 23/12 00:00"]),
        ("propaganda_weekly_open", ["25/11 10:00 - 02/12 09:00", "02/12 10:00 - 09/12 09:00"]),
        ("closed_roster_quota", ["23/11 00:00 - 29/11 00:00"]),
    ],
)
def test_the_schedules_of_presets_begin_as_soon_as_they_can(name, windows):
    sunday = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # 11:00 in Vietnam

    made = schedule.preset_windows(PRESETS["presets"][name]["rounds"], after=sunday)

    def local(moment):
        return moment.astimezone(VIETNAM).strftime("%d/%m %H:%M")

    shown = [f"{local(one.opens_at)} - {local(one.closes_at)}" for one in made]
    assert shown[:2] == windows
    assert schedule.schedule_problem(made) is None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"days": "x"},
        {"days": 3, "count": 0},
        {"windows": []},
        {"windows": ["15:30 d1"]},
        {"count": 3, "unit": "week", "opens": "Monday", "closes": "Sun 21:00"},
    ],
)
def test_a_schedule_of_another_form_is_refused(body):
    with pytest.raises(BadMoment):
        schedule.preset_windows(body, after=NOON)
