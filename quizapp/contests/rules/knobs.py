"""Every knob of the rules: its name in a preset, what it may be set to, what it means. Pure.

A value that is known from real regulations but not built yet is refused by name, so that no
contest opens on a rule which nothing obeys.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation


class Bad(Exception):
    """The value cannot be used; the text says why, in Vietnamese."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Knob:
    """One setting: the field of ContestRules it fills, its default, and how its value is read."""

    field: str
    default: object
    read: Callable[[object], object]


def whole(low: int, high: int) -> Callable[[object], int]:
    """Return a reader of whole numbers from `low` to `high`."""

    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise Bad(f"“{value}” không phải số nguyên từ {low} đến {high}")
        return value

    return read


def milli(low: int, high: int) -> Callable[[object], int]:
    """Return a reader of points with at most three decimals, as thousandths."""

    def read(value: object) -> int:
        try:
            exact = Decimal(str(value)) * 1000
        except InvalidOperation as error:
            raise Bad(f"“{value}” không phải số điểm") from error
        if exact != int(exact) or not low * 1000 <= exact <= high * 1000:
            raise Bad(f"“{value}” không phải số điểm từ {low} đến {high}, tối đa 3 số lẻ")
        return int(exact)

    return read


def switch(value: object) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise Bad(f"“{value}” không phải true hoặc false")
    return value


def one_of(*built: str, planned: tuple[str, ...] = ()) -> Callable[[object], str]:
    """Return a reader of one of the words; `planned` ones are known but not built yet."""

    def read(value: object) -> str:
        if value in planned:
            raise Bad(f"“{value}” chưa được hỗ trợ")
        if not isinstance(value, str) or value not in built:
            raise Bad(f"“{value}” không thuộc: {', '.join(built)}")
        return value

    return read


def only(expected: object) -> Callable[[object], object]:
    """Return a reader that takes one value, since nothing else is built."""

    def read(value: object) -> object:
        if value != expected:
            raise Bad(f"“{value}” chưa được hỗ trợ (chỉ có: {expected})")
        return value

    return read


def several(*built: str, planned: tuple[str, ...] = ()) -> Callable[[object], tuple[str, ...]]:
    """Return a reader of a list of different words."""
    word = one_of(*built, planned=planned)

    def read(value: object) -> tuple[str, ...]:
        if not isinstance(value, list | tuple):
            raise Bad("phải là danh sách")
        words = tuple(word(item) for item in value)
        if len(set(words)) < len(words):
            raise Bad("có mục lặp lại")
        return words

    return read


def ranking(value: object) -> tuple[str, ...]:
    """Read the ordered keys of a board, each with its direction; the first key must be there."""
    keys = several(*RANKING, planned=RANKING_PLANNED)(value)
    if not keys:
        raise Bad("cần ít nhất một khóa xếp hạng")
    return keys


def quota(value: object) -> dict[str, int]:
    """Read how many questions of each topic a paper has."""
    if not isinstance(value, Mapping):
        raise Bad("phải ghi chủ đề và số câu")
    wanted = {str(topic): whole(1, 200)(count) for topic, count in value.items()}
    return dict(sorted(wanted.items()))


def prizes(value: object) -> tuple[int, ...]:
    """Read how many first, second, third… prizes a round gives."""
    if not isinstance(value, list | tuple) or not value:
        raise Bad("phải là danh sách số giải, từ giải nhất")
    return tuple(whole(1, 1000)(count) for count in value)


def caps(value: object) -> dict[str, int]:
    """Read how many prizes one person may get."""
    if not isinstance(value, Mapping):
        raise Bad("phải ghi giới hạn giải của một người")
    known = {"per_person_per_round", "per_person_per_contest"}
    given = {name: count for name, count in value.items() if name != "keep"}
    if set(given) - known or value.get("keep", "highest") != "highest":
        raise Bad("chỉ có: per_person_per_round, per_person_per_contest, keep: highest")
    return {str(name): whole(1, 100)(count) for name, count in given.items()}


