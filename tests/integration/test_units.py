"""The tree of union bodies on both databases."""

import random
from datetime import date

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from quizapp.audit.models import AuditEntry
from quizapp.db import db, transaction
from quizapp.units import service
from quizapp.units.errors import BadCatalogue, UnknownUnit
from quizapp.units.kinds import UnitKind
from quizapp.units.models import Unit, UnitName, UnitTerm
from quizapp.units.service import searching
from quizapp.vietnamese import name_sort_key, sort_key
from tests.integration.harness import watch_writes
from tests.making.units import loaded_catalogue, made_unit, made_units, root_row, unit_row

BEFORE = date(2020, 6, 1)
AFTER = date(2025, 9, 1)
TODAY = date(2026, 11, 22)
HEAD = "code,name_vi,kind,valid_from,valid_to,successor_code,parent_code\n"
ROOT = "TLD,Tổng Liên đoàn Lao động Việt Nam,national,2020-01-01,,,\n"


@pytest.fixture
def catalogue(in_app):
    loaded_catalogue()
    return in_app


@pytest.fixture
def csv(tmp_path):
    """Return a maker of catalogue files."""

    def write(name, *lines):
        path = tmp_path / name
        path.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture
def command(run, in_app):
    """Return a runner of commands, each with a session that has read nothing, as in a process."""

    def call(*arguments):
        db.session.rollback()
        result = run(*arguments)
        db.session.rollback()
        return result

    return call


def rows_of(*models):
    return [sorted(map(tuple, db.session.execute(select(model.__table__)))) for model in models]


def names(cards):
    return [card.name for card in cards]


# --- the project's catalogue ---


@pytest.mark.parametrize(("on", "bodies"), [(BEFORE, 83), (AFTER, 51), (TODAY, 51)])
@pytest.mark.usefixtures("catalogue")
def test_the_catalogue_has_the_published_number_of_bodies(on, bodies):
    found = service.get_bodies(on=on)
    assert len(found) == len({card.id for card in found}) == bodies
    assert not any(card.has_ended for card in found)


@pytest.mark.usefixtures("catalogue")
def test_codes_that_stand_in_both_files_are_one_unit():
    # 1 root + 83 + 52 rows, 26 codes in both files, one rename
    assert db.session.scalar(select(func.count()).select_from(Unit)) == 1 + 83 + 52 - 26 - 1


@pytest.mark.usefixtures("catalogue")
def test_three_bodies_ended_without_a_successor():
    ended = select(Unit.code).where(Unit.valid_to.is_not(None), Unit.successor_id.is_(None))
    assert set(db.session.scalars(ended)) == {"S_VIEN_CHUC", "S_QUOC_PHONG", "S_CAND"}
    card = service.find_unit("S_CAND")
    assert card.has_ended
    assert service.get_present_ids()[card.id] == card.id


@pytest.mark.usefixtures("catalogue")
def test_dong_nai_is_one_unit_that_became_a_city():
    old, new = service.find_unit("P25_DONG_NAI"), service.find_unit("p25_dong_nai_city ")
    assert old == new
    assert not old.has_ended
    names_then = {
        on: service.get_cards([old.id], on=on)[old.id].name
        for on in (date(2025, 6, 1), AFTER, date(2026, 4, 29), date(2026, 4, 30), TODAY)
    }
    assert list(names_then.values()) == [
        "Liên đoàn Lao động tỉnh Đồng Nai",
        "Liên đoàn Lao động tỉnh Đồng Nai",
        "Liên đoàn Lao động tỉnh Đồng Nai",
        "Liên đoàn Lao động Thành phố Đồng Nai",
        "Liên đoàn Lao động Thành phố Đồng Nai",
    ]
    before = service.find_unit("P_DONG_NAI")  # the province that was merged is another body
    assert before.id != old.id
    assert service.get_present_ids()[before.id] == old.id


@pytest.mark.usefixtures("catalogue")
def test_hue_is_the_successor_of_thua_thien_hue_not_its_new_name():
    old, new = service.find_unit("P_THUA_THIEN_HUE"), service.find_unit("P_HUE")
    assert old.id != new.id
    assert service.get_present_ids()[old.id] == new.id


