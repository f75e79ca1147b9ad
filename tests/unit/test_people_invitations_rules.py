"""A sheet of people to invite: headings by meaning, rows with their places."""

import pytest

from quizapp.people.roles import Role
from quizapp.people.rules.invitations import NoHeadings, Wanted, find_twins, read_role, read_rows

HEADINGS = ["STT", "Họ và tên", "Số điện thoại", "Mã đơn vị", "Vai trò"]


def test_rows_are_read_under_headings_in_any_order_with_their_lines():
    rows = [
        ["Danh sách mời"],
        [],
        ["Vai trò", "SĐT", "Họ tên", "Đơn vị"],
        ["Giám sát", " 0912 345 678 ", "Trần  Thị Bình", "P_HA_NOI"],
        ["", "", "", ""],
        ["Chỉ xem", "0987", "Ba"],
    ]
    assert read_rows(rows) == [
        Wanted(
            line=4, name="Trần Thị Bình", phone="0912 345 678", unit="P_HA_NOI", role="Giám sát"
        ),
        Wanted(line=6, name="Ba", phone="0987", unit="", role="Chỉ xem"),
    ]


def test_a_column_that_is_missing_is_named():
    with pytest.raises(NoHeadings) as refused:
        read_rows([["Họ và tên", "Điện thoại", "Vai trò"], ["a", "b", "c"]])
    assert refused.value.missing == ("unit",)


def test_headings_far_down_are_none():
    with pytest.raises(NoHeadings):
        read_rows([[]] * 15 + [HEADINGS])


@pytest.mark.parametrize(
    ("words", "role"),
    [
        ("Ban tổ chức", Role.ORGANISER),
        ("  BTC ", Role.ORGANISER),
        ("question_writer", Role.QUESTION_WRITER),
        ("hỗ trợ thí sinh", Role.HELP_DESK),
        ("Phụ-trách", Role.OWNER),
        ("trưởng ban", None),
        ("", None),
    ],
)
def test_roles_are_read_as_people_write_them(words, role):
    assert read_role(words) is role


def test_the_same_person_unit_and_role_twice_is_told_at_the_second():
    one = Wanted(line=2, name="A B", phone="0912345678", unit="P", role="Xem")
    rows = [
        one,
        Wanted(line=3, name="A B", phone="0912 345 678", unit="p", role="Chỉ xem"),
        Wanted(line=4, name="A B", phone="0912345678", unit="Q", role="Xem"),
    ]
    assert [found.line for found in find_twins(rows, lambda phone: phone.replace(" ", ""))] == [3]
