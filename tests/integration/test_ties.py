"""People equal at the edge of a prize are seen, and placed by hand where the rules let that be."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from quizapp.attempts.service import Why
from quizapp.audit.models import AuditEntry
from quizapp.contests.service import get_contest
from quizapp.db import db, transaction
from quizapp.people.service import Role
from quizapp.results import service
from quizapp.results.errors import (
    AlreadyClosed,
    CloseUnderWay,
    NoDecisionByHand,
    NotTied,
    TooEarlyToDecide,
)
from quizapp.results.models import PlaceByHand
from quizapp.results.service import Decision
from quizapp.standings.models import Standing
from tests.integration.pages import Page
from tests.making import attempts, contests, people, units
from tests.making.boards import rolled_up
from tests.making.contests import NOON, ROUND
from tests.making.kills import stopped_at

NEXT = type(ROUND)(opens_at=ROUND.closes_at, closes_at=ROUND.closes_at + timedelta(days=5))
WHY = Why(actor="system", reason="bốc thăm có biên bản")
OVER = ROUND.closes_at + timedelta(seconds=16)
BY_HAND = ["score desc", "duration asc", "prediction_error asc", "manual"]
EQUAL = (20, 5, 7)


def entered(contest, n):
    return people.person(contest.id, phone=f"0912{n:06d}", source=f"198.51.100.{n}")


@pytest.fixture
def equals(in_app, freeze):
    """Return a maker of a round that is over: (right, minutes, prediction) of each person."""

    def make(*given, **over):
        freeze(NOON)
        rules = {"ranking": BY_HAND, "individual_prizes": {"per_round": [1, 1]}} | over
        made = contests.contest(**rules)
        persons = []
        for n, (right, minutes, prediction) in enumerate(given, start=1):
            persons.append(entered(made, n))
            attempts.finished(
                made, persons[-1], right=right, minutes=minutes, prediction=prediction
            )
        rolled_up()
        freeze(OVER)
        db.session.rollback()
        return [one.id for one in persons]

    return make


def place(*persons, tied_with=None, number=1, at=OVER):
    db.session.rollback()
    decision = Decision(tied_with=tied_with or persons[0], person_ids=persons)
    with transaction():
        service.place_by_hand("tim-hieu", number, decision, WHY, at=at)


def closed():
    db.session.rollback()
    return service.close_round("tim-hieu", 1, WHY)


def undone():
    db.session.rollback()
    with transaction():
        service.undo_close("tim-hieu", 1, WHY, at=OVER)


def ranks(number=1):
    """Return person → final rank of what is shown."""
    contest = get_contest("tim-hieu")
    generation = contest.rounds[0].generation if number else contest.generation
    rows = db.session.execute(
        select(Standing.person_id, Standing.rank).where(
            Standing.round_number == number, Standing.generation == generation
        )
    ).all()
    db.session.rollback()
    return {row.person_id: row.rank for row in rows}


def shown_ranks(client):
    found = client.get("/c/tim-hieu/boards/people.json?round=1").get_json()["rows"]
    return [row["rank"] for row in found]


def agrees(run):
    db.session.rollback()
    outcome = run("standings", "verify", "tim-hieu")
    return outcome.exit_code == 0 or outcome.output


def ties(number=1, at=OVER):
    found = service.get_ties(get_contest("tim-hieu"), number, at=at)
    db.session.rollback()
    return found


def told(number=1):
    """Return (rank, how many, whether a prize's border runs through, whom) of each tie."""
    return [
        (tie.rank, tie.count, tie.is_at_border, [one.person.id for one in tie.people])
        for tie in ties(number).ties
    ]


def test_equals_follow_each_other_as_the_organisers_decided(equals, client, run):
    a, b, c, d = equals(EQUAL, EQUAL, EQUAL, (19, 1, 7))

    place(c, a)
    closed()

    assert ranks() == {c: 1, a: 2, b: 3, d: 4}
    assert shown_ranks(client) == [1, 2, 3, 4]
    assert agrees(run) is True


def test_every_other_key_comes_before_what_was_decided(equals, run):
    # Nobody has everything right: the truth is 0, the nearer prediction is the second's.
    far, near, slow = equals((19, 5, 9), (19, 5, 1), (19, 6, 0))

    place(far, near)
    closed()

    assert ranks() == {near: 1, far: 2, slow: 3}
    assert agrees(run) is True


def test_a_decision_waits_for_the_end_and_is_refused_once_closed_until_that_is_undone(equals, run):
    a, b = equals(EQUAL, EQUAL)
    with pytest.raises(TooEarlyToDecide):
        place(b, a, at=ROUND.closes_at + timedelta(seconds=15))
    closed()
    assert ranks() == {a: 1, b: 1}
    with pytest.raises(AlreadyClosed):
        place(b, a)
    db.session.rollback()

    undone()
    place(b, a)
    closed()

    assert ranks() == {b: 1, a: 2}
    assert agrees(run) is True


def test_nothing_is_decided_while_a_close_is_under_way(equals):
    a, b = equals(EQUAL, EQUAL)
    assert stopped_at(2, closed)

    with pytest.raises(CloseUnderWay):
        place(b, a)


@pytest.mark.parametrize("wrong", [(0, 2), (0, 0), (2,), (3,)])
def test_only_people_who_share_a_rank_are_placed_each_once(equals, wrong):
    persons = [*equals(EQUAL, EQUAL, (20, 6, 7)), 987_654]

    with pytest.raises(NotTied):
        place(*(persons[n] for n in wrong))


def test_rules_without_the_key_leave_nothing_to_decide(equals):
    a, b = equals(EQUAL, EQUAL, ranking=BY_HAND[:-1])

    with pytest.raises(NoDecisionByHand):
        place(b, a)


def test_a_new_decision_takes_the_place_of_the_one_before_and_may_be_none(equals):
    a, b, c = equals(EQUAL, EQUAL, EQUAL)

    place(a, b, c)
    place(c, b)
    kept = db.session.execute(
        select(PlaceByHand.person_id, PlaceByHand.place).where(PlaceByHand.round_number == 1)
    ).all()
    assert sorted(map(tuple, kept)) == sorted([(c, 1), (b, 2)])
    place(tied_with=a)

    closed()
    assert ranks() == {a: 1, b: 1, c: 1}


def test_the_only_round_is_the_whole_contest(equals, run):
    a, b = equals(EQUAL, EQUAL)

    place(b, a)
    closed()

    assert ranks(1) == ranks(0) == {b: 1, a: 2}
    assert agrees(run) is True


def test_the_whole_contest_of_several_rounds_is_decided_on_its_own(equals, freeze, run):
    a, b = equals(EQUAL, EQUAL, windows=(ROUND, NEXT))
    freeze(NEXT.closes_at + timedelta(seconds=16))
    place(b, a, number=0, at=NEXT.closes_at + timedelta(seconds=16))

    closed()
    with pytest.raises(AlreadyClosed):
        place(b, a, at=NEXT.closes_at + timedelta(seconds=16))
    place(a, b, number=0, at=NEXT.closes_at + timedelta(seconds=16))
    place(b, a, number=0, at=NEXT.closes_at + timedelta(seconds=16))
    db.session.rollback()
    service.close_round("tim-hieu", 2, WHY)

    assert (ranks(1), ranks(0)) == ({a: 1, b: 1}, {b: 1, a: 2})
    assert agrees(run) is True
    with pytest.raises(AlreadyClosed):
        place(a, b, number=0, at=NEXT.closes_at + timedelta(seconds=16))


def test_verify_names_a_decision_that_was_changed_after_the_close(equals, run):
    a, b = equals(EQUAL, EQUAL)
    place(b, a)
    closed()
    with transaction():
        db.session.execute(text("UPDATE place_by_hand SET place = 3 - place"))

    assert f"person {a}: standing rank is 2, recounted 1" in agrees(run)


def test_a_rebuild_keeps_what_was_decided(equals, run):
    a, b = equals(EQUAL, EQUAL)
    place(b, a)
    closed()
    db.session.rollback()

    assert run("standings", "rebuild", "tim-hieu").exit_code == 0

    assert ranks() == {b: 1, a: 2}
    assert agrees(run) is True


def test_a_tie_is_told_where_a_border_between_prizes_runs_through_it(equals):
    ranking = {"ranking": BY_HAND[:-1]}
    given = [(20, 5, 7), (20, 6, 7), (20, 6, 7), (19, 6, 7), (19, 6, 7)]
    persons = equals(*given, **ranking)
    closed()

    # The first two get a prize: the second is shared. The last two share a rank that has none.
    assert told() == [(2, 2, True, persons[1:3])]
    assert ties().is_final


def test_a_tie_of_more_people_than_prizes_is_told_whole(equals):
    persons = equals(*[EQUAL] * 4, ranking=BY_HAND[:-1])
    closed()

    assert told() == [(1, 4, True, persons)]


def test_where_the_rules_let_organisers_decide_every_tie_is_told(equals):
    persons = equals((20, 5, 7), (19, 5, 7), (18, 5, 7), (18, 5, 7))

    closed()

    assert told() == [(3, 2, False, persons[2:])]


def test_organisers_decide_by_command_with_a_reason_in_the_log(equals, run):
    def said_by(*command):
        db.session.rollback()
        return run("contests", *command).output

    a, b = equals(EQUAL, EQUAL)
    said = said_by("close", "tim-hieu", 1)
    codes = [line.split()[0] for line in said.splitlines() if line.startswith("    ")]
    assert "2 người cùng hạng 1, ranh giới giải nằm giữa" in said
    command = ("place-by-hand", "tim-hieu", 1, *reversed(codes), "--reason", "bốc thăm")
    assert "đã chốt" in said_by(*command)
    assert "Đã bỏ chốt" in said_by("close", "tim-hieu", 1, "--undo", "--reason", "hòa")

    assert "Đã ghi thứ tự" in said_by(*command)
    assert "đã xếp tay thứ 1" in said_by("ties", "tim-hieu")
    assert "Đã chốt" in said_by("close", "tim-hieu", 1)

    assert ranks() == {b: 1, a: 2}
    entry = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "standings.place_by_hand")
    ).one()
    assert (entry.reason, entry.before_digest) == ("bốc thăm", None)
    assert entry.after_digest is not None