@pytest.mark.usefixtures("catalogue")
def test_every_ended_body_has_one_that_stands_for_it_now():
    present = service.get_present_ids()
    cards = service.get_cards({*present, *present.values()}, on=TODAY)
    assert len(present) == 52 + 1 + 1 + 3  # provinces, Huế, farming, three without a successor
    assert {cards[id_].code for id_, now in present.items() if cards[now].has_ended} == {
        "S_VIEN_CHUC",
        "S_QUOC_PHONG",
        "S_CAND",
    }
    assert service.get_present_ids(on=BEFORE) == {}


@pytest.mark.usefixtures("catalogue")
def test_bodies_stand_in_vietnamese_order_of_what_tells_them_apart():
    provinces = [c.name for c in service.get_bodies(on=TODAY) if c.kind == UnitKind.PROVINCE]
    own = [name.split("tỉnh ")[-1].split("Thành phố ")[-1] for name in provinces]
    assert own[:6] == ["An Giang", "Bắc Ninh", "Cà Mau", "Cao Bằng", "Cần Thơ", "Đà Nẵng"]
    assert own[-4:] == ["Thái Nguyên", "Thanh Hóa", "Tuyên Quang", "Vĩnh Long"]


@pytest.mark.usefixtures("catalogue")
def test_the_loaded_catalogue_has_no_faults(command):
    result = command("units", "check")
    assert result.exit_code == 0, result.output
    assert "109 đơn vị, 110 tên" in result.stdout


@pytest.mark.usefixtures("in_app")
def test_loading_again_changes_nothing_and_writes_nothing():
    first = loaded_catalogue()
    before = rows_of(Unit, UnitName, UnitTerm)
    second = loaded_catalogue()
    assert (first.new, first.changed, first.awaited) == (109, 0, ())
    assert (second.new, second.changed, second.unchanged) == (0, 0, 109)
    assert rows_of(Unit, UnitName, UnitTerm) == before


# --- the command ---


def test_the_command_loads_the_project_catalogue_and_says_so_once_in_the_log(command):
    first, second = command("units", "load"), command("units", "load")
    assert "109 mới, 0 cập nhật, 0 không đổi" in first.stdout
    assert "0 mới, 0 cập nhật, 109 không đổi" in second.stdout
    assert list(db.session.scalars(select(AuditEntry.action))) == ["units.load"]


def test_a_file_with_a_bad_row_writes_nothing_and_says_where(command, csv):
    good = csv("tot.csv", ROOT, "A,Đơn vị A,province,2020-01-01,,,")
    bad = csv("sai.csv", "B,Đơn vị B,province,2020-01-01,,,", "C,Đơn vị C,tinh,2020-01-01,,,")
    result = command("units", "load", good, bad)
    assert result.exit_code == 1
    assert f"{bad}, dòng 3, cột kind: không có loại “tinh”" in result.stderr
    assert "chưa ghi gì" in result.stderr
    assert db.session.scalar(select(func.count()).select_from(Unit)) == 0


def test_a_refused_move_writes_nothing(command, csv):
    tree = [ROOT, "A,A,province,2020-01-01,,,", "B,B,province,2020-01-01,,,"]
    command("units", "load", csv("cay.csv", *tree, "X,X,upper,2020-01-01,,,A"))
    result = command(
        "units",
        "load",
        csv("doi.csv", "A,A mới,province,2020-01-01,,,", "X,X,upper,2020-01-01,,,B"),
    )
    assert result.exit_code == 1
    assert "dòng 3, cột parent_code: không được chuyển X từ A sang B" in result.stderr
    assert service.find_unit("A").name == "A"


def test_a_successor_may_come_in_a_later_file(command, csv):
    old = "CU,Công đoàn Cũ,sector,2020-01-01,2025-06-30,MOI,"
    first = command("units", "load", csv("cu.csv", ROOT, old))
    assert (first.exit_code, "MOI" in first.stderr) == (0, True)
    checked = command("units", "check")
    assert checked.exit_code == 1
    assert "CU: đơn vị kế thừa MOI chưa có trong danh mục" in checked.stderr
    second = command("units", "load", csv("moi.csv", "MOI,Công đoàn Mới,sector,2025-07-01,,,"))
    assert "1 mới" in second.stdout
    assert second.stderr == ""
    assert command("units", "check").exit_code == 0
    cu, moi = service.find_unit("CU"), service.find_unit("MOI")
    assert service.get_present_ids() == {cu.id: moi.id}


