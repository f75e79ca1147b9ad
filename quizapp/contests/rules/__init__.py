"""What a contest's rules may say and what they mean. Pure."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from quizapp.contests.rules.divisions import Division
from quizapp.contests.rules.keys import Extent, too_wide, whole_contest_ranking
from quizapp.contests.rules.knobs import KNOBS, UNLIMITED, CollectivePrize
from quizapp.contests.rules.readers import Bad
from quizapp.errors import N_


class Counts(StrEnum):
    """Which of a person's attempts in a round counts."""

    BEST = "best"  # most points, then shortest, then earliest
    BEST_THEN_EARLIEST = "best_then_earliest"
    FIRST = "first"
    LAST = "last"
    MEAN = "mean"  # no single one: the mean of all
    ONLY = "only"  # there is one at most


class Per(StrEnum):
    """Within what the attempts of a person are limited."""

    ROUND = "round"
    DAY = "day"  # of the calendar, in Vietnam
    CONTEST = "contest"


class WholeContest(StrEnum):
    """How rounds become the standing of the whole contest."""

    SUM = "sum"
    BEST_OF = "best_of"  # the best rounds of each person, so many of them
    PER_ROUND = "per_round"  # rounds stand alone: nobody is ranked over all of them


class Reveal(StrEnum):
    AFTER_SUBMIT = "after_submit"
    AFTER_ROUND_CLOSE = "after_round_close"
    AFTER_CONTEST_END = "after_contest_end"
    NEVER = "never"


@dataclass(frozen=True, kw_only=True, slots=True)
class ContestRules:
    """The rules as one value. Points are thousandths; `ranking` names keys with their direction.

    `quota` maps a topic to the number of its questions in each paper; empty: any topics.
    """

    min_age: int
    birth_year: str
    questions: int
    minutes: int
    quota: Mapping[str, int] = field(default_factory=dict)
    options_min: int
    options_max: int
    shuffle_questions: bool
    shuffle_options: bool
    attempts_per: Per
    attempts_max: int
    counts: Counts
    prediction: Mapping[str, str] | None
    ranking: tuple[str, ...]
    whole_mode: WholeContest
    whole_ranking: tuple[str, ...]  # none where rounds stand alone
    whole_rounds: int | None  # how many rounds of each person add up; None: all
    grace_seconds: int
    resolution_ms: int
    right_milli: int
    wrong_milli: int
    blank_milli: int
    pass_milli: int | None  # None: there is no pass mark
    reveal_score: Reveal
    reveal_answers: Reveal
    excluded_roles: tuple[str, ...]
    individual_prizes: tuple[int, ...]
    division_prizes: tuple[int, ...]  # of each division in each round
    total_prizes: tuple[int, ...]
    divisions: tuple[Division, ...]
    prize_caps: Mapping[str, int]
    collective_prizes: tuple[CollectivePrize, ...]

    @property
    def grace(self) -> timedelta:
        return timedelta(seconds=self.grace_seconds)

    @property
    def time_limit(self) -> timedelta:
        return timedelta(minutes=self.minutes)

    @property
    def is_unlimited(self) -> bool:
        return self.attempts_max == UNLIMITED

    def passes(self, points_milli: int) -> bool:
        """Tell whether these points reach the pass mark; False where there is none."""
        return self.pass_milli is not None and points_milli >= self.pass_milli

    @property
    def weighs_all_attempts(self) -> bool:
        """Tell whether attempts that do not count have a part in the result too."""
        return self.counts is Counts.MEAN or "perfect_sittings desc" in self.ranking

    @property
    def target(self) -> str | None:
        """Return what is predicted, None when nothing is."""
        return self.prediction["target"] if self.prediction else None

    @property
    def prediction_scope(self) -> str | None:
        """Return “round” or “contest”: of which the target is counted; None without one."""
        return self.prediction["scope"] if self.prediction else None