def test_while_a_target_is_open_nobody_is_told_how_many_share_a_rank_far_down(equals):
    persons = equals(*[EQUAL] * 101)

    assert told() == [(1, None, True, persons[:100])]
    closed()
    assert told()[0][:2] == (1, 101)


@pytest.fixture
def signed_in(new_client):
    """Return a maker of clients of organisers who were granted a role at a unit."""

    def make(role, unit=None):
        people.organiser(phone="0987 650 431", role=role, unit=unit, at=OVER)
        db.session.rollback()
        client = new_client()
        form = Page(client.get("/signin").text).forms[0]
        fields = {"phone": "0987 650 431", "password": people.PASSWORD}
        assert client.post("/signin", data=form.hidden | fields).status_code == 303
        return client

    return make


def sent(client, places, reason="bốc thăm", number=1):
    """Fill the form of the page's first tie: places as typed, from above; return the answer."""
    form = Page(client.get("/admin/c/tim-hieu/ties").text).forms[-1]
    fields = [name for name in form.names if name.startswith("place-")]
    typed = dict(zip(fields, places, strict=True))
    path = f"/admin/c/tim-hieu/ties/{number}"
    return client.post(path, data=form.hidden | typed | {"reason": reason})


def test_where_nobody_may_order_equals_the_page_says_what_holds(equals, signed_in):
    equals(EQUAL, EQUAL, EQUAL, ranking=BY_HAND[:-1])

    page = signed_in(Role.ORGANISER).get("/admin/c/tim-hieu/ties").text

    assert "Trao thêm giải hay chia giải thì theo quy chế đã ký" in page


