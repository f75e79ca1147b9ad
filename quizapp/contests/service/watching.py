"""What an organiser should know of an approved contest; none of it keeps a round from opening."""

from datetime import datetime, timedelta

from quizapp.banks import service as banks
from quizapp.contests import rules
from quizapp.contests.rules.schedule import Phase
from quizapp.contests.service.cards import ContestCard, RoundCard
from quizapp.contests.service.reading import get_excluded, get_pool
from quizapp.errors import N_
from quizapp.units import service as units
from quizapp.vietnamese import day_in_vietnam
from quizapp.web.language import translated

SOON = timedelta(days=3)
NEWER = N_("Ngân hàng “%(title)s” có bản %(newest)s, cuộc thi dùng bản %(number)s.")
TOO_FEW = N_("%(round)s: ngân hàng không còn đủ câu dùng được (%(what)s).")
ENDED = N_("Đơn vị tổ chức đã kết thúc hoạt động.")
LATE = N_("%(round)s đã hết giờ quá 3 ngày mà chưa chốt kết quả.")


def get_warnings(contest: ContestCard, *, at: datetime) -> list[str]:
    """Return what to look at in a contest that is not over, in words of the reader's language."""
    unit = units.get_unit_by_id(contest.owner_unit_id, on=day_in_vietnam(at))
    lines = [translated(ENDED)] if unit.has_ended else []
    coming = [one for one in contest.rounds if one.window.phase(at) is not Phase.CLOSED]
    lines += _newer_banks(coming)
    for one in coming:
        lines += _too_few(one)
    lines += [
        translated(LATE) % {"round": one.title}
        for one in contest.rounds
        if one.closed_at is None and at > one.window.closes_at + SOON
    ]
    return lines + (get_excluded(contest) if coming else [])


def _newer_banks(rounds: list[RoundCard]) -> list[str]:
    lines = []
    for version_id in dict.fromkeys(one.bank_version_id for one in rounds):
        used = banks.get_version(version_id)
        newest = banks.find_version(used.bank_code, None)
        if newest is not None and newest.number > used.number:
            facts = {"title": used.title, "newest": newest.number, "number": used.number}
            lines.append(translated(NEWER) % facts)
    return lines


def _too_few(one: RoundCard) -> list[str]:
    missing = rules.missing_for_quota(one.rules, [each.topic or "" for each in get_pool(one)])
    if not missing:
        return []
    return [translated(TOO_FEW) % {"round": one.title, "what": "; ".join(missing)}]
