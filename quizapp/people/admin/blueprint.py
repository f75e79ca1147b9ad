"""The blueprint of all pages of this feature, and what its views share."""

from flask import Blueprint, request

blueprint = Blueprint("people_admin", __name__, template_folder="../templates")


def source() -> str:
    """Return the internet address that asks, as the proxies in front of us tell it."""
    return request.remote_addr or "local"


def browser() -> str:
    """Return what the browser says it is."""
    return request.user_agent.string
