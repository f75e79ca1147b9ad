"""Boards A, B, C… of one contest: people compete within the board of their unit."""

from datetime import date, timedelta

import pytest
from flask import Response
from sqlalchemy import select, text

from quizapp.attempts import service as attempt_service
from quizapp.attempts.service import Why
from quizapp.contests.errors import BadRules
from quizapp.contests.service import get_contest
from quizapp.db import db, transaction
from quizapp.people.service import find_person
from quizapp.results import service
from quizapp.results.service import Decision
from quizapp.standings import service as standings
from quizapp.standings.models import Standing
from quizapp.standings.service import boards
from quizapp.units.kinds import UnitKind
from quizapp.web import contestant as cookies
from quizapp.web.contestant import Contestant
from tests.integration.harness import watch_writes
from tests.making import attempts, contests, people, units
from tests.making.boards import rolled_up
from tests.making.contests import NOON, ROUND

WHY = Why(actor="system", reason="hết vòng")
OVER = ROUND.closes_at + timedelta(seconds=16)
FOUR = ["territorial", "schools_hospitals", "corporations_offices", "others"]
PLAIN = {"prediction": None, "ranking": ["score desc", "duration asc"]}
BY_NAME = dict(zip("abcd", FOUR, strict=True))


@pytest.fixture
def unit(in_app, freeze):
    """Code → id of a tree with a province and a commune, teachers, and a corporation."""
    freeze(NOON)
    people.national_unit()
    made = units.made_units(
        units.unit_row("P_A"),
        units.unit_row("P_B"),
        units.unit_row("P_A.X", kind=UnitKind.UPPER, parent_code="P_A"),
        units.unit_row("S_GIAO_DUC", kind=UnitKind.SECTOR),
        units.unit_row("C_DAU_KHI", kind=UnitKind.CORPORATION),
    )
    return {code: card.id for code, card in made.items()}


@pytest.fixture
def played(unit, freeze):
    """Return a maker of a divided round that is over: (unit or None, right) of each person."""

    def make(*given, **over):
        made = contests.contest(**{"boards": FOUR, **PLAIN} | over)
        found = []
        for n, (code, right) in enumerate(given, start=1):
            of = {"unit_id": unit[code], "unit_text": None} if code else {}
            person = people.person(
                made.id, phone=f"0912{n:06d}", source=f"198.51.100.{n % 200}", **of
            )
            attempts.finished(made, person, right=right)
            found.append(person)
        rolled_up()
        freeze(OVER)
        db.session.rollback()
        return found

    return make


def board(client, name, **query):
    path = f"/c/tim-hieu/boards/{name}.json"
    answer = client.get(path, query_string={"round": 1} | query)
    assert answer.status_code == 200
    return answer.get_json()["rows"]


def shown(client, name, **query):
    return [(row["rank"], row["points"]) for row in board(client, name, **query)]


def in_divisions(number=1):
    """Return person → (division, rank in it, rank among all) of what is shown."""
    contest = get_contest("tim-hieu")
    generation = contest.rounds[0].generation if number else contest.generation
    rows = db.session.execute(
        select(Standing.person_id, Standing.division, Standing.division_rank, Standing.rank).where(
            Standing.round_number == number, Standing.generation == generation
        )
    ).all()
    db.session.rollback()
    return {row[0]: tuple(row[1:]) for row in rows}


def closed():
    db.session.rollback()
    return service.close_round("tim-hieu", 1, WHY)


def agrees(run):
    db.session.rollback()
    outcome = run("standings", "verify", "tim-hieu")
    return outcome.exit_code == 0 or outcome.output


EVERYWHERE = [
    ("P_A", 12),
    ("P_A.X", 17),
    ("P_B", 17),
    ("S_GIAO_DUC", 11),
    ("C_DAU_KHI", 10),
    (None, 19),
    ("C_DAU_KHI", 10),
]


def test_people_are_ranked_on_the_board_of_their_unit(played, client, run):
    played(*EVERYWHERE)

    assert shown(client, "people/territorial") == [(1, 17), (1, 17), (3, 12)]
    assert shown(client, "people/schools_hospitals") == [(1, 11)]
    assert shown(client, "people/corporations_offices") == [(1, 10), (1, 10)]
    assert shown(client, "people/others") == [(1, 19)]
    assert [rank for rank, _ in shown(client, "people")] == [1, 2, 2, 4, 5, 6, 6]
    assert agrees(run) is True


