"""The commands of `flask --app wsgi …`, gathered from the features."""

from flask import Flask


def register(app: Flask) -> None:
    """Add every feature's commands to the application."""
