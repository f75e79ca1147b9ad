"""Boards A, B, C…: each person stands on one at most, whatever the units look like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.contests.rules import divisions
from quizapp.contests.rules.divisions import KNOWN, Body, Division, division_of
from quizapp.results import rules as recount
from quizapp.standings.rules import Divisions, competition_ranks

FOUR = tuple(KNOWN.values())


def body(code, kind):
    return Body(codes=frozenset({code}), kind=kind)


ROOT = body("TLD", "national")
PROVINCE = body("P_A", "province")
COMMUNE = body("P_A.PHUONG_1", "upper")
TEACHERS = body("S_GIAO_DUC", "sector")
OIL = body("C_DAU_KHI", "corporation")
FIRM = body("CT_1", "grassroots")


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ((ROOT, PROVINCE), 1),
        ((ROOT, PROVINCE, COMMUNE, FIRM), 1),
        ((ROOT, TEACHERS, FIRM), 2),
        ((ROOT, OIL, FIRM), 3),
        ((ROOT, body("S_DET_MAY", "sector")), 3),
        ((ROOT, body("S_DET_MAY", "sector"), COMMUNE, FIRM), 3),
        ((ROOT,), 4),
        ((ROOT, FIRM), 4),
        ((), 4),
    ],
)
def test_what_the_words_of_a_known_contest_mean(line, place):
    assert division_of(FOUR, line) == place


def test_a_unit_that_is_named_goes_before_kinds_and_the_nearest_before_those_above():
    city = Division(name="city", title="A", units=frozenset({"P_A"}))
    school = Division(name="school", title="B", units=frozenset({"CT_1"}))
    firms = Division(name="firms", title="C", kinds=frozenset({"grassroots"}))

    assert division_of((firms, city, school), (ROOT, PROVINCE, COMMUNE, FIRM)) == 3
    assert division_of((firms, city), (ROOT, PROVINCE, COMMUNE, FIRM)) == 2
    assert division_of((firms,), (ROOT, PROVINCE, COMMUNE, FIRM)) == 1


def test_who_is_on_no_board_competes_on_none():
    assert division_of(FOUR[:3], ()) is None
    assert division_of(FOUR[:3], (ROOT, FIRM)) is None


def test_every_code_that_a_unit_ever_had_finds_it():
    merged = Body(codes=frozenset({"P_A", "P25_A"}), kind="province")
    listed = Division(name="a", title="A", units=frozenset({"P_A"}))

    assert division_of((listed, FOUR[3]), (ROOT, merged)) == 1


CODES = ("U0", "U1", "U2", "U3", "U4", "U5")
KINDS = ("province", "upper", "grassroots")
lines = st.lists(st.tuples(st.sampled_from(CODES), st.sampled_from(KINDS)), max_size=4)
given_divisions = st.tuples(
    st.lists(st.frozensets(st.sampled_from(CODES), max_size=3), min_size=3, max_size=3),
    st.lists(st.frozensets(st.sampled_from(KINDS), max_size=2), min_size=3, max_size=3),
).map(
    lambda both: tuple(
        Division(name=f"d{n}", title="D", units=units, kinds=kinds)
        for n, (units, kinds) in enumerate(zip(*both, strict=True))
    )
)


@given(given_divisions, lines)
def test_the_recount_puts_everybody_on_the_same_board(made, line):
    if divisions.claimed_twice(made):
        return  # refused when rules are saved
    ids = {code: number for number, code in enumerate(CODES)}
    said = [
        recount.Division(
            units=frozenset(ids[code] for code in one.units),
            kinds=one.kinds,
            is_rest=one.takes_rest,
        )
        for one in made
    ]

    found = recount.division([(ids[code], kind) for code, kind in reversed(line)], said)

    assert found == division_of(made, [body(code, kind) for code, kind in line])


@given(given_divisions, lines)
def test_the_order_of_boards_moves_nobody(made, line):
    if divisions.claimed_twice(made):
        return
    bodies = [body(code, kind) for code, kind in line]

    def named(order):
        place = division_of(order, bodies)
        return place and order[place - 1].name

    assert named(made) == named(made[::-1])


@given(st.lists(st.tuples(st.none() | st.integers(1, 3), st.integers(0, 4)), max_size=12))
def test_ranks_in_a_division_are_those_of_its_people_alone(people):
    ordered = sorted(people, key=lambda one: one[1])
    ranked = Divisions()
    found = [ranked.rank(division, bytes([key])) for division, key in ordered]

    for division in {one for one, _ in people}:
        keys = [key for one, key in ordered if one == division]
        mine = [rank for rank, (one, _) in zip(found, ordered, strict=True) if one == division]
        assert mine == (competition_ranks(keys) if division else [None] * len(keys))
