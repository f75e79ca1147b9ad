"""The one blueprint of all pages where organisers work on contests."""

from flask import Blueprint

bp = Blueprint("contests_admin", __name__, template_folder="../templates")
ACTIONABLE = {404, 409, 422}  # refusals that the organiser can put right on the page itself
