"""How a page asks for each knob, and what comes of what is typed. Pure.

A knob is asked for in parts, each a text of its own named `knob` or `knob:part`, so that a draft
keeps anything that is typed, right or wrong. What can be asked follows from the knob's reader:
a new knob appears by itself, in words of its own once `words` has them; one of which only one
value is built is not asked for at all.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from quizapp.contests.rules import divisions
from quizapp.contests.rules.keys import OF_CONTEST, OF_ROUND
from quizapp.contests.rules.knobs import KNOBS, METRICS, TARGETS, UNIT_KINDS, WITH_POINTS
from quizapp.contests.rules.readers import (
    Bad,
    Milli,
    NotBuilt,
    OneOf,
    Only,
    OrNone,
    Several,
    Switch,
    Whole,
)
from quizapp.vietnamese import fold, words_of

Typed = Mapping[str, str]
YES = "1"
UNLIMITED = "unlimited"
CAPS = ("per_person_per_round", "per_person_per_contest")
PLACES = ("first", "second", "third")


class Kind(StrEnum):
    NUMBER = "number"
    POINTS = "points"
    YES_NO = "yes_no"
    CHOICE = "choice"
    TICK = "tick"
    PLACE = "place"  # one of the choices, or nothing, at a place of an order
    PER_TOPIC = "per_topic"  # a number for each topic of the bank
    NUMBERS = "numbers"  # `1, 2, 3`
    WORDS = "words"  # names, with commas between
    LINES = "lines"
    JSON = "json"  # a knob that has no words of its own yet


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One thing that is asked; `name` is "" when the knob has no other part."""

    kind: Kind
    name: str = ""
    choices: tuple[str, ...] = ()


def parts_of(knob: str) -> tuple[Part, ...]:
    """Return what is asked for a knob; nothing where only one value is built."""
    if knob in SPECIAL:
        return SPECIAL[knob]
    read = KNOBS[knob].read
    return _parts(read.read if isinstance(read, OrNone) else read)


def _parts(read: object) -> tuple[Part, ...]:
    match read:
        case Only() | NotBuilt():
            return ()
        case Several(built=words):
            return tuple(Part(kind=Kind.TICK, name=word) for word in words)
        case OneOf(built=words):
            return (Part(kind=Kind.CHOICE, choices=words),)
    return (Part(kind=PLAIN.get(type(read), Kind.JSON)),)


PLAIN: Mapping[type, Kind] = {Whole: Kind.NUMBER, Milli: Kind.POINTS, Switch: Kind.YES_NO}


def offered() -> tuple[str, ...]:
    """Return the knobs of which there is something to choose, in their order."""
    return tuple(knob for knob in KNOBS if parts_of(knob))


def _places(choices: tuple[str, ...], count: int) -> tuple[Part, ...]:
    return tuple(
        Part(kind=Kind.PLACE, name=str(place), choices=choices) for place in range(1, count + 1)
    )


SPECIAL: Mapping[str, tuple[Part, ...]] = {
    "attempts.max": (Part(kind=Kind.NUMBER), Part(kind=Kind.TICK, name=UNLIMITED)),
    "paper.quota": (Part(kind=Kind.PER_TOPIC),),
    "prediction": (
        Part(kind=Kind.CHOICE, name="target", choices=("", *TARGETS)),
        Part(kind=Kind.CHOICE, name="scope", choices=("round", "contest")),
    ),
    "ranking": _places(OF_ROUND, len(OF_ROUND)),
    "whole_contest.ranking": _places(OF_CONTEST, len(OF_CONTEST)),
    "individual_prizes.per_round": (Part(kind=Kind.NUMBERS),),
    "individual_prizes.per_board_per_round": (Part(kind=Kind.NUMBERS),),
    "individual_prizes.total": (Part(kind=Kind.NUMBERS),),
    "individual_prizes.cap": tuple(Part(kind=Kind.NUMBER, name=name) for name in CAPS),
    "boards": (Part(kind=Kind.LINES),),
    "collective_prizes": tuple(
        Part(kind=kind, name=name)
        for number, _ in enumerate(METRICS, start=1)
        for kind, name in ((Kind.NUMBER, f"{number}"), (Kind.WORDS, f"{number}-boards"))
    )
    + tuple(Part(kind=Kind.NUMBER, name=name) for name in PLACES),
}
EVERY_BOARD = "*"
NAME = re.compile(r"[a-z0-9_-]+")


def field_of(knob: str, part: str) -> str:
    """Return the name of the text that a part of a knob is typed in."""
    return f"{knob}:{part}" if part else knob


def knob_of(field: str) -> str | None:
    """Return the knob that a text belongs to, None when it belongs to none."""
    knob = field.partition(":")[0]
    return knob if knob in KNOBS and parts_of(knob) else None