def read_rules(body: Mapping[str, object]) -> tuple[ContestRules | None, list[str]]:
    """Return the rules that `body` spells out, or None and a Vietnamese line for each bad knob.

    `body` is nested as in a preset: {"paper": {"questions": 20, …}, …}. Every knob must be known
    and built; none is ignored.
    """
    values: dict[str, object] = {}
    given = dict(_flatten(body))
    problems = [f"{name}: không có mục này trong thể lệ" for name in given if name not in KNOBS]
    for name, knob in KNOBS.items():
        try:
            values[knob.field] = knob.read(given.get(name, knob.default))
        except Bad as bad:
            problems.append(f"{name}: {bad}")
    if not problems:
        problems = _contradictions(values)
    if problems:
        return None, problems
    values.pop("")  # knobs of which only one value is built so far
    enums = {
        "attempts_per": Per(str(values["attempts_per"])),
        "counts": Counts(str(values["counts"])),
        "whole_mode": WholeContest(str(values["whole_mode"])),
        "whole_ranking": _whole_ranking(values),
        "reveal_score": Reveal(str(values["reveal_score"])),
        "reveal_answers": Reveal(str(values["reveal_answers"])),
    }
    return ContestRules(**values | enums), []  # type: ignore[arg-type] # each knob reads its field's type


def spelled_out(body: Mapping[str, object]) -> dict[str, object]:
    """Return the value of every knob by its whole name, defaults filled."""
    given = dict(_flatten(body))
    return {name: given.get(name, knob.default) for name, knob in KNOBS.items()}


