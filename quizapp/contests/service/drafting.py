"""A contest as an organiser types it on the page: read, looked at, created.

All that is typed is checked at once and each problem is said at its field; nothing is written until
the organiser, who has seen what would come of it, says so.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import yaml

from quizapp.banks import service as banks
from quizapp.banks.service import BankCard
from quizapp.contests import rules
from quizapp.contests.errors import BadRules, BadSchedule, BadSlug, QuotaTooLarge, SlugTaken
from quizapp.contests.rules.schedule import BadMoment, Window, preset_windows, read_moment
from quizapp.contests.service.cards import ContestCard, RoundCard
from quizapp.contests.service.creating import (
    PRESETS,
    NewContest,
    check_contest,
    create_contest,
    read_preset,
)
from quizapp.contests.service.reading import get_excluded
from quizapp.errors import N_, Refusal
from quizapp.people.errors import BadEntry
from quizapp.people.rules.entry import Problems
from quizapp.people.service import RUNS, OrganiserCard
from quizapp.units import service as units
from quizapp.units.service import UnitCard
from quizapp.vietnamese import day_in_vietnam, fold, one_line
from quizapp.vietnamese import words_of as words_in
from quizapp.web.language import words_of

LONGEST = 200  # letters of a title, of a name
LONGEST_SLUG = 64
# What may be changed on the page: the field's name → the knob's, group and name.
CHANGES = {
    "questions": ("paper", "questions"),
    "minutes": ("paper", "minutes"),
    "attempts_max": ("attempts", "max"),
}
FIELD_OF = {f"{group}.{knob}": field for field, (group, knob) in CHANGES.items()}
# What a refusal of the whole is about.
FIELDS: tuple[tuple[type[Refusal], str], ...] = (
    (BadSlug, "slug"),
    (SlugTaken, "slug"),
    (BadSchedule, "rounds"),
    (QuotaTooLarge, "bank"),
    (BadRules, "preset"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class TypedContest:
    """What stands in the form, as typed; `changes` by field, `rounds` are pairs (opens, closes)."""

    title: str
    slug: str
    unit: str
    controller: str
    preset: str
    bank: str
    changes: Mapping[str, str]
    rounds: Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """What the form offers: units that one may hold a contest for, banks, presets by name."""

    units: Sequence[UnitCard]
    banks: Sequence[BankCard]
    presets: Sequence[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What would be created, and a line for each round that leaves questions of the bank out.

    `digest` tells whether what is created is what was looked at.
    """

    contest: ContestCard
    excluded: Sequence[str]
    digest: str


def get_choices(organiser: OrganiserCard, *, at: datetime) -> Choices:
    """Return what this organiser may choose from."""
    return Choices(
        units=_own_units(organiser, at=at),
        banks=banks.get_banks_of(organiser),
        presets=get_presets(),
    )


@cache
def get_presets() -> tuple[str, ...]:
    """Return the presets whose every rule is built, in the order of their file."""
    names = yaml.safe_load(PRESETS.read_text("utf-8"))["presets"]
    return tuple(name for name in names if _is_built(name))


def preview_contest(organiser: OrganiserCard, typed: TypedContest, *, at: datetime) -> Preview:
    """Return what would come of it. Raises BadEntry with every problem at its field."""
    new = _read(organiser, typed, at=at)
    try:
        contest_rules, version = check_contest(new)
    except Refusal as refusal:
        raise _at_field(refusal) from refusal
    rounds = tuple(
        RoundCard(
            id=0,
            contest_id=0,
            number=number,
            title=f"Vòng {number}",
            tag=b"",
            window=window,
            bank_version_id=version.id,
            rule_set_id=0,
            secret=b"",
            generation=1,
            paused_at=None,
            closed_at=None,
            rules=contest_rules,
        )
        for number, window in enumerate(new.windows, start=1)
    )
    contest = ContestCard(
        id=0,
        slug=new.slug,
        title=new.title,
        controller=new.controller,
        owner_unit_id=0,
        generation=1,
        rounds=rounds,
    )
    told = (new, rules.canonical(new.body), version.id)
    return Preview(
        contest=contest,
        excluded=get_excluded(contest),
        digest=hashlib.sha256(repr(told).encode()).hexdigest(),
    )


def create_typed(organiser: OrganiserCard, typed: TypedContest, *, at: datetime) -> ContestCard:
    """Create what was typed. Raises BadEntry with every problem at its field."""
    new = _read(organiser, typed, at=at)
    try:
        return create_contest(new, actor=f"organiser:{organiser.id}", at=at)
    except Refusal as refusal:
        raise _at_field(refusal) from refusal


