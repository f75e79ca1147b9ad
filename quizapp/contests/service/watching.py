"""What an organiser should know of an approved contest; none of it keeps a round from opening."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from quizapp.banks import service as banks
from quizapp.banks.service import Outdated
from quizapp.contests.rules.schedule import Phase
from quizapp.contests.service.cards import ContestCard, RoundCard
from quizapp.contests.service.reading import excluded_lines, get_gaps
from quizapp.errors import N_
from quizapp.people.service import OrganiserCard
from quizapp.units import service as units
from quizapp.vietnamese import day_in_vietnam
from quizapp.web.language import translated

SOON = timedelta(days=3)
Told = Mapping[int, Sequence[str]]
Duty = Callable[[OrganiserCard, Sequence[ContestCard], datetime], Told]
_duties: list[Duty] = []
NEWER = N_("Ngân hàng “%(title)s” có bản %(newest)s, cuộc thi dùng bản %(number)s.")
TOO_FEW = N_("%(round)s: ngân hàng không còn đủ câu dùng được (%(what)s).")
ENDED = N_("Đơn vị tổ chức đã kết thúc hoạt động.")
LATE = N_("%(round)s đã hết giờ quá 3 ngày mà chưa chốt kết quả.")


def get_warnings(contests: Sequence[ContestCard], *, at: datetime) -> Mapping[int, list[str]]:
    """Return what to look at in contests that are not over, by contest, in the reader's language.

    Two statements however many they are, besides questions that this process has not read yet.
    """
    owners = units.get_cards({one.owner_unit_id for one in contests}, on=day_in_vietnam(at))
    versions = {each.bank_version_id for one in contests for each in _coming(one, at)}
    outdated = banks.get_outdated(versions) if versions else {}
    return {
        one.id: [
            *([translated(ENDED)] if owners[one.owner_unit_id].has_ended else []),
            *_of_rounds(_coming(one, at), outdated),
            *_late(one, at),
            *_left_out(one, at),
        ]
        for one in contests
    }


def duty(look: Duty) -> Duty:
    """Add what an organiser is told on the home page of any contest, also of one that is over.

    For features above: `look(organiser, contests, at)` returns contest id → words in the reader's
    language, in as many statements for many contests as for one.
    """
    _duties.append(look)
    return look


def get_duties(
    organiser: OrganiserCard, contests: Sequence[ContestCard], *, at: datetime
) -> Mapping[int, list[str]]:
    """Return what waits for this organiser in these contests, as other features know it."""
    found = [look(organiser, contests, at) for look in _duties]
    return {one.id: [line for told in found for line in told.get(one.id, ())] for one in contests}


def _coming(contest: ContestCard, at: datetime) -> list[RoundCard]:
    return [one for one in contest.rounds if one.window.phase(at) is not Phase.CLOSED]


def _of_rounds(coming: Sequence[RoundCard], outdated: Mapping[int, Outdated]) -> Iterator[str]:
    for version_id in dict.fromkeys(one.bank_version_id for one in coming):
        if version_id in outdated:
            yield translated(NEWER) % asdict(outdated[version_id])
    for one in coming:
        missing = get_gaps(one).missing
        if missing:
            yield translated(TOO_FEW) % {"round": one.title, "what": "; ".join(missing)}


def _late(contest: ContestCard, at: datetime) -> Iterator[str]:
    for one in contest.rounds:
        if one.closed_at is None and not contest.is_rehearsal and at > one.window.closes_at + SOON:
            yield translated(LATE) % {"round": one.title}


def _left_out(contest: ContestCard, at: datetime) -> Iterator[str]:
    if _coming(contest, at):
        for one in contest.rounds:
            yield from excluded_lines(one, get_gaps(one).left_out)
