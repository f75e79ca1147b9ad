"""Every knob of the rules: its name in a preset, what it may be set to, what it means. Pure.

A value that is known from real regulations but not built yet is refused by name, so that no
contest opens on a rule which nothing obeys.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from quizapp.contests.rules import divisions
from quizapp.contests.rules.divisions import Division
from quizapp.contests.rules.keys import KEYS, OF_CONTEST, OF_ROUND
from quizapp.contests.rules.readers import (
    Bad,
    milli,
    not_built,
    one_of,
    only,
    or_none,
    several,
    switch,
    whole,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Knob:
    """One setting: the field of ContestRules it fills, its default, and how its value is read."""

    field: str
    default: object
    read: Callable[[object], object]


def ranking(value: object) -> tuple[str, ...]:
    """Read the ordered keys of a round's board, each with its direction."""
    keys = _ordered(OF_ROUND, value)
    if not keys:
        raise Bad("cần ít nhất một khóa xếp hạng")
    return keys


def contest_ranking(value: object) -> tuple[str, ...]:
    """Read the ordered keys of the whole contest's board; none: as the rounds are ordered."""
    return _ordered(OF_CONTEST, value)


def _ordered(known: tuple[str, ...], value: object) -> tuple[str, ...]:
    keys = several(*known)(value)
    if "manual" in keys[:-1]:
        raise Bad("“manual” chỉ đứng cuối: ban tổ chức chỉ quyết định khi mọi khóa khác bằng nhau")
    if keys and all(KEYS[key].is_late for key in keys):
        raise Bad("cần ít nhất một khóa biết được trước khi chốt kết quả")
    return keys


def attempts_max(value: object) -> int:
    """Read how many attempts one person has; “unlimited” is as many as can be numbered."""
    return UNLIMITED if value == "unlimited" else whole(1, 50)(value)


def quota(value: object) -> dict[str, int]:
    """Read how many questions of each topic a paper has."""
    if not isinstance(value, Mapping):
        raise Bad("phải ghi chủ đề và số câu")
    wanted = {str(topic): whole(1, 200)(count) for topic, count in value.items()}
    return dict(sorted(wanted.items()))


def prizes(value: object) -> tuple[int, ...]:
    """Read how many first, second, third… prizes a round gives."""
    if not isinstance(value, list | tuple):
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


def boards(value: object) -> tuple[Division, ...]:
    """Read the boards A, B, C… that people are divided into: words, or mappings with a name."""
    if not isinstance(value, list | tuple) or len(value) == 1 or len(value) > divisions.MOST:
        raise Bad(f"phải là danh sách 2-{divisions.MOST} bảng")
    found = tuple(_division(one) for one in value)
    twice = divisions.claimed_twice(found)
    if twice:
        raise Bad(f"{', '.join(twice)}: đứng ở hai bảng, trong khi mỗi người chỉ thuộc một bảng")
    return found