def test_a_new_name_may_come_in_a_later_file(command, csv):
    old = "DN,Liên đoàn Lao động tỉnh Đồng Nai,province,2020-01-01,2026-04-29,DN_CITY,"
    new = "DN_CITY,Liên đoàn Lao động Thành phố Đồng Nai,province,2026-04-30,,,"
    command("units", "load", csv("cu.csv", ROOT, old))
    before = service.find_unit("DN")
    assert before.has_ended
    result = command("units", "load", csv("moi.csv", new))
    assert "0 mới, 1 cập nhật" in result.stdout
    now = service.find_unit("DN_CITY")
    assert (now.id, now.code, now.has_ended) == (before.id, "DN", False)
    assert now.name == "Liên đoàn Lao động Thành phố Đồng Nai"
    assert command("units", "check").exit_code == 0


def test_a_corrected_name_is_found_and_the_wrong_one_no_more(command, csv):
    command("units", "load", csv("1.csv", ROOT, "A,Công đoàn Xay Dựng,sector,2020-01-01,,,"))
    result = command("units", "load", csv("2.csv", "A,Công đoàn Y tế,sector,2020-01-01,,,"))
    assert "0 mới, 1 cập nhật, 0 không đổi" in result.stdout
    assert names(service.search_units("y te", on=TODAY)) == ["Công đoàn Y tế"]
    assert service.search_units("xay", on=TODAY) == []


def test_keys_of_an_older_version_are_told_and_mended_by_a_load(command, csv):
    file = csv("1.csv", ROOT, "A,Công đoàn Y tế,sector,2020-01-01,,,")
    command("units", "load", file)
    with transaction():
        db.session.execute(
            text("UPDATE unit_name SET search_key = ' y', keys_version = 0 WHERE code = 'A'")
        )
        db.session.execute(text("DELETE FROM unit_term"))
    assert "A: khoá tìm kiếm cũ" in command("units", "check").stderr
    command("units", "load", file)
    assert command("units", "check").exit_code == 0
    assert names(service.search_units("te", on=TODAY)) == ["Công đoàn Y tế"]


def test_check_tells_a_path_that_was_changed_by_hand(command):
    units = made_units(
        unit_row("A"), unit_row("B"), unit_row("X", kind=UnitKind.UPPER, parent_code="A")
    )
    x = units["X"].id
    with transaction():
        db.session.execute(
            text("UPDATE unit SET path = :path WHERE id = :id"),
            {"path": f"77.{units['A'].id}.{x}.", "id": x},
        )
    result = command("units", "check")
    assert result.exit_code == 1
    assert f"X: đường dẫn trong cây là 77.{units['A'].id}.{x}." in result.stderr


@pytest.mark.usefixtures("in_app")
def test_a_refused_row_says_what_is_wrong_also_without_a_file():
    made_unit("A")
    with pytest.raises(BadCatalogue, match="không có đơn vị cấp trên mã KHONG_CO"), transaction():
        service.add_unit(unit_row("B", parent_code="KHONG_CO"))


# --- what the database itself refuses ---


@pytest.mark.parametrize(
    "change",
    [
        "kind = 'tinh'",
        "kind = 'national'",
        "parent_id = NULL",
        "parent_id = id",
        "path = '1.'",
        "valid_to = '2019-12-31'",
        "successor_id = (SELECT id FROM unit WHERE code = 'TLD')",
        "valid_to = '2025-01-01', successor_id = id",
        "valid_to = '2025-01-01', awaited_successor_code = 'Z', successor_id = parent_id",
        "code = 'TLD'",
    ],
)
@pytest.mark.usefixtures("in_app")
def test_the_database_refuses_a_unit_that_cannot_be(change):
    made_units(unit_row("A"), unit_row("B"))
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(text(f"UPDATE unit SET {change} WHERE code = 'A'"))


@pytest.mark.usefixtures("in_app")
def test_a_code_names_one_unit_only():
    made_units(unit_row("A"), unit_row("B"))
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(text("UPDATE unit_name SET code = 'A' WHERE code = 'B'"))


# --- looking up ---


@pytest.mark.usefixtures("in_app")
def test_a_unit_is_found_by_its_code_in_any_spelling():
    unit = made_unit("P_THU")
    assert service.find_unit(" p_thu\u200b") == unit == service.get_unit_by_id(unit.id)
    assert service.find_unit("P_KHAC") is None
    with pytest.raises(UnknownUnit):
        service.get_unit_by_id(unit.id + 1)


