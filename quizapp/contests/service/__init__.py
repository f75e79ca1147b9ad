"""What is done with contests. One name for each use case."""

from quizapp.contests.service import naming as _naming  # noqa: F401 - registers names for the log
from quizapp.contests.service.cards import ContestCard, RoundCard
from quizapp.contests.service.creating import NewContest, create_contest, read_preset
from quizapp.contests.service.divisions import find_division, find_divisions
from quizapp.contests.service.drafting import (
    Choices,
    Preview,
    TypedContest,
    create_typed,
    get_choices,
    preview_contest,
)
from quizapp.contests.service.in_force import (
    OldQuestion,
    check_in_force,
    find_out_of_force,
    get_out_of_force,
    rule_on_questions,
)
from quizapp.contests.service.reading import (
    drawable,
    find_contest,
    get_contest,
    get_contests,
    get_contests_above,
    get_contests_within,
    get_excluded,
    get_pool,
    get_round,
    get_rules,
    known_contest_id,
)

__all__ = [
    "Choices",
    "ContestCard",
    "NewContest",
    "OldQuestion",
    "Preview",
    "RoundCard",
    "TypedContest",
    "check_in_force",
    "create_contest",
    "create_typed",
    "drawable",
    "find_contest",
    "find_division",
    "find_divisions",
    "find_out_of_force",
    "get_choices",
    "get_contest",
    "get_contests",
    "get_contests_above",
    "get_contests_within",
    "get_excluded",
    "get_out_of_force",
    "get_pool",
    "get_round",
    "get_rules",
    "known_contest_id",
    "preview_contest",
    "read_preset",
    "rule_on_questions",
]
