"""What the steps of a draft show: what may be chosen, and what is typed so far comes to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quizapp.banks.service import BankCard, VersionCard
from quizapp.contests.rules import ContestRules
from quizapp.contests.rules.drafts import Problem, Step
from quizapp.contests.rules.regulation import Point
from quizapp.contests.rules.schedule import Window
from quizapp.contests.service.cards import ContestCard
from quizapp.contests.service.creating import NewContest
from quizapp.contests.service.drafts import DraftCard
from quizapp.units.service import UnitCard


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
    regulation: tuple[Point, ...]
    new: NewContest | None
    contest: ContestCard | None
    problems: tuple[Problem, ...]
    cautions: tuple[str, ...]

    @property
    def has_old_questions(self) -> bool:
        """Tell whether a ruling on questions out of force is asked for, or given already."""
        is_asked = any(one.field == "excluded_reason" for one in self.problems)
        return is_asked or bool(self.draft.typed.get("excluded_reason"))

    def problems_of(self, step: Step) -> list[Problem]:
        return [one for one in self.problems if one.step is step]
