"""A save in one statement: what nearly all saves are.

The statement takes only what the whole way (`saving.save_answers`) would take too: where it finds
nothing to change, that one says why, or takes it after all. So what this process remembers of a
paper may be old; it is never trusted, only tried.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import Executable, LargeBinary, bindparam, cast, func, update

from quizapp.attempts import rules
from quizapp.attempts.errors import BadAnswers
from quizapp.attempts.rules import AttemptState
from quizapp.attempts.service.rows import ATTEMPT, ROUND, SAVED_AT, AnyRow, Phone, decode_id
from quizapp.attempts.service.sheets import Saved, SaveOutcome, Sheet, canonical
from quizapp.contests.service import get_rules
from quizapp.db import end_reads, kept_for_good, write_alone

PAPERS_KEPT = 20_000  # about 400 bytes each
SHELF = "papers that run"


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownPaper:
    """What this process remembers of a paper; only rule set and person may be others by now."""

    person_id: int
    rule_set_id: int
    bank_version_id: int
    paper: bytes


def remember_row(row: AnyRow) -> None:
    """Keep what a save at once needs of an attempt read with its round's columns; the oldest go."""
    shelf = kept_for_good(SHELF)
    if len(shelf) >= PAPERS_KEPT:
        shelf.pop(next(iter(shelf), None), None)  # another thread may be first
    shelf[row.public_id] = KnownPaper(
        person_id=row.person_id,
        rule_set_id=row.rule_set_id,
        bank_version_id=row.bank_version_id,
        paper=row.paper,
    )


def save_at_once(
    public_id: str, phone: Phone, sheet: Sheet, *, op: int, at: datetime
) -> SaveOutcome | None:
    """Keep the answers named in `sheet` by one statement, on disk when this returns.

    None: not taken that way, `save_answers` is to decide. Raises NotYours.
    """
    raw = decode_id(public_id)
    known: KnownPaper | None = kept_for_good(SHELF).get(raw)
    if known is None or known.person_id not in phone.person_ids:
        return None
    try:
        chosen = canonical(sheet, rules.decode_paper(known.paper), known.bank_version_id)
        grace = get_rules(known.rule_set_id).grace
    except BadAnswers:  # on a paper that is over this is not what is told first
        return None
    finally:
        end_reads()  # of questions and rules that this process has let go
    rows = write_alone(
        _statement(len(_runs(chosen)), has_prediction=sheet.has_prediction),
        this=raw,
        person=known.person_id,
        by=phone.holder,
        op=op,
        body=sheet.digest,
        rule_set=known.rule_set_id,
        since=at - grace,
        at=at,
        **({"guess": sheet.prediction} if sheet.has_prediction else {}),
        **_pieces(chosen),
    )
    if not rows:
        return None
    return SaveOutcome(saved=Saved.DONE, op=op, deadline_at=rows[0].deadline_at, answers={})


@cache
def _statement(runs: int, *, has_prediction: bool) -> Executable:
    """Return the UPDATE that writes so many runs of neighbouring answers.

    In a paused round the clock stands still: such a save goes the whole way.
    """
    taken: dict[str, Any] = {
        "last_op": bindparam("op"),
        "last_body": bindparam("body"),
        **SAVED_AT,
    }
    if runs:
        taken["answers"] = _overlaid(runs)
    if has_prediction:
        taken["prediction"] = bindparam("guess")
    return (
        update(ATTEMPT)
        .where(
            ATTEMPT.c.public_id == bindparam("this"),
            ATTEMPT.c.person_id == bindparam("person"),
            ATTEMPT.c.holder == bindparam("by"),
            ATTEMPT.c.state == AttemptState.RUNNING,
            ATTEMPT.c.last_op < bindparam("op"),
            ATTEMPT.c.deadline_at >= bindparam("since"),
            ROUND.c.id == ATTEMPT.c.round_id,
            ROUND.c.rule_set_id == bindparam("rule_set"),
            ROUND.c.paused_at.is_(None),
        )
        .values(taken)
        .returning(ATTEMPT.c.deadline_at)
    )


def _overlaid(runs: int) -> Any:
    """Return the answers as they are stored, with runs of them replaced.

    SQLite joins bytes as a text of the same bytes: the cast says what they are.
    """
    stored = ATTEMPT.c.answers
    text: Any = None
    for one in range(runs):
        kept = func.substr(stored, bindparam(f"from_{one}"), bindparam(f"kept_{one}"))
        new = kept.op("||")(bindparam(f"new_{one}", type_=LargeBinary))
        text = new if text is None else text.op("||")(new)
    return cast(text.op("||")(func.substr(stored, bindparam("rest"))), LargeBinary)


def _runs(chosen: Mapping[int, int]) -> list[tuple[int, bytes]]:
    """Return (first position, bitmasks) of each run of neighbouring positions, in order."""
    ordered = enumerate(sorted(chosen))
    grouped = groupby(ordered, key=lambda pair: pair[1] - pair[0])
    runs = [[position for _, position in group] for _, group in grouped]
    return [(run[0], bytes(chosen[position] for position in run)) for run in runs]


def _pieces(chosen: Mapping[int, int]) -> dict[str, Any]:
    """Return the bound values of `_overlaid`: byte 1 is the version, position 1 is byte 2."""
    values: dict[str, Any] = {}
    after = 1
    for at, (first, masks) in enumerate(_runs(chosen)):
        values |= {f"from_{at}": after, f"kept_{at}": first + 1 - after, f"new_{at}": masks}
        after = first + 1 + len(masks)
    return values | {"rest": after} if values else values
