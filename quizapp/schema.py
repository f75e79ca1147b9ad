"""Whether the database holds the tables that this code expects."""

from enum import StrEnum
from functools import cache

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from quizapp.config import ROOT
from quizapp.db import db


class Schema(StrEnum):
    """Where the database stands beside this code's migrations."""

    EMPTY = "empty"
    BEHIND = "behind"
    AT_HEAD = "at head"
    UNKNOWN = "unknown"  # migrated by code that this code has never seen: a newer version


def schema() -> Schema:
    """Return where the database stands; costs one connection and one statement or two.

    Raises sqlalchemy.exc.DBAPIError when the database does not answer.
    """
    with db.engine.connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
    return judge(revision, head=head(), known=_known())


def judge(revision: str | None, *, head: str, known: frozenset[str]) -> Schema:
    """Place the database's revision among the code's; None is a database never migrated."""
    if revision is None:
        return Schema.EMPTY
    if revision not in known:
        return Schema.UNKNOWN
    return Schema.AT_HEAD if revision == head else Schema.BEHIND


@cache
def head() -> str:
    """Return the newest migration of this code."""
    newest = _scripts().get_current_head()
    if newest is None:
        raise RuntimeError("no migrations")
    return newest


@cache
def _known() -> frozenset[str]:
    return frozenset(script.revision for script in _scripts().walk_revisions())


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(ROOT / "migrations"))
