"""The page of the log: within what was granted, by filter, with names that are not stored."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from quizapp.audit.models import AuditEntry
from quizapp.audit.rules import digest_of
from quizapp.audit.service import kinds_named, reading, record
from quizapp.audit.service.reading import Wanted
from quizapp.config import ROOT
from quizapp.db import db, transaction
from quizapp.jobs import service as jobs
from quizapp.people.roles import Role
from quizapp.units.kinds import UnitKind
from tests.integration.pages import Page
from tests.integration.test_audit import tamper
from tests.integration.test_every_route import people_file
from tests.integration.test_organisers import send, sign_in, stored
from tests.making import contests, people, reviews, units
from tests.making.contests import NOON

OTHER, AUDITOR = "0987 650 431", "0987 650 432"


@pytest.fixture
def inside(app, freeze):
    freeze(NOON)

    def call(function, *args, **kwargs):
        with app.app_context():
            try:
                return function(*args, **kwargs)
            finally:
                db.session.rollback()

    return call


@pytest.fixture
def two_provinces(inside):
    """Make contests of P and S, an owner above both, and an auditor of P alone."""

    def make():
        people.national_unit()
        made = units.made_units(
            units.unit_row("P"),
            units.unit_row("S"),
            units.unit_row("C", kind=UnitKind.UPPER, parent_code="P"),
        )
        contests.contest("cua-p", owner="P")
        contests.contest("cua-s", owner="S")
        people.organiser(at=NOON)
        people.organiser(
            phone=AUDITOR, name="Lê Thị Sáu", at=NOON, unit=made["P"], role=Role.AUDITOR
        )

    inside(make)


def lines_of(client, query=""):
    page = client.get(f"/admin/log{query}")
    assert page.status_code == 200
    return page.text


def test_an_auditor_reads_what_happened_in_the_province_and_nothing_beside_it(
    two_provinces, new_client
):
    above, below = new_client(), new_client()
    sign_in(above)
    sign_in(below, phone=AUDITOR)
    everything, part = lines_of(above), lines_of(below)
    assert "cua-p" in everything
    assert "cua-s" in everything
    assert "cua-p" in part
    assert "cua-s" not in part
    assert "Lê Thị Sáu" in part
    assert "Trần Thị Bình" not in part  # the owner above signed in: not of this province


@pytest.mark.parametrize("role", set(Role) - {Role.OWNER, Role.AUDITOR})
def test_other_roles_read_no_log(inside, client, role):
    inside(people.organiser, role=role, at=NOON)
    sign_in(client)
    assert client.get("/admin/log").status_code == 403
    assert "/admin/log" not in client.get("/admin").text


def test_entries_are_found_by_person_object_action_and_day(two_provinces, client):
    sign_in(client)
    assert "Lập cuộc thi" not in lines_of(client, "?actor=L%C3%AA+th%E1%BB%8B+s%C3%A1u")
    assert "Đặt mật khẩu" in lines_of(client, "?actor=le+thi+sau")
    assert "Không có dòng nào" in lines_of(client, "?actor=ai+khac")
    assert "Lập cuộc thi" in lines_of(client, "?object=contest:1")
    assert "Đặt mật khẩu" not in lines_of(client, "?object=contest:1")
    assert "Đặt mật khẩu" not in lines_of(client, "?action=contest")
    assert "Lập cuộc thi" in lines_of(client, "?day=2026-11-23")
    assert "Không có dòng nào" in lines_of(client, "?day=2026-11-24")
    assert "Ngày không đúng" in lines_of(client, "?day=hôm+nay")
    assert "Không có dòng nào" in lines_of(client, "?object=%27;drop")


def test_actions_stand_in_words_with_their_code_and_are_found_by_either(two_provinces, client):
    sign_in(client)
    page = lines_of(client)
    assert "<strong>Duyệt thể lệ của cuộc thi</strong>" in page
    assert 'href="/admin/log?action=contest.approve"' in page
    for asked in ("contest.app", "duyet+the+le"):
        found = lines_of(client, f"?action={asked}")
        assert "Duyệt thể lệ của cuộc thi" in found
        assert "Đặt mật khẩu" not in found
    english = lines_of(client, "?lang=en&action=approve")
    assert "<strong>Approve the rules of a contest</strong>" in english
    assert "Không có dòng nào" in lines_of(client, "?action=%25")


def test_a_long_log_is_read_page_by_page(two_provinces, inside, client):
    sign_in(client)
    for _ in range(60):
        send(client, "/admin/account/end-sessions", page="/admin/account")
        sign_in(client)
    first = lines_of(client)
    older = re.search(r'href="(/admin/log\?before=[^"]+)"', first).group(1).replace("&amp;", "&")
    second = client.get(older).text
    numbers = re.compile(r"Dòng (\d+)<")
    shown = [int(number) for number in numbers.findall(first) + numbers.findall(second)]
    assert shown == sorted(set(shown), reverse=True)
    assert len(shown) == 100


def test_names_are_shown_and_never_stored(two_provinces, inside, client):
    sign_in(client)
    assert "Lê Thị Sáu" in lines_of(client)
    assert "Sáu" not in str(inside(stored, "SELECT * FROM audit_entry"))


def test_looking_at_right_answers_leaves_a_row(two_provinces, inside, client):
    def unit_first():
        unit = units.service.find_unit("P")
        db.session.rollback()
        return reviews.made_review(unit)

    public_id = inside(unit_first)
    sign_in(client)
    before = inside(stored, "SELECT count(*) FROM audit_entry WHERE action = 'bank.keys_seen'")
    assert client.get(f"/admin/banks/reviews/{public_id}").status_code == 200
    after = inside(stored, "SELECT count(*) FROM audit_entry WHERE action = 'bank.keys_seen'")
    assert after[0][0] == before[0][0] + 1
    assert "Xem đáp án" in lines_of(client)
    assert client.get("/admin/banks/reviews/" + "0" * 32).status_code == 404
    assert (
        inside(stored, "SELECT count(*) FROM audit_entry WHERE action = 'bank.keys_seen'") == after
    )


def test_looking_at_a_list_of_phones_leaves_a_row(two_provinces, inside, client):
    sign_in(client)
    home = "/admin/team/invitations"
    fields = Page(client.get(home).text).forms[0].hidden | {"file": people_file("P")}
    sheet = client.post(home, data=fields).location
    for times in (1, 2):
        assert "0971 999 998" in client.get(sheet).text
        rows = "SELECT count(*) FROM audit_entry WHERE action = 'invitation.phones_seen'"
        assert inside(stored, rows)[0][0] == times
    assert client.get(f"{home}/{'0' * 32}").status_code == 404
    assert inside(stored, rows)[0][0] == 2
    assert "Xem danh sách có số điện thoại" in lines_of(client)


def test_a_row_tells_who_what_when_why_and_both_digests(two_provinces, inside, client):
    def rename():
        with transaction():
            record(
                "person.correct_name",
                actor="organiser:1",
                object="contest:1",
                before={"name": "Lê Thị Cúc"},
                after={"name": "Lê Thị Cúc Hoa"},
                reason="đối chiếu căn cước",
                at=NOON,
            )

    inside(rename)
    sign_in(client)
    page = lines_of(client, "?object=contest:1")
    told = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    for words in (
        "Trần Thị Bình",
        "person.correct_name",
        "12:00 ngày 23/11/2026",
        "Lý do: đối chiếu căn cước",
        f"Dấu trước {digest_of({'name': 'Lê Thị Cúc'})}",
        f"Dấu sau {digest_of({'name': 'Lê Thị Cúc Hoa'})}",
    ):
        assert words in told, words


def test_who_is_no_organiser_is_named_for_what_it_is(two_provinces, inside, client):
    def note(actor):
        with transaction():
            record("contest.thaw", actor=actor, object="contest:1", at=NOON)

    for actor in ("system", "command:quan-tri"):
        inside(note, actor)
    sign_in(client)
    page = lines_of(client, "?object=contest:1")
    assert ">máy chủ</a>" in page
    assert ">lệnh trên máy chủ, quan-tri</a>" in page


def test_the_whole_chain_is_checked_by_a_button(two_provinces, inside, client):
    sign_in(client)
    job = send(client, "/admin/log/verify", page="/admin/log").location
    inside(jobs.do_waiting)
    assert "Xong" in client.get(job).text or "Tải tệp" in client.get(job).text
    report = client.get(f"{job}/file")
    assert "Nhật ký nguyên vẹn" in report.text
    assert "audit.verified" in str(inside(stored, "SELECT action FROM audit_entry"))


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE audit_entry SET actor = 'organiser:9' WHERE id = 2", "dòng 2: nội dung đã bị sửa"),
        ("DELETE FROM audit_entry WHERE id = 2", "dòng 2: bị thiếu"),
        (
            (
                "UPDATE audit_entry SET id = id + 90 WHERE id IN (2, 3);"
                "UPDATE audit_entry SET id = 95 - id WHERE id IN (92, 93)"
            ),
            "dòng 2: nội dung đã bị sửa",
        ),
    ],
)
def test_the_button_names_what_was_changed(two_provinces, inside, client, statement, words):
    sign_in(client)
    inside(tamper, *statement.split(";"))
    job = send(client, "/admin/log/verify", page="/admin/log").location
    inside(jobs.do_waiting)
    assert words in client.get(job).text


def test_every_kind_of_object_in_the_log_has_a_name_for_people():
    """A kind nobody names would be read by the root's auditors alone, as a bare number."""
    written = re.compile(
        r'object=f?"([a-z_]+):|target = f"([a-z_]+):|note\(\s*"[a-z_.]+", f"([a-z_]+):'
    )
    kinds = {
        kind
        for path in (ROOT / "quizapp").rglob("*.py")
        for found in written.findall(path.read_text("utf-8"))
        for kind in found
        if kind
    }
    assert {"person", "contest", "round", "organiser"} <= kinds
    assert kinds - kinds_named() == set()


