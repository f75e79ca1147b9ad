"""What is done with contests. One name for each use case."""

from quizapp.contests.service import naming as _naming  # noqa: F401 - registers names for the log
from quizapp.contests.service.approving import approve_draft, archive_contest
from quizapp.contests.service.cards import ContestCard, NoticeCard, RoundCard
from quizapp.contests.service.creating import (
    NewContest,
    create_contest,
    get_presets,
    read_preset,
)
from quizapp.contests.service.divisions import find_division, find_divisions
from quizapp.contests.service.drafting import (
    get_choices,
    look_at,
    whole_contest,
)
from quizapp.contests.service.drafts import (
    DraftCard,
    archive_draft,
    begin_draft,
    clone_contest,
    get_draft,
    get_drafts,
    replace_step,
    save_step,
    use_preset,
)
from quizapp.contests.service.in_force import (
    OldQuestion,
    check_in_force,
    find_out_of_force,
    get_out_of_force,
    rule_on_questions,
)
from quizapp.contests.service.outlook import Choices, Outlook, Supply
from quizapp.contests.service.reading import (
    drawable,
    find_contest,
    get_contest,
    get_contests,
    get_contests_above,
    get_contests_within,
    get_excluded,
    get_pool,
    get_regulation,
    get_round,
    get_rules,
    known_contest_id,
)
from quizapp.contests.service.signed import (
    SignedCard,
    find_signed,
    get_content,
    get_content_of,
    store_signed,
)
from quizapp.contests.service.watching import get_warnings

__all__ = [
    "Choices",
    "ContestCard",
    "DraftCard",
    "NewContest",
    "NoticeCard",
    "OldQuestion",
    "Outlook",
    "RoundCard",
    "SignedCard",
    "Supply",
    "approve_draft",
    "archive_contest",
    "archive_draft",
    "begin_draft",
    "check_in_force",
    "clone_contest",
    "create_contest",
    "drawable",
    "find_contest",
    "find_division",
    "find_divisions",
    "find_out_of_force",
    "find_signed",
    "get_choices",
    "get_content",
    "get_content_of",
    "get_contest",
    "get_contests",
    "get_contests_above",
    "get_contests_within",
    "get_draft",
    "get_drafts",
    "get_excluded",
    "get_out_of_force",
    "get_pool",
    "get_presets",
    "get_regulation",
    "get_round",
    "get_rules",
    "get_warnings",
    "known_contest_id",
    "look_at",
    "read_preset",
    "replace_step",
    "rule_on_questions",
    "save_step",
    "store_signed",
    "use_preset",
    "whole_contest",
]
