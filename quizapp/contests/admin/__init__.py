"""What organisers do with contests: their home, drafts and approval, changes, head counts."""

from quizapp.contests.admin import changes, drafts, head_counts, home
from quizapp.contests.admin.routes import bp

__all__ = ["bp", "changes", "drafts", "head_counts", "home"]
