"""What the steps of a draft show: what may be chosen, and what is typed so far comes to."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quizapp.banks import service as banks
from quizapp.banks.service import BankCard, QuestionCard, VersionCard
from quizapp.contests.rules import ContestRules
from quizapp.contests.rules.colours import is_readable
from quizapp.contests.rules.drafts import Problem, Step
from quizapp.contests.rules.in_force import read_rulings
from quizapp.contests.rules.regulation import Point
from quizapp.contests.rules.schedule import Window
from quizapp.contests.service.cards import ContestCard, RoundCard
from quizapp.contests.service.creating import NewContest
from quizapp.contests.service.drafts import DraftCard
from quizapp.contests.service.in_force import OldQuestion, rulings_of
from quizapp.contests.service.reading import drawable, fitting
from quizapp.errors import N_
from quizapp.said import Said, said
from quizapp.units.service import UnitCard

TOO_FEW = N_("Đề cần {wanted} câu, ngân hàng có {n} câu dùng được, thiếu {missing}.")
TOO_FEW_OF = N_("Chủ đề “{topic}”: đề cần {wanted} câu, ngân hàng có {n}, thiếu {missing}.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """What the form offers: units that one may hold a contest for, banks, presets by name."""

    units: Sequence[UnitCard]
    banks: Sequence[BankCard]
    presets: Sequence[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Supply:
    """How many questions of a topic the bank has that may be asked on every day of every round.

    `by_difficulty` counts the words of the bank; `wanted` is of one paper, None: not said.
    """

    topic: str
    available: int
    by_difficulty: Mapping[str, int]
    wanted: int | None

    @property
    def is_short(self) -> bool:
        return self.wanted is not None and self.wanted > self.available


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlook:
    """What a draft comes to as it is typed now; `contest` is None while it cannot be shown.

    `problems` block the approval; `cautions` are only to be known.
    """

    draft: DraftCard
    rules: ContestRules | None
    windows: tuple[Window, ...]
    version: VersionCard | None
    supplies: tuple[Supply, ...]
    shortages: tuple[Said, ...]
    regulation: tuple[Point, ...]
    new: NewContest | None
    contest: ContestCard | None
    problems: tuple[Problem, ...]
    cautions: tuple[str, ...]
    old_questions: tuple[OldQuestion, ...] = ()  # out of force in a round, each with its own ruling

    @property
    def has_old_questions(self) -> bool:
        """Tell whether a ruling on questions out of force is asked for, or given already."""
        return bool(self.old_questions or self.draft.typed.get("excluded_reason"))

    @property
    def has_own_rulings(self) -> bool:
        """Tell whether something is decided of a question by itself."""
        return any(one.ruling is not None for one in self.old_questions)

    def problems_of(self, step: Step) -> list[Problem]:
        return [one for one in self.problems if one.step is step]


def supplies_of(
    version: VersionCard | None, contest_rules: ContestRules | None, windows: Sequence[Window]
) -> tuple[Supply, ...]:
    """Return what the bank offers of each topic; of the round that has fewest of it."""
    if version is None:
        return ()
    questions = banks.get_questions(version.id)
    quota = dict(contest_rules.quota) if contest_rules else {}
    pools = _pools(questions, contest_rules, windows)
    topics = dict.fromkeys([*quota, *(one.topic or "" for one in questions)])
    return tuple(
        Supply(
            topic=topic,
            available=min(sum((one.topic or "") == topic for one in pool) for pool in pools),
            by_difficulty=Counter(
                str(one.difficulty) for one in pools[0] if (one.topic or "") == topic
            ),
            wanted=quota.get(topic) if quota else None,
        )
        for topic in sorted(topics)
    )


def shortages_of(
    version: VersionCard, contest_rules: ContestRules, windows: Sequence[Window]
) -> tuple[Said, ...]:
    """Say what of a paper the bank cannot give in the round that has fewest, or in any at all.

    Known as soon as there are rules and a bank: nobody is to fix the rounds of what cannot be.
    """
    pools = _pools(banks.get_questions(version.id), contest_rules, windows)
    if not contest_rules.quota:
        fewest = min(map(len, pools))
        missing = contest_rules.questions - fewest
        facts = {"wanted": contest_rules.questions, "n": fewest, "missing": missing}
        return (said(TOO_FEW, **facts),) if missing > 0 else ()
    supplies = supplies_of(version, contest_rules, windows)
    return tuple(
        said(
            TOO_FEW_OF,
            topic=one.topic,
            wanted=one.wanted,
            n=one.available,
            missing=one.wanted - one.available,
        )
        for one in supplies
        if one.wanted is not None and one.is_short
    )


def _pools(
    questions: Sequence[QuestionCard],
    contest_rules: ContestRules | None,
    windows: Sequence[Window],
) -> list[Sequence[QuestionCard]]:
    """Return what may be asked in each round; before there are rounds, what may be in one."""
    if contest_rules is None:
        return [questions]
    if not windows:
        return [fitting(questions, contest_rules)]
    return [drawable(questions, contest_rules, window) for window in windows]


def as_contest(
    new: NewContest | None,
    contest_rules: ContestRules | None,
    version: VersionCard | None,
    owner: UnitCard | None,
) -> ContestCard | None:
    """Return the contest as its page would show it; nothing of it is stored."""
    if new is None or contest_rules is None or version is None or owner is None:
        return None
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
            rulings=read_rulings(rulings_of(version.id, window, new.rulings)),  # type: ignore[arg-type] # as a round stores them
        )
        for number, window in enumerate(new.windows, start=1)
    )
    return ContestCard(
        id=0,
        slug=new.slug,
        title=new.title,
        controller=new.controller,
        controller_address=new.controller_address,
        controller_contact=new.controller_contact,
        hotline=new.hotline,
        retention_months=new.retention_months,
        regulation_number=new.regulation_number,
        regulation_date=new.regulation_date,
        colour=new.colour if new.colour and is_readable(new.colour) else None,
        owner_unit_id=owner.id,
        generation=1,
        rounds=rounds,
    )
