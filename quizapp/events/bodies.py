"""The JSON that screens read: words and numbers ready to be shown, so that a script draws only."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from quizapp.errors import N_
from quizapp.events.rules import STILL, Kind, digest_of
from quizapp.events.rules.tiles import ISLANDS
from quizapp.events.service.showing import Part, Showing
from quizapp.events.words import board_title
from quizapp.web.formats import centi as hundredths
from quizapp.web.formats import clock_time, duration, milliseconds, number, percent, points, span
from quizapp.web.language import language, translated

Line = list[str]  # rank, name, what stands below it, value, what stands below that

TRIAL = N_("THỬ")
PROVISIONAL = N_("Tạm xếp")
FINAL = N_("Kết quả đã chốt")
FROZEN = N_("Giữ nguyên từ %(time)s")
AS_OF = N_("Tính đến %(time)s")
EMPTY = N_("Chưa có kết quả nào.")
WITHHELD = N_("Theo thể lệ, điểm và thứ hạng chưa được công bố.")
IN_TIERS = N_("Số người và hạng chính xác được công bố sau khi chốt.")
PEOPLE = N_("%(n)s người")
ATTEMPTS = N_("%(n)s lượt")
POINTS = N_("%(n)s điểm")


def where_body(showing: Showing, *, at: datetime) -> Mapping[str, object]:
    """Return where the screens stand, and by which digest each state's part is known.

    `at` is told to ten seconds: a screen sees that it is the server who answers, and no cache.
    """
    event, seen = showing.event, showing.seen
    frozen_at = None if event.is_rehearsal else seen.frozen_at
    return {
        "at": milliseconds(at) // 10_000 * 10_000,
        "moves": event.moves,
        "position": event.position,
        "theme": event.theme,
        "aspect": event.aspect,
        "frozen": _said(FROZEN, time=clock_time(frozen_at)) if frozen_at else "",
        "mark": translated(TRIAL) if event.is_rehearsal else "",
        "states": [
            {"id": part.state.id, "kind": part.state.kind, "digest": digest_of(part_body(part))}
            for part in showing.parts
        ],
    }


def part_body(part: Part) -> Mapping[str, object]:
    """Return what a state shows."""
    state = part.state
    if state.kind is Kind.MESSAGE:
        return {"text": state.text}
    if state.kind is Kind.COUNTS:
        return _counts(part)
    if state.kind is Kind.REVEAL:
        return _reveal(part)
    if state.kind in {Kind.BOARD, Kind.PODIUM}:
        return _board(part)
    return STILL


def _counts(part: Part) -> Mapping[str, object]:
    counted = part.counted
    if counted is None:
        return STILL
    totals = counted.totals
    return {
        "people": number(totals.people) if totals else "",
        "attempts": _said(ATTEMPTS, n=number(totals.attempts)) if totals else "",
        "note": "" if totals else translated(IN_TIERS),
        "tiles": [[one.short, one.column, one.row, one.step] for one in counted.tiles],
        "islands": [list(one) for one in ISLANDS],
        "rows": [_line(row, "people") for row in counted.first],
    }


def _board(part: Part) -> Mapping[str, object]:
    board, state = part.board, part.state
    notes = []
    if board is not None and board.is_withheld:
        notes.append(translated(WITHHELD))
    elif not part.rows:
        notes.append(translated(EMPTY))
    elif board is not None:
        if state.board == "people" or board.is_final:
            notes.append(translated(FINAL if board.is_final else PROVISIONAL))
        if board.as_of is not None:
            notes.append(_said(AS_OF, time=clock_time(board.as_of)))
    return {
        "title": board_title(state),
        "note": " · ".join(notes),
        "rows": [_line(row, state.order) for row in part.rows],
    }


def _reveal(part: Part) -> Mapping[str, object]:
    revealing, state = part.revealing, part.state
    return {
        "title": board_title(state),
        "places": revealing.places if revealing else 0,
        "shown": revealing.shown if revealing else 0,
        "note": translated(PROVISIONAL) if revealing and not revealing.is_final else "",
        "rows": [_line(row, state.order) for row in part.rows],
    }


def lines_of(rows: Sequence[Mapping[str, Any]], order: str) -> list[Line]:
    """Return rows as they are shown, for the operator's own page too."""
    return [_line(row, order) for row in rows]


def _line(row: Mapping[str, Any], order: str) -> Line:
    if "ranks" in row:
        return [span(tuple(row["ranks"])), _unit(row), "", "", ""]
    rank = number(row["rank"]) if row["rank"] else "–"
    if "person" in row:
        value = _said(POINTS, n=points(row["points_milli"]))
        below = row["person"]["unit"] or ""
        return [rank, row["person"]["name"], below, value, duration(row["duration_ms"])]
    people = _said(PEOPLE, n=number(row["people"]))
    if order == "people":
        rate = percent(row["rate_centi"]) if "rate_centi" in row else ""
        return [rank, _unit(row), "", people, rate]
    return [rank, _unit(row), "", _share(row, order), people]


def _share(row: Mapping[str, Any], order: str) -> str:
    name = {"rate": "rate_centi", "mean": "mean_centi", "pass": "pass_centi"}[order]
    if name not in row:
        return "–"
    return hundredths(row[name]) if order == "mean" else percent(row[name])


def _unit(row: Mapping[str, Any]) -> str:
    unit = row["unit"]
    return str(unit["name"] if language() == "vi" else (unit["name_en"] or unit["name"]))


def _said(text: str, **facts: object) -> str:
    return translated(text) % facts
