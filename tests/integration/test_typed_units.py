"""Units in free words are proposed by the worker, approved in groups, and move the boards."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from quizapp import worker
from quizapp.attempts import service
from quizapp.attempts.service import Why
from quizapp.audit.models import AuditEntry
from quizapp.db import db, transaction
from quizapp.people.models import TypedUnit
from quizapp.people.service import Role, find_person
from quizapp.results.service import close_round
from quizapp.units.kinds import UnitKind
from tests.integration.pages import Page
from tests.integration.test_corrections import agreed, board
from tests.integration.test_desk import signed_in, token_of
from tests.making import attempts, contests, people, units
from tests.making.contests import NOON, ROUND
from tests.making.typed_names import typed_names, unit_names

__all__ = ["signed_in"]
PAGE = "/admin/c/tim-hieu/typed-units"


@pytest.fixture
def contest(in_app, freeze):
    freeze(NOON)
    people.national_unit()
    units.made_units(
        units.unit_row("P_A"),
        firm("F_10", "Công ty Cổ phần May 10"),
        firm("F_SH", "Công ty TNHH May Sông Hồng"),
    )
    return contests.contest()


def firm(code, name, parent="P_A"):
    return units.unit_row(code, name=name, kind=UnitKind.GRASSROOTS, parent_code=parent)


def typing(contest, n, text, *, right=10):
    """Let somebody type a unit, take a paper, and return the card."""
    person = people.person(contest.id, phone=f"0913{n:06d}", unit_text=text)
    attempts.finished(contest, person, right=right)
    return person


def groups(client, show="open"):
    """Return title → the forms of each group on the page."""
    page = client.get(f"{PAGE}?show={show}").text
    found = {}
    for part in page.split('<section class="card">')[1:]:
        title = part.partition("<h2>")[2].partition("</h2>")[0]
        found[title] = Page(part.partition("</section>")[0]).forms
    return found


def decided(client, form, **fields):
    answer = client.post(PAGE, data=form.hidden | fields)
    worker.run_once()
    return answer


def firms(client):
    return {row["unit"]["code"]: row["people"] for row in board(client, "units/P_A")}


def test_spellings_of_one_unit_are_approved_in_one_audited_step(contest, client, signed_in):
    for n, text in enumerate(["CTY MAY 10", "ctcp may 10", "Công ty CP May 10", "May Sông Hồng"]):
        typing(contest, n, text)
    assert agreed(contest) == []
    assert board(client, "provinces") == []
    desk = signed_in(Role.HELP_DESK)
    shown = groups(desk)
    assert set(shown) == {"Công ty Cổ phần May 10", "Công ty TNHH May Sông Hồng"}
    logged = count_log()

    answer = decided(desk, shown["Công ty Cổ phần May 10"][0], approve="F_10")

    assert answer.status_code == 303
    assert count_log() == logged + 1
    assert agreed(contest) == []
    assert firms(client) == {"F_10": 3}
    assert set(groups(desk)) == {"Công ty TNHH May Sông Hồng"}
    assert set(groups(desk, "matched")) == {"Công ty Cổ phần May 10"}


def count_log():
    db.session.rollback()
    count = db.session.scalar(select(func.count()).select_from(AuditEntry))
    db.session.rollback()
    return count


def test_another_unit_can_be_chosen_and_changed_again(contest, client, signed_in):
    typing(contest, 1, "CTY MAY 10")
    assert agreed(contest) == []
    desk = signed_in(Role.OWNER)
    *_, other = groups(desk)["Công ty Cổ phần May 10"]

    decided(desk, other, unit="Sông Hồng", choose="1")
    assert agreed(contest) == []
    assert firms(client) == {"F_SH": 1}

    *_, again = groups(desk, "matched")["Công ty TNHH May Sông Hồng"]
    decided(desk, again, unit="F_10", choose="1")
    assert agreed(contest) == []
    assert firms(client) == {"F_10": 1}

    *_, last = groups(desk, "matched")["Công ty Cổ phần May 10"]
    decided(desk, last, leave="1")
    assert agreed(contest) == []
    assert firms(client) == {}
    assert set(groups(desk, "left")) == {"Không thuộc đơn vị nào"}


def test_words_that_fit_no_unit_or_several_stay_and_lead_to_a_choice(contest, client, signed_in):
    typing(contest, 1, "CTY MAY 10")
    assert agreed(contest) == []
    desk = signed_in(Role.OWNER)
    *_, other = groups(desk)["Công ty Cổ phần May 10"]

    unknown = decided(desk, other, unit="dệt Phương Đông", choose="1")
    assert unknown.status_code == 422
    assert 'value="dệt Phương Đông"' in unknown.text
    assert "không có đơn vị nào giống vậy" in unknown.text
    assert "Gần giống" not in unknown.text

    unclear = decided(desk, other, unit="công ty", choose="1")
    assert unclear.status_code == 422
    assert 'value="công ty"' in unclear.text
    assert "Công ty TNHH May Sông Hồng (F_SH)" in unclear.text
    assert 'name="approve" value="F_SH"' in unclear.text
    assert decided(desk, other, approve="F_SH").status_code == 303
    assert agreed(contest) == []
    assert firms(client) == {"F_SH": 1}


def test_a_decision_after_the_close_moves_no_result_that_is_final(
    contest, client, signed_in, freeze
):
    typing(contest, 1, "CTY MAY 10")
    assert agreed(contest) == []
    desk = signed_in(Role.OWNER)
    form = groups(desk)["Công ty Cổ phần May 10"][0]
    freeze(ROUND.closes_at + timedelta(minutes=1))
    close_round(contest.slug, 1, Why(actor="system", reason="hết vòng"))

    decided(desk, form, approve="F_10")

    assert agreed(contest) == []
    assert firms(client) == {}


def test_what_is_no_unit_is_left_and_not_asked_again(contest, signed_in):
    typing(contest, 1, "công nhân tự do")
    assert agreed(contest) == []
    desk = signed_in(Role.OWNER)
    (form,) = groups(desk)["Chưa đoán được"]

    decided(desk, form, leave="1")

    assert groups(desk) == {}
    assert agreed(contest) == []


def test_who_types_later_what_was_decided_counts_at_once(contest, client, signed_in):
    typing(contest, 1, "CTY MAY 10")
    assert agreed(contest) == []
    desk = signed_in(Role.OWNER)
    decided(desk, groups(desk)["Công ty Cổ phần May 10"][0], approve="F_10")

    typing(contest, 2, "CTY  MAY 10")

    assert agreed(contest) == []
    assert firms(client) == {"F_10": 2}


def test_whom_an_organiser_moved_by_hand_stays_there(contest, client, signed_in):
    moved, other = typing(contest, 1, "CTY MAY 10"), typing(contest, 2, "CTY MAY 10")
    assert agreed(contest) == []
    why = Why(actor="organiser:1", reason="gọi điện hỏi")
    unit_id = units.made_unit("P_B").id
    db.session.rollback()
    with transaction():
        service.correct_person_unit(moved.id, unit_id, why, at=NOON)
    desk = signed_in(Role.OWNER)
    worker.run_once()

    decided(desk, groups(desk)["Công ty Cổ phần May 10"][0], approve="F_10")

    assert agreed(contest) == []
    assert firms(client) == {"F_10": 1}
    assert find_person(moved.id).unit_counted_id == unit_id
    assert find_person(other.id).unit_counted_id != unit_id


def test_a_group_that_grew_since_it_was_seen_is_not_decided(contest, signed_in):
    typing(contest, 1, "CTY MAY 10")
    assert agreed(contest) == []
    desk = signed_in(Role.OWNER)
    form = groups(desk)["Công ty Cổ phần May 10"][0]
    typing(contest, 2, "may 10 hà nội")
    typing(contest, 3, "ctcp may 10")
    assert agreed(contest) == []

    answer = decided(desk, form, approve="F_10")

    assert answer.status_code == 409
    assert "vừa có thêm cách ghi" in answer.text
    assert set(groups(desk, "matched")) == set()


def test_a_unit_added_later_is_proposed_for_old_texts(contest, signed_in):
    typing(contest, 1, "Xí nghiệp Dệt Nam Định")
    assert agreed(contest) == []
    desk = signed_in(Role.OWNER)
    assert "Chưa đoán được" in groups(desk)
    units.made_units(firm("F_ND", "Xí nghiệp Dệt Nam Định"))

    worker.run_once()

    assert set(groups(desk)) == {"Xí nghiệp Dệt Nam Định"}


@pytest.mark.parametrize(("role", "status"), [(Role.AUDITOR, 403), (Role.VIEWER, 403)])
def test_who_may_only_look_decides_nothing(contest, signed_in, role, status):
    typing(contest, 1, "CTY MAY 10")
    assert agreed(contest) == []
    client = signed_in(role)

    answer = decided(client, Form(token_of(client)), group="u1", seen="x", leave="1")

    assert answer.status_code == status


class Form:
    def __init__(self, hidden):
        self.hidden = hidden


def test_a_province_decides_about_nobody_whose_unit_is_unknown(contest, signed_in):
    client = signed_in(Role.OWNER, units.made_unit("P_B"))

    assert client.get(PAGE).status_code == 404
    assert decided(client, Form(token_of(client)), group="u1", leave="1").status_code == 404


def test_a_great_group_is_applied_a_few_people_at_a_time(contest, client, signed_in):
    """90 people in three transactions; none of those writes more than 200 rows."""
    for n in range(90):
        typing(contest, n, ["CTY MAY 10", "ctcp may 10"][n % 2])
    assert agreed(contest) == []
    desk = signed_in(Role.OWNER)
    form = groups(desk)["Công ty Cổ phần May 10"][0]
    desk.post(PAGE, data=form.hidden | {"approve": "F_10"})
    with rows_written_with("UPDATE person") as counts:
        assert agreed(contest) == []

    assert firms(client) == {"F_10": 90}
    assert len(counts) == 3
    assert max(counts) <= 200


@contextmanager
def rows_written_with(beginning):
    """Yield the counts of rows of the committed transactions that ran such a statement."""
    now, counts = [], []

    def executed(_connection, cursor, statement, *_rest):
        now.append((statement, max(cursor.rowcount, 0)))

    def committed(_connection):
        if any(statement.startswith(beginning) for statement, _ in now):
            writing = ("INSERT", "UPDATE", "DELETE")
            counts.append(sum(rows for statement, rows in now if statement.startswith(writing)))
        now.clear()

    event.listen(db.engine, "after_cursor_execute", executed)
    event.listen(db.engine, "commit", committed)
    yield counts
    event.remove(db.engine, "after_cursor_execute", executed)
    event.remove(db.engine, "commit", committed)


@pytest.mark.only("sqlite")
def test_ten_thousand_typings_over_400_units_are_grouped_rightly(contest):
    """The worker's own grouping, on the made set: 19 of 20 texts in a group are of its unit."""
    names = unit_names(400, seed=7)
    made = units.made_units(*(firm(f"F{n}", name, "VGCL") for n, name in names.items()))
    ids = {n: made[f"F{n}"].id for n in names}
    typed = {one.text: one for one in typed_names(names, 10_000, seed=8)}
    db.session.rollback()
    with transaction():
        rows = [{"contest_id": contest.id, "text": text} for text in typed if text.strip()]
        db.session.bulk_insert_mappings(TypedUnit, rows)

    worker.run_once()

    rows = db.session.scalars(select(TypedUnit)).all()
    grouped = [row for row in rows if row.group_key == f"u{row.proposed_unit_id}"]
    meant = [typed[row.text].unit_id for row in grouped]
    right = sum(
        ids.get(unit) == row.proposed_unit_id for unit, row in zip(meant, grouped, strict=True)
    )
    assert len(grouped) > 6_000
    assert right / len(grouped) >= 0.95
    assert all(row.looked_with for row in rows)
