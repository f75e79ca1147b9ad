"""What a draft comes to: the contest it would be, and all that keeps it from being one."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from quizapp.banks import service as banks
from quizapp.banks.service import VersionCard
from quizapp.contests import rules
from quizapp.contests.errors import (
    BadRules,
    BadSchedule,
    BadSlug,
    NotYetWhole,
    PracticeIsAsked,
    QuotaTooLarge,
    SlugTaken,
)
from quizapp.contests.rules import ContestRules, asking
from quizapp.contests.rules.colours import check_colour, read_colour
from quizapp.contests.rules.drafts import (
    TICK,
    WHOM_TO_ASK,
    WHY_WHOM,
    Problem,
    Step,
    rulings_typed,
    slug_of,
    step_of,
    typed_rounds,
)
from quizapp.contests.rules.keeping import check_months, read_months
from quizapp.contests.rules.regulation import Held, Point, regulation
from quizapp.contests.rules.schedule import BadMoment, Window, read_moment, schedule_problem
from quizapp.contests.service.cards import ContestCard
from quizapp.contests.service.creating import NewContest, check_contest, get_presets
from quizapp.contests.service.draft_rulings import FIX, find_old
from quizapp.contests.service.drafts import DraftCard
from quizapp.contests.service.in_force import OldQuestion
from quizapp.contests.service.outlook import (
    Choices,
    Outlook,
    as_contest,
    shortages_of,
    supplies_of,
)
from quizapp.contests.service.reading import get_excluded
from quizapp.contests.words import knob_title
from quizapp.errors import N_, Refusal
from quizapp.people.rules.policy import Permission
from quizapp.people.service import (
    OrganiserCard,
    check_hotline,
    get_unit_ids_where,
    read_hotline,
)
from quizapp.said import Said
from quizapp.units import service as units
from quizapp.units.service import UnitCard
from quizapp.vietnamese import day_in_vietnam, one_line
from quizapp.web.language import told, translated, words_of

LONGEST = 200  # letters of a title, of a name
# What a refusal of the whole is about.
FIELDS: tuple[tuple[type[Refusal], str], ...] = (
    (BadSlug, "slug"),
    (SlugTaken, "slug"),
    (BadSchedule, "rounds"),
    (PracticeIsAsked, "bank"),
)


def get_choices(organiser: OrganiserCard, *, at: datetime) -> Choices:
    """Return what this organiser may choose from."""
    return Choices(
        units=_own_units(organiser, at=at),
        banks=banks.get_banks_of(organiser),
        presets=get_presets(),
    )


def look_at(organiser: OrganiserCard, draft: DraftCard, *, at: datetime) -> Outlook:
    """Return what a draft comes to, with every problem at its place."""
    reading = _Reading(organiser, draft, at=at)
    return reading.outlook()


def whole_contest(outlook: Outlook) -> ContestCard:
    """Return the contest that a draft would be, able to draw papers. Raises NotYetWhole."""
    quota = {"paper.quota", "paper.questions"}
    if outlook.contest is None or quota & {one.field for one in outlook.problems}:
        raise NotYetWhole
    return outlook.contest


class _Reading:
    """Reads a draft part by part; what is wrong is collected, never the end of it."""

    def __init__(self, organiser: OrganiserCard, draft: DraftCard, *, at: datetime) -> None:
        self.organiser, self.draft, self.at = organiser, draft, at
        self.typed = draft.typed
        self.problems: list[Problem] = []

    def text(self, field: str) -> str:
        return one_line(self.typed.get(field, ""))

    def wrong(
        self, field: str, words: str, fix: str = "", *, step: Step | None = None, **facts: object
    ) -> None:
        """Keep a problem in the reader's language, once the catalogue has its words."""
        place = step or step_of(field) or Step.RULES
        said = translated(words).format(**facts) if facts else translated(words)
        fix = translated(fix) if fix else ""
        self.problems.append(Problem(step=place, field=field, words=said, fix=fix))

    def outlook(self) -> Outlook:
        owner = self._read_basics()
        body, contest_rules = self._read_rules()
        version = self._read_bank()
        windows = self._read_rounds()
        supplies = supplies_of(version, contest_rules, windows)
        shortages = self._check_supply(version, contest_rules, windows)
        new = self._read_whole(owner, body, version, windows, is_whole=contest_rules is not None)
        contest = as_contest(new, contest_rules, version, owner)
        old = self._check_force(version, windows)
        cautions = tuple(get_excluded(contest)) if contest else ()
        points = self._read_regulation(contest_rules, owner, version, windows)
        return Outlook(
            draft=self.draft,
            rules=contest_rules,
            windows=windows,
            version=version,
            supplies=supplies,
            shortages=shortages,
            regulation=points,
            new=new,
            contest=contest,
            problems=tuple(sorted(self.problems, key=lambda one: list(Step).index(one.step))),
            cautions=cautions,
            old_questions=old,
        )

    def _read_basics(self) -> UnitCard | None:
        if not self.text("title"):
            self.wrong("title", N_("Chưa có tên cuộc thi."), N_("Ghi tên như trong văn bản đã ký."))
        for field in ("title", "controller", "controller_address", "controller_contact"):
            if len(self.text(field)) > LONGEST:
                self.wrong(field, N_("Dài quá 200 chữ."), N_("Rút ngắn lại."))
        own = {unit.code: unit for unit in _own_units(self.organiser, at=self.at)}
        owner = own.get(self.typed.get("unit", ""))
        if owner is None:
            self.wrong(
                "unit", N_("Chưa chọn đơn vị tổ chức."), N_("Chọn một đơn vị bạn được giao.")
            )
        for field, words in WHOM_TO_ASK.items():
            if not self.text(field):
                self.wrong(field, words, WHY_WHOM)
        self._tell("hotline", check_hotline(self.text("hotline")))
        self._tell("colour", check_colour(self.text("colour")))
        self._tell("retention_months", check_months(self.text("retention_months")))
        return owner

    def _tell(self, field: str, problems: list[tuple[str, str]]) -> None:
        for words, fix in problems:
            self.wrong(field, words, fix)

    def _read_rules(self) -> tuple[dict[str, object], ContestRules | None]:
        body, problems = asking.read_typed(self.typed)
        for knob, words in problems:
            self.wrong(knob, f"{knob_title(knob)}: {words}.")
        if problems:
            return body, None
        contest_rules, lines = rules.read_rules(body)
        for line in lines:
            knob, _, words = line.partition(": ")
            self.wrong(knob, f"{knob_title(knob)}: {words}.")
        return body, contest_rules

    def _read_bank(self) -> VersionCard | None:
        code = self.typed.get("bank", "")
        if code not in {bank.code for bank in banks.get_banks_of(self.organiser)}:
            self.wrong(
                "bank", N_("Chưa chọn ngân hàng câu hỏi."), N_("Chọn một ngân hàng đã công bố.")
            )
            return None
        return banks.find_version(code, None)

    def _check_supply(
        self,
        version: VersionCard | None,
        contest_rules: ContestRules | None,
        windows: Sequence[Window],
    ) -> tuple[Said, ...]:
        if version is None or contest_rules is None:
            return ()
        found = shortages_of(version, contest_rules, windows)
        field = "paper.quota" if contest_rules.quota else "paper.questions"
        for one in found:
            fix = N_("Giảm số câu ấy, hoặc công bố bản ngân hàng có thêm câu.")
            self.wrong(field, told(one), fix)
        return found

    def _read_rounds(self) -> tuple[Window, ...]:
        pairs = typed_rounds(self.typed)
        if not pairs:
            fix = N_("Ghi giờ mở và giờ đóng của từng vòng.")
            self.wrong("rounds", N_("Chưa có vòng thi nào."), fix, step=Step.ROUNDS)
        windows = []
        for number, pair in enumerate(pairs, start=1):
            try:
                windows.append(_window(*pair))
            except BadMoment as error:
                self.wrong("rounds", f"Vòng {number}: {error}.", step=Step.ROUNDS)
        if len(windows) < len(pairs) or not windows:
            return ()
        self._check_rounds(windows)
        return tuple(windows)

    def _check_rounds(self, windows: Sequence[Window]) -> None:
        problem = schedule_problem(windows)
        if problem is not None:
            self.wrong("rounds", f"Lịch thi: {problem}.", step=Step.ROUNDS)
        for number, window in enumerate(windows, start=1):
            if window.opens_at < self.at:
                self.wrong(
                    "rounds",
                    N_("Vòng {number} mở trước lúc này."),
                    N_("Lùi giờ mở về sau, để ai cũng có đủ thời gian."),
                    step=Step.ROUNDS,
                    number=number,
                )

    def _read_whole(
        self,
        owner: UnitCard | None,
        body: Mapping[str, object],
        version: VersionCard | None,
        windows: Sequence[Window],
        *,
        is_whole: bool,
    ) -> NewContest | None:
        """Return the contest if every part can be read; check the parts against each other."""
        if (
            owner is None
            or version is None
            or not windows
            or not is_whole
            or not self.text("title")
        ):
            return None
        rulings = rulings_typed(self.typed)
        new = NewContest(
            slug=self.text("slug") or slug_of(self.text("title")),
            title=self.text("title"),
            preset=self.draft.preset,
            body=body,
            bank=version.bank_code,
            bank_number=version.number,
            owner=owner.code,
            controller=self.text("controller") or owner.name,
            controller_address=self.text("controller_address"),
            controller_contact=self.text("controller_contact"),
            hotline=read_hotline(self.text("hotline")),
            retention_months=read_months(self.text("retention_months")),
            regulation_number=self.text("regulation_number") or None,
            regulation_date=self._regulation_date(),
            colour=read_colour(self.text("colour")),
            windows=windows,
            ruling=rulings.of_others,
            own_rulings=rulings.own,
        )
        try:
            check_contest(new)
        except (BadSchedule, QuotaTooLarge):
            return new  # said above
        except Refusal as refusal:
            self._refused(refusal)
        return new

    def _refused(self, refusal: Refusal) -> None:
        field = next((name for kind, name in FIELDS if isinstance(refusal, kind)), "boards")
        if isinstance(refusal, BadRules):
            for line in str(refusal.facts["problems"]).splitlines():
                self.wrong(
                    field, line.removeprefix("- ").removeprefix("boards: ").capitalize() + "."
                )
            return
        self.wrong(
            field, words_of(refusal), N_("Chọn một địa chỉ khác.") if field == "slug" else ""
        )

    def _check_force(
        self, version: VersionCard | None, windows: Sequence[Window]
    ) -> tuple[OldQuestion, ...]:
        """Ask for a ruling where a question is out of force on one of a round's days."""
        if version is None:
            return ()
        old, problems = find_old(version.id, windows, rulings_typed(self.typed))
        for words in problems:
            self.wrong("excluded_reason", words, FIX)
        return old

    def _regulation_date(self) -> date | None:
        text = self.text("regulation_date")
        if not text:
            return None
        try:
            return day_in_vietnam(read_moment(f"{text} 00:00"))
        except BadMoment:
            return None

    def _read_regulation(
        self,
        contest_rules: ContestRules | None,
        owner: UnitCard | None,
        version: VersionCard | None,
        windows: Sequence[Window],
    ) -> tuple[Point, ...]:
        if not self.text("regulation_number"):
            self.wrong(
                "regulation_number", N_("Chưa ghi số của thể lệ đã ký."), N_("Ví dụ: 12/TL-LĐLĐ.")
            )
        if self._regulation_date() is None:
            self.wrong(
                "regulation_date", N_("Chưa ghi ngày ký thể lệ."), N_("Viết như 20/11/2026.")
            )
        if contest_rules is None or owner is None or version is None or not windows:
            self.wrong(
                "regulation",
                N_("Chưa đối chiếu được thể lệ: các bước trước còn thiếu."),
                step=Step.REGULATION,
            )
            return ()
        held = Held(
            title=self.text("title"),
            owner=owner.name,
            controller=self.text("controller") or owner.name,
            address=self.text("controller_address"),
            contact=self.text("controller_contact"),
            retention_months=read_months(self.text("retention_months")),
            bank=version.title,
            windows=windows,
        )
        points = regulation(contest_rules, held)
        for point in points:
            if not self.typed.get(f"{TICK}{point.name}"):
                self.wrong(
                    f"{TICK}{point.name}",
                    N_("Chưa đối chiếu mục “{title}” với văn bản đã ký."),
                    N_("So từng chữ số, đúng thì tích."),
                    title=point.title,
                )
        return points


def _window(opens: str, closes: str) -> Window:
    """Return the window that is typed. Raises BadMoment."""
    if not (opens and closes):
        raise BadMoment("cần cả giờ mở và giờ đóng")
    return Window(opens_at=read_moment(opens), closes_at=read_moment(closes))


def _own_units(organiser: OrganiserCard, *, at: datetime) -> list[UnitCard]:
    ids = list(get_unit_ids_where(organiser, Permission.RUN_CONTESTS))
    cards = units.get_cards(ids, on=day_in_vietnam(at))
    return [cards[unit_id] for unit_id in ids if unit_id in cards]
