"""What an organiser corrects moves the boards, and the recount agrees after each step."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from quizapp.attempts import service
from quizapp.attempts.errors import (
    AlreadyVoid,
    NothingToChange,
    NotVoid,
    PersonIsVoid,
    PersonNotValid,
    SamePerson,
    StillRunning,
    WasMerged,
)
from quizapp.attempts.models import Attempt
from quizapp.attempts.service import Why
from quizapp.audit.models import AuditEntry
from quizapp.db import db, transaction
from quizapp.people import service as people_service
from quizapp.results.service import verify_contest
from tests.making import attempts, contests, people, units
from tests.making.boards import rolled_up
from tests.making.contests import NOON, ROUND

WHY = Why(actor="organiser:7", reason="đối chiếu danh sách")
LATER = NOON + timedelta(hours=2)


@pytest.fixture
def provinces(in_app, freeze):
    freeze(NOON)
    people.national_unit()
    return units.made_units(units.unit_row("P_A"), units.unit_row("P_B"))


@pytest.fixture
def contest(provinces):
    return contests.contest()


def entered(contest, n, unit=None):
    given = {"unit_id": unit.id, "unit_text": None} if unit else {}
    return people.person(contest.id, phone=f"0912{n:06d}", source=f"198.51.100.{n}", **given)


def done(use_case, *args, why=WHY, at=LATER):
    db.session.rollback()
    with transaction():
        return use_case(*args, why, at=at)


def row_id(public_id):
    raw = service.decode_id(public_id)
    found = db.session.scalar(select(Attempt.id).where(Attempt.public_id == raw))
    db.session.rollback()
    return found


def agreed(contest):
    """Let the worker count, and return the recount's complaints."""
    db.session.rollback()
    rolled_up()
    db.session.rollback()
    found = verify_contest(contest.slug).problems
    db.session.rollback()
    return found


def board(client, name, slug="tim-hieu", **query):
    answer = client.get(f"/c/{slug}/boards/{name}.json", query_string=query)
    return answer.get_json()["rows"]


def provinces_shown(client, **query):
    rows = board(client, "provinces", **query)
    return {row["unit"]["code"]: (row["people"], row["attempts"]) for row in rows}


def audited():
    db.session.rollback()
    newest = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)
    return db.session.scalars(newest).one()


def test_a_corrected_person_moves_with_every_attempt_and_those_to_come(contest, provinces, client):
    person = entered(contest, 1, provinces["P_A"])
    attempts.finished(contest, person, right=12)
    assert agreed(contest) == []
    assert provinces_shown(client) == {"P_A": (1, 1)}

    moved = done(service.correct_person_unit, person.id, provinces["P_B"].id)

    assert moved == 1
    assert agreed(contest) == []
    assert provinces_shown(client) == {"P_B": (1, 1)}
    fresh = people_service.find_person(person.id)
    db.session.rollback()
    attempts.finished(contest, fresh, right=15, at=LATER)
    assert agreed(contest) == []
    assert provinces_shown(client) == {"P_B": (1, 2)}
    last = audited()
    assert (last.action, last.object, last.actor) == (
        "person.correct_unit",
        f"person:{person.id}",
        "organiser:7",
    )
    assert last.reason == WHY.reason


def test_what_was_declared_stays_written(contest, provinces):
    person = entered(contest, 1, provinces["P_A"])
    public_id = attempts.finished(contest, person)

    done(service.correct_person_unit, person.id, provinces["P_B"].id)

    row = attempts.attempt_row(public_id)
    assert (row.unit_declared_id, row.unit_assigned_id) == (
        provinces["P_A"].id,
        provinces["P_B"].id,
    )
    assert people_service.find_person(person.id).unit_id == provinces["P_A"].id


def test_a_free_text_finds_its_board_when_its_person_is_corrected(contest, provinces, client):
    person = entered(contest, 1)
    attempts.finished(contest, person)
    assert agreed(contest) == []
    assert provinces_shown(client) == {}

    done(service.correct_person_unit, person.id, provinces["P_A"].id)

    assert agreed(contest) == []
    assert provinces_shown(client) == {"P_A": (1, 1)}
    assert board(client, "people")[0]["person"]["unit"] == provinces["P_A"].name


def test_the_same_unit_again_is_refused_and_not_logged(contest, provinces):
    person = entered(contest, 1, provinces["P_A"])
    attempts.finished(contest, person)
    before = audited().id

    with pytest.raises(NothingToChange):
        done(service.correct_person_unit, person.id, provinces["P_A"].id)

    assert audited().id == before


