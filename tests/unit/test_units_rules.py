"""How a catalogue is read, which rows are one body, what is wrong with a tree."""

from dataclasses import replace
from datetime import date

import pytest

from quizapp.units.kinds import UnitKind
from quizapp.units.rules.chains import circles_of, ends_of
from quizapp.units.rules.faults import find_faults
from quizapp.units.rules.plan import is_rename, plan_load, rows_of
from quizapp.units.rules.rows import CatalogueRow, Place, read_rows

HEAD = "code,name_vi,name_en,kind,valid_from,valid_to,successor_code,parent_code"


def read(*lines, head=HEAD):
    return read_rows("thu.csv", "\n".join([head, *lines]).encode())


def row(code, **fields):
    given = {
        "code": code,
        "name": f"Liên đoàn Lao động tỉnh {code}",
        "kind": UnitKind.PROVINCE,
        "valid_from": date(2020, 1, 1),
        "source": "thử",
        "place": Place(file="thu.csv", line=2),
    }
    return CatalogueRow(**given | fields)


ROOT = row("TLD", name="Tổng Liên đoàn Lao động Việt Nam", kind=UnitKind.NATIONAL)
TINH = row(
    "DN",
    name="Liên đoàn Lao động tỉnh Đồng Nai",
    valid_to=date(2026, 4, 29),
    successor_code="DN_CITY",
)
CITY = row(
    "DN_CITY",
    name="Liên đoàn Lao động Thành phố Đồng Nai",
    valid_from=date(2026, 4, 30),
)


def planned(*rows, existing=None):
    return plan_load(existing or {}, rows)


def stored(*rows):
    """Return units by id as a database would hold them after loading `rows`."""
    plan = planned(*rows)
    assert plan.problems == ()
    return dict(enumerate(plan.new, start=1))


# --- reading ---


def test_a_row_is_read_with_its_place():
    reading = read("p_a , Liên đoàn  A,, province,2020-01-01,2020-12-31,p_b,")
    assert reading.problems == ()
    (found,) = reading.rows
    assert (found.code, found.name, found.name_en) == ("P_A", "Liên đoàn A", None)
    assert (found.valid_from, found.valid_to) == (date(2020, 1, 1), date(2020, 12, 31))
    assert (found.successor_code, found.source) == ("P_B", "thu.csv")
    assert found.place == Place(file="thu.csv", line=2)


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        (",Tên,,province,2020-01-01,,,", "code", "thiếu mã"),
        ("MÃ,Tên,,province,2020-01-01,,,", "code", "“MÃ”"),
        ("A B,Tên,,province,2020-01-01,,,", "code", "“A B”"),
        ("A,,,province,2020-01-01,,,", "name_vi", "thiếu tên"),
        ("A,Tên,,tinh,2020-01-01,,,", "kind", "“tinh”"),
        ("A,Tên,,province,,,,", "valid_from", "thiếu ngày"),
        ("A,Tên,,province,2020-02-30,,,", "valid_from", "“2020-02-30”"),
        ("A,Tên,,province,01/07/2025,,,", "valid_from", "2025-07-31"),
        ("A,Tên,,province,20200101,,,", "valid_from", "“20200101”"),
        ("A,Tên,,province,2020-01-02,2020-01-01,,", "valid_to", "trước khi bắt đầu"),
        ("A,Tên,,province,2020-01-01,,B,", "valid_to", "phải có ngày kết thúc"),
        ("A,Tên,,province,2020-01-01,2021-01-01,a,", "successor_code", "chính mình"),
        ("A,Tên,,province,2020-01-01,,,A", "parent_code", "chính mình"),
        ("A,Tên,,province,2020-01-01", None, "có 5 ô"),
        ('A,"Tên,,province,2020-01-01,,,', None, "dạng CSV"),
    ],
)
def test_a_bad_row_is_told_with_file_line_column_and_cause(line, column, words):
    reading = read("OK,Tên,,province,2020-01-01,,,", line)
    (problem,) = reading.problems
    assert (problem.place.line, problem.column) == (3, column)
    assert words in problem.words
    assert [found.code for found in reading.rows] == ["OK"]
    assert str(problem).startswith("thu.csv, dòng 3")


def test_every_bad_row_is_told_at_once():
    reading = read("A,,,province,2020-01-01,,,", "", "B,Tên,,x,2020-01-01,,,")
    assert [problem.place.line for problem in reading.problems] == [2, 4]


def test_a_line_break_inside_a_cell_does_not_shift_the_lines_told():
    reading = read('A,"Tên\ndài",,province,2020-01-01,,,', "B,,,province,2020-01-01,,,")
    assert reading.rows[0].name == "Tên dài"
    assert reading.problems[0].place.line == 4


