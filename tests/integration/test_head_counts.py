"""Head counts are entered, locked for good, and make rates of the boards."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from quizapp import worker
from quizapp.contests.models import Round
from quizapp.db import db, transaction
from quizapp.people.service import Role
from quizapp.units.errors import CountLocked
from tests.integration.test_corrections import agreed, board
from tests.integration.test_desk import signed_in, token_of
from tests.making import attempts, contests, people, units
from tests.making.contests import NOON

__all__ = ["signed_in"]
PAGE = "/admin/head-counts"
OPEN_RULES = {"prediction": None, "ranking": ["score desc", "duration asc"]}


@pytest.fixture
def provinces(in_app, freeze):
    freeze(NOON)
    people.national_unit()
    return units.made_units(units.unit_row("P_A"), units.unit_row("P_B"))


@pytest.fixture
def contest(provinces):
    made = contests.contest(**OPEN_RULES)
    for n, (code, right) in enumerate([("P_A", 20), ("P_A", 5), ("P_B", 11)]):
        unit_id = provinces[code].id
        who = people.person(made.id, phone=f"0914{n:06d}", unit_id=unit_id, unit_text=None)
        attempts.finished(made, who, right=right)
    assert agreed(made) == []
    return made


def made_again(contest):
    """Let the worker look at every board, as it does after a head count was locked."""
    db.session.rollback()
    worker.run_once(known=worker.all_scopes())
    assert agreed(contest) == []


def test_a_rate_comes_from_locked_counts_only(contest, client):
    units.head_count("P_A", 3)
    made_again(contest)
    rows = {row["unit"]["code"]: row for row in board(client, "provinces")}
    assert "rate_percent" not in rows["P_A"]

    units.head_count("P_A", 3, day=date(2026, 10, 2), is_locked=True)
    made_again(contest)
    rows = {row["unit"]["code"]: row for row in board(client, "provinces")}
    assert (rows["P_A"]["rate_percent"], rows["P_A"]["members"]) == (66.67, 3)
    assert "rate_percent" not in rows["P_B"]


def test_the_newest_locked_count_of_before_the_end_counts(contest, client):
    units.head_count("P_A", 10, day=date(2026, 9, 1), is_locked=True)
    units.head_count("P_A", 8, day=date(2026, 11, 1), is_locked=True)
    after = contests.ROUND.closes_at.date() + timedelta(days=1)
    units.head_count("P_A", 100, day=after, is_locked=True)
    made_again(contest)

    assert board(client, "provinces")[0]["rate_percent"] == 25


def test_more_people_than_members_is_shown_as_a_problem(contest, client):
    units.head_count("P_A", 1, is_locked=True)
    made_again(contest)

    row = board(client, "provinces")[0]
    assert (row["rate_percent"], row["has_problem"]) == (200, True)
    assert "Nhiều hơn số đoàn viên" in client.get("/c/tim-hieu/boards/provinces").text


def test_boards_can_be_ordered_by_rate_and_by_mean_points(contest, client):
    units.head_count("P_A", 100, is_locked=True)
    units.head_count("P_B", 10, is_locked=True)
    made_again(contest)

    def ranked(order):
        rows = board(client, "provinces", order=order)
        return [(row["rank"], row["unit"]["code"]) for row in rows]

    assert ranked("people") == [(1, "P_A"), (2, "P_B")]
    assert ranked("rate") == [(1, "P_B"), (2, "P_A")]
    assert ranked("mean") == [(1, "P_A"), (2, "P_B")]
    assert [row["mean_points"] for row in board(client, "provinces")] == [12.5, 11]
    page = client.get("/c/tim-hieu/boards/provinces?order=rate").text
    assert "10\xa0%" in page
    assert client.get("/c/tim-hieu/boards/provinces?order=wealth").status_code == 404
    assert client.get("/c/tim-hieu/boards/people?order=rate").status_code == 404


def test_means_wait_for_the_close_where_the_number_of_all_right_is_predicted(
    provinces, client, freeze
):
    contest = contests.contest()
    unit_id = provinces["P_A"].id
    who = people.person(contest.id, phone="0914000001", unit_id=unit_id, unit_text=None)
    attempts.finished(contest, who, right=20)
    assert agreed(contest) == []

    assert "mean_points" not in board(client, "provinces")[0]
    assert "Điểm trung bình" not in client.get("/c/tim-hieu/boards/provinces").text

    freeze(contests.ROUND.closes_at + timedelta(days=1))
    assert "mean_points" not in board(client, "provinces")[0]

    with transaction():
        db.session.execute(update(Round).values(closed_at=Round.closes_at))
    assert board(client, "provinces")[0]["mean_points"] == 20


def test_a_rate_as_now_needs_the_count_of_every_predecessor(in_app, freeze, client):
    """Two provinces that took part became one: its rate is of both, or is not shown."""
    freeze(NOON)
    people.national_unit()
    ends, begins = date(2026, 11, 22), date(2026, 11, 23)
    old = {"valid_to": ends, "successor_code": "P_NEW"}
    made = units.made_units(
        units.unit_row("P_A", **old),
        units.unit_row("P_B", **old),
        units.unit_row("P_NEW", valid_from=begins),
    )
    contest = contests.contest(**OPEN_RULES)
    for n, code in enumerate(["P_A", "P_A", "P_B"]):
        unit_id = made[code].id
        who = people.person(contest.id, phone=f"0914{n:06d}", unit_id=unit_id, unit_text=None)
        attempts.finished(contest, who)
    units.head_count("P_A", 10, is_locked=True)
    made_again(contest)
    (row,) = board(client, "provinces", units="now")
    assert (row["people"], "rate_percent" in row) == (3, False)
    assert board(client, "provinces")[0]["rate_percent"] == 20

    units.head_count("P_B", 20, is_locked=True)
    made_again(contest)
    (row,) = board(client, "provinces", units="now")
    assert (row["rate_percent"], row["members"]) == (10, 30)


def test_a_locked_count_is_changed_by_nobody_and_nothing(provinces):
    units.head_count("P_A", 10, is_locked=True)

    with pytest.raises(CountLocked):
        units.head_count("P_A", 11)
    for statement in (
        "UPDATE head_count SET members = 11",
        "UPDATE head_count SET locked_at = NULL, locked_by = NULL",
        "DELETE FROM head_count",
    ):
        with pytest.raises(DBAPIError), db.engine.begin() as connection:
            connection.execute(text(statement))
    assert db.session.scalar(text("SELECT members FROM head_count")) == 10


def posted(client, path=PAGE, **fields):
    typed = {"unit": "P_A", "members": "1.200", "counted_on": "2026-10-01", "source": "BC 12"}
    return client.post(path, data=token_of(client) | typed | fields)


def test_a_count_is_entered_and_locked_on_the_page(provinces, signed_in):
    client = signed_in(Role.ORGANISER, provinces["P_A"])

    assert posted(client).status_code == 303
    assert "1.200" in client.get(PAGE).text
    assert posted(client, members="1.300").status_code == 303
    assert posted(client, f"{PAGE}/lock").status_code == 303
    page = client.get(PAGE).text
    assert "1.300" in page
    assert "Đã khóa" in page
    assert "(Trần Thị Bình)" in page  # who locked it
    assert "organiser:" not in page
    assert posted(client, members="1").status_code == 409
    assert posted(client, f"{PAGE}/lock").status_code == 409


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"members": "nhiều"}, "không phải số đoàn viên"),
        ({"counted_on": "hôm qua"}, "không phải là ngày"),
        ({"counted_on": "31/02/2026"}, "viết như 01/09/2026"),
        ({"counted_on": "01/01/2027"}, "ngày 01/01/2027 chưa đến"),
        ({"source": " "}, "thiếu nguồn"),
        ({"unit": "P_KHAC"}, "không có đơn vị nào giống vậy"),
        ({"unit": "lien doan"}, "Gần giống: "),
        ({"unit": " "}, "Hãy ghi tên hoặc mã đơn vị."),
    ],
)
def test_a_bad_count_is_refused_in_words_and_stays_in_the_form(provinces, signed_in, fields, words):
    client = signed_in(Role.OWNER)

    answer = posted(client, **fields)

    assert answer.status_code in {404, 422}
    assert words in answer.text
    assert 'value="BC 12"' in answer.text or "source" in fields


def test_a_unit_is_named_by_code_or_words_and_a_day_is_written_as_elsewhere(provinces, signed_in):
    client = signed_in(Role.OWNER)
    assert "Viết như 01/09/2026." in client.get(PAGE).text

    for unit, day in (("lien doan p_a", "1/9/2026"), ("p_a", "02/09/2026"), ("P_A", "2026-09-03")):
        assert posted(client, unit=unit, counted_on=day).status_code == 303

    counted = db.session.execute(text("SELECT counted_on FROM head_count ORDER BY counted_on"))
    assert [str(day) for (day,) in counted] == ["2026-09-01", "2026-09-02", "2026-09-03"]


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/lock"])
def test_counts_of_elsewhere_are_out_of_reach_and_lookers_change_none(provinces, signed_in, path):
    units.head_count("P_B", 77, day=date(2026, 10, 1))
    units.head_count("VGCL", 99, day=date(2026, 10, 1))
    province = signed_in(Role.OWNER, provinces["P_A"])
    for unit in ("P_B", "VGCL"):
        assert posted(province, path, unit=unit).status_code == 404
    assert "77" not in province.get(PAGE).text

    auditor = signed_in(Role.AUDITOR, phone="0987 650 435")
    assert posted(auditor, path).status_code == 403


def test_a_count_that_a_command_locked_says_so(provinces, signed_in):
    units.head_count("P_A", 12, day=date(2026, 10, 1), is_locked=True, actor="command:quan-tri")

    page = signed_in(Role.OWNER).get(PAGE).text

    assert "(lệnh trên máy chủ, quan-tri)" in page


def test_a_file_is_imported_whole_or_not_at_all(provinces, run, tmp_path):
    file = tmp_path / "so.csv"
    file.write_text("code,members,counted_on,source\nP_A,10,2026-10-01,BC\nP_X,5,2026-10-01,BC\n")
    db.session.rollback()
    refused = run("units", "head-counts", file)
    assert refused.exit_code == 1
    assert "dòng 3, cột code: không có đơn vị mã P_X" in refused.output
    assert db.session.scalar(text("SELECT count(*) FROM head_count")) == 0

    file.write_text("code,members,counted_on,source\nP_A,10,2026-10-01,BC\nP_B,5,2026-10-01,BC\n")
    db.session.rollback()
    done = run("units", "head-counts", file, "--lock")
    assert (done.exit_code, done.output) == (0, "Đã nhập 2 số đoàn viên, đã khóa.\n")
    again = run("units", "head-counts", file)
    assert again.exit_code == 1
    assert "dòng 2, cột counted_on: số của ngày này đã khóa" in again.output
