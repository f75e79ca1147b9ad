"""Head counts are read line by line, and give a rate only when all of them are there."""

from datetime import date

import pytest

from quizapp.standings.rules import Count, mean_centi, ordered_by
from quizapp.units.rules.head_counts import participation, read_head_counts, read_members

HEAD = "code,members,counted_on,source\n"


def problems(text):
    return [str(one) for one in read_head_counts("a.csv", text.encode())[1]]


@pytest.mark.parametrize(
    ("people", "members", "rate"),
    [
        (7, [12], 5833),
        (1, [3], 3333),
        (2, [3], 6667),
        (1, [8], 1250),
        (1, [80_000], 0),
        (1, [20_000], 1),
        (0, [5], 0),
        (5, [2, 3], 10_000),
    ],
)
def test_a_rate_has_two_decimals_of_a_percent_rounded_half_up(people, members, rate):
    found = participation(people, members)

    assert (found.rate, found.members, found.has_problem) == (rate, sum(members), False)


@pytest.mark.parametrize("members", [[], [None], [100, None]])
def test_a_part_of_the_members_gives_no_rate(members):
    assert participation(10, members) is None


def test_more_people_than_members_is_a_problem_and_not_capped():
    found = participation(130, [100])

    assert (found.rate, found.has_problem) == (13_000, True)
    assert not participation(100, [100]).has_problem


def test_a_good_file_is_read_whatever_its_order_and_separator():
    text = "\ufeffsource;Members;code;counted_on\r\nBC 12;1.234.567;p_a;2026-09-01\r\n\r\n"
    rows, found = read_head_counts("a.csv", text.encode())

    assert found == []
    (row,) = rows
    assert (row.code, row.members, row.counted_on, row.source) == (
        "P_A",
        1_234_567,
        date(2026, 9, 1),
        "BC 12",
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("P A,12,2026-09-01,BC", "cột code: “P A” không phải mã đơn vị"),
        ("P_A,0,2026-09-01,BC", "cột members: “0” không phải số đoàn viên"),
        ("P_A,12a,2026-09-01,BC", "cột members"),
        ("P_A,-5,2026-09-01,BC", "cột members"),
        ("P_A,99999999999,2026-09-01,BC", "cột members"),
        ("P_A,12,01/09/2026,BC", "cột counted_on: “01/09/2026” không phải là ngày"),
        ("P_A,12,2026-02-30,BC", "cột counted_on"),
        ("P_A,12,2026-09-01,", "cột source: thiếu nguồn"),
        ("P_A,12", "cột counted_on"),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_column(line, words):
    (found,) = problems(f"{HEAD}P_B,5,2026-09-01,BC\n{line}\n")

    assert found.startswith("a.csv, dòng 3, ")
    assert words in found


def test_a_unit_twice_on_a_day_and_a_missing_column_are_named():
    twice = problems(f"{HEAD}P_A,5,2026-09-01,BC\nP_A,6,2026-09-01,BC\n")

    assert twice == ["a.csv, dòng 3, cột code: P_A ngày 2026-09-01 đã có ở dòng 2"]
    assert problems("code,members\nP_A,5\n") == [
        "a.csv, dòng 1: dòng đầu thiếu cột counted_on, source"
    ]
    _, unreadable = read_head_counts("a.csv", b"\xff\xfe\x00")
    assert "CSV UTF-8" in str(unreadable[0])


def test_thousands_may_have_dots():
    assert read_members("12.345") == 12_345


def test_a_mean_is_rounded_half_up_to_two_decimals():
    assert mean_centi(Count(people=3, points_milli=50_000)) == 1667
    assert mean_centi(Count(people=8, points_milli=1_000)) == 13
    assert mean_centi(Count(people=200, points_milli=1_000)) == 1


def test_rows_are_ranked_by_what_was_asked_and_those_without_it_come_last():
    rows = [
        {"rank": 1, "people": 9, "rate_centi": 100},
        {"rank": 2, "people": 5},
        {"rank": 3, "people": 4, "rate_centi": 700},
        {"rank": 4, "people": 3, "rate_centi": 100},
    ]

    ordered = ordered_by("rate", rows)

    assert [(row["rank"], row["people"]) for row in ordered] == [(1, 4), (2, 9), (2, 3), (None, 5)]
