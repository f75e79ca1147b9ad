"""Requests that wait, told on the organisers' home."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from quizapp.contests.service import ContestCard, duty
from quizapp.errors import N_
from quizapp.people.service import OrganiserCard
from quizapp.privacy.service.desk import count_late
from quizapp.web.language import translated

LATE = N_("%(n)s yêu cầu về dữ liệu cá nhân đã quá hạn trả lời theo luật.")
WAITING = N_("%(n)s yêu cầu về dữ liệu cá nhân đang chờ trả lời.")


@duty
def tell_waiting(
    organiser: OrganiserCard, contests: Sequence[ContestCard], at: datetime
) -> Mapping[int, Sequence[str]]:
    """Say how many requests of people within reach wait, and that the law's day is over."""
    return {
        contest_id: [
            translated(LATE) % {"n": late} if late else translated(WAITING) % {"n": waiting}
        ]
        for contest_id, (late, waiting) in count_late(organiser, contests, at=at).items()
    }
