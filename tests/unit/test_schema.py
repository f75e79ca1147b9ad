"""What a process that serves pages loads, and what it knows of the migrations without Alembic."""

import subprocess
import sys

from alembic.script import ScriptDirectory

from quizapp import schema

ASKED = """
import sys
import quizapp.app
late = {"alembic", "flask_migrate", "mako", "psycopg", "openpyxl", "docx"}
print(*late.intersection(sys.modules))
"""


def test_the_migrations_are_known_as_alembic_knows_them():
    scripts = ScriptDirectory(str(schema.MIGRATIONS))

    assert schema.head() == scripts.get_current_head()
    assert schema._known() == {script.revision for script in scripts.walk_revisions()}


def test_what_only_commands_need_takes_no_memory_of_a_process_that_serves():
    asked = subprocess.run(
        [sys.executable, "-c", ASKED], capture_output=True, text=True, check=True
    )

    assert asked.stdout.split() == []