MANY = 20_000
FILL = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :many)",
    "postgresql": "WITH n(i) AS (SELECT * FROM generate_series(1, :many))",
}
ASKED = {
    "who": (Wanted(actors=("organiser:7",)), "ix_audit_entry_actor"),
    "about what": (Wanted(object="contest:7"), "ix_audit_entry_object"),
    "on a day": (
        Wanted(since=NOON - timedelta(days=1), until=NOON - timedelta(days=1, hours=-1)),
        "ix_audit_entry_at",
    ),
}


def filled(engine):
    """Put many entries into the log, a minute apart, of a thousand people about as many things."""
    ago = ":many - i"
    moment = {
        "sqlite": f"strftime('%Y-%m-%d %H:%M:%S', '2026-11-23 05:00', '-' || ({ago}) || ' minutes')"
        " || '.000000'",
        "postgresql": f"timestamptz '2026-11-23 05:00+00' - ({ago}) * interval '1 minute'",
    }[engine]
    hashed = "zeroblob(32)" if engine == "sqlite" else "decode(repeat('00', 32), 'hex')"
    db.session.execute(
        text(
            f"INSERT INTO audit_entry (id, at, actor, action, object, previous_hash, hash)"
            f" {FILL[engine]} SELECT i, {moment}, 'organiser:' || (i % 1000), 'test.filled',"
            f" 'contest:' || (i % 1009), {hashed}, {hashed} FROM n"
        ),
        {"many": MANY},
    )
    db.session.execute(text("ANALYZE audit_entry"))


def plan_of(wanted):
    """Return how the database finds a page of these entries."""
    query = select(AuditEntry.id).where(*reading._conditions(wanted))
    query = query.order_by(AuditEntry.id.desc()).limit(500)
    words = query.compile(db.engine, compile_kwargs={"literal_binds": True})
    explain = "EXPLAIN QUERY PLAN " if db.engine.dialect.name == "sqlite" else "EXPLAIN "
    rows = db.session.execute(text(explain + str(words).replace(":", "\\:")))
    return " ".join(str(row) for row in rows)


def test_each_filter_of_a_long_log_is_found_by_an_index(in_app):
    """Nothing is committed: what is put in here is chained to nothing."""
    filled(db.engine.dialect.name)
    for name, (wanted, index) in ASKED.items():
        plan = plan_of(wanted)
        assert index in plan, (name, plan)
    db.session.rollback()
