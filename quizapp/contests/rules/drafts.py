"""What is typed for a contest that is being prepared: which step asks for it, and limits. Pure."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from quizapp.contests.rules.asking import knob_of
from quizapp.contests.rules.in_force import Ruling, Rulings
from quizapp.contests.rules.schedule import WEEKDAYS, BadMoment, Window, preset_windows
from quizapp.errors import N_
from quizapp.vietnamese import VIETNAM, fold, one_line, words_of

MOST_ROUNDS = 20
LONGEST_SLUG = 64
LONGEST_TEXT, MOST_TEXTS = 4_000, 400
ROUND = re.compile(r"rounds-([0-9]{1,2})-(opens|closes)")
TICK = "tick:"
RULED, RULED_WHY = "excluded_do:", "excluded_why:"  # of one question, by its code
SHOWN = "seen:"  # of a step whose problems may be told: somebody has sent it once

# What the law demands of whoever collects names and numbers: field → what is said of an empty one.
WHOM_TO_ASK = {
    "controller_address": N_("Chưa ghi địa chỉ của bên kiểm soát dữ liệu cá nhân."),
    "controller_contact": N_("Chưa ghi liên hệ của bên kiểm soát dữ liệu cá nhân."),
}
WHY_WHOM = N_("Luật Bảo vệ dữ liệu cá nhân buộc người dự thi phải biết hỏi ai.")


class Step(StrEnum):
    BASICS = "basics"
    RULES = "rules"
    PAPER = "paper"
    ROUNDS = "rounds"
    REGULATION = "regulation"
    CHECK = "check"


STEP_OF = {
    "title": Step.BASICS,
    "slug": Step.BASICS,
    "unit": Step.BASICS,
    "colour": Step.BASICS,
    "controller": Step.BASICS,
    "controller_address": Step.BASICS,
    "controller_contact": Step.BASICS,
    "hotline": Step.BASICS,
    "retention_months": Step.BASICS,
    "bank": Step.PAPER,
    "excluded_reason": Step.PAPER,
    "excluded_asked": Step.PAPER,
    "regulation_number": Step.REGULATION,
    "regulation_date": Step.REGULATION,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """What keeps a contest from being approved: where it is put right, why, and how.

    `step` and `field` name the place; both texts are Vietnamese.
    """

    step: Step
    field: str
    words: str
    fix: str = ""


def step_of(field: str) -> Step | None:
    """Return the step that asks for a text, None when none does."""
    if ROUND.fullmatch(field):
        return Step.ROUNDS
    if field.startswith(TICK):
        return Step.REGULATION
    if field.startswith((RULED, RULED_WHY)):
        return Step.PAPER
    knob = knob_of(field)
    if knob is not None:
        return Step.PAPER if knob.startswith("paper.") else Step.RULES
    return STEP_OF.get(field)


def of_step(typed: Mapping[str, str], step: Step) -> dict[str, str]:
    """Return what is typed in one step."""
    return {name: text for name, text in typed.items() if step_of(name) is step}


def put_in(typed: Mapping[str, str], step: Step, sent: Mapping[str, str]) -> dict[str, str]:
    """Return all that is typed once a step was sent: what it does not send is not typed."""
    others = {name: text for name, text in typed.items() if step_of(name) is not step}
    return others | {name: text for name, text in of_step(sent, step).items() if text != ""}


def is_too_long(typed: Mapping[str, str]) -> bool:
    """Tell whether so much is typed that it is no contest any more."""
    return len(typed) > MOST_TEXTS or any(
        len(name) > LONGEST_TEXT or len(text) > LONGEST_TEXT for name, text in typed.items()
    )


def digest_of(typed: Mapping[str, str]) -> str:
    """Return what tells whether somebody else has changed these texts."""
    text = json.dumps(typed, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def changed(mine: Mapping[str, str], theirs: Mapping[str, str]) -> list[str]:
    """Return the texts in which two people's versions of a step differ."""
    return sorted(
        name for name in mine.keys() | theirs.keys() if mine.get(name, "") != theirs.get(name, "")
    )


def rulings_typed(typed: Mapping[str, str]) -> Rulings:
    """Return what is decided of questions out of force: each by itself, and all others at once.

    Where a question has a choice and no reason of its own, the one for all is its reason.
    """
    reason = one_line(typed.get("excluded_reason", ""))
    others = Ruling(is_asked=bool(typed.get("excluded_asked")), reason=reason) if reason else None
    own = {}
    for name, chosen in typed.items():
        code = name.removeprefix(RULED)
        told = one_line(typed.get(RULED_WHY + code, "")) or reason
        if name.startswith(RULED) and chosen in {"ask", "leave"} and told:
            own[code] = Ruling(is_asked=chosen == "ask", reason=told)
    return Rulings(of_others=others, own=own)


def slug_of(title: str) -> str:
    """Return an address made of a title's words: `tim-hieu-luat-cong-doan`."""
    return "-".join(words_of(fold(title)))[:LONGEST_SLUG].strip("-")


def typed_rounds(typed: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return (opens, closes) of each round as typed, in order; without those left empty."""
    found: dict[int, dict[str, str]] = {}
    for name, text in typed.items():
        match = ROUND.fullmatch(name)
        if match and text.strip():
            found.setdefault(int(match[1]), {})[match[2]] = text.strip()
    return [(found[n].get("opens", ""), found[n].get("closes", "")) for n in sorted(found)]


def rounds_typed(windows: Sequence[Window]) -> dict[str, str]:
    """Return what would be typed for these windows."""
    typed = {}
    for number, window in enumerate(windows):
        typed[f"rounds-{number}-opens"] = moment_typed(window.opens_at)
        typed[f"rounds-{number}-closes"] = moment_typed(window.closes_at, is_end=True)
    return typed


def moment_typed(at: datetime, *, is_end: bool = False) -> str:
    """Return a moment as people here type it; an end at midnight is 24:00 of the day before."""
    local = at.astimezone(VIETNAM)
    if is_end and local.time() == time():
        return f"{local - timedelta(days=1):%d/%m/%Y} 24:00"
    seconds = f":{local:%S}" if local.second else ""
    return f"{local:%d/%m/%Y %H:%M}{seconds}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Weekly:
    """Rounds of every week: from a weekday and hour to another (“24:00” is the day's end)."""

    count: int
    first_day: date
    opens: tuple[str, str]
    closes: tuple[str, str]


def weekly_windows(weekly: Weekly) -> list[Window]:
    """Return the windows, the first one opening on or after the first day. Raises BadMoment."""
    if not 1 <= weekly.count <= MOST_ROUNDS:
        raise BadMoment(f"số vòng phải từ 1 đến {MOST_ROUNDS}")
    after = datetime.combine(weekly.first_day, time(), tzinfo=VIETNAM)
    day, hour = weekly.closes
    if hour.replace("h", ":") in {"24:00", "24:"}:
        day, hour = WEEKDAYS[(WEEKDAYS.index(day) + 1) % 7], "00:00"
    schedule = {
        "count": weekly.count,
        "unit": "week",
        "opens": " ".join(weekly.opens),
        "closes": f"{day} {hour}",
    }
    try:
        return preset_windows(schedule, after=after)
    except (ValueError, OverflowError) as error:
        raise BadMoment("giờ phải viết như 07:00 hoặc 24:00") from error