def slug_of(title: str) -> str:
    """Return an address made of a title's words: `tim-hieu-luat-cong-doan`."""
    return "-".join(words_in(fold(title)))[:LONGEST_SLUG].strip("-")


def _is_built(name: str) -> bool:
    body = read_preset(name, over={})
    body.pop("rounds", None)
    return rules.read_rules(body)[0] is not None


def _own_units(organiser: OrganiserCard, *, at: datetime) -> list[UnitCard]:
    ids = dict.fromkeys(grant.unit_id for grant in organiser.grants if grant.role in RUNS)
    cards = units.get_cards(list(ids), on=day_in_vietnam(at))
    return [cards[unit_id] for unit_id in ids if unit_id in cards]


def _read(organiser: OrganiserCard, typed: TypedContest, *, at: datetime) -> NewContest:
    """Return what was typed as it would be created. Raises BadEntry."""
    title = one_line(typed.title)
    slug = typed.slug.strip() or slug_of(title)
    own = {unit.code: unit for unit in _own_units(organiser, at=at)}
    problems = _check_names(title, typed, own, banks.get_banks_of(organiser))
    body, schedule = _body(typed, problems)
    windows = _windows(typed.rounds, schedule, problems, at=at)
    if problems:
        raise BadEntry(problems)
    return NewContest(
        slug=slug,
        title=title,
        preset=typed.preset,
        body=body,
        bank=typed.bank,
        bank_number=None,
        owner=typed.unit,
        controller=one_line(typed.controller) or own[typed.unit].name,
        windows=windows,
    )


def _check_names(
    title: str, typed: TypedContest, own: Mapping[str, UnitCard], usable: Sequence[BankCard]
) -> Problems:
    problems: Problems = []
    if not title:
        problems.append(("title", N_("Hãy ghi tên cuộc thi.")))
    elif len(title) > LONGEST:
        problems.append(("title", N_("Tên dài nhất 200 chữ.")))
    if len(typed.controller) > LONGEST:
        problems.append(("controller", N_("Tên dài nhất 200 chữ.")))
    if typed.unit not in own:
        problems.append(("unit", N_("Hãy chọn một đơn vị bạn được giao.")))
    if typed.bank not in {bank.code for bank in usable}:
        problems.append(("bank", N_("Hãy chọn một ngân hàng câu hỏi.")))
    if typed.preset not in get_presets():
        problems.append(("preset", N_("Hãy chọn một mẫu thể lệ.")))
    return problems


def _body(typed: TypedContest, problems: Problems) -> tuple[dict[str, object], object]:
    """Return the knobs and the preset's own schedule; add what is wrong to `problems`."""
    if typed.preset not in get_presets():
        return {}, {}
    over: dict[str, dict[str, object]] = {}
    for field, (group, knob) in CHANGES.items():
        text = typed.changes.get(field, "").strip()
        if text and not (text.isascii() and text.isdecimal() and len(text) <= 4):
            problems.append((field, N_("Hãy ghi một số nguyên, hoặc bỏ trống để theo mẫu.")))
        elif text:
            over.setdefault(group, {})[knob] = int(text)
    body = read_preset(typed.preset, over=over)
    schedule = body.pop("rounds", {})
    for line in rules.read_rules(body)[1]:
        knob, _, words = line.partition(": ")
        known = FIELD_OF.get(knob)
        problems.append((known, words) if known else ("preset", line))
    return body, schedule


def _windows(
    rounds: Sequence[tuple[str, str]], schedule: object, problems: Problems, *, at: datetime
) -> list[Window]:
    """Return the windows typed, or those of the preset's schedule when none is."""
    typed = [(opens.strip(), closes.strip()) for opens, closes in rounds]
    typed = [pair for pair in typed if any(pair)]
    try:
        if not typed:
            return preset_windows(schedule if isinstance(schedule, dict) else {}, after=at)
        if not all(opens and closes for opens, closes in typed):
            problems.append(("rounds", N_("Mỗi vòng cần cả giờ mở và giờ đóng.")))
            return []
        windows = [
            Window(opens_at=read_moment(opens), closes_at=read_moment(closes))
            for opens, closes in typed
        ]
    except BadMoment as error:
        problems.append(("rounds", str(error)))
        return []
    if any(window.closes_at <= at for window in windows):
        problems.append(("rounds", N_("Có vòng đã hết giờ trước lúc này.")))
    return windows


def _at_field(refusal: Refusal) -> Refusal:
    """Return the refusal as a problem of the field that it is about."""
    for kind, field in FIELDS:
        if isinstance(refusal, kind):
            return BadEntry([(field, words_of(refusal))])
    return refusal