@pytest.mark.usefixtures("in_app")
def test_a_unit_has_ended_from_the_day_after_its_last():
    unit = made_unit("A", valid_to=date(2025, 6, 30))
    assert not service.get_cards([unit.id], on=date(2025, 6, 30))[unit.id].has_ended
    assert service.get_cards([unit.id], on=date(2025, 7, 1))[unit.id].has_ended
    assert names(service.get_bodies(on=date(2025, 6, 30))) == [unit.name]
    assert service.get_bodies(on=date(2025, 7, 1)) == []
    assert service.get_bodies(on=date(2019, 12, 31)) == []


@pytest.mark.usefixtures("in_app")
def test_the_tree_is_walked_up_and_down():
    units = made_units(
        unit_row("A"),
        unit_row("B"),
        unit_row("X", kind=UnitKind.UPPER, parent_code="A", name="Công đoàn xã Ô"),
        unit_row("Y", kind=UnitKind.UPPER, parent_code="A", name="Công đoàn phường Ao"),
        unit_row("Z", kind=UnitKind.GRASSROOTS, parent_code="X"),
    )
    root, a, x, z = (units[code] for code in ("TLD", "A", "X", "Z"))
    assert service.get_ancestor_ids(z.id) == (root.id, a.id, x.id, z.id)
    assert service.get_ancestor_ids(root.id) == (root.id,)
    assert names(service.get_children("a", on=TODAY)) == ["Công đoàn phường Ao", "Công đoàn xã Ô"]
    assert service.is_within(z.id, a.id)
    assert service.is_within(a.id, a.id)
    assert not service.is_within(a.id, z.id)
    assert not service.is_within(z.id, units["B"].id)
    assert service.find_root() == root
    with pytest.raises(UnknownUnit):
        service.get_children("KHAC", on=TODAY)
    with pytest.raises(UnknownUnit):
        service.get_ancestor_ids(z.id + 1)


def test_the_line_of_a_unit_is_read_once_and_many_in_one_statement(in_app):
    made = made_units(unit_row("A"), unit_row("B"))
    ids = [unit.id for unit in made.values()]
    in_app.extensions.pop("quizapp_kept", None)  # as in a process that has just begun

    with watch_writes(in_app) as watch:
        lines = service.get_lines(ids)
        assert service.get_ancestor_ids(ids[0]) == lines[ids[0]]
        with pytest.raises(UnknownUnit):
            service.get_lines([ids[0], max(ids) + 1])

    assert [lines[one][-1] for one in ids] == ids
    assert len(watch.statements) == 2, watch.statements


@pytest.mark.usefixtures("in_app")
def test_inside_holds_for_a_unit_and_all_below_it_only():
    rows = [unit_row(f"P{n}") for n in range(1, 13)]  # ids 2 to 13: "1.2." must not hold "1.2x."
    below = unit_row("X", kind=UnitKind.UPPER, parent_code="P1")
    units = made_units(*rows, below)
    codes = select(Unit.code).where(service.inside(units["P1"].id)).order_by(Unit.code)
    assert list(db.session.scalars(codes)) == ["P1", "X"]
    assert (
        len(db.session.scalars(select(Unit.id).where(service.inside(units["TLD"].id))).all()) == 14
    )


@pytest.mark.usefixtures("catalogue")
def test_cards_take_a_statement_for_so_many_and_one_for_very_many(app, monkeypatch):
    monkeypatch.setattr("quizapp.units.service.reading.MOST_BOUND", 20)
    monkeypatch.setattr("quizapp.units.service.reading.MOST_PARTS", 3)
    bodies = [card.id for card in service.get_bodies(on=BEFORE)]
    for some, statements in ((bodies[:19], 1), (bodies[:59], 3), (bodies, 1)):
        with watch_writes(app) as watch:
            assert set(service.get_cards([*some, 10_000], on=BEFORE)) == set(some)
        assert len([s for s in watch.statements if s.startswith("SELECT")]) == statements


@pytest.mark.usefixtures("in_app")
def test_successors_are_followed_to_the_last():
    units = made_units(
        unit_row("A", valid_to=date(2023, 6, 30), successor_code="B"),
        unit_row("B", valid_from=date(2023, 7, 1), valid_to=date(2025, 6, 30), successor_code="C"),
        unit_row("C", valid_from=date(2025, 7, 1)),
    )
    a, b, c = (units[code].id for code in "ABC")
    assert service.get_present_ids() == {a: c, b: c}
    assert service.get_present_ids(on=date(2024, 1, 1)) == {a: b}


