"""The load programme's own judgement: what it calls lost, how it reads answers and figures."""

import pytest

from tests.load.cpu import Spent
from tests.load.figures import latencies, quantile
from tests.load.ledger import Ledger, Stored
from tests.load.people import Person, attempts
from tests.load.wire import Reply, Unanswered, read_head

SHEET = {1: "A", 2: "B"}


def kept(**over):
    """Return the row that holds everything `noted` was told."""
    given = {
        "public_id": "x",
        "person_id": 1,
        "state": "submitted",
        "last_op": 2,
        "answers": SHEET,
    }
    return Stored(**given | over)


def noted(*, is_submitted=True):
    """Return a ledger with two acknowledged saves and perhaps a submit."""
    ledger = Ledger()
    entry = ledger.started("x")
    for op, sheet in ((1, {1: "A"}), (2, SHEET)):
        entry.sends(op, sheet)
        entry.saved(op)
    if is_submitted:
        entry.hands_in(SHEET)
        entry.submitted()
    return ledger


def test_what_is_stored_as_acknowledged_is_in_order():
    found = noted().balance([kept()])

    assert (found.saves, found.submits) == (2, 1)
    assert (found.lost, found.wrong, found.duplicates, found.examples) == (0, 0, 0, ())


@pytest.mark.parametrize(
    ("rows", "lost"),
    [
        ([], 3),
        ([kept(public_id="y")], 3),
        ([kept(state="running")], 1),
        ([kept(last_op=1)], 1),
        ([kept(state="running", last_op=0, answers={})], 3),
    ],
)
def test_each_acknowledged_save_and_submit_that_is_gone_is_counted(rows, lost):
    assert noted().balance(rows).lost == lost


@pytest.mark.parametrize("answers", [{}, {1: "A"}, {1: "A", 2: "C"}, SHEET | {3: "D"}])
def test_other_answers_than_were_sent_are_wrong(answers):
    found = noted().balance([kept(answers=answers)])

    assert (found.lost, found.wrong) == (0, 1)
    assert "x" in found.examples[0]


def test_a_lost_save_shows_in_a_paper_that_was_never_handed_in():
    ledger = noted(is_submitted=False)

    assert ledger.balance([kept(state="running")]).lost == 0
    assert ledger.balance([kept(state="running", last_op=1, answers={1: "A"})]).lost == 1


def test_what_was_sent_but_not_acknowledged_may_be_stored_or_not():
    ledger = noted(is_submitted=False)
    ledger.entries["x"].sends(3, SHEET | {3: "D"})
    ledger.entries["x"].hands_in(SHEET | {3: "D"})

    for row in (
        kept(state="running"),
        kept(state="running", last_op=3, answers=SHEET | {3: "D"}),
        kept(state="submitted", answers=SHEET | {3: "D"}),
    ):
        found = ledger.balance([row])
        assert (found.lost, found.wrong) == (0, 0), row


def test_a_second_attempt_of_one_start_is_a_duplicate():
    assert noted().balance([kept(), kept(public_id="y")]).duplicates == 1


def test_a_save_is_noted_only_when_its_own_number_comes_back():
    ledger = Ledger()
    script = attempts(Person(number=1, units=("VGCL",), address="h"), ledger)
    next(script)
    script.send(Reply(303, (("location", "/a/x"),), b""))
    script.send(Reply(200, (), b"<fieldset" * 20))

    with pytest.raises(Exception, match="another number"):
        script.send(Reply(200, (), b'{"op": 7}'))

    assert ledger.entries["x"].acknowledged_op == 0


def test_quantiles_are_values_that_were_seen():
    assert [quantile([4, 1, 3, 2], share) for share in (0.5, 0.75, 0.99)] == [2, 3, 4]
    assert quantile([7], 0.5) == 7
    assert latencies({"save": [1.0, 2.0]})["p95_ms"] == {"save": 2.0}


def test_heads_are_read_as_the_server_writes_them():
    head = (
        b"HTTP/1.1 303 SEE OTHER\r\nContent-Length: 12\r\nLocation: /a/x\r\nSet-Cookie: a=b; Path=/"
    )

    status, headers, length = read_head(head)

    assert (status, length) == (303, 12)
    assert ("set-cookie", "a=b; Path=/") in headers


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK", b"HTTP/1.0 200 OK\r\nContent-Length: 1"])
def test_an_answer_of_unknown_length_or_version_is_no_answer(head):
    with pytest.raises(Unanswered):
        read_head(head)


def test_the_server_is_charged_for_all_its_parts_and_nobody_else():
    spent = Spent(web=4.0, worker=2.0, database=1.0, database_shared=0.5, machine=99.0)
    before = Spent(web=1.0, worker=1.0, database=0.5, database_shared=0.5, machine=90.0)

    assert (spent - before).server == 4.5
