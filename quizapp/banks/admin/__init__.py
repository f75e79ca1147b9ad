"""What organisers do with banks: bring files, review and mend what was read, publish, compare."""

from quizapp.banks.admin import bringing, reviewing
from quizapp.banks.admin.routes import bp

__all__ = ["bp", "bringing", "reviewing"]
