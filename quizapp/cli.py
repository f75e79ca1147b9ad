"""The commands of `flask --app wsgi …`, gathered from the features."""

from flask import Flask

from quizapp.audit.commands import audit
from quizapp.units.commands import units


def register(app: Flask) -> None:
    """Add every feature's commands to the application."""
    app.cli.add_command(audit)
    app.cli.add_command(units)