@pytest.mark.parametrize("rebuilds", [False, True])
def test_the_close_gives_everybody_a_final_rank_on_their_board(played, client, run, rebuilds):
    persons = [one.id for one in played(*EVERYWHERE)]

    closed()
    if rebuilds:
        db.session.rollback()
        outcome = run("standings", "rebuild", "tim-hieu")
        assert outcome.exit_code == 0, outcome.output

    final = [(1, 3, 4), (1, 1, 2), (1, 1, 2), (2, 1, 5), (3, 1, 6), (4, 1, 1), (3, 1, 6)]
    assert in_divisions() == dict(zip(persons, final, strict=True))
    assert in_divisions(0) == in_divisions()
    assert shown(client, "people/territorial") == [(1, 17), (1, 17), (3, 12)]
    assert agrees(run) is True


def test_a_person_whose_unit_is_corrected_changes_boards(played, unit, client, run):
    persons = played(("P_A", 12), (None, 19))
    with transaction():
        attempt_service.correct_person_unit(persons[1].id, unit["C_DAU_KHI"], WHY, at=OVER)

    rolled_up()

    assert shown(client, "people/others") == []
    assert shown(client, "people/corporations_offices") == [(1, 19)]
    assert agrees(run) is True


def test_a_better_attempt_for_another_unit_takes_the_person_along(unit, client, run):
    contest = contests.contest(boards=FOUR, **PLAIN)
    person = people.person(contest.id, unit_id=unit["P_A"], unit_text=None)
    attempts.finished(contest, person, right=7)
    with transaction():
        attempt_service.correct_person_unit(person.id, unit["S_GIAO_DUC"], WHY, at=NOON)
        person = find_person(person.id)
    attempts.finished(contest, person, right=9, at=NOON + timedelta(hours=1))
    rolled_up()

    rows = {name: len(board(client, f"people/{name}")) for name in FOUR}

    assert rows == dict.fromkeys(FOUR, 0) | {"schools_hospitals": 1}
    assert agrees(run) is True


def test_units_right_below_the_organiser_compete_with_those_of_their_board(unit, client, freeze):
    contest = contests.contest(boards=FOUR, **PLAIN)
    for n, code in enumerate(["P_A.X", "P_B", "P_B", "S_GIAO_DUC", "C_DAU_KHI"]):
        person = people.person(contest.id, phone=f"0912{n:06d}", unit_id=unit[code], unit_text=None)
        attempts.finished(contest, person)
    rolled_up()

    def codes(name, **query):
        rows = board(client, f"divisions/{name}", **query)
        return [(row["rank"], row["unit"]["code"], row["people"]) for row in rows]

    assert codes("territorial") == [(1, "P_B", 2), (2, "P_A", 1)]
    assert codes("schools_hospitals") == [(1, "S_GIAO_DUC", 1)]
    assert codes("corporations_offices", units="now") == [(1, "C_DAU_KHI", 1)]


def test_every_board_has_its_page_and_no_other_name_does(played, client):
    played(*EVERYWHERE)

    for name in FOUR:
        for kind in ("people", "divisions"):
            assert client.get(f"/c/tim-hieu/boards/{kind}/{name}?round=1").status_code == 200
    page = client.get("/c/tim-hieu/boards/people/others?round=1").text
    assert "Bảng D: Người lao động khác" in page
    for name in ("people/x", "divisions/x", "divisions", "people/", "provinces/others"):
        assert client.get(f"/c/tim-hieu/boards/{name}").status_code == 404, name


def test_a_contest_that_is_not_divided_has_no_such_boards(in_app, freeze, client):
    freeze(NOON)
    contests.contest()

    assert client.get("/c/tim-hieu/boards/people/others").status_code == 404
    assert "theo bảng" not in client.get("/c/tim-hieu/boards/people").text


def test_the_page_of_the_contest_says_who_competes_with_whom_for_what(unit, client):
    contests.contest(
        boards=[*FOUR[:3], {"name": "d", "title": "<b>Tự do</b>"}],
        individual_prizes={"per_board_per_round": [1, 2]},
        collective_prizes=[
            {
                "metric": "unique_participants",
                "places": 10,
                "per_board": True,
                "boards": FOUR[:2],
            }
        ],
        **PLAIN,
    )

    page = client.get("/c/tim-hieu").text

    assert "Bảng A: Công đoàn theo địa bàn" in page
    assert "&lt;b&gt;Tự do" in page
    assert "<b>Tự do" not in page
    assert "Mỗi bảng, mỗi vòng:" in page
    assert "Mỗi bảng (A, B): 10" in page


