"""What only the close knows: the truth of the prediction, and the ranks that follow."""

from collections.abc import Callable, Mapping

from sqlalchemy import func, select

from quizapp.attempts.models import Attempt
from quizapp.attempts.rules import AttemptState
from quizapp.contests.service import ContestCard, RoundCard
from quizapp.db import db
from quizapp.results.service.final import write_final
from quizapp.results.service.generations import in_scope
from quizapp.results.service.ordering import Order, Ranked, from_prediction, from_rounds
from quizapp.standings.models import WHOLE_CONTEST, Standing
from quizapp.standings.rules import truth_of
from quizapp.standings.service import Scope

FINAL = (AttemptState.SUBMITTED, AttemptState.EXPIRED)
Judged = tuple[int | None, Ranked]  # the truth (None: nothing was to be predicted), and the ranks


def rank_round(
    contest: ContestCard,
    one: RoundCard,
    source: Scope,
    generation: int,
    *,
    check: Callable[[], None],
) -> Judged:
    """Write the final ranks of a round under `generation`, from its provisional standings."""
    truth = _truth_of_round(contest, one, source)
    db.session.rollback()
    order = Order(
        source=source,
        ranking=one.rules.ranking,
        error=from_prediction(truth),
        has_divisions=bool(one.rules.divisions),
    )
    return truth, write_final(order, generation, check=check)


def rank_whole(
    contest: ContestCard,
    scopes: Mapping[int, Scope],
    generation: int,
    *,
    check: Callable[[], None],
) -> Judged:
    """Write the final ranks of the whole contest under `generation`.

    `scopes` has the final standings of each round by its number, and the provisional ones of the
    whole under 0.
    """
    contest_rules, source = contest.rounds[-1].rules, scopes[WHOLE_CONTEST]
    truth = None
    if contest_rules.target is not None and contest_rules.prediction_scope == "contest":
        truth = _count(contest_rules.target, source, [one.id for one in contest.rounds])
    db.session.rollback()
    rounds = [scopes[one.number] for one in contest.rounds]
    best_of, resolution = contest_rules.whole_rounds, contest_rules.resolution_ms
    error = from_prediction(truth)
    if truth is None:
        error = from_rounds(rounds, best_of=best_of, resolution_ms=resolution)
    order = Order(
        source=source,
        ranking=contest_rules.whole_ranking,
        error=error,
        has_divisions=bool(contest_rules.divisions),
    )
    return truth, write_final(order, generation, check=check)


def _truth_of_round(contest: ContestCard, one: RoundCard, source: Scope) -> int | None:
    """Return what the round's prediction was about, None where that is not of the round."""
    is_of_round = one.rules.prediction_scope == "round" or len(contest.rounds) == 1
    if one.rules.target is None or not is_of_round:
        return None
    return _count(one.rules.target, source, [one.id])


def _count(target: str, scope: Scope, round_ids: list[int]) -> int:
    columns = func.count(), func.coalesce(func.sum(Standing.all_right), 0)
    people, all_right = db.session.execute(select(*columns).where(*in_scope(scope))).one()
    final = (Attempt.round_id.in_(round_ids), Attempt.state.in_(FINAL))
    count = db.session.scalar(select(func.count()).select_from(Attempt).where(*final)) or 0
    return truth_of(target, people=people, attempts=count, all_right=int(all_right))