def test_a_code_twice_in_one_file_is_told():
    reading = read("A,Một,,province,2020-01-01,,,", "a,Hai,,province,2020-01-01,,,")
    (problem,) = reading.problems
    assert str(problem) == "thu.csv, dòng 3, cột code: mã A đã có ở dòng 2"


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("code,kind,valid_from", "thiếu cột name_vi"),
        ("code,name_vi,kind,valid_from,valid_until", "“valid_until”"),
        ("code,name_vi,kind,valid_from,code", "trùng tên"),
        ("", "thiếu cột code"),
    ],
)
def test_a_head_line_that_cannot_be_used_is_told(head, words):
    (problem,) = read("A,Tên,province,2020-01-01,", head=head).problems
    assert words in problem.words
    assert problem.place.line == 1


def test_a_file_of_a_spreadsheet_is_read():
    content = "code;name_vi;kind;valid_from\r\nA;Tên, có dấu phẩy;province;2020-01-01\r\n"
    reading = read_rows("thu.csv", content.encode("utf-8-sig"))
    assert [found.name for found in reading.rows] == ["Tên, có dấu phẩy"]


def test_a_file_in_an_old_code_page_is_refused_in_words():
    (problem,) = read_rows("thu.csv", "code,name_vi\nA,Tên".encode("utf-16")).problems
    assert "UTF-8" in problem.words


def test_codes_of_the_statistics_office_are_read_past():
    head = "code,name_vi,kind,valid_from,gso_code"
    assert read("A,Tên,province,2020-01-01,15", head=head).problems == ()


# --- renames ---


@pytest.mark.parametrize(
    ("changes", "is_one"),
    [
        ({}, True),
        ({"name": "Liên đoàn Lao động TP. Đồng Nai"}, True),
        ({"name": "Liên đoàn Lao động tỉnh Đồng Nai"}, False),  # merged, name kept
        ({"name": "Liên đoàn Lao động Thành phố Biên Hòa"}, False),
        ({"name": "Liên đoàn Lao động Thành phố Đông Nai"}, False),
        ({"name": "Công đoàn Thành phố Đồng Nai"}, False),
        ({"kind": UnitKind.UPPER}, False),
        ({"valid_from": date(2026, 5, 1)}, False),
        ({"valid_from": date(2026, 4, 29)}, False),
        ({"parent_code": "KHAC"}, False),
        ({"code": "KHAC"}, False),
    ],
)
def test_only_another_administrative_word_makes_a_rename(changes, is_one):
    assert is_rename(TINH, replace(CITY, **changes)) is is_one


def test_hue_is_not_thua_thien_hue_renamed():
    old = replace(TINH, name="Liên đoàn Lao động tỉnh Thừa Thiên Huế")
    assert not is_rename(old, replace(CITY, name="Liên đoàn Lao động Thành phố Huế"))


def test_a_renamed_body_is_one_unit_with_two_dated_names():
    plan = planned(ROOT, TINH, CITY)
    _, unit = plan.new
    assert (unit.code, unit.valid_from, unit.valid_to) == ("DN", date(2020, 1, 1), None)
    assert unit.successor_code is None
    assert [(name.code, name.valid_from, name.valid_to) for name in unit.names] == [
        ("DN", date(2020, 1, 1), date(2026, 4, 29)),
        ("DN_CITY", date(2026, 4, 30), None),
    ]


def test_a_body_that_others_flow_into_is_not_a_rename():
    other = row("BP", valid_to=date(2026, 4, 29), successor_code="DN_CITY")
    plan = planned(ROOT, TINH, CITY, other)
    assert {unit.code: unit.successor_code for unit in plan.new} == {
        "TLD": None,
        "DN": "DN_CITY",
        "DN_CITY": None,
        "BP": "DN_CITY",
    }


def test_the_order_of_rows_does_not_matter():
    forward, backward = planned(ROOT, TINH, CITY), planned(CITY, TINH, ROOT)
    assert {unit.code: unit for unit in forward.new} == {unit.code: unit for unit in backward.new}
    assert backward.new[0].code == "TLD"


def test_the_new_name_may_come_in_a_later_load_and_the_old_one_too():
    first = stored(ROOT, TINH)
    plan = planned(CITY, existing=first)
    assert (plan.new, list(plan.changed)) == ((), [2])
    assert [name.code for name in plan.changed[2].names] == ["DN", "DN_CITY"]
    plan = planned(TINH, existing=stored(ROOT, CITY))
    assert plan.new == ()
    assert plan.changed[2].code == "DN_CITY"  # the code it had stays its own
    assert [name.code for name in plan.changed[2].names] == ["DN", "DN_CITY"]


