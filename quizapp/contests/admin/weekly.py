"""The weekly schedule that the step of rounds offers: its fields, and what is wrong with each."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from quizapp.contests.rules import asking
from quizapp.contests.rules.drafts import MOST_ROUNDS, Weekly, weekly_windows
from quizapp.contests.rules.readers import Bad
from quizapp.contests.rules.schedule import WEEKDAYS, BadMoment, Window, read_moment
from quizapp.errors import N_
from quizapp.people.errors import BadEntry
from quizapp.said import said
from quizapp.vietnamese import day_in_vietnam

USUAL = {
    "weekly-count": "3",
    "weekly-first": "",
    "weekly-opens-day": "Mon",
    "weekly-opens-time": "07:00",
    "weekly-closes-day": "Sun",
    "weekly-closes-time": "21:00",
}
PROBLEMS = {
    "weekly-count": said(N_("Lịch hằng tuần: số vòng phải từ 1 đến {most}."), most=MOST_ROUNDS),
    "weekly-first": said(
        N_("Lịch hằng tuần: “Không sớm hơn ngày” phải là một ngày, viết như 30/11/2026.")
    ),
    "weekly-opens-day": said(N_("Lịch hằng tuần: hãy chọn thứ mở.")),
    "weekly-opens-time": said(N_("Lịch hằng tuần: giờ mở phải viết như 07:00.")),
    "weekly-closes-day": said(N_("Lịch hằng tuần: hãy chọn thứ đóng.")),
    "weekly-closes-time": said(N_("Lịch hằng tuần: giờ đóng phải viết như 21:00 hoặc 24:00.")),
}
TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)


def weekly_typed(form: Mapping[str, str]) -> dict[str, str]:
    """Return what stands in each field: what was sent, else what is usual."""
    return {name: form.get(name, usual) for name, usual in USUAL.items()}


def get_weekly_windows(form: Mapping[str, str], *, now: datetime) -> list[Window]:
    """Return the rounds that are asked for. Raises BadEntry, which names every wrong field."""
    typed = {name: form.get(name, "").strip().replace("h", ":") for name in USUAL}
    count, first = _count(typed["weekly-count"]), _first(typed["weekly-first"], now)
    wrong = {"weekly-count": count is None, "weekly-first": first is None}
    for end, late in (("opens", set[str]()), ("closes", {"24:00", "24:"})):
        day, time = typed[f"weekly-{end}-day"], typed[f"weekly-{end}-time"]
        wrong[f"weekly-{end}-day"] = day not in WEEKDAYS
        wrong[f"weekly-{end}-time"] = time not in late and TIME.fullmatch(time) is None
    if count is None or first is None or any(wrong.values()):
        raise _problems([name for name, is_wrong in wrong.items() if is_wrong])
    opens, closes = (
        (typed[f"weekly-{end}-day"], typed[f"weekly-{end}-time"]) for end in ("opens", "closes")
    )
    try:
        return weekly_windows(Weekly(count=count, first_day=first, opens=opens, closes=closes))
    except BadMoment as error:  # a day so late that the calendar ends
        raise _problems(["weekly-first"]) from error


def _count(text: str) -> int | None:
    """Return how many rounds there are to be, None where that cannot be."""
    try:
        count = asking.number(text)
    except Bad:
        return None
    return count if 1 <= count <= MOST_ROUNDS else None


def _first(text: str, now: datetime) -> date | None:
    """Return the first day, today where none is typed; None where it is no day."""
    try:
        return day_in_vietnam(read_moment(f"{text} 00:00") if text else now)
    except BadMoment:
        return None


def _problems(fields: Sequence[str]) -> BadEntry:
    return BadEntry([(name, PROBLEMS[name]) for name in fields])
