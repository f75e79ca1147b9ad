"""Questions out of force on a day of a round: found, ruled on with a reason, checked at opening.

Such a question is never asked unless somebody ruled that it is ("the question says «in 2026», its
answer stays right on 2 January"), and a round is not approved while one is without a ruling: left
out knowingly, or asked all the same.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select

from quizapp.audit import service as audit
from quizapp.banks import service as banks
from quizapp.contests.errors import BegunAlready, NothingToUndo, NotOutOfForce, OutOfForce
from quizapp.contests.models import Round
from quizapp.contests.rules.in_force import Ruling, Rulings, out_of_force, read_ruling
from quizapp.contests.rules.schedule import Phase, Window
from quizapp.contests.service.cards import RoundCard
from quizapp.db import db

NAMED = 10  # codes in one sentence


@dataclass(frozen=True, kw_only=True, slots=True)
class OldQuestion:
    """A question that is not in force on each day of a round; `ruling` None: nobody decided yet."""

    code: str
    stem: str
    valid_from: date | None
    valid_to: date | None
    ruling: Ruling | None


def get_out_of_force(one: RoundCard) -> Sequence[OldQuestion]:
    """Return the questions of a round's bank that are not in force on each of its days, in order.

    Those with a ruling are among them. Approval refuses while any has none: `check_in_force`.
    """
    found = find_out_of_force(one.bank_version_id, one.window)
    return [replace(question, ruling=one.rulings.get(question.code)) for question in found]


def find_out_of_force(version_id: int, window: Window) -> Sequence[OldQuestion]:
    """Return the questions of a version that are not in force on each day of a window, in order."""
    found = out_of_force(banks.get_questions(version_id), *window.days())
    return [
        OldQuestion(
            code=question.code,
            stem=question.stem,
            valid_from=question.valid_from,
            valid_to=question.valid_to,
            ruling=None,
        )
        for question in found
    ]


def check_in_force(one: RoundCard) -> None:
    """Raise OutOfForce while a question of the round is out of force and nobody ruled on it."""
    _refuse(one.title, [found.code for found in get_out_of_force(one) if found.ruling is None])


def check_ruled(version_id: int, windows: Sequence[Window], rulings: Rulings) -> None:
    """Raise OutOfForce when rounds that are to be made need a ruling and there is none."""
    for number, window in enumerate(windows, start=1):
        old = find_out_of_force(version_id, window)
        _refuse(f"Vòng {number}", [one.code for one in old if rulings.of(one.code) is None])


def rulings_of(version_id: int, window: Window, rulings: Rulings) -> dict[str, object]:
    """Return what a new round stores: the ruling for each question that needs one."""
    old = find_out_of_force(version_id, window)
    return {one.code: told.stored() for one in old if (told := rulings.of(one.code)) is not None}


def _refuse(title: str, codes: Sequence[str]) -> None:
    if codes:
        more = " …" if len(codes) > NAMED else ""
        raise OutOfForce(round=title, codes=", ".join(codes[:NAMED]) + more)


def rule_on_questions(
    one: RoundCard, codes: Collection[str], ruling: Ruling, *, actor: str, at: datetime
) -> None:
    """Keep the ruling for these questions of a round that is not open yet, instead of earlier ones.

    Who may is for the caller to check. Raises BegunAlready, NotOutOfForce.
    """
    row = locked(one, at=at)
    known = {question.code for question in get_out_of_force(one)}
    for code in sorted(codes):
        if code not in known:
            raise NotOutOfForce(code=code, round=one.title)
        stored = row.out_of_force.get(code)
        kept = replace(ruling, before=read_ruling(stored) if stored else None)
        row.out_of_force = row.out_of_force | {code: kept.stored()}
        audit.record(
            "round.rule_on_question",
            actor=actor,
            object=f"round:{one.id}",
            before=stored,
            after={"code": code, "is_asked": ruling.is_asked},
            reason=ruling.reason,
            at=at,
        )


def undo_ruling(one: RoundCard, code: str, *, actor: str, at: datetime) -> None:
    """Put back the ruling that the newest one took the place of, while the round is not open yet.

    Who may is for the caller to check. Raises BegunAlready, NothingToUndo for a first ruling.
    """
    row = locked(one, at=at)
    stored = row.out_of_force.get(code)
    back = read_ruling(stored).before if stored else None
    if back is None:
        raise NothingToUndo(code=code, round=one.title)
    row.out_of_force = row.out_of_force | {code: back.stored()}
    audit.record(
        "round.undo_ruling",
        actor=actor,
        object=f"round:{one.id}",
        before=stored,
        after={"code": code, "is_asked": back.is_asked},
        reason=back.reason,
        at=at,
    )


def locked(one: RoundCard, *, at: datetime) -> Round:
    """Return the row of a round not open yet, for nobody else to change. Raises BegunAlready."""
    mine = select(Round).where(Round.id == one.id).with_for_update()
    row = db.session.scalars(mine, execution_options={"populate_existing": True}).one()
    if one.window.phase(at) is not Phase.NOT_OPEN:
        raise BegunAlready(round=one.title)
    return row