@pytest.mark.parametrize("again", [(TINH,), (CITY,), (TINH, CITY), (ROOT, TINH, CITY)])
def test_any_part_loaded_again_changes_nothing(again):
    plan = planned(*again, existing=stored(ROOT, TINH, CITY))
    assert (plan.new, plan.changed, plan.problems) == ((), {}, ())
    assert plan.unchanged == len({found.code.removesuffix("_CITY") for found in again})


def test_what_is_one_unit_stays_one_when_a_second_body_flows_into_it():
    late = row("BP", valid_to=date(2026, 4, 29), successor_code="DN_CITY")
    plan = planned(late, existing=stored(ROOT, TINH, CITY))
    assert plan.changed == {}
    assert [(unit.code, unit.successor_code) for unit in plan.new] == [("BP", "DN")]


def test_a_load_that_would_tear_one_unit_in_two_is_refused():
    torn = replace(CITY, valid_from=date(2026, 6, 1))
    plan = planned(torn, existing=stored(ROOT, TINH, CITY))
    assert "đã là một đơn vị" in plan.problems[0].words


def test_two_units_that_are_there_already_are_never_made_one():
    apart = stored(ROOT, replace(TINH, successor_code=None), CITY)
    plan = planned(TINH, existing=apart)
    assert plan.changed[2].successor_code == "DN_CITY"
    assert len(plan.changed[2].names) == 1


def test_rows_and_units_say_the_same():
    _, unit = planned(ROOT, TINH, CITY).new
    again = [replace(found, place=Place(file="x", line=1)) for found in rows_of(unit)]
    assert planned(ROOT, *again).new[1] == unit


# --- parents, successors ---


def test_a_unit_hangs_under_the_root_or_the_parent_it_names():
    below = row("X", kind=UnitKind.UPPER, parent_code="A")
    plan = planned(below, row("A"), ROOT)
    assert [(unit.code, unit.parent_code) for unit in plan.new] == [
        ("TLD", None),
        ("A", "TLD"),
        ("X", "A"),
    ]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([row("A")], "chưa có đơn vị gốc"),
        ([ROOT, row("A", parent_code="B")], "không có đơn vị cấp trên mã B"),
        ([ROOT, row("A", parent_code="B"), row("B", parent_code="A")], "qua các đơn vị khác"),
        ([replace(ROOT, parent_code="A"), row("A")], "không có cấp trên"),
        (
            [
                ROOT,
                row("A", valid_to=date(2020, 2, 1), successor_code="B"),
                row("B", valid_to=date(2020, 2, 1), successor_code="A"),
            ],
            "kế thừa chính mình",
        ),
    ],
)
def test_a_tree_that_cannot_stand_is_refused(rows, words):
    assert words in " ".join(problem.words for problem in planned(*rows).problems)


def test_a_unit_is_never_moved_to_another_parent():
    there = stored(ROOT, row("A"), row("B"), row("X", kind=UnitKind.UPPER, parent_code="A"))
    moved = row("X", kind=UnitKind.UPPER, parent_code="B")
    (problem,) = planned(moved, existing=there).problems
    assert problem.column == "parent_code"
    assert "không được chuyển X từ A sang B" in problem.words
    to_root = replace(moved, parent_code="")
    assert "từ A sang TLD" in planned(to_root, existing=there).problems[0].words


def test_a_file_without_parents_leaves_them_as_they_are():
    there = stored(ROOT, row("A"), row("X", kind=UnitKind.UPPER, parent_code="A"))
    plan = planned(row("X", kind=UnitKind.UPPER, name="Tên mới"), existing=there)
    assert plan.problems == ()
    assert plan.changed[3].parent_code == "A"
    assert plan.changed[3].names[0].name == "Tên mới"


def test_a_corrected_row_is_counted_as_changed_and_the_others_as_unchanged():
    there = stored(ROOT, row("A"), row("B"))
    plan = planned(row("A", name="Tên đúng"), row("B"), row("C"), existing=there)
    assert (len(plan.new), list(plan.changed), plan.unchanged) == (1, [2], 1)


def test_of_two_rows_with_one_code_the_later_counts():
    plan = planned(ROOT, row("A", name="Cũ"), row("A", name="Mới"))
    assert plan.new[1].names[0].name == "Mới"