def test_organisers_decide_on_a_page(equals, signed_in):
    a, b, c = equals(EQUAL, EQUAL, EQUAL)
    client = signed_in(Role.ORGANISER)
    page = client.get("/admin/c/tim-hieu/ties").text
    assert "Ranh giới giữa hai giải" in page
    assert "theo quy chế đã ký" not in page  # here organisers decide

    answer = sent(client, ["2", "", "1"])

    assert answer.status_code == 303
    assert 'value="2"' in client.get(answer.location).text
    closed()
    assert ranks() == {c: 1, a: 2, b: 3}
    after = client.get("/admin/c/tim-hieu/ties").text
    assert ("Kết quả đã chốt" in after, "<form" in after.partition("<main")[2]) == (False, False)


@pytest.mark.parametrize(
    ("places", "reason", "words"),
    [
        (["1", "1"], "bốc thăm", "khác nhau"),
        (["1", "x"], "bốc thăm", "khác nhau"),
        (["0", "1"], "bốc thăm", "khác nhau"),
        (["2", "1"], " ", "lý do"),
    ],
)
def test_an_order_that_is_not_clear_is_shown_again_as_typed(
    equals, signed_in, places, reason, words
):
    equals(EQUAL, EQUAL)
    client = signed_in(Role.OWNER)

    answer = sent(client, places, reason)

    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{places[0]}"' in answer.text
    assert db.session.scalars(select(PlaceByHand.person_id)).all() == []


@pytest.mark.parametrize(
    ("role", "where", "seen", "placed"),
    [
        (Role.AUDITOR, None, 200, 403),
        (Role.HELP_DESK, None, 200, 403),
        (Role.OWNER, "P_A", 404, 404),
    ],
)
def test_only_who_was_granted_everybody_decides(equals, signed_in, role, where, seen, placed):
    equals(EQUAL, EQUAL)
    unit = units.made_units(units.unit_row("P_A"))["P_A"] if where else None
    client = signed_in(role, unit)
    token = Page(client.get("/admin/account").text).forms[0].hidden

    assert client.get("/admin/c/tim-hieu/ties").status_code == seen
    answer = client.post("/admin/c/tim-hieu/ties/1", data=token | {"reason": "bốc thăm"})

    assert answer.status_code == placed
    assert db.session.scalars(select(PlaceByHand.person_id)).all() == []