def collective(value: object) -> tuple[tuple[str, int], ...]:
    """Read the prizes for units: each a metric and a number of places."""
    if not isinstance(value, list | tuple):
        raise Bad("phải là danh sách giải tập thể")
    metric = one_of("unique_participants", "participation_ratio", planned=("average_score",))
    read: list[tuple[str, int]] = []
    for prize in value:
        if not isinstance(prize, Mapping) or set(prize) - {"metric", "places", "denominator"}:
            raise Bad("mỗi giải tập thể có: metric, places, denominator")
        if prize.get("denominator", "locked_roster") != "locked_roster":
            raise Bad("denominator: chỉ có locked_roster")
        read.append((metric(prize.get("metric")), whole(1, 1000)(prize.get("places"))))
    return tuple(read)


RANKING = (
    "score desc",
    "prediction_error asc",
    "duration asc",
    "submitted_at asc",
    "started_at asc",
)
RANKING_PLANNED = ("login_at asc", "perfect_sittings desc", "manual")
ROLES = ("organiser", "secretary", "question_board", "judge")
TARGETS_PLANNED = ("unique_participants", "attempts", "percent_all_correct")
MOMENTS = ("after_submit", "after_round_close", "after_contest_end", "never")


def _prediction(value: object) -> str | None:
    """Read the secondary question; None when the contest asks for no prediction."""
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise Bad("phải ghi target, scope, format")
    for name, built in {
        "scope": "round",
        "format": "integer",
        "taken_from": "counted_attempt",
    }.items():
        if value.get(name, built) != built:
            raise Bad(f"{name}: “{value[name]}” chưa được hỗ trợ (chỉ có: {built})")
    if set(value) - {"target", "scope", "format", "taken_from"}:
        raise Bad("chỉ có: target, scope, format, taken_from")
    return one_of("unique_all_correct", planned=TARGETS_PLANNED)(value.get("target"))


KNOBS: Mapping[str, Knob] = {
    "timezone": Knob(field="", default="Asia/Ho_Chi_Minh", read=only("Asia/Ho_Chi_Minh")),
    "eligibility.min_age": Knob(field="min_age", default=16, read=whole(14, 80)),
    "eligibility.exclude_roles": Knob(field="excluded_roles", default=(), read=several(*ROLES)),
    "identity.key": Knob(field="", default="phone", read=only("phone")),
    "registration_fields.birth_year": Knob(
        field="birth_year", default="off", read=one_of("off", "optional", "required")
    ),
    "paper.questions": Knob(field="questions", default=20, read=whole(1, 200)),
    "paper.minutes": Knob(field="minutes", default=20, read=whole(1, 300)),
    "paper.quota": Knob(field="quota", default={}, read=quota),
    "paper.options_min": Knob(field="options_min", default=2, read=whole(2, 8)),
    "paper.options_max": Knob(field="options_max", default=8, read=whole(2, 8)),
    "paper.shuffle_questions": Knob(field="shuffle_questions", default=True, read=switch),
    "paper.shuffle_options": Knob(field="shuffle_options", default=True, read=switch),
    "attempts.per": Knob(
        field="", default="round", read=one_of("round", planned=("day", "contest"))
    ),
    "attempts.max": Knob(field="attempts_max", default=1, read=whole(1, 50)),
    "attempts.counts": Knob(
        field="counts",
        default="best",
        read=one_of("best", "best_then_earliest", "first", "last", planned=("mean", "only")),
    ),
    "prediction": Knob(field="prediction", default=None, read=_prediction),
    "ranking": Knob(
        field="ranking", default=("score desc", "duration asc", "submitted_at asc"), read=ranking
    ),
    "clock.grace_seconds": Knob(field="grace_seconds", default=15, read=whole(0, 120)),
    "clock.resolution_ms": Knob(field="resolution_ms", default=1000, read=whole(1, 60_000)),
    "score.per_correct": Knob(field="right_milli", default=1, read=milli(0, 1000)),
    "score.wrong": Knob(field="wrong_milli", default=0, read=milli(-1000, 0)),
    "score.blank": Knob(field="blank_milli", default=0, read=milli(-1000, 0)),
    "reveal.score": Knob(field="reveal_score", default="after_submit", read=one_of(*MOMENTS)),
    "reveal.answers": Knob(
        field="reveal_answers",
        default="after_contest_end",
        read=one_of("after_round_close", "after_contest_end", "never"),
    ),
    "individual_prizes.per_round": Knob(field="individual_prizes", default=(1,), read=prizes),
    "individual_prizes.cap": Knob(field="prize_caps", default={}, read=caps),
    "collective_prizes": Knob(field="collective_prizes", default=(), read=collective),
}
