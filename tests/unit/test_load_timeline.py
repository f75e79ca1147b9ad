"""The load client's own rules: who may begin when, what is counted from when, what is drawn."""

from xml.etree import ElementTree as ET

from tests.load.chart import drawn
from tests.load.growth import table
from tests.load.ledger import Ledger, Stored
from tests.load.opened import Due, Queue


def due(at, name, owner=None):
    return Due(at=at, script=name, owner=owner)


def test_nobody_begins_before_their_moment():
    queue = Queue([due(0.0, "a"), due(2.0, "b")])

    assert queue.take(0.0).script == "a"
    assert queue.take(1.9) is None
    assert queue.next_at() == 2.0
    assert queue.take(2.0).script == "b"
    assert not queue.has_more()


def test_one_phone_sends_one_thing_at_a_time_and_in_order():
    queue = Queue([due(0.0, "first", "me"), due(0.1, "second", "me"), due(0.2, "other", "you")])
    first = queue.take(1.0)

    assert queue.take(1.0).script == "other"
    assert queue.take(1.0) is None
    queue.is_over(first)
    second = queue.take(1.0)

    assert (second.script, second.at) == ("second", 0.1)
    queue.is_over(second)
    assert not queue.has_more()


def test_what_a_phone_sends_after_all_was_answered_begins_at_once():
    queue = Queue([due(0.0, "first", "me"), due(5.0, "later", "me")])
    queue.is_over(queue.take(0.0))

    assert queue.take(5.0).script == "later"


def test_a_paper_that_ran_out_must_hold_what_was_saved_not_what_came_late():
    ledger = Ledger()
    entry = ledger.started("a")
    entry.sends(1, {1: "A"})
    entry.saved(1)
    entry.hands_in({1: "B"})

    def balance(answers):
        row = Stored(public_id="a", person_id=1, state="expired", last_op=1, answers=answers)
        return ledger.balance([row])

    assert (balance({1: "A"}).lost, balance({1: "A"}).wrong) == (0, 0)
    assert balance({1: "B"}).wrong == 1


def test_a_chart_has_a_point_for_each_size_and_a_table_a_line():
    rows = [{"p50, ms": 1.5}, {"p50, ms": 3.0}]

    picture = ET.fromstring(drawn("a < b", "people", [100, 1000], {"p50, ms": [1.5, 3.0]}))
    lines = table("people", [100, 1000], rows).splitlines()

    circles = list(picture.iter("{http://www.w3.org/2000/svg}circle"))
    assert [circle.get("cy") for circle in circles] == ["126.4", "86.8"]
    assert lines[2:] == ["| 100 | 1.5 |", "| 1,000 | 3.0 |"]


def test_who_rests_comes_back_when_the_rest_is_over_and_keeps_the_phone():
    queue = Queue([due(0.0, "first", "me"), due(0.1, "second", "me")])
    first = queue.take(0.1)
    queue.comes_back(first, 3.0)

    assert queue.take(2.9) is None
    assert (queue.has_more(), queue.next_at()) == (True, 3.0)
    again = queue.take(3.0)
    assert (again.script, again.at) == ("first", 3.0)
    queue.is_over(again)

    assert queue.take(3.0).script == "second"
