"""Commands of the organiser's terminal: what all of them share."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from quizapp.errors import Refusal


class OrganiserGroup(AppGroup):
    """A group of commands that says what is wrong in one line and exits 1, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        with in_one_line():
            return super().invoke(ctx)


class OrganiserCommand(click.Command):
    """A command by itself that says what is wrong as those of a group do."""

    def invoke(self, ctx: click.Context) -> Any:
        with in_one_line():
            return super().invoke(ctx)


@contextmanager
def in_one_line() -> Iterator[None]:
    """Turn what people can do something about into click's own errors."""
    try:
        yield
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    except (OperationalError, ProgrammingError) as error:
        raise click.ClickException(database_trouble(error)) from error


def database_trouble(error: DBAPIError) -> str:
    """Say in one line what kept the database from answering, without its password."""
    address = current_app.extensions["sqlalchemy"].engine.url.render_as_string()
    cause = str(error.orig).strip().splitlines()[0]
    if cause.startswith(("no such table", "relation ")):
        return (
            f"Cơ sở dữ liệu {address} chưa được dựng ({cause}). Chạy: flask --app wsgi db upgrade"
        )
    return f"Không dùng được cơ sở dữ liệu {address}: {cause}"
