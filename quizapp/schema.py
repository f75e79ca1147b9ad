"""Whether the database holds the tables that this code expects, and how it comes to."""

from enum import StrEnum
from functools import cache

from flask import Flask, current_app
from sqlalchemy import inspect, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from quizapp.config import ROOT
from quizapp.db import db

MIGRATIONS = ROOT / "migrations"
FOUND = text("SELECT version_num FROM alembic_version")


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
    return judge(_revision(), head=head(), known=_known())


def judge(revision: str | None, *, head: str, known: frozenset[str]) -> Schema:
    """Place the database's revision among the code's; None is a database never migrated."""
    if revision is None:
        return Schema.EMPTY
    if revision not in known:
        return Schema.UNKNOWN
    return Schema.AT_HEAD if revision == head else Schema.BEHIND


def head() -> str:
    """Return the newest migration of this code."""
    return max(_known())


def know_migrations(app: Flask) -> None:
    """Give the application Flask-Migrate, which `flask db` and `upgrade` go by.

    Alembic takes 12 MB, which a process that serves pages would hold for nothing.
    """
    from flask_migrate import Migrate  # noqa: PLC0415

    Migrate(app, db, directory=str(MIGRATIONS), compare_type=True, render_as_batch=True)


def upgrade(revision: str = "head") -> None:
    """Bring the current application's database up to a revision. Raises DBAPIError."""
    import flask_migrate  # noqa: PLC0415 - see know_migrations

    know_migrations(current_app)
    flask_migrate.upgrade(revision=revision)


def downgrade(revision: str) -> None:
    """Take the current application's database down to a revision. Raises DBAPIError."""
    import flask_migrate  # noqa: PLC0415 - see know_migrations

    know_migrations(current_app)
    flask_migrate.downgrade(revision=revision)


def _revision() -> str | None:
    with db.engine.connect() as connection:
        try:
            revision: str | None = connection.scalar(FOUND)
        except (OperationalError, ProgrammingError):
            if inspect(db.engine).has_table("alembic_version"):
                raise
            return None
    return revision


def is_known(revision: str | None) -> bool:
    """Tell whether this code can bring a database of that revision to its own."""
    return revision in _known()


@cache
def _known() -> frozenset[str]:
    # The files carry their revision's number in front; a test holds Alembic to the same answer.
    return frozenset(path.name.partition("_")[0] for path in MIGRATIONS.glob("versions/*.py"))
