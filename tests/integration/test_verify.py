"""`standings verify` finds what was changed by hand; `rebuild` repairs it."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from quizapp.contests.service import get_contest
from quizapp.db import db, transaction
from quizapp.units.kinds import UnitKind
from tests.integration.harness import watch_writes
from tests.making import attempts, contests, people, units
from tests.making.boards import rolled_up
from tests.making.contests import NOON


@pytest.fixture
def contest(in_app, freeze):
    freeze(NOON)
    made = contests.contest()
    for n in range(1, 5):
        person = people.person(made.id, phone=f"0912{n:06d}", source=f"198.51.100.{n}")
        attempts.finished(made, person, right=5 * n - 2, minutes=n)
        if n == 2:
            attempts.finished(made, person, right=20, at=NOON + timedelta(hours=1))
    rolled_up()
    return made


def changed(statement):
    db.session.rollback()
    with transaction():
        db.session.execute(text(statement))


def test_an_untouched_contest_agrees_in_one_line(contest, run):
    db.session.rollback()
    outcome = run("standings", "verify", "tim-hieu")

    assert outcome.exit_code == 0, outcome.output
    assert outcome.output.startswith("Khớp: 5 bài, 4 người")


ROUND_1 = "WHERE round_number = 1 AND person_id ="
CHANGES = [
    (f"UPDATE standing SET points_milli = 20000 {ROUND_1} 1", "person 1: standing points_milli"),
    (f"UPDATE standing SET attempts = 9 {ROUND_1} 2", "person 2: standing attempts"),
    (
        f"UPDATE standing SET rank_key = (SELECT rank_key FROM standing {ROUND_1} 1) {ROUND_1} 4",
        "rank is",
    ),
    (f"DELETE FROM standing {ROUND_1} 3", "person 3: no standing"),
    (
        "UPDATE standing SET points_milli = 1 WHERE round_number = 0 AND person_id = 1",
        "round 0, person 1: standing points_milli",
    ),
    ("UPDATE unit_count SET people = people + 1 WHERE round_number = 1", "unit 0: counts are"),
    (f"UPDATE tally SET attempts = 7 {ROUND_1} 1", "person 1: tallied"),
    ("UPDATE attempt SET points_milli = 1000 WHERE id = 1", "attempt 1: points_milli is 1000"),
    ("UPDATE attempt SET duration_ms = 1 WHERE id = 1", "attempt 1: duration_ms is 1"),
    (
        "UPDATE attempt SET unit_assigned_id = (SELECT min(id) FROM unit) WHERE id = 1",
        "standing unit_id",
    ),
    (
        "UPDATE snapshot SET body = '[]' WHERE board = 'people'",
        "round 1, board people (then): 0 rows",
    ),
]


@pytest.mark.parametrize(("statement", "words"), CHANGES)
def test_what_was_changed_by_hand_is_named(contest, run, statement, words):
    changed(statement)

    outcome = run("standings", "verify", "tim-hieu")

    assert outcome.exit_code == 1
    assert words in outcome.output


def test_an_answer_changed_by_hand_is_found(contest, run):
    row = db.session.execute(text("SELECT id, answers FROM attempt WHERE id = 1")).one()
    answers = bytearray(row.answers)
    answers[1:] = bytes(len(answers) - 1)
    db.session.rollback()
    with transaction():
        update = text("UPDATE attempt SET answers = :answers WHERE id = 1")
        db.session.execute(update, {"answers": bytes(answers)})

    outcome = run("standings", "verify", "tim-hieu")

    assert "attempt 1: right_count is" in outcome.output


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM standing WHERE person_id = 3",
        "UPDATE standing SET points_milli = 20000, unit_id = 1 WHERE person_id = 1",
        "UPDATE unit_count SET people = 77",
        "DELETE FROM tally",
        "UPDATE snapshot SET body = '[]'",
    ],
)
def test_a_rebuild_repairs_in_a_new_generation(contest, run, statement):
    changed(statement)

    rebuilt = run("standings", "rebuild", "tim-hieu")

    assert "4 người" in rebuilt.output, rebuilt.output
    db.session.rollback()
    outcome = run("standings", "verify", "tim-hieu")
    assert outcome.exit_code == 0, outcome.output


def test_results_go_on_counting_after_a_rebuild(contest, run, client):
    db.session.rollback()
    run("standings", "rebuild", "tim-hieu")
    late = people.person(contest.id, phone="0987654321", source="198.51.100.77")
    fresh = get_contest("tim-hieu")
    db.session.rollback()
    attempts.finished(fresh, late, right=20, minutes=1)
    rolled_up()

    board = client.get("/c/tim-hieu/boards/people.json?round=1").get_json()["rows"]

    assert (board[0]["rank"], board[0]["points"], len(board)) == (1, 20, 5)
    outcome = run("standings", "verify", "tim-hieu")
    assert outcome.exit_code == 0, outcome.output


def test_what_the_worker_has_not_seen_yet_is_a_note_and_no_difference(contest, run):
    late = people.person(contest.id, phone="0987654321", source="198.51.100.77")
    attempts.finished(contest, late, right=20, minutes=1)

    outcome = run("standings", "verify", "tim-hieu")

    assert outcome.exit_code == 0, outcome.output
    assert "Lưu ý: 1 người có kết quả mới chưa được cộng dồn" in outcome.output
    changed("UPDATE unit_count SET people = people + 1 WHERE round_number = 1")
    assert "unit 0: counts are" in run("standings", "verify", "tim-hieu").output


@pytest.mark.parametrize("units_as", ["then", "now"])
def test_a_board_of_units_changed_by_hand_is_named(contest, run, units_as):
    made = units.made_units(units.unit_row("P_HUE"))
    person = people.person(
        contest.id,
        phone="0987654321",
        source="198.51.100.7",
        unit_id=made["P_HUE"].id,
        unit_text=None,
    )
    attempts.finished(contest, person)
    rolled_up()
    db.session.rollback()
    assert run("standings", "verify", "tim-hieu").exit_code == 0
    changed(
        r"""UPDATE snapshot SET body = replace(body, '"people"\:1', '"people"\:2')"""
        f" WHERE board = 'provinces' AND units_as = '{units_as}'"
    )

    outcome = run("standings", "verify", "tim-hieu")

    assert f"round 1, board provinces ({units_as}): 1 rows that differ" in outcome.output


@pytest.fixture
def provinces(contest):
    """Two provinces, each with a result on the boards."""
    made = units.made_units(units.unit_row("P_HUE"), units.unit_row("P_LAO_CAI"))
    for n, unit in enumerate(made.values(), start=1):
        person = people.person(
            contest.id,
            phone=f"098765432{n}",
            source=f"198.51.100.{n}",
            unit_id=unit.id,
            unit_text=None,
        )
        attempts.finished(contest, person, right=10 + n)
    rolled_up()
    db.session.rollback()
    return made


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            (
                """UPDATE snapshot SET body = replace(body, 'mean_centi"\\:1', 'mean_centi"\\:2')"""
                """ WHERE board = 'provinces' AND units_as = 'then'"""
            ),
            "round 1, board provinces (then): 2 rows that differ",
        ),
        (
            "DELETE FROM snapshot WHERE board = 'provinces' AND units_as = 'now'",
            "round 1, board provinces (now): not there",
        ),
    ],
)
def test_a_board_with_other_means_and_one_that_is_gone_are_named(provinces, run, statement, words):
    assert run("standings", "verify", "tim-hieu").exit_code == 0
    changed(statement)

    outcome = run("standings", "verify", "tim-hieu")

    assert outcome.exit_code == 1
    assert words in outcome.output


def test_a_recount_reads_all_units_at_once(contest, provinces, run, app):
    def statements():
        db.session.rollback()
        with watch_writes(app) as watch:
            assert run("standings", "verify", "tim-hieu").exit_code == 0
        db.session.rollback()
        return len(watch.statements)

    statements()  # rules and bank come into the process
    rows = [
        units.unit_row(f"X{n}", parent_code="P_HUE", kind=UnitKind.UPPER, name=f"Công đoàn xã {n}")
        for n in range(20)
    ]
    made = units.made_units(*rows)

    def taking_part(n, unit):
        person = people.person(
            contest.id, phone=f"09777777{n:02d}", source="x", unit_id=unit.id, unit_text=None
        )
        attempts.finished(contest, person)
        rolled_up()

    taking_part(0, made["X0"])  # beside what each board costs: there are some more now
    before = statements()
    for n in range(1, 20):
        taking_part(n, made[f"X{n}"])

    assert statements() == before


def test_an_unknown_contest_is_refused_in_words(in_app, run):
    outcome = run("standings", "verify", "khong-co")

    assert outcome.exit_code == 1
    assert "Không tìm thấy cuộc thi" in outcome.output
