"""What the screens of an evening show in turn, how a reveal goes, and the map of tiles."""

import csv

import pytest

from quizapp.events.rules import (
    Kind,
    State,
    as_json,
    from_json,
    next_rows,
    position_after,
    read_state,
    stepped,
    told_rows,
    usual_states,
    with_moved,
)
from quizapp.events.rules.tiles import ISLANDS, STEPS, TILES, tile_name, tiles_of
from quizapp.units.commands import CATALOGUE, FILES

ROWS = [{"rank": rank} for rank in (1, 2, 2, 4)]


def row(name, **values):
    return {"unit": {"name": f"Liên đoàn Lao động tỉnh {name}"}, **values}


@pytest.mark.parametrize(
    ("shown", "told", "coming"),
    [(0, [], [4]), (1, [4], [2, 2]), (2, [2, 2, 4], [1]), (3, [1, 2, 2, 4], [])],
)
def test_a_reveal_tells_from_the_last_place_up_and_equals_together(shown, told, coming):
    assert [one["rank"] for one in told_rows(ROWS, shown=shown)] == told
    assert [one["rank"] for one in next_rows(ROWS, shown=shown)] == coming


def test_what_is_shown_stays_shown_when_the_list_changes():
    states = usual_states()
    assert position_after(states, with_moved(states, 4, by=-1), 3) == 2
    assert position_after(states, states[:3], 3) == 2
    assert position_after(states, (), 3) == 0
    assert with_moved(states, 1, by=-1) == states
    assert from_json(as_json(states)) == states


@pytest.mark.parametrize(("at", "by", "to"), [(0, -1, 0), (0, 1, 1), (2, 1, 2), (9, 0, 2)])
def test_at_an_end_it_stays(at, by, to):
    assert stepped(at, 3, by=by) == to


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"kind": Kind.WAIT}, None),
        ({"kind": Kind.BOARD}, "board"),
        ({"kind": Kind.BOARD, "board": "people", "order": "mean"}, "order"),
        ({"kind": Kind.REVEAL, "board": "people", "top": 4}, "top"),
        ({"kind": Kind.REVEAL, "board": "people", "top": 3}, None),
        ({"kind": Kind.MESSAGE, "text": "x" * 241}, "text"),
        ({"kind": Kind.MESSAGE, "text": "x" * 240}, None),
    ],
)
def test_a_state_has_what_its_kind_needs(fields, problem):
    assert read_state(State(id=1, **fields)) == problem


def test_every_province_of_today_has_a_tile_of_its_own_and_the_islands_are_there():
    rows = [
        one
        for name in FILES
        for one in csv.DictReader((CATALOGUE / name).read_text("utf-8").splitlines())
    ]
    today = {one["name_vi"] for one in rows if one["kind"] == "province" and not one["valid_to"]}
    assert len(today) == 34
    assert {tile_name(name) for name in today} == set(TILES)
    assert len({place for _, *place in map(list, TILES.values()) for place in [tuple(place)]}) == 34
    assert len({short for short, _, _ in TILES.values()}) == 34
    assert [name for name, _, _ in ISLANDS] == ["Hoàng Sa", "Trường Sa"]


@pytest.mark.parametrize(
    ("rows", "steps"),
    [
        ([], (0, 0)),
        ([row("Nghệ An", people=8), row("Cà Mau", people=1)], (STEPS, 1)),
        # Rates count where every row has one: the smaller province may be the keener.
        (
            [
                row("Nghệ An", people=8, rate_centi=100),
                row("Cà Mau", people=1, rate_centi=1000),
            ],
            (1, STEPS),
        ),
        (
            [
                row("Nghệ An", people=11, rate_centi=0),
                row("Cà Mau", people=9, rate_centi=1000),
            ],
            (1, STEPS),
        ),
        ([row("Nghệ An", ranks=[1, 5]), row("Cà Mau", ranks=[6, 10])], (STEPS, 2)),
    ],
)
def test_tiles_are_coloured_by_rate_else_people_else_tier(rows, steps):
    made = {one.name: one.step for one in tiles_of(rows)}
    assert (made["Nghệ An"], made["Cà Mau"]) == steps
    assert made["Huế"] == 0