# --- searching ---


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("tphcm", "Liên đoàn Lao động Thành phố Hồ Chí Minh"),
        ("tp hcm", "Liên đoàn Lao động Thành phố Hồ Chí Minh"),
        ("TP.HCM", "Liên đoàn Lao động Thành phố Hồ Chí Minh"),
        ("ldld dong nai", "Liên đoàn Lao động Thành phố Đồng Nai"),
        ("LĐLĐ tỉnh Đồng Nai", "Liên đoàn Lao động Thành phố Đồng Nai"),
        ("LĐLĐ Đồng Nai", "Liên đoàn Lao động Thành phố Đồng Nai"),
        ("cđ dệt may", "Công đoàn Dệt May Việt Nam"),
        ("khánh hoà", "Liên đoàn Lao động tỉnh Khánh Hòa"),
        ("khánh hòa", "Liên đoàn Lao động tỉnh Khánh Hòa"),
        ("hóa", "Liên đoàn Lao động tỉnh Thanh Hóa"),
        ("hòa", "Liên đoàn Lao động tỉnh Khánh Hòa"),
        ("than khoang san", "Công đoàn Than - Khoáng sản Việt Nam"),
        ("dak", "Liên đoàn Lao động tỉnh Đắk Lắk"),
        ("tong lien doan", "Tổng Liên đoàn Lao động Việt Nam"),
        ("TLĐLĐ", "Tổng Liên đoàn Lao động Việt Nam"),
    ],
)
@pytest.mark.usefixtures("catalogue")
def test_a_search_gives_the_best_unit_first(typed, first):
    assert names(service.search_units(typed, on=TODAY))[0] == first


@pytest.mark.parametrize("typed", ["", "%", "_", "%%%", "khong co don vi nay", "đồng nai hà nội"])
@pytest.mark.usefixtures("catalogue")
def test_a_search_that_matches_nothing_gives_nothing(typed):
    assert service.search_units(typed, on=TODAY) == []


@pytest.mark.usefixtures("catalogue")
def test_a_search_on_a_day_gives_what_was_there_on_that_day():
    assert [c.code for c in service.search_units("binh duong", on=BEFORE)] == ["P_BINH_DUONG"]
    assert [c.code for c in service.search_units("nông nghiệp", on=BEFORE)] == ["S_NN_PTNT"]
    assert [c.code for c in service.search_units("nông nghiệp", on=TODAY)] == ["S_NN_MT"]
    assert [c.code for c in service.search_units("tuyên quang", on=TODAY)] == ["P25_TUYEN_QUANG"]


@pytest.mark.usefixtures("catalogue")
def test_the_name_of_a_merged_province_leads_to_the_body_that_took_it_over():
    assert names(service.search_units("bình dương", on=TODAY)) == [
        "Liên đoàn Lao động Thành phố Hồ Chí Minh"
    ]
    assert service.search_units("công an", on=TODAY) == []  # ended without a successor


@pytest.mark.usefixtures("in_app")
def test_a_successor_is_followed_over_several_steps_but_not_before_it_begins():
    made_units(
        unit_row("A", name="Công đoàn Sao Mai", valid_to=date(2023, 6, 30), successor_code="B"),
        unit_row(
            "B",
            name="Công đoàn Hai",
            valid_from=date(2023, 7, 1),
            valid_to=date(2025, 6, 30),
            successor_code="C",
        ),
        unit_row("C", name="Công đoàn Ba", valid_from=date(2025, 7, 2)),
    )
    found = {
        on: names(service.search_units("sao mai", on=on))
        for on in (BEFORE, date(2024, 1, 1), date(2025, 7, 1), TODAY)
    }
    assert list(found.values()) == [
        ["Công đoàn Sao Mai"],
        ["Công đoàn Hai"],
        [],
        ["Công đoàn Ba"],
    ]


@pytest.mark.usefixtures("catalogue")
def test_a_search_gives_no_more_than_asked_for():
    everything = service.search_units("lien doan", on=TODAY, limit=100)
    assert len(everything) == 35  # 34 federations and the confederation
    assert service.search_units("lien doan", on=TODAY, limit=5) == everything[:5]