def typed_of(knob: str, value: object) -> dict[str, str]:
    """Return what would be typed for this value of a knob, as a preset has it."""
    writer = WRITERS.get(knob)
    if writer is not None:
        return {field_of(knob, part): text for part, text in writer(value).items()}
    parts = parts_of(knob)
    if parts and parts[0].kind is Kind.TICK:
        chosen = value if isinstance(value, list | tuple) else ()
        return {field_of(knob, str(word)): YES for word in chosen}
    return {knob: _plain(parts[0].kind, value)} if parts else {}


def _plain(kind: Kind, value: object) -> str:
    if value is None:
        return ""
    if kind is Kind.YES_NO:
        return "yes" if value else "no"
    return json.dumps(value, ensure_ascii=False) if kind is Kind.JSON else str(value)


def value_of(knob: str, typed: Typed) -> object:
    """Return the value that is typed for a knob. Raises Bad when it is none."""
    reader = READERS.get(knob)
    own = {name.partition(":")[2]: text for name, text in typed.items() if knob_of(name) == knob}
    if reader is not None:
        return reader(own)
    (part, *_) = parts_of(knob)
    if part.kind is Kind.TICK:
        return [one.name for one in parts_of(knob) if own.get(one.name)]
    is_optional = isinstance(KNOBS[knob].read, OrNone)
    return _read(part.kind, own.get("", "").strip(), is_optional=is_optional)


def _read(kind: Kind, text: str, *, is_optional: bool) -> object:
    if not text and is_optional:
        return None
    reader = OF_KIND.get(kind)
    return text if reader is None else reader(text)


def number(text: str) -> int:
    """Read a whole number. Raises Bad."""
    cleaned = text.strip()
    if not (cleaned.isascii() and cleaned.isdecimal() and len(cleaned) <= 9):
        raise Bad("hãy ghi một số nguyên" if cleaned else "chưa ghi")
    return int(cleaned)


def points(text: str) -> str:
    """Read points, with a comma or a point before the decimals. Raises Bad."""
    cleaned = text.strip().replace(",", ".").replace("−", "-")
    if re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,3})?", cleaned) is None:
        raise Bad("hãy ghi số điểm, ví dụ 1 hoặc 0,5" if cleaned else "chưa ghi")
    return cleaned


def _yes_or_no(text: str) -> bool:
    if text not in {"yes", "no"}:
        raise Bad("hãy chọn có hoặc không")
    return text == "yes"


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Bad("không đọc được") from error


OF_KIND: Mapping[Kind, Callable[[str], object]] = {
    Kind.NUMBER: number,
    Kind.POINTS: points,
    Kind.YES_NO: _yes_or_no,
    Kind.JSON: _json,
}


def _attempts_typed(value: object) -> dict[str, str]:
    return {UNLIMITED: YES} if value == UNLIMITED else {"": str(value)}


def _attempts(own: Typed) -> object:
    return UNLIMITED if own.get(UNLIMITED) else number(own.get("", ""))


def _quota_typed(value: object) -> dict[str, str]:
    given = value if isinstance(value, Mapping) else {}
    return {str(topic): str(count) for topic, count in given.items()}


def _quota(own: Typed) -> object:
    wanted = {topic: number(text) for topic, text in own.items() if topic and text.strip()}
    return {topic: count for topic, count in wanted.items() if count}


