"""What organisers do with contests: home, drafts, approval, changes, head counts, learning."""

from quizapp.contests.admin import (
    changes,
    drafts,
    head_counts,
    home,
    learning,
    looks,
    old_questions,
    rehearsals,
)
from quizapp.contests.admin.routes import bp

__all__ = [
    "bp",
    "changes",
    "drafts",
    "head_counts",
    "home",
    "learning",
    "looks",
    "old_questions",
    "rehearsals",
]