@pytest.mark.usefixtures("in_app")
def test_a_rare_word_is_found_among_units_that_share_the_others(monkeypatch):
    monkeypatch.setattr(searching, "MOST_TERMS", 10)
    many = [unit_row(f"N{n:02}", name=f"Công đoàn Trường Mầm non {n}") for n in range(40)]
    made_units(*many, unit_row("Z", name="Công đoàn Trường Mầm non Hướng Dương"))
    assert names(service.search_units("truong mam non huong duong", on=TODAY)) == [
        "Công đoàn Trường Mầm non Hướng Dương"
    ]
    assert len(service.search_units("mam non", on=TODAY)) == 10


@pytest.mark.parametrize(
    ("typed", "statements"), [("a", 3), ("tphcm", 3), ("lien doan lao dong tinh dong nai", 4)]
)
@pytest.mark.usefixtures("catalogue")
def test_a_search_takes_a_fixed_number_of_statements(app, typed, statements):
    with watch_writes(app) as watch:
        assert service.search_units(typed, on=BEFORE)
    assert len([s for s in watch.statements if s.startswith("SELECT")]) == statements


# --- Vietnamese order ---

ALPHABET = (
    "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệfghiìỉĩíịjklmn"
    "oòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvwxyỳỷỹýỵzéüñç0123"
)
BETWEEN = [" ", " ", " - ", "-", ", ", ". ", " (", "/", " & ", "’"]


def words_by_chance(count):
    """Return texts that share beginnings, so that tones and cases decide as well as letters."""
    chance = random.Random(20261122)

    def word():
        letters = "".join(chance.choice(ALPHABET) for _ in range(chance.randint(1, 3)))
        return chance.choice([letters, letters.capitalize(), letters.upper()])

    texts = set()
    while len(texts) < count:
        texts.add(
            "".join(word() + chance.choice(BETWEEN) for _ in range(chance.randint(0, 2))) + word()
        )
    return sorted(texts)


def icu_order(texts):
    in_order = text(
        'SELECT t FROM unnest(CAST(:texts AS text[])) AS t ORDER BY t COLLATE "vi-x-icu"'
    )
    return list(db.session.scalars(in_order, {"texts": texts}))


@pytest.mark.usefixtures("in_app")
def test_our_order_is_the_one_of_icu(database):
    if database.name != "postgresql":
        pytest.skip("only PostgreSQL brings ICU to compare with")
    texts = words_by_chance(4_000)
    assert sorted(texts, key=sort_key) == icu_order(texts)


FAMILIES = ["Nguyễn", "Nguyên", "Lê", "Lễ", "Đỗ", "Đồ", "Doãn", "Âu", "Ấu", "Ông"]
MIDDLES = ["", "Thị", "Thi", "Văn", "Vân", "Thị Hồng", "thị", "Hoà", "Hòa"]
GIVEN = ["An", "Án", "Ân", "Ấn", "Anh", "Ánh", "Bình", "Bính", "Dung", "Dũng", "Đức", "Ước"]


@pytest.mark.usefixtures("in_app")
def test_people_stand_in_the_order_of_icu_by_given_name_family_middle(database):
    if database.name != "postgresql":
        pytest.skip("only PostgreSQL brings ICU to compare with")
    people = [
        " ".join(f"{family} {middle} {given}".split())
        for family in FAMILIES
        for middle in MIDDLES
        for given in GIVEN
    ]
    random.Random(7).shuffle(people)
    by_icu = text(
        "SELECT n FROM unnest(CAST(:names AS text[])) AS n, "
        "LATERAL (SELECT string_to_array(n, ' ') AS w) AS s "
        'ORDER BY w[cardinality(w)] COLLATE "vi-x-icu", w[1] COLLATE "vi-x-icu", '
        "array_to_string(w[2:cardinality(w) - 1], ' ') COLLATE \"vi-x-icu\""
    )
    assert sorted(people, key=name_sort_key) == list(db.session.scalars(by_icu, {"names": people}))


@pytest.mark.usefixtures("in_app")
def test_a_stored_key_sorts_alike_on_both_databases():
    texts = words_by_chance(300)
    made_units(*(unit_row(f"N{n:03}", name=f"Công đoàn {name}") for n, name in enumerate(texts)))
    keys = [
        row.sort_key
        for row in db.session.execute(select(UnitName).order_by(UnitName.sort_key)).scalars()
    ]
    assert keys == sorted(keys)
    assert root_row().name in names(service.search_units("tldld", on=TODAY))