def _prediction_typed(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        return {"target": "", "scope": "round"}
    return {"target": str(value.get("target")), "scope": str(value.get("scope", "round"))}


def _prediction(own: Typed) -> object:
    if not own.get("target"):
        return None
    return {"target": own["target"], "scope": own.get("scope", "round")}


def _order_typed(value: object) -> dict[str, str]:
    keys = value if isinstance(value, list | tuple) else ()
    return {str(place): str(key) for place, key in enumerate(keys, start=1)}


def _order(own: Typed) -> object:
    places = sorted((name for name in own if name.isdecimal()), key=int)
    return [own[place] for place in places if own[place]]


def _numbers_typed(value: object) -> dict[str, str]:
    return {"": ", ".join(map(str, value if isinstance(value, list | tuple) else ()))}


def _numbers(own: Typed) -> object:
    return [number(one) for one in re.split(r"[,;\s]+", own.get("", "").strip()) if one]


def _caps_typed(value: object) -> dict[str, str]:
    given = value if isinstance(value, Mapping) else {}
    return {name: str(given[name]) for name in CAPS if name in given}


def _caps(own: Typed) -> object:
    return {name: number(own[name]) for name in CAPS if own.get(name, "").strip()}


def _boards_typed(value: object) -> dict[str, str]:
    return {"": "\n".join(map(_board_line, value if isinstance(value, list | tuple) else ()))}


def _board_line(board: object) -> str:
    given: Mapping[str, Any] = board if isinstance(board, Mapping) else {"name": board}
    name = str(given["name"])
    known = divisions.KNOWN.get(name)
    title = str(given.get("title", known.title if known else name))
    taken = ", ".join(map(str, [*given.get("units", ()), *given.get("kinds", ())]))
    # The name follows from the title, unless a preset chose it.
    head = title if _board_name(title) == name else f"{name} = {title}"
    return f"{head}: {taken}" if taken else head


def _board_name(title: str) -> str:
    """Return the name of a board with this title, or that is called so already."""
    for name, known in divisions.KNOWN.items():
        if title in {name, known.title}:
            return name
    return "-".join(words_of(fold(title)))[:40].strip("-")


def _boards(own: Typed) -> object:
    lines = [line.strip() for line in own.get("", "").splitlines() if line.strip()]
    return [_board(line) for line in lines]


def _board(line: str) -> object:
    head, _, rest = line.partition(":")
    name, has_name, title = (one.strip() for one in head.rpartition("="))
    taken = [one.strip() for one in rest.split(",") if one.strip()]
    kinds = [one.lower() for one in taken if one.lower() in UNIT_KINDS]
    codes = [one for one in taken if one.lower() not in UNIT_KINDS]
    board: dict[str, object] = {"name": name if has_name else _board_name(title), "title": title}
    return board | ({"units": codes} if codes else {}) | ({"kinds": kinds} if kinds else {})


def _collective_typed(value: object) -> dict[str, str]:
    typed: dict[str, str] = {}
    for prize in value if isinstance(value, list | tuple) else ():
        place = str(METRICS.index(prize["metric"]) + 1)
        typed[place] = str(prize.get("places", 1))
        if prize.get("per_board"):
            typed[f"{place}-boards"] = ", ".join(prize.get("boards", ())) or EVERY_BOARD
        points_of = prize.get("prize_points", {})
        typed |= {name: str(points_of[name]) for name in PLACES if name in points_of}
    return typed


def _collective(own: Typed) -> object:
    return [
        _collective_prize(str(place), metric, own)
        for place, metric in enumerate(METRICS, start=1)
        if own.get(str(place), "").strip() not in {"", "0"}
    ]


def _collective_prize(place: str, metric: str, own: Typed) -> dict[str, object]:
    prize: dict[str, object] = {"metric": metric, "places": number(own[place])}
    if metric == WITH_POINTS:
        prize["prize_points"] = {
            name: number(own[name]) for name in PLACES if own.get(name, "").strip()
        }
    boards = [one.strip() for one in own.get(f"{place}-boards", "").split(",") if one.strip()]
    if boards:
        prize["per_board"] = True
    if boards and boards != [EVERY_BOARD]:
        prize["boards"] = [one if NAME.fullmatch(one) else _board_name(one) for one in boards]
    return prize


WRITERS = {
    "attempts.max": _attempts_typed,
    "paper.quota": _quota_typed,
    "prediction": _prediction_typed,
    "ranking": _order_typed,
    "whole_contest.ranking": _order_typed,
    "individual_prizes.per_round": _numbers_typed,
    "individual_prizes.per_board_per_round": _numbers_typed,
    "individual_prizes.total": _numbers_typed,
    "individual_prizes.cap": _caps_typed,
    "boards": _boards_typed,
    "collective_prizes": _collective_typed,
}
READERS = {
    "attempts.max": _attempts,
    "paper.quota": _quota,
    "prediction": _prediction,
    "ranking": _order,
    "whole_contest.ranking": _order,
    "individual_prizes.per_round": _numbers,
    "individual_prizes.per_board_per_round": _numbers,
    "individual_prizes.total": _numbers,
    "individual_prizes.cap": _caps,
    "boards": _boards,
    "collective_prizes": _collective,
}


def typed_rules(body: Mapping[str, object]) -> dict[str, str]:
    """Return what would be typed for rules that are spelled out knob by knob (`spelled_out`)."""
    typed: dict[str, str] = {}
    for knob in offered():
        typed |= typed_of(knob, body.get(knob, KNOBS[knob].default))
    return typed


def read_typed(typed: Typed) -> tuple[dict[str, object], list[tuple[str, str]]]:
    """Return the rules that are typed, knob by knob, and (knob, why) for each that is none."""
    body: dict[str, object] = {}
    problems = []
    for knob in offered():
        try:
            value = value_of(knob, typed)
            KNOBS[knob].read(value)
        except Bad as bad:
            problems.append((knob, str(bad)))
            continue
        body[knob] = value
    return body, problems
