"""Every preset of an online contest, from its creation to final ranks that a recount confirms."""

from datetime import timedelta

import pytest
import yaml
from sqlalchemy import select

from quizapp.contests.service import get_contest
from quizapp.contests.service.creating import PRESETS, read_preset
from quizapp.db import db
from quizapp.standings.models import Standing
from tests.making import attempts, banks, people, units
from tests.making.boards import rolled_up
from tests.making.contests import NOON

ONLINE = (
    "union_weekly_20x20",
    "provincial_two_period_boards",
    "justice_month_19plus1",
    "propaganda_weekly_open",
    "closed_roster_quota",
    "school_points",
)
TOPICS = ("topic_1", "topic_2", "topic_3", "topic_4")
# What a preset needs beside itself: a schedule it does not have, or other words for what is not
# built yet.
WINDOW = ("--opens", "2026-11-24 07:00", "--closes", "2026-11-25 07:00")
MORE = {"school_points": WINDOW}
WITHOUT = {"closed_roster_quota": "identity: {key: phone}\npaper: {sets: null}\n"}
REFUSED = {"closed_roster_quota": ["identity.key", "paper.sets"]}
# (right, minutes, prediction) of each person; one has everything right, so one is the truth.
GIVEN = [(0, 4, 1), (-1, 3, 0), (-1, 3, 1), (-1, 3, 9), (-2, 1, 1)]
IN_ORDER = {  # three have the same points: prediction, time and moment lie between them
    "union_weekly_20x20": [1, 3, 2, 4, 5],
    "provincial_two_period_boards": [1, 2, 3, 4, 5],
    "justice_month_19plus1": [1, 3, 2, 4, 5],
    "propaganda_weekly_open": [1, 3, 2, 4, 5],
    "closed_roster_quota": [1, 3, 4, 2, 5],  # five took part: nine is as far from that as one
    "school_points": [1, 3, 2, 4, 5],
}


@pytest.mark.parametrize("preset", ONLINE)
def test_what_a_preset_asks_people_to_predict_weighs_in_its_ranking(preset):
    body = read_preset(preset, over={})

    assert ("prediction" in body) == ("prediction_error asc" in body.get("ranking", ()))


def test_the_list_is_of_all_online_presets():
    assert tuple(yaml.safe_load(PRESETS.read_text("utf-8"))["presets"]) == ONLINE


@pytest.fixture
def create(in_app, freeze, run, tmp_path):
    """Return a maker of a contest by command: (preset, its own rules or others)."""
    freeze(NOON)
    people.national_unit()
    units.made_units(units.unit_row("P_A"))
    banks.published(88, code="luat", topics=TOPICS)

    def make(preset, over=""):
        db.session.rollback()
        words = ["--preset", preset, "--bank", "luat", "--slug", "thi", "--unit", "VGCL"]
        words += MORE.get(preset, ())
        if over:
            (tmp_path / "the-le.yaml").write_text(over, "utf-8")
            words += ["--rules", tmp_path / "the-le.yaml"]
        return run("contests", "create", *words)

    return make


@pytest.mark.parametrize("preset", ONLINE)
def test_a_preset_is_taken_as_it_is_or_names_what_is_not_built(create, preset):
    outcome = create(preset)

    refused = [line[2:].partition(":")[0] for line in outcome.output.splitlines()[1:]]
    if preset in REFUSED:
        assert (outcome.exit_code, sorted(refused)) == (1, REFUSED[preset]), outcome.output
    else:
        assert outcome.exit_code == 0, outcome.output


@pytest.mark.parametrize("preset", ONLINE)
def test_attempts_of_every_preset_reach_the_board_and_its_close(
    create, client, run, freeze, preset
):
    outcome = create(preset, WITHOUT.get(preset, ""))
    assert outcome.exit_code == 0, outcome.output
    contest = get_contest("thi")
    opened = contest.rounds[0].window.opens_at + timedelta(minutes=1)
    questions = contest.rounds[0].rules.questions
    db.session.rollback()
    freeze(opened)
    ids = []
    for n, (right, minutes, prediction) in enumerate(GIVEN, start=1):
        person = people.person(contest.id, phone=f"0912{n:06d}", source=f"198.51.100.{n}")
        fields = {"prediction": prediction} if contest.rounds[0].rules.target else {}
        begun = opened + timedelta(seconds=n)
        attempts.finished(
            contest, person, right=questions + right, minutes=minutes, at=begun, **fields
        )
        ids.append(person.id)
    rolled_up()

    shown = client.get("/c/thi/boards/people.json?round=1").get_json()["rows"]

    assert [row["points"] for row in shown] == [questions, *[questions - 1] * 3, questions - 2]
    for one in contest.rounds:
        freeze(one.window.closes_at + timedelta(minutes=5))
        db.session.rollback()
        closed = run("contests", "close", "thi", one.number)
        assert closed.exit_code == 0, closed.output
    db.session.rollback()
    final = client.get("/c/thi/boards/people.json?round=1").get_json()
    assert final["final"] is True
    assert ordered(get_contest("thi"), ids) == IN_ORDER[preset]
    verified = run("standings", "verify", "thi")
    assert verified.exit_code == 0, verified.output


def ordered(contest, ids):
    """Return the people of the first round, by their places in `ids` from 1, best first."""
    rows = db.session.execute(
        select(Standing.person_id)
        .where(Standing.round_number == 1, Standing.generation == contest.rounds[0].generation)
        .order_by(Standing.rank, Standing.person_id)
    )
    found = [ids.index(row.person_id) + 1 for row in rows]
    db.session.rollback()
    return found