def _division(given: object) -> Division:
    body = {"name": given} if isinstance(given, str) else given
    if not isinstance(body, Mapping) or set(body) - {"name", "title", "units", "kinds"}:
        raise Bad("mỗi bảng là một tên, hoặc có: name, title, units, kinds")
    name = str(body.get("name", ""))
    if re.fullmatch(r"[a-z0-9]([a-z0-9_-]{0,38}[a-z0-9])?", name) is None:
        raise Bad(f"“{name}” không dùng làm tên bảng được: chữ thường không dấu, số, gạch nối")
    known = divisions.KNOWN.get(name)
    title = str(body.get("title", known.title if known else name)).strip()
    if not title or len(title) > LONGEST_TITLE:
        raise Bad(f"title của bảng {name}: 1-{LONGEST_TITLE} chữ")
    if known is not None and not {"units", "kinds"} & set(body):
        return replace(known, title=title)
    codes = body.get("units", ())
    if not isinstance(codes, list | tuple):
        raise Bad(f"units của bảng {name}: phải là danh sách mã đơn vị")
    return Division(
        name=name,
        title=title,
        units=frozenset(str(code).strip().upper() for code in codes),
        kinds=frozenset(several(*UNIT_KINDS)(body.get("kinds", ()))),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class CollectivePrize:
    """A prize for units: what they are compared by, and how many win.

    `points` maps the prizes of a unit's people to the points they add (R20). `boards` names the
    divisions that each have so many places (none named: all of them); None: one list for all.
    """

    metric: str
    places: int
    points: Mapping[str, int]
    boards: tuple[str, ...] | None


def collective(value: object) -> tuple[CollectivePrize, ...]:
    """Read the prizes for units."""
    if not isinstance(value, list | tuple):
        raise Bad("phải là danh sách giải tập thể")
    return tuple(_collective(prize) for prize in value)


def _collective(prize: object) -> CollectivePrize:
    known = {"metric", "places", "denominator", "prize_points", "per_board", "boards"}
    if not isinstance(prize, Mapping) or set(prize) - known:
        raise Bad(f"mỗi giải tập thể có: {', '.join(sorted(known))}")
    if prize.get("denominator", "locked_roster") != "locked_roster":
        raise Bad("denominator: chỉ có locked_roster")
    metric = one_of(*METRICS, planned=("average_score",))(prize.get("metric"))
    points = prize.get("prize_points", {})
    if not isinstance(points, Mapping) or bool(points) != (metric == WITH_POINTS):
        raise Bad(f"prize_points: chỉ đi cùng metric “{WITH_POINTS}”")
    is_per_board = switch(prize.get("per_board", False))
    names = several(*prize["boards"])(prize["boards"]) if "boards" in prize else ()
    if names and not is_per_board:
        raise Bad("boards: chỉ đi cùng per_board: true")
    return CollectivePrize(
        boards=names if is_per_board else None,
        metric=metric,
        places=whole(1, 1000)(prize.get("places", 1)),
        points={
            one_of("first", "second", "third")(k): whole(1, 1000)(v) for k, v in points.items()
        },
    )


WITH_POINTS = "participation_percent + prize_points"
METRICS = ("unique_participants", "participation_ratio", WITH_POINTS)
UNIT_KINDS = ("national", "province", "sector", "corporation", "upper", "grassroots")
LONGEST_TITLE = 80
UNLIMITED = 65_535  # the last number that a draw can be made from
ROLES = ("organiser", "secretary", "question_board", "judge")
# What may be predicted; `hiding` says what each keeps back. The last waits for a format of its own.
TARGETS = ("unique_all_correct", "unique_participants", "attempts")
TARGETS_PLANNED = ("percent_all_correct",)
MOMENTS = ("after_submit", "after_round_close", "after_contest_end", "never")


def _prediction(value: object) -> dict[str, str] | None:
    """Read the secondary question; None when the contest asks for no prediction."""
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise Bad("phải ghi target, scope, format")
    built = {"format": "integer", "taken_from": "counted_attempt", "missing": "ranks_last"}
    for name, only_one in built.items():
        if value.get(name, only_one) != only_one:
            raise Bad(f"{name}: “{value[name]}” chưa được hỗ trợ (chỉ có: {only_one})")
    if set(value) - {"target", "scope", *built}:
        raise Bad("chỉ có: target, scope, format, taken_from, missing")
    target = one_of(*TARGETS, planned=TARGETS_PLANNED)(value.get("target"))
    return {"target": target, "scope": one_of("round", "contest")(value.get("scope", "round"))}


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
    "paper.sets": Knob(field="", default=None, read=not_built),
    "paper.options_min": Knob(field="options_min", default=2, read=whole(2, 8)),
    "paper.options_max": Knob(field="options_max", default=8, read=whole(2, 8)),
    "paper.shuffle_questions": Knob(field="shuffle_questions", default=True, read=switch),
    "paper.shuffle_options": Knob(field="shuffle_options", default=True, read=switch),
    "attempts.per": Knob(
        field="attempts_per", default="round", read=one_of("round", "day", "contest")
    ),
    "attempts.max": Knob(field="attempts_max", default=1, read=attempts_max),
    "attempts.counts": Knob(
        field="counts",
        default="best",
        read=one_of("best", "best_then_earliest", "first", "last", "mean", "only"),
    ),
    "prediction": Knob(field="prediction", default=None, read=_prediction),
    "ranking": Knob(
        field="ranking", default=("score desc", "duration asc", "submitted_at asc"), read=ranking
    ),
    "whole_contest.mode": Knob(
        field="whole_mode", default="sum", read=one_of("sum", "best_of", "per_round")
    ),
    "whole_contest.rounds": Knob(field="whole_rounds", default=None, read=or_none(whole(1, 60))),
    "whole_contest.ranking": Knob(field="whole_ranking", default=(), read=contest_ranking),
    "clock.grace_seconds": Knob(field="grace_seconds", default=15, read=whole(0, 120)),
    "clock.resolution_ms": Knob(field="resolution_ms", default=1000, read=whole(1, 60_000)),
    "score.per_correct": Knob(field="right_milli", default=1, read=milli(0, 10_000_000)),
    "score.wrong": Knob(field="wrong_milli", default=0, read=milli(-1000, 0)),
    "score.blank": Knob(field="blank_milli", default=0, read=milli(-1000, 0)),
    "score.pass_mark": Knob(field="pass_milli", default=None, read=or_none(milli(0, 10_000_000))),
    "reveal.score": Knob(field="reveal_score", default="after_submit", read=one_of(*MOMENTS)),
    "reveal.answers": Knob(
        field="reveal_answers",
        default="after_contest_end",
        read=one_of("after_round_close", "after_contest_end", "never"),
    ),
    "individual_prizes.per_round": Knob(field="individual_prizes", default=(), read=prizes),
    "individual_prizes.per_board_per_round": Knob(field="division_prizes", default=(), read=prizes),
    "individual_prizes.total": Knob(field="total_prizes", default=(), read=prizes),
    "individual_prizes.cap": Knob(field="prize_caps", default={}, read=caps),
    "boards": Knob(field="divisions", default=(), read=boards),
    "collective_prizes": Knob(field="collective_prizes", default=(), read=collective),
}