def test_ones_own_rank_on_ones_own_board(played, client, in_app):
    persons = played(*EVERYWHERE)
    with in_app.test_request_context():
        taking_part = Contestant(holder="x", people={persons[0].contest_id: persons[0].id})
        kept = cookies._set(Response(), taking_part).headers["Set-Cookie"]
    client.set_cookie(cookies.COOKIE, kept.partition("=")[2].partition(";")[0])

    page = " ".join(client.get("/c/tim-hieu/me?round=1").text.split())

    assert "Hạng 4" in page
    assert "Bảng A: Công đoàn theo địa bàn, hạng 3" in page


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"division": 2}, "standing division is 2, recounted 1"),
        ({"division_rank": 9}, "standing division_rank is 9, recounted 3"),
    ],
)
def test_verify_names_a_wrong_board_and_a_wrong_rank_on_it(played, run, change, named):
    persons = played(*EVERYWHERE)
    closed()
    generation = get_contest("tim-hieu").rounds[0].generation
    db.session.rollback()
    with transaction():
        db.session.query(Standing).filter_by(
            round_number=1, generation=generation, person_id=persons[0].id
        ).update(change)

    assert f"person {persons[0].id}: {named}" in agrees(run)


def test_verify_names_a_board_that_shows_other_people(played, run):
    played(*EVERYWHERE)
    with transaction():
        db.session.execute(text("DELETE FROM snapshot WHERE board = 'people/others'"))
        db.session.execute(
            text("UPDATE snapshot SET body = '[]' WHERE board = 'people/territorial'")
        )

    said = agrees(run)

    assert "round 1, board people/others: not there" in said
    assert "round 1, board people/territorial (then): 0 rows that differ" in said


def test_ties_are_told_board_by_board_and_decided_within_it(played, run):
    persons = [
        one.id
        for one in played(
            *[("P_A", 17), ("P_A", 17), ("C_DAU_KHI", 17), ("C_DAU_KHI", 17), (None, 17)],
            ranking=["score desc", "manual"],
            individual_prizes={"per_board_per_round": [1]},
        )
    ]
    found = service.get_ties(get_contest("tim-hieu"), 1, at=OVER).ties
    db.session.rollback()
    told = [
        (t.division, t.rank, t.is_at_border, [one.person.id for one in t.people]) for t in found
    ]
    assert told == [(1, 1, True, persons[:2]), (3, 1, True, persons[2:4])]

    for one in (persons[1::-1], persons[3:1:-1]):
        with transaction():
            decision = Decision(tied_with=one[0], person_ids=one)
            service.place_by_hand("tim-hieu", 1, decision, WHY, at=OVER)
    closed()

    ranks = {person: row[:2] for person, row in in_divisions().items()}
    wanted = [(1, 2), (1, 1), (3, 2), (3, 1), (4, 1)]
    assert ranks == dict(zip(persons, wanted, strict=True))
    assert agrees(run) is True


def test_while_a_target_is_open_boards_show_only_their_share_of_the_first_hundred(played, client):
    given = [("P_A", 20)] * 26 + [("P_A", 18)] + [(None, 19)] * 3
    persons = played(*given, prediction={"target": "unique_all_correct"})
    late = persons[26]

    def own(person):
        contest = get_contest("tim-hieu")
        scope = boards.scopes_of(contest)[1]
        hides = contest.hides(1, OVER)
        place = standings.find_place(scope, person.id, hides=hides, divisions=4)
        db.session.rollback()
        return place.in_division

    assert len(board(client, "people/territorial")) == 25
    assert len(board(client, "people/others")) == 3
    assert own(persons[0]) == (1, 1)
    assert own(late) is None

    closed()

    assert len(board(client, "people/territorial")) == 27
    assert own(late) == (1, 27)


@pytest.mark.parametrize(
    ("divided", "words"),
    [
        (["others", {"name": "a", "units": ["P_KHONG"]}], "không có đơn vị mã P_KHONG"),
        (
            [{"name": "a", "units": ["P_Z"]}, {"name": "b", "units": ["P25_Z"]}],
            "là một đơn vị đứng ở hai bảng",
        ),
    ],
)
def test_boards_name_units_that_are_there_each_once(unit, divided, words):
    named = {"valid_to": date(2025, 6, 30), "successor_code": "P25_Z"}
    units.made_units(
        units.unit_row("P_Z", name="Liên đoàn Lao động tỉnh Zét", **named),
        units.unit_row(
            "P25_Z", name="Liên đoàn Lao động Thành phố Zét", valid_from=date(2025, 7, 1)
        ),
    )

    with pytest.raises(BadRules) as refused:
        contests.contest(boards=divided, **PLAIN)

    assert words in refused.value.facts["problems"]


def test_a_submit_of_a_divided_contest_is_three_statements(unit, app):
    contest = contests.contest(boards=FOUR, **PLAIN)
    first, second = (
        people.person(contest.id, phone=f"091200000{n}", unit_id=unit["P_A.X"], unit_text=None)
        for n in (1, 2)
    )
    attempts.finished(contest, first)  # the process knows the unit from now on
    public_id = attempts.started(contest, second)
    db.session.rollback()

    with watch_writes(app) as watch:
        attempts.submitted(public_id, second, {})

    assert (len(watch.statements), watch.commits) == (3, 1)
