"""Questions out of force on a day of a round: found, ruled on with a reason, checked at opening.

Such a question is never asked unless somebody ruled that it is ("the question says «in 2026», its
answer stays right on 2 January"), and a round is not approved while one is without a ruling: left
out knowingly, or asked all the same.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from quizapp.audit import service as audit
from quizapp.banks import service as banks
from quizapp.contests.errors import BegunAlready, NotOutOfForce, OutOfForce
from quizapp.contests.models import Round
from quizapp.contests.rules.in_force import Ruling, out_of_force
from quizapp.contests.rules.schedule import Phase
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
    found = out_of_force(banks.get_questions(one.bank_version_id), *one.window.days())
    return [
        OldQuestion(
            code=question.code,
            stem=question.stem,
            valid_from=question.valid_from,
            valid_to=question.valid_to,
            ruling=one.rulings.get(question.code),
        )
        for question in found
    ]


def check_in_force(one: RoundCard) -> None:
    """Raise OutOfForce while a question of the round is out of force and nobody ruled on it."""
    open_ones = [question.code for question in get_out_of_force(one) if question.ruling is None]
    if open_ones:
        more = " …" if len(open_ones) > NAMED else ""
        raise OutOfForce(round=one.title, codes=", ".join(open_ones[:NAMED]) + more)


def rule_on_questions(
    one: RoundCard, codes: Collection[str], ruling: Ruling, *, actor: str, at: datetime
) -> None:
    """Keep the ruling for these questions of a round that is not open yet, instead of earlier ones.

    Who may is for the caller to check. Raises BegunAlready, NotOutOfForce.
    """
    row = db.session.scalars(select(Round).where(Round.id == one.id).with_for_update()).one()
    if one.window.phase(at) is not Phase.NOT_OPEN:
        raise BegunAlready(round=one.title)
    known = {question.code for question in get_out_of_force(one)}
    for code in sorted(codes):
        if code not in known:
            raise NotOutOfForce(code=code, round=one.title)
        before = row.out_of_force.get(code)
        row.out_of_force = row.out_of_force | {code: ruling.stored()}
        audit.record(
            "round.rule_on_question",
            actor=actor,
            object=f"round:{one.id}",
            before=before,
            after={"code": code, "is_asked": ruling.is_asked},
            reason=ruling.reason,
            at=at,
        )
