"""Erasing people: nothing of theirs is left but what counts them, under nobody's name.

Attempts, standings and counts stay, so boards and `standings verify` say what they said before. The
log holds ids; insert-only tables hold nothing of a person but an id.
"""

from collections.abc import Collection
from datetime import datetime

from quizapp.attempts.service import erasing as attempts
from quizapp.contests.service import ContestCard
from quizapp.people import service as people
from quizapp.privacy.service.requests import forget_wishes
from quizapp.standings.service.names import note_names_changed
from quizapp.support import service as support


def erase(contest: ContestCard, person_ids: Collection[int], *, at: datetime) -> int:
    """Erase these people of a contest; return how many. Raises NotSubmittedYet while one takes a
    paper. Erased ones are left as they are. A few rows each: at most PEOPLE_AT_ONCE at a time.
    """
    if not person_ids:
        return 0
    people.lock_people(sorted(person_ids))
    attempts.check_none_runs(person_ids)
    erased = people.erase_people(person_ids, keeps_marks=at < contest.ends_at, at=at)
    attempts.forget_phones(person_ids)
    support.forget_words_of(person_ids)
    forget_wishes(person_ids, at=at)
    note_names_changed(contest.id, at=at)
    return erased
