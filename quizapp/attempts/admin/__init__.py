"""The organisers' desk: finding people, deciding about them and their attempts, helping them."""

from quizapp.attempts.admin import helping, incidents
from quizapp.attempts.admin.deciding import bp

__all__ = ["bp", "helping", "incidents"]