def test_one_attempt_can_be_moved_by_itself(contest, provinces, client):
    person = entered(contest, 1, provinces["P_A"])
    worse = attempts.finished(contest, person, right=5)
    better = attempts.finished(contest, person, right=18, at=LATER)

    done(service.correct_attempt_unit, row_id(worse), provinces["P_B"].id)
    assert agreed(contest) == []
    assert provinces_shown(client) == {"P_A": (1, 2)}  # the one that counts did not move

    done(service.correct_attempt_unit, row_id(better), provinces["P_B"].id)
    assert agreed(contest) == []
    assert provinces_shown(client) == {"P_B": (1, 2)}


def test_a_void_attempt_leaves_the_next_best_one_and_comes_back(contest, provinces, client):
    person = entered(contest, 1, provinces["P_A"])
    attempts.finished(contest, person, right=5)
    better = attempts.finished(contest, person, right=18, at=LATER)
    assert agreed(contest) == []

    done(service.void_attempt, row_id(better))
    assert agreed(contest) == []
    assert [row["points"] for row in board(client, "people")] == [5]

    done(service.restore_attempt, row_id(better))
    assert agreed(contest) == []
    assert [row["points"] for row in board(client, "people", round=1)] == [18]


def test_a_person_whose_only_attempt_is_void_is_on_no_board(contest, provinces, client):
    person = entered(contest, 1, provinces["P_A"])
    other = entered(contest, 2, provinces["P_B"])
    public_id = attempts.finished(contest, person, right=20)
    attempts.finished(contest, other, right=3)
    assert agreed(contest) == []

    done(service.void_attempt, row_id(public_id))

    assert agreed(contest) == []
    for query in ({}, {"round": 1}):
        assert [row["points"] for row in board(client, "people", **query)] == [3]
        assert provinces_shown(client, **query) == {"P_B": (1, 1)}


def test_a_running_attempt_that_is_voided_ends_and_comes_back_as_expired(contest, provinces):
    person = entered(contest, 1, provinces["P_A"])
    public_id = attempts.started(contest, person)
    attempts.saved(public_id, person, attempts.right_letters(public_id))

    done(service.void_attempt, row_id(public_id), at=NOON + timedelta(minutes=3))
    assert attempts.attempt_row(public_id).state == "void"
    assert agreed(contest) == []

    done(service.restore_attempt, row_id(public_id))
    row = attempts.attempt_row(public_id)
    assert (row.state, row.right_count, row.duration_ms) == ("expired", 20, 180_000)
    assert agreed(contest) == []


def test_voiding_twice_or_restoring_what_counts_is_refused(contest, provinces):
    person = entered(contest, 1, provinces["P_A"])
    attempt = row_id(attempts.finished(contest, person))

    with pytest.raises(NotVoid):
        done(service.restore_attempt, attempt)
    done(service.void_attempt, attempt)
    with pytest.raises(AlreadyVoid):
        done(service.void_attempt, attempt)
    with pytest.raises(NotVoid):
        done(service.restore_person, person.id)


def test_a_void_person_leaves_every_board_and_begins_nothing(contest, provinces, client):
    person = entered(contest, 1, provinces["P_A"])
    attempts.finished(contest, person, right=20)
    assert agreed(contest) == []

    assert done(service.void_person, person.id) == 1

    assert agreed(contest) == []
    assert board(client, "people") == []
    assert provinces_shown(client) == {}
    fresh = people_service.find_person(person.id)
    db.session.rollback()
    with pytest.raises(PersonNotValid):
        attempts.started(contest, fresh, at=LATER)


def test_a_restored_person_brings_back_only_what_went_out_with_them(contest, provinces, client):
    person = entered(contest, 1, provinces["P_A"])
    cheated = attempts.finished(contest, person, right=20)
    attempts.finished(contest, person, right=9, at=LATER)
    done(service.void_attempt, row_id(cheated))
    done(service.void_person, person.id)

    with pytest.raises(PersonIsVoid):
        done(service.restore_attempt, row_id(cheated))
    assert done(service.restore_person, person.id) == 1

    assert agreed(contest) == []
    assert [row["points"] for row in board(client, "people")] == [9]
    assert attempts.attempt_row(cheated).state == "void"


def test_two_entries_merge_into_one_person_with_the_turns_of_both(contest, provinces, client):
    kept, second = entered(contest, 1, provinces["P_A"]), entered(contest, 2, provinces["P_B"])
    attempts.finished(contest, kept, right=8)
    attempts.finished(contest, second, right=17, at=NOON + timedelta(minutes=30))
    assert agreed(contest) == []

    merged = done(service.merge_people, kept.id, second.id)

    assert (merged.moved, merged.beyond) == (1, 0)
    assert agreed(contest) == []
    rows = board(client, "people")
    assert [(row["rank"], row["points"]) for row in rows] == [(1, 17)]
    assert provinces_shown(client) == {"P_A": (1, 2)}
    assert audited().action == "person.merge"


