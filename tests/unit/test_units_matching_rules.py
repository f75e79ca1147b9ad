"""Free texts find the unit that was meant, and say when that is not certain."""

import pytest

from quizapp.units.rules.matching import SURE, Matcher, group_key
from tests.making.typed_names import typed_names, unit_names

NAMES = {
    1: "Công đoàn cơ sở Công ty TNHH May Sông Hồng",
    2: "Công ty Cổ phần May 10",
    3: "Công ty Cổ phần May 11",
    4: "Trường THPT Nguyễn Trãi",
    5: "Trường THCS Nguyễn Trãi",
    6: "Liên đoàn Lao động huyện Sóc Sơn",
    7: "Bệnh viện Đa khoa Hòa Bình",
    8: "Công ty Cổ phần Giày Minh Khai",
    9: "Công ty Cổ phần Giày Minh Khải",
}


@pytest.fixture(scope="module")
def matcher():
    return Matcher(NAMES.items())


@pytest.mark.parametrize(
    ("text", "unit_id"),
    [
        ("CĐCS CTY TNHH MAY SÔNG HỒNG", 1),
        ("cong ty may song hong", 1),
        ("CÔNG TY TNHH MAY SNOG HỒNG", 1),
        ("congtymay10", 2),
        ("ctcp may 10", 2),
        ("May 11", 3),
        ("THPT Nguyễn Trãi", 4),
        ("trường trung học cơ sở nguyễn trãi", 5),
        ("LĐLĐ huyện Sóc Sơn", 6),
        ("BV đa khoa Hoà Bình", 7),
        ("Công ty CP Giày Minh Khải", 9),
    ],
)
def test_people_are_understood_as_they_write(matcher, text, unit_id):
    found = matcher.match(text)

    assert found.unit_id == unit_id
    assert found.is_sure, found


@pytest.mark.parametrize(
    "text",
    [
        "Nguyễn Trãi",  # two schools
        "cong ty giay minh khai",  # two that differ in their marks alone
        "Công ty May 12",  # a number that nobody has
        "công ty",
        "công nhân",
        "bệnh viện",
        "???",
        "",
    ],
)
def test_what_may_mean_another_is_not_certain(matcher, text):
    assert not matcher.match(text).is_sure


def test_nothing_matches_where_there_are_no_names():
    assert Matcher([]).match("May 10").unit_id is None


def test_several_names_of_one_unit_do_not_compete():
    old_and_new = Matcher([(1, "Công ty May Thăng Long"), (1, "Công ty Cổ phần May Thăng Long")])

    assert old_and_new.match("may thang long").is_sure


def test_texts_without_a_unit_are_grouped_by_their_words():
    assert group_key("Công ty Bưởi Năm Roi") == group_key("CTY  bưởi năm roi")
    assert group_key("Năm Roi") != group_key("Năm Căn")
    assert group_key("???") == "???"


def test_what_is_approved_together_is_right_in_19_of_20_cases_and_is_most():
    """Over 400 units that are often nearly alike; of what was typed 5 % means none of them."""
    names = unit_names(400, seed=1)
    typed = typed_names(names, 600, seed=101)
    matcher = Matcher(names.items())

    found = [(one, matcher.match(one.text)) for one in typed]

    sure = [(one, match) for one, match in found if match.certainty >= SURE]
    right = sum(one.unit_id == match.unit_id for one, match in sure)
    assert right / len(sure) >= 0.95
    assert right / sum(one.unit_id is not None for one in typed) >= 0.8
