"""A contest and its rounds as other features see them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import urlsplit

from quizapp.contests.rules import ContestRules, Reveal, WholeContest
from quizapp.contests.rules.hiding import Hidden, hidden_by
from quizapp.contests.rules.in_force import Ruling
from quizapp.contests.rules.schedule import Phase, Window
from quizapp.contests.rules.studying import FileKind, When
from quizapp.said import Said


@dataclass(frozen=True, kw_only=True, slots=True)
class RoundCard:
    """A round; `rulings` says by code what was decided of questions out of force on its days."""

    id: int
    contest_id: int
    number: int
    title: str
    tag: bytes
    window: Window
    bank_version_id: int
    rule_set_id: int
    secret: bytes
    generation: int
    paused_at: datetime | None
    closed_at: datetime | None
    rules: ContestRules
    rulings: Mapping[str, Ruling] = field(default_factory=dict)

    def phase(self, now: datetime) -> Phase:
        """Return where the round stands at `now`; one that is paused does not close meanwhile."""
        phase = self.window.phase(now)
        return Phase.OPEN if phase is Phase.CLOSED and self.paused_at is not None else phase


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeCard:
    """What was changed of a contest after its approval, as its page says."""

    at: datetime
    reason: str
    lines: tuple[Said, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class BannerCard:
    """The picture of a contest's page; its size in pixels, so that nothing moves when it comes."""

    digest: str
    width: int
    height: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentCard:
    """Something to study: a link (`url`) or a file of `kind`, of `size` bytes."""

    number: int
    title: str
    shown: When
    url: str | None
    kind: FileKind | None
    size: int | None

    @property
    def host(self) -> str:
        """Return where a link leads, as people check it."""
        return urlsplit(self.url or "").hostname or ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ContestCard:
    """A contest with its rounds in order of number."""

    id: int
    slug: str
    title: str
    controller: str
    owner_unit_id: int
    generation: int
    rounds: tuple[RoundCard, ...]
    controller_address: str = ""
    controller_contact: str = ""
    hotline: str | None = None  # as it is shown; None: nobody is to be called
    regulation_number: str | None = None
    regulation_date: date | None = None
    has_signed_file: bool = False  # whether the signed regulation was uploaded
    is_archived: bool = False
    is_rehearsal: bool = False  # nothing of it counts, and no page leaves that out
    is_emptied: bool = False
    retention_months: int = 12
    notices: tuple[NoticeCard, ...] = ()  # newest first
    colour: str | None = None  # None: the product's own
    banner: BannerCard | None = None
    documents: tuple[DocumentCard, ...] = ()  # in order of number, whenever they are shown
    freeze_id: int | None = None  # of the standings that are shown, while they are frozen
    practice_version_id: int | None = None  # chosen; whether it is offered, `practice` decides

    @property
    def is_listed(self) -> bool:
        """Tell whether lists that everybody reads have the contest in them."""
        return not self.is_archived and not self.is_rehearsal

    def round_at(self, now: datetime) -> RoundCard | None:
        """Return the round that is open at `now`, or None."""
        return next((one for one in self.rounds if one.phase(now) is Phase.OPEN), None)

    def next_round(self, now: datetime) -> RoundCard | None:
        """Return the first round that has not opened yet at `now`, or None."""
        waiting = (one for one in self.rounds if one.window.phase(now) is Phase.NOT_OPEN)
        return next(waiting, None)

    def newest_begun(self, now: datetime) -> RoundCard | None:
        """Return the last round that has opened by `now`, whether or not it is over, or None."""
        begun = [one for one in self.rounds if one.window.phase(now) is not Phase.NOT_OPEN]
        return begun[-1] if begun else None

    @property
    def ranks_whole(self) -> bool:
        """Tell whether people are ranked over all rounds too."""
        return self.rounds[-1].rules.whole_mode is not WholeContest.PER_ROUND

    def has_pass_mark(self, number: int) -> bool:
        """Tell whether it is said what passes a round (0: every round of the contest)."""
        rounds = [one for one in self.rounds if number in {0, one.number}]
        return all(one.rules.pass_milli is not None for one in rounds)

    def is_final(self, number: int) -> bool:
        """Tell whether the ranks of a round (0: of the whole contest) are final."""
        rounds = [one for one in self.rounds if number in {0, one.number}]
        return all(one.closed_at is not None for one in rounds)

    def prizes(self, number: int) -> tuple[Sequence[int], Sequence[int]]:
        """Return how many of each prize a round (0: the whole contest) gives: by rank among all,
        and by rank within a division. A contest's only round gives the whole contest's too.
        """
        own = self.rounds[number - 1 if number else -1].rules
        of_all = own.individual_prizes if number else own.total_prizes
        if len(self.rounds) == 1:
            of_all = own.individual_prizes or own.total_prizes
        return of_all, own.division_prizes if number else ()

    def hides(self, number: int, now: datetime) -> frozenset[Hidden]:
        """Return what of a round (0: of the whole contest) would give an open target away."""
        found = (hidden_by(target) for target in self._open_targets(number, now))
        return frozenset().union(*found)

    def _open_targets(self, number: int, now: datetime) -> Iterator[str | None]:
        """Yield what is predicted of a round, or of the contest, and not counted yet."""
        for one in self.rounds:
            if one.window.phase(now) is Phase.NOT_OPEN:
                continue
            if one.rules.prediction_scope == "contest":
                if not self.is_final(0):
                    yield one.rules.target
            elif number in {0, one.number} and one.closed_at is None:
                yield one.rules.target

    def shows_points(self, number: int, now: datetime) -> bool:
        """Tell whether points of a round (0: of all rounds) may be seen by others at `now`."""
        rounds = [one for one in self.rounds if number in {0, one.number}]
        return all(self._reveals_score(one, now) for one in rounds)

    def shows_means(self, number: int, now: datetime) -> bool:
        """Tell whether means and pass rates of units may be seen: they bound who had all right."""
        return self.shows_points(number, now) and not self.hides(number, now)

    def _reveals_score(self, one: RoundCard, now: datetime) -> bool:
        if one.rules.reveal_score is Reveal.AFTER_SUBMIT:
            return True
        if one.rules.reveal_score is Reveal.NEVER:
            return False
        is_at_end = one.rules.reveal_score is Reveal.AFTER_CONTEST_END
        closes = self.ends_at if is_at_end else one.window.closes_at
        return now > closes + one.rules.grace and one.paused_at is None

    @property
    def ends_at(self) -> datetime:
        return max(one.window.closes_at for one in self.rounds)
