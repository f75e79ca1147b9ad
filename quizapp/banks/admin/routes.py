"""The one blueprint of all pages where organisers work on banks."""

from flask import Blueprint

bp = Blueprint("banks_admin", __name__, template_folder="../templates")
ACTIONABLE = {403, 409, 422}  # refusals that the organiser can put right on the page itself


def whole_number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 0
