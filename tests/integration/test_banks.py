"""Publishing banks, reading them back, and the commands a clerk runs."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import event, func, select, text

from quizapp.audit.models import AuditEntry
from quizapp.banks import service
from quizapp.banks.errors import BadBankCode, NoSuchVersion, NothingToPublish
from quizapp.banks.models import Bank, BankVersion, Question
from quizapp.banks.rules import Kind
from quizapp.banks.service import versions
from quizapp.config import ROOT
from quizapp.db import db, transaction
from quizapp.errors import NotFound
from tests.making.banks import PUBLISHED_AT, draft, drafts, published, several
from tests.making.workbooks import HEADINGS, question_row, workbook

SEED = ROOT / "question_banks" / "seed_ldcd_atvsld_2026.yaml"
LETTER_KEY = Path(__file__).parent.parent / "fixtures" / "banks" / "letter_key.xlsx"
CITATION = {"law": "45/2019/QH14", "text": "khoản 1 Điều 3", "article": "3"}


def publish(given, code="luat", **fields):
    with transaction():
        return service.publish_version(code, given, **{"title": "Thử", "at": PUBLISHED_AT} | fields)


def count(table):
    found = db.session.scalar(select(func.count()).select_from(table))
    db.session.rollback()
    return found


@pytest.fixture
def statements(in_app):
    """Collect every statement sent to the database."""
    sent = []

    def executed(_connection, _cursor, statement, *_rest):
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", executed)
    yield sent
    event.remove(db.engine, "before_cursor_execute", executed)


def test_a_published_version_is_read_back_as_it_was_given(in_app):
    full = draft(
        2,
        topic=None,
        difficulty="hard",
        explanation="Vì luật nói vậy.",
        citations=(CITATION, {"text": "Điều 4"}),
        valid_from=date(2025, 7, 1),
        valid_to=date(2026, 12, 31),
        fixed_order=True,
    )
    made = publish([draft(1), full], note="Lần đầu", by="organiser:7")
    assert (made.bank_code, made.number, made.is_new) == ("luat", 1, True)
    card = service.find_version("luat")
    assert card == service.get_version(made.version_id)
    assert (card.id, card.question_count, card.title) == (made.version_id, 2, "Thử")
    assert card.published_at == PUBLISHED_AT
    first, second = service.get_questions(card.id)
    assert (first.number, first.code, first.right, first.topic) == (1, "CAU-001", 2, draft(1).topic)
    for name in versions.CONTENT:
        assert getattr(second, name) == getattr(full, name), name
    assert second.citations[0]["text"] == "khoản 1 Điều 3"
    row = db.session.scalars(select(BankVersion)).one()
    assert (row.note, row.published_by) == ("Lần đầu", "organiser:7")


def test_questions_are_numbered_in_their_order_whatever_the_file_counted(in_app):
    made = publish([draft(9), draft(4)])
    cards = service.get_questions(made.version_id)
    assert [(one.number, one.code) for one in cards] == [(1, "CAU-009"), (2, "CAU-004")]


@pytest.mark.parametrize("right", [0b0011, 0b1001, 0b0111, 0b1110])
def test_several_right_options_are_published(in_app, right):
    made = publish([several(1, right=right), draft(2)])
    first, second = service.get_questions(made.version_id)
    assert (first.kind, first.right, second.kind) == (Kind.MULTIPLE, right, Kind.SINGLE)
    assert service.recompute_digest(made.version_id).is_equal


def test_a_question_cannot_be_changed_in_memory_either(in_app):
    (one,) = service.get_questions(publish([draft(1, citations=(CITATION,))]).version_id)
    with pytest.raises(AttributeError):
        one.right = 1
    with pytest.raises(TypeError):
        one.citations[0]["text"] = "khác"


def test_the_same_questions_twice_make_no_second_version(in_app):
    first = publish(drafts(3))
    second = publish(drafts(3), title="Tên khác", note="Lần hai")
    assert (second.version_id, second.number, second.is_new) == (first.version_id, 1, False)
    assert (count(BankVersion), count(Question), count(AuditEntry)) == (1, 3, 1)


def test_going_back_to_an_older_content_gives_the_older_version(in_app):
    publish(drafts(3))
    publish(drafts(4))
    assert publish(drafts(3)).number == 1
    assert count(BankVersion) == 2


def test_the_same_questions_in_another_bank_are_another_version(in_app):
    assert publish(drafts(3), "mot").is_new
    assert publish(drafts(3), "hai").is_new
    assert count(Bank) == 2


def test_versions_count_on_and_the_newest_is_found(in_app):
    assert [publish(drafts(size), title=f"Bản {size}").number for size in (2, 3, 4)] == [1, 2, 3]
    assert service.find_version("luat").question_count == 4
    assert service.find_version("luat", 2).question_count == 3
    assert service.find_version("luat", 4) is None
    assert service.find_version("khac") is None
    (bank,) = service.get_banks()
    assert (bank.code, bank.title, bank.newest.number) == ("luat", "Bản 4", 3)


def test_organisers_who_publish_at_once_get_a_number_each(app):
    start = Barrier(4)

    def publish_one(size):
        with app.app_context():
            start.wait()
            return publish(drafts(size)).number

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(publish_one, (1, 2, 3, 4))) == [1, 2, 3, 4]


def test_publishing_leaves_an_audit_row(in_app):
    publish(drafts(2), by="organiser:7")
    card = service.find_version("luat")
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.actor, entry.action) == ("organiser:7", "bank.publish")
    assert entry.object == f"bank_version:{card.id}"


@pytest.mark.parametrize(
    ("code", "given", "refusal"),
    [
        ("Luật", drafts(1), BadBankCode),
        ("luat@1", drafts(1), BadBankCode),
        ("", drafts(1), BadBankCode),
        ("-luat", drafts(1), BadBankCode),
        ("a" * 65, drafts(1), BadBankCode),
        ("luat", [], NothingToPublish),
    ],
)
def test_a_refused_publication_leaves_nothing(in_app, code, given, refusal):
    with pytest.raises(refusal):
        publish(given, code)
    assert (count(Bank), count(BankVersion), count(AuditEntry)) == (0, 0, 0)


def test_questions_are_read_from_the_database_once(statements):
    version = published(30)
    statements.clear()
    first = service.get_questions(version.id)
    assert sum("FROM question" in statement for statement in statements) == 1
    statements.clear()
    assert service.get_questions(version.id) is first
    assert statements == []


def test_only_the_last_versions_stay_in_memory(statements):
    made = [published(number) for number in range(1, versions.VERSIONS_KEPT + 2)]
    for version in made:
        service.get_questions(version.id)
    service.get_questions(made[1].id)
    db.session.rollback()
    statements.clear()
    service.get_questions(made[1].id)
    service.get_questions(made[-1].id)
    assert statements == []
    service.get_questions(made[0].id)
    assert statements


def test_a_publication_undone_is_not_remembered(in_app):
    """SQLite gives the id of a row undone to the next one."""
    with transaction() as turn:
        made = service.publish_version("luat", drafts(2), title="Thử", at=PUBLISHED_AT)
        service.get_questions(made.version_id)
        turn.undo()
    again = publish(drafts(5))
    assert len(service.get_questions(again.version_id)) == 5


def test_an_unknown_version_is_refused(in_app):
    with pytest.raises(NotFound):
        service.get_questions(4711)
    with pytest.raises(NotFound):
        service.get_version(4711)
    with pytest.raises(NoSuchVersion):
        service.compare_versions("luat", 1, 2)


PAST_THE_GUARDS = {
    "sqlite": "DROP TRIGGER question_no_update",
    "postgresql": "SET LOCAL session_replication_role = replica",
}


@pytest.mark.parametrize(
    "change",
    [
        "right_mask = 8",
        "stem = 'khác'",
        'options = \'["1","2","3","4"]\'',
        "number = 40",
        "fixed_order = NOT fixed_order",
        'citations = \'[{"text": "Điều 9"}]\'',
    ],
)
def test_a_row_changed_past_the_guards_shows_in_the_digest(in_app, change):
    version = published(3)
    assert service.recompute_digest(version.id).is_equal
    db.session.rollback()
    db.session.execute(text(PAST_THE_GUARDS[db.engine.dialect.name]))
    db.session.execute(text(f"UPDATE question SET {change} WHERE number = 1"))
    assert not service.recompute_digest(version.id).is_equal
    db.session.rollback()
    assert service.recompute_digest(version.id).is_equal


def test_the_database_refuses_a_question_no_paper_could_use(in_app):
    multiple = {"kind": "multiple"}
    for wrong in (
        {"right": 0},
        {"right": 0b0011},
        {"right": 0b10000},
        {"options": ("một",)},
        {"kind": "essay"},
        multiple | {"right": 0},
        multiple | {"right": 0b0100},
        multiple | {"right": 0b1111},
        multiple | {"right": 0b10011},
        multiple | {"right": 0b11, "options": ("một", "hai")},
    ):
        with pytest.raises(Exception, match=r"(?i)check constraint"):
            publish([draft(1, **wrong)])
    assert count(BankVersion) == 0


# The commands


@pytest.fixture
def command(run, in_app):
    """Return a function that runs a command as if in a process of its own."""

    def run_it(*arguments):
        db.session.rollback()
        result = run(*arguments)
        db.session.rollback()
        return result

    return run_it


def lines(result):
    return result.output.strip().splitlines()


def test_check_accepts_the_seed_bank(command):
    result = command("banks", "check", SEED)
    assert result.exit_code == 0, result.output
    assert "60 câu hợp lệ, 0 lỗi, 0 lưu ý" in result.output


def test_check_prints_json_of_the_agreed_shape(command, tmp_path):
    file = tmp_path / "de.xlsx"
    file.write_bytes(workbook(HEADINGS, question_row(1), question_row(2, answer="E")))
    result = command("banks", "check", file, "--json")
    assert result.exit_code == 1
    assert json.loads(result.output) == {
        "format": "xlsx",
        "questions": [
            {
                "number": 1,
                "where": "Câu hỏi, dòng 2",
                "stem": "Câu hỏi 1?",
                "options": ["Một", "Hai", "Ba"],
                "right": [1],
                "topic": None,
                "citations": [],
                "explanation": None,
            }
        ],
        "problems": [
            {
                "severity": "error",
                "where": "Câu hỏi, ô F3",
                "question": 2,
                "message": "Đáp án “E” không có trong các phương án. Hãy ghi A hoặc B hoặc C.",
            }
        ],
    }


def test_check_accepts_the_sample_workbook_in_json(command):
    result = command("banks", "check", LETTER_KEY, "--json")
    assert result.exit_code == 0
    body = json.loads(result.output)
    assert [one["right"] for one in body["questions"]] == [[1], [1], [0], [1], [2], [1]]
    assert body["problems"] == []


def test_warnings_alone_do_not_fail_a_check(command, tmp_path):
    file = tmp_path / "de.xlsx"
    file.write_bytes(workbook([*HEADINGS, "Điểm"], [*question_row(1), 1]))
    result = command("banks", "check", file)
    assert result.exit_code == 0
    assert "LƯU Ý" in result.output


def test_check_names_the_line_of_a_broken_yaml(command, tmp_path):
    file = tmp_path / "hong.yaml"
    file.write_text(SEED.read_text("utf-8").replace("      B: ", "     B: ", 1), "utf-8")
    result = command("banks", "check", file)
    assert result.exit_code == 2
    number = next(
        place
        for place, line in enumerate(file.read_text("utf-8").splitlines(), start=1)
        if line.startswith("     B: ")
    )
    assert f"dòng {number}" in result.output
    body = json.loads(command("banks", "check", file, "--json").output)
    assert (body["format"], body["questions"]) == (None, [])
    assert body["problems"][0]["where"] == f"dòng {number}"


def test_a_file_that_is_not_there_cannot_be_read(command, tmp_path):
    for words in (["check"], ["check", "--json"], ["import", "--bank", "x"]):
        assert command("banks", words[0], tmp_path / "khong", *words[1:]).exit_code == 2
        assert command("banks", words[0], tmp_path, *words[1:]).exit_code == 2


def test_import_without_publish_stores_nothing_and_says_so(command):
    result = command("banks", "import", SEED, "--bank", "seed")
    assert result.exit_code == 0
    assert "CHƯA lưu gì. Với --publish, 60 câu sẽ thành seed@1." in result.output
    assert count(Bank) == 0


def test_import_publishes_once(command):
    arguments = ("banks", "import", SEED, "--bank", "seed", "--publish")
    assert "Đã công bố 60 câu: seed@1." in command(*arguments).output
    again = command(*arguments, "--title", "Tên khác")
    assert again.exit_code == 0
    assert "đã là seed@1; không tạo phiên bản mới" in again.output
    assert "đã là seed@1" in command("banks", "import", SEED, "--bank", "seed").output
    assert (count(BankVersion), count(Question)) == (1, 60)
    assert service.find_version("seed").title.startswith("Ngân hàng câu hỏi mẫu")
    assert db.session.scalars(select(AuditEntry.actor)).one().startswith("command:")


def test_import_with_errors_publishes_only_when_told_to_skip_them(command, tmp_path):
    file = tmp_path / "de.xlsx"
    file.write_bytes(workbook(HEADINGS, question_row(1), question_row(2, answer=None)))
    arguments = ("banks", "import", file, "--bank", "de", "--title", "Đề", "--publish")
    refused = command(*arguments)
    assert refused.exit_code == 1
    assert "Có 1 lỗi nên chưa công bố" in refused.output
    assert count(Bank) == 0
    assert command(*arguments, "--skip-errors").exit_code == 0
    card = service.find_version("de")
    assert (card.question_count, card.title) == (1, "Đề")


def test_import_refuses_a_code_that_no_command_line_could_name(command):
    result = command("banks", "import", SEED, "--bank", "Luật@1", "--publish")
    assert result.exit_code == 1
    assert "Mã ngân hàng" in result.output


def test_diff_marks_words(command, tmp_path):
    publish([draft(1, stem="Báo trước 30 ngày?"), draft(2), draft(3)])
    publish(
        [draft(1, stem="Báo trước 45 ngày?", right=1, citations=(CITATION,)), draft(3), draft(4)]
    )
    result = command("banks", "diff", "luat", 1, 2)
    assert result.exit_code == 0
    assert lines(result) == [
        f"+ CAU-004  {draft(4).stem}",
        f"- CAU-002  {draft(2).stem}",
        "~ CAU-001",
        "    nội dung: Báo trước [-30-] {+45+} ngày?",
        "    đáp án đúng: [-B. 11-] {+A. 10+} ngày",
        "    căn cứ: {+law 45/2019/QH14, khoản 1 Điều 3, article 3+}",
    ]
    assert "giống nhau" in command("banks", "diff", "luat", 2, 2).output
    missing = command("banks", "diff", "luat", 1, 3)
    assert missing.exit_code == 1
    assert "Không có phiên bản 3" in missing.output


def test_an_exported_yaml_is_the_same_version_when_it_comes_back(command, tmp_path):
    command("banks", "import", SEED, "--bank", "seed", "--publish")
    file = tmp_path / "ra.yaml"
    assert (
        command("banks", "export", "seed", "--version", 1, "--format", "yaml", "-o", file).exit_code
        == 0
    )
    assert "đã là seed@1" in command("banks", "import", file, "--bank", "seed", "--publish").output
    assert count(BankVersion) == 1


def test_an_exported_workbook_has_the_same_questions(command, tmp_path):
    command("banks", "import", SEED, "--bank", "seed", "--publish")
    file = tmp_path / "ra.xlsx"
    assert command("banks", "export", "seed", "--format", "xlsx", "-o", file).exit_code == 0
    exported = json.loads(command("banks", "check", file, "--json").output)["questions"]
    original = json.loads(command("banks", "check", SEED, "--json").output)["questions"]
    for name in ("number", "stem", "options", "right", "topic", "explanation"):
        assert [one[name] for one in exported] == [one[name] for one in original]


def test_export_of_what_is_not_there_is_refused(command, tmp_path):
    result = command("banks", "export", "seed", "-o", tmp_path / "ra.yaml")
    assert result.exit_code == 1
    assert "Không có phiên bản" in result.output
    published(1, code="co")
    to_nowhere = command("banks", "export", "co", "-o", tmp_path / "khong" / "ra.yaml")
    assert to_nowhere.exit_code == 1
    assert "Không ghi được" in to_nowhere.output


def test_list_shows_the_newest_version_of_each_bank(command):
    assert "Chưa có" in command("banks", "list").output
    at = datetime(2026, 11, 2, 3, 4, tzinfo=UTC)
    published(2, code="hai")
    published(3, code="mot", at=at)
    published(4, code="mot", at=at)
    first, second = lines(command("banks", "list"))
    assert first.startswith("hai@1  2 câu")
    assert second.startswith("mot@2  4 câu  2026-11-02 03:04Z")