def test_turns_beyond_the_limit_are_the_latest_and_count_for_nothing(contest, provinces, client):
    """Two turns a round: who used four under two names keeps the two that began first."""
    kept, second = entered(contest, 1, provinces["P_A"]), entered(contest, 2, provinces["P_A"])
    for n, (person, right) in enumerate([(second, 4), (kept, 6), (second, 15), (kept, 20)]):
        at = NOON + timedelta(minutes=10 * n)
        attempts.finished(contest, person, right=right, minutes=2, at=at)
    assert agreed(contest) == []

    merged = done(service.merge_people, kept.id, second.id)

    assert (merged.moved, merged.beyond) == (1, 2)
    assert agreed(contest) == []
    assert [row["points"] for row in board(client, "people")] == [6]
    assert provinces_shown(client) == {"P_A": (1, 2)}


def test_a_turn_a_day_leaves_both_days_of_two_entries(in_app, freeze, client):
    freeze(NOON)
    contest = contests.contest(attempts={"per": "day", "max": 1})
    kept, second = entered(contest, 1), entered(contest, 2)
    attempts.finished(contest, second, right=4, minutes=2)
    attempts.finished(contest, kept, right=6, minutes=2, at=NOON + timedelta(minutes=10))
    attempts.finished(contest, kept, right=20, minutes=2, at=NOON + timedelta(days=1))
    rolled_up()

    merged = done(service.merge_people, kept.id, second.id)

    assert (merged.moved, merged.beyond) == (1, 1)
    assert agreed(contest) == []
    assert [row["points"] for row in board(client, "people")] == [20]


def test_one_turn_a_contest_is_one_over_all_rounds(in_app, freeze, client):
    freeze(NOON)
    later = type(ROUND)(opens_at=ROUND.closes_at, closes_at=ROUND.closes_at + timedelta(days=5))
    over = {"attempts": {"per": "contest", "max": 1}}
    contest = contests.contest(windows=(ROUND, later), **over)
    kept, second = entered(contest, 1), entered(contest, 2)
    attempts.finished(contest, second, right=4, minutes=2)
    attempts.finished(contest, kept, right=20, minutes=2, number=2, at=later.opens_at)
    rolled_up()

    merged = done(service.merge_people, kept.id, second.id)

    assert (merged.moved, merged.beyond) == (1, 1)
    assert agreed(contest) == []
    assert [row["points"] for row in board(client, "people")] == [4]


def test_a_merged_entry_takes_part_no_more_and_is_not_restored(contest, provinces):
    kept, second = entered(contest, 1, provinces["P_A"]), entered(contest, 2, provinces["P_A"])
    attempts.finished(contest, second)
    done(service.merge_people, kept.id, second.id)

    with pytest.raises(WasMerged):
        done(service.restore_person, second.id)
    with pytest.raises(PersonIsVoid):
        done(service.merge_people, kept.id, second.id)
    assert agreed(contest) == []


def test_a_merge_waits_for_a_running_paper_and_needs_two(contest, provinces):
    kept, second = entered(contest, 1, provinces["P_A"]), entered(contest, 2, provinces["P_A"])
    attempts.started(contest, second)

    with pytest.raises(StillRunning):
        done(service.merge_people, kept.id, second.id)
    with pytest.raises(SamePerson):
        done(service.merge_people, kept.id, kept.id)


def test_an_attempt_given_to_somebody_else_by_hand_is_counted_for_both(contest, provinces, client):
    """The trigger notices what no service does: the recount names it, the counts follow."""
    kept, second = entered(contest, 1, provinces["P_A"]), entered(contest, 2, provinces["P_B"])
    public_id = attempts.finished(contest, second)
    assert agreed(contest) == []
    db.session.rollback()
    with transaction():
        given = text("UPDATE attempt SET person_id = :kept WHERE id = :id")
        db.session.execute(given, {"kept": kept.id, "id": row_id_inside(public_id)})

    events = text("SELECT person_id FROM result_event ORDER BY id DESC LIMIT 2")
    assert set(db.session.scalars(events)) == {kept.id, second.id}


def row_id_inside(public_id):
    raw = service.decode_id(public_id)
    return db.session.scalar(select(Attempt.id).where(Attempt.public_id == raw))
