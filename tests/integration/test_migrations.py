"""Databases that hold questions go through the migration that lets several options be right."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from quizapp.app import create_app
from quizapp.config import Settings
from quizapp.db import db
from quizapp.schema import downgrade, upgrade
from tests.databases import empty_postgresql, require_postgresql

VERSION = (
    "INSERT INTO bank_version (id, bank_id, number, digest, title, question_count, published_at)"
    f" VALUES (1, 1, 1, '{1:064d}', 'Thử', 2, '2026-11-01 00:00:00')"
)
QUESTION = (
    "INSERT INTO question (bank_version_id, number, code, kind, stem, options, right_mask,"
    " fixed_order, topic, citations, valid_to) VALUES (1, {number}, 'C-{number}', '{kind}',"
    " 'Mấy ngày?', '[\"30\", \"45\", \"60\"]', {right}, true, 'Luật', '[]', '2026-12-31')"
)
CITED = '[{"text": "điểm b khoản 1 Điều 20 Bộ luật Lao động năm 2019"}]'


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'quizapp.sqlite3'}"
        return
    require_postgresql()
    with empty_postgresql() as address:
        yield address.replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture
def before(url, tmp_path):
    """A database as it was before, with two questions."""
    app = create_app(Settings(instance=tmp_path, database_url=url, testing=True))
    with app.app_context():
        upgrade(revision="0015")
        run("INSERT INTO bank (id, code, title, created_at) VALUES (1, 'b', 'B', '2026-11-01')")
        run(VERSION)
        run(asked(1, "single", 1))
        run(asked(2, "single", 4).replace("'[]'", f"'{CITED}'"))
        yield app
        db.session.remove()
        db.engine.dispose()


def asked(number, kind, right):
    return QUESTION.format(number=number, kind=kind, right=right)


def run(statement):
    with db.engine.begin() as connection:
        connection.exec_driver_sql(statement)


def rows():
    """Return the questions with the columns they had in the beginning."""
    with db.engine.connect() as connection:
        found = connection.execute(text("SELECT * FROM question ORDER BY id")).mappings()
        return [{name: row[name] for name in row if name != "pictures"} for row in found]


def is_refused(statement, words):
    with pytest.raises(Exception, match=words):
        run(statement)
    return True


def test_stored_questions_stay_as_they_are_and_guarded(before):
    stored = rows()
    assert is_refused(asked(3, "multiple", 5), "(?i)check constraint")

    upgrade()

    assert rows() == stored
    with db.engine.connect() as connection:
        (cited,) = connection.execute(text("SELECT * FROM cited_provision"))
    assert tuple(cited) == (1, 2, 1, "45/2019/QH14", "20", "1", "b")
    assert is_refused("UPDATE question SET stem = 'x'", "insert-only")
    assert is_refused("DELETE FROM question", "insert-only")
    run(asked(3, "multiple", 5))
    assert len(rows()) == 3
    assert is_refused(asked(4, "multiple", 7), "(?i)check constraint")
    assert is_refused(asked(3, "single", 1).replace("C-3", "C-9"), "insert-only|(?i:unique)")
    assert is_refused(asked(5, "single", 1).replace("(1, 5", "(77, 5"), "(?i)foreign key")


def test_the_way_back_is_open_until_there_is_such_a_question(before):
    stored = rows()
    upgrade()
    downgrade(revision="0039")  # the rows of what is cited stay, and are not made twice
    upgrade()
    downgrade(revision="0015")
    assert rows() == stored
    assert is_refused("UPDATE question SET stem = 'x'", "insert-only")
    upgrade()
    run(asked(3, "multiple", 5))

    with pytest.raises(IntegrityError, match=r"(?i)check constraint"):
        downgrade(revision="0015")

    assert len(rows()) == 3
    assert is_refused("UPDATE question SET stem = 'x'", "insert-only")
