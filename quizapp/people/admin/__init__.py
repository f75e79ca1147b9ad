"""Organisers sign in, look after their account, and give roles to others."""

from quizapp.people.admin import account, invitations, log, signing, team
from quizapp.people.admin.blueprint import blueprint

__all__ = ["account", "blueprint", "invitations", "log", "signing", "team"]
