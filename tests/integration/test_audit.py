"""The audit log in the database: appended in order, never changed, checked by a command."""

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from quizapp.audit import service
from quizapp.audit.rules import ChainProblem, Fault
from quizapp.db import db, transaction
from quizapp.insert_only import trigger_names

AT = datetime(2026, 11, 22, 1, 2, 3, 456789, tzinfo=UTC)


def write_entries(count):
    with transaction():
        for number in range(1, count + 1):
            service.record(
                "contest.created", actor="organiser:12", object=f"contest:{number}", at=AT
            )


def tamper(*statements):
    """Change the log as somebody could who owns the database."""
    with db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        else:
            for name in trigger_names("audit_entry", "sqlite"):
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.exec_driver_sql(statement)


def problems():
    found = service.verify_chain()
    db.session.rollback()
    return found


def test_what_was_recorded_reads_back_as_a_sound_chain(in_app):
    assert problems() == []
    write_entries(3)
    assert problems() == []
    rows = db.session.execute(text("SELECT id, object FROM audit_entry ORDER BY id")).all()
    assert rows == [(1, "contest:1"), (2, "contest:2"), (3, "contest:3")]


def test_only_digests_of_before_and_after_are_kept(in_app):
    with transaction():
        service.record(
            "unit.renamed",
            actor="system",
            object="unit:7",
            before={"name": "Tỉnh Đồng Nai"},
            after={"name": "Thành phố Đồng Nai"},
            at=AT,
        )
    row = db.session.execute(text("SELECT * FROM audit_entry")).mappings().one()
    assert "Đồng Nai" not in str(dict(row))
    assert row["before_digest"] != row["after_digest"]


def test_what_is_undone_leaves_no_entry_and_no_gap(in_app):
    write_entries(1)
    with transaction() as turn:
        service.record("contest.created", actor="system", object="contest:9", at=AT)
        turn.undo()
    with transaction():
        service.record("contest.created", actor="system", object="contest:2", at=AT)
    assert problems() == []
    assert service.get_head()[0] == 2


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE audit_entry SET actor = 'organiser:1' WHERE id = 2", {(2, Fault.ALTERED)}),
        (
            "DELETE FROM audit_entry WHERE id = 2",
            {(2, Fault.MISSING), (3, Fault.UNCHAINED)},
        ),
    ],
)
def test_altering_or_deleting_an_entry_is_found(in_app, statement, expected):
    write_entries(4)
    tamper(statement)
    assert problems() == [ChainProblem(id=n, fault=fault) for n, fault in sorted(expected)]


def test_swapping_two_entries_is_found(in_app):
    write_entries(4)
    tamper(
        "UPDATE audit_entry SET id = 99 WHERE id = 2",
        "UPDATE audit_entry SET id = 2 WHERE id = 3",
        "UPDATE audit_entry SET id = 3 WHERE id = 99",
    )
    assert {found.id for found in problems()} == {2, 3, 4}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor = 'system'",
        "DELETE FROM audit_entry",
        "INSERT INTO audit_entry SELECT * FROM audit_entry",
    ],
)
def test_the_application_itself_cannot_change_the_log(in_app, statement):
    write_entries(2)
    with pytest.raises(DBAPIError), transaction():
        db.session.execute(text(statement))
    assert problems() == []


def test_entries_written_at_the_same_time_follow_one_another(in_app):
    start = threading.Barrier(4)

    def write(worker):
        with in_app.app_context():
            start.wait()
            for number in range(5):
                with transaction():
                    service.record(
                        "contest.created",
                        actor="system",
                        object=f"contest:{worker}-{number}",
                        at=AT,
                    )

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems() == []
    assert service.get_head()[0] == 20


def test_the_command_says_that_all_is_well_and_what_to_note_down(run, in_app):
    write_entries(2)
    number, digest = service.get_head()
    db.session.rollback()
    result = run("audit", "verify")
    assert result.exit_code == 0
    assert f"{number}:{digest}" in result.output
    assert run("audit", "verify", "--head", f"{number}:{digest}").exit_code == 0


def test_the_command_names_the_entry_that_was_changed(run, in_app):
    write_entries(3)
    tamper("UPDATE audit_entry SET reason = 'khác' WHERE id = 2")
    result = run("audit", "verify")
    assert result.exit_code == 1
    assert "dòng 2" in result.output
    assert "dòng 3" not in result.output


def test_an_end_that_was_cut_off_is_found_by_a_head_noted_earlier(run, in_app):
    write_entries(3)
    number, digest = service.get_head()
    db.session.rollback()
    tamper("DELETE FROM audit_entry WHERE id = 3")
    assert run("audit", "verify").exit_code == 0
    assert run("audit", "verify", "--head", f"{number}:{digest}").exit_code == 1
