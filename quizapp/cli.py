"""The commands of `flask --app wsgi …`, gathered from the features."""

import click
from flask import Flask
from flask.cli import with_appcontext

from quizapp.attempts.commands import group as attempts
from quizapp.audit.commands import audit
from quizapp.backups.commands import backup, restore
from quizapp.banks.commands import banks
from quizapp.contests.commands import group as contests
from quizapp.demo import group as demo
from quizapp.events.commands import group as events
from quizapp.people.commands import people
from quizapp.press.commands import group as press
from quizapp.results.commands import group as standings
from quizapp.units.commands import units
from quizapp.worker import run_forever


def register(app: Flask) -> None:
    """Add every feature's commands to the application."""
    app.cli.add_command(attempts)
    app.cli.add_command(audit)
    app.cli.add_command(backup)
    app.cli.add_command(banks)
    app.cli.add_command(contests)
    app.cli.add_command(demo)
    app.cli.add_command(events)
    app.cli.add_command(people)
    app.cli.add_command(press)
    app.cli.add_command(restore)
    app.cli.add_command(standings)
    app.cli.add_command(units)
    app.cli.add_command(worker)


@click.command()
@with_appcontext
def worker() -> None:
    """Chạy tiến trình nền: hết giờ, xếp hạng, bảng. Dừng bằng Ctrl-C."""
    run_forever()