@pytest.mark.parametrize(
    ("arrows", "ends"),
    [
        ({}, {}),
        ({1: 2}, {1: 2}),
        ({1: 2, 2: 3}, {1: 3, 2: 3}),
        ({2: 3, 1: 2, 4: 2}, {1: 3, 2: 3, 4: 3}),
        ({1: 2, 2: 1}, {1: 1, 2: 2}),
        ({3: 1, 1: 2, 2: 1}, {1: 1, 2: 2, 3: 1}),
    ],
)
def test_successors_are_followed_to_the_end_and_never_in_a_circle(arrows, ends):
    assert ends_of(arrows) == ends


def test_only_the_members_of_a_circle_are_in_it():
    assert circles_of({"a": "b", "b": "c", "c": "b", "d": "e"}) == {"b", "c"}


# --- faults of a stored tree ---


def faults(units, paths=None):
    own = {1: "1.", **{id_: f"1.{id_}." for id_ in units if id_ > 1}}
    return find_faults(units, paths or own)


def test_a_sound_tree_has_no_faults():
    old = row("A", valid_to=date(2025, 6, 30), successor_code="B")
    new = row("B", valid_from=date(2025, 7, 1))
    assert faults(stored(ROOT, TINH, CITY, old, new)) == []


def with_names(unit, **changes):
    return replace(unit, names=(replace(unit.names[0], **changes), *unit.names[1:]))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"valid_to": date(2026, 4, 30)}, "chồng nhau từ 2026-04-30"),
        ({"valid_to": None}, "chồng nhau"),
        ({"valid_to": date(2026, 4, 27)}, "không có tên nào từ 2026-04-28 đến 2026-04-29"),
        ({"valid_from": date(2020, 1, 2)}, "tên đầu có từ 2020-01-02"),
        ({"code": "KHAC"}, "mã của đơn vị"),
    ],
)
def test_names_that_overlap_or_leave_a_gap_are_told(changes, words):
    units = stored(ROOT, TINH, CITY)
    (fault,) = faults(units | {2: with_names(units[2], **changes)})
    assert fault.startswith("DN: ")
    assert words in fault


def test_a_last_name_that_ends_before_the_unit_is_told():
    units = stored(ROOT, TINH, CITY)
    (fault,) = faults(units | {2: replace(units[2], valid_to=date(2026, 12, 31))})
    assert "tên cuối đến nay, đơn vị đến 2026-12-31" in fault


@pytest.mark.parametrize(
    ("heir", "words"),
    [
        ([], "đơn vị kế thừa B chưa có"),
        ([row("B", valid_from=date(2025, 6, 30))], "trước khi A kết thúc 2025-06-30"),
    ],
)
def test_a_successor_that_is_missing_or_begins_too_early_is_told(heir, words):
    old = row("A", valid_to=date(2025, 6, 30), successor_code="B")
    (fault,) = faults(stored(ROOT, old, *heir))
    assert fault.startswith("A: ")
    assert words in fault


def test_successors_in_a_circle_are_told():
    units = stored(ROOT, row("A", valid_to=date(2025, 6, 30), successor_code="B"), row("B"))
    circle = replace(units[3], successor_code="A", valid_to=date(2025, 6, 30))
    found = faults(
        units | {3: replace(circle, names=with_names(circle, valid_to=circle.valid_to).names)}
    )
    assert [fault for fault in found if "vòng tròn" in fault] == [
        "A: kế thừa vòng tròn",
        "B: kế thừa vòng tròn",
    ]


@pytest.mark.parametrize(
    ("child", "is_outside"),
    [
        ({"valid_to": date(2025, 6, 30)}, False),
        ({"valid_to": date(2025, 7, 1)}, True),
        ({"valid_to": None}, True),
        ({"valid_from": date(2019, 12, 31), "valid_to": date(2025, 1, 1)}, True),
    ],
)
def test_a_child_outside_the_dates_of_its_parent_is_told(child, is_outside):
    parent = row("A", valid_to=date(2025, 6, 30))
    below = row("X", kind=UnitKind.UPPER, parent_code="A", **child)
    paths = {1: "1.", 2: "1.2.", 3: "1.2.3."}
    found = faults(stored(ROOT, parent, below), paths)
    assert [fault.split(":")[0] for fault in found] == (["X"] if is_outside else [])


def test_a_wrong_path_is_told_once_where_it_is_wrong():
    below = row("X", kind=UnitKind.UPPER, parent_code="A")
    found = faults(stored(ROOT, row("A"), below), {1: "1.", 2: "9.2.", 3: "9.2.3."})
    assert found == ["A: đường dẫn trong cây là 9.2., đúng ra là 1.2."]