def canonical(body: Mapping[str, object]) -> str:
    """Return the one JSON text of these rules: every knob spelled out, sorted, defaults filled."""
    full = spelled_out(body)
    return json.dumps(full, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def digest(canonical_body: str) -> str:
    """Return the SHA-256 of the canonical JSON, in hex."""
    return hashlib.sha256(canonical_body.encode()).hexdigest()


def merged(base: Mapping[str, object], over: Mapping[str, object]) -> dict[str, object]:
    """Return `base` with the knobs of `over` put in their places, group by group."""
    result = dict(base)
    for name, value in over.items():
        mine = result.get(name)
        is_group = isinstance(mine, Mapping) and isinstance(value, Mapping)
        result[name] = merged(mine, value) if is_group and name not in WHOLE else value  # type: ignore[arg-type] # both are mappings
    return result


def age_problem(contest_rules: ContestRules, birth_year: int | None, *, year: int) -> str | None:
    """Return why somebody born in `birth_year` may not take part in `year`, or None.

    A year alone cannot tell the day: whoever turns old enough in this year may take part.
    """
    if birth_year is None:
        return N_("Hãy ghi năm sinh.") if contest_rules.birth_year == "required" else None
    if contest_rules.birth_year != "off" and year - birth_year < contest_rules.min_age:
        return N_("Cuộc thi này dành cho người lớn tuổi hơn. Xem mục “Ai được dự thi” ở trang thi.")
    return None


def is_slug(text: str) -> bool:
    """Tell whether `text` can stand in a contest's address."""
    return re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?", text) is not None


def missing_for_quota(rules: ContestRules, topics: Sequence[str]) -> list[str]:
    """Return a Vietnamese line for each quota that a pool with these topics cannot fill.

    `topics` has the topic of each question of the pool, one entry per question.
    """
    lines = [
        f"chủ đề “{topic}”: cần {wanted} câu, có {topics.count(topic)}"
        for topic, wanted in rules.quota.items()
        if topics.count(topic) < wanted
    ]
    if not rules.quota and len(topics) < rules.questions:
        lines.append(f"đề cần {rules.questions} câu, có {len(topics)}")
    return lines


# Groups in which one entry means nothing without the others: replaced whole, never mixed.
WHOLE = {"quota", "prediction", "rounds", "individual_prizes"}


def _flatten(body: Mapping[str, object], prefix: str = "") -> list[tuple[str, object]]:
    pairs: list[tuple[str, object]] = []
    for name, value in body.items():
        path = f"{prefix}{name}"
        if isinstance(value, Mapping) and path not in KNOBS:
            pairs += _flatten(value, f"{path}.")
        else:
            pairs.append((path, value))
    return pairs


def _contradictions(values: Mapping[str, object]) -> list[str]:
    """Return a line for each pair of knobs that cannot both hold."""
    problems = []
    quota = values["quota"]
    if isinstance(quota, Mapping) and quota and sum(quota.values()) != values["questions"]:
        problems.append(
            f"paper.quota: cộng lại là {sum(quota.values())} câu,"
            f" khác paper.questions ({values['questions']})"
        )
    if "prediction_error asc" in _keys(values) and values["prediction"] is None:
        problems.append("ranking: có prediction_error nhưng không có prediction")
    if values["options_min"] > values["options_max"]:  # type: ignore[operator] # both were read as whole numbers
        problems.append("paper.options_min: lớn hơn paper.options_max")
    pass_milli = values["pass_milli"]
    most = values["questions"] * values["right_milli"]  # type: ignore[operator] # both were read as whole numbers
    if pass_milli is not None and pass_milli > most:
        problems.append("score.pass_mark: lớn hơn số điểm cao nhất của một bài")
    limit = (values["attempts_max"], values["attempts_per"])
    if values["counts"] == "only" and limit not in {(1, "round"), (1, "contest")}:
        problems.append("attempts.counts: “only” cần một lượt mỗi vòng hoặc mỗi cuộc thi")
    problems += _whole_contradictions(values) + _division_contradictions(values)
    return problems + [
        f"ranking: giá trị lớn nhất theo thể lệ này không vừa khóa “{name}”"
        for name in too_wide((*_keys(values), "total desc"), _extent(values))
    ]


def _whole_contradictions(values: Mapping[str, object]) -> list[str]:
    """Return a line for each knob that has no meaning in the mode of the whole contest."""
    mode, prediction = values["whole_mode"], values["prediction"]
    if (mode == WholeContest.BEST_OF) != (values["whole_rounds"] is not None):
        return ["whole_contest.rounds: đi cùng mode “best_of”, là số vòng tốt nhất được cộng"]
    if mode != WholeContest.PER_ROUND:
        return []
    is_of_contest = isinstance(prediction, Mapping) and prediction["scope"] == "contest"
    over = {
        "whole_contest.ranking": values["whole_ranking"],
        "individual_prizes.total": values["total_prizes"],
        "prediction": is_of_contest,
    }
    words = "không dùng khi mỗi vòng xếp hạng riêng (whole_contest.mode: per_round)"
    return [f"{name}: {words}" for name, given in over.items() if given]


def _division_contradictions(values: Mapping[str, object]) -> list[str]:
    """Return a line for each prize of boards that the rules do not have."""
    divisions: tuple[Division, ...] = values["divisions"]  # type: ignore[assignment] # read as divisions
    collective: tuple[CollectivePrize, ...] = values["collective_prizes"]  # type: ignore[assignment] # read as prizes
    names = {one.name for one in divisions}
    problems = []
    if values["division_prizes"] and not names:
        problems.append("individual_prizes.per_board_per_round: thể lệ không chia bảng (boards)")
    asked = [one.boards for one in collective if one.boards is not None]
    unknown = sorted({name for some in asked for name in some} - names)
    if asked and (unknown or not names):
        problems.append(f"collective_prizes: không có bảng {', '.join(unknown) or 'nào'}")
    return problems


def _whole_ranking(values: Mapping[str, object]) -> object:
    if values["whole_mode"] == WholeContest.PER_ROUND:
        return ()
    return values["whole_ranking"] or whole_contest_ranking(_keys(values))


def _keys(values: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(values["ranking"])  # type: ignore[arg-type] # read as a list of words


def _extent(values: Mapping[str, object]) -> Extent:
    each = [values[name] for name in ("right_milli", "wrong_milli", "blank_milli")]
    names = ("questions", "minutes", "resolution_ms", "attempts_max")
    return Extent(points_each_milli=each, **{name: values[name] for name in names})  # type: ignore[arg-type] # each knob reads its field's type
