"""What the contest's page says of closes: the order's digest and the number that was predicted.

While boards are frozen for a ceremony nothing of it is told: all that was closed meanwhile is told
when they are let go.
"""

from datetime import datetime

from sqlalchemy import select, update

from quizapp.contests.models import Round
from quizapp.contests.service import ContestCard, tell_public
from quizapp.db import db
from quizapp.errors import N_
from quizapp.results.models import RoundClose
from quizapp.said import Said, said
from quizapp.standings.models import WHOLE_CONTEST, Freeze


def tell_close(contest: ContestCard, round_id: int, *, reason: str, at: datetime) -> None:
    """Tell the public that a round is closed, unless its boards are frozen."""
    if contest.freeze_id is None:
        tell_public(contest.id, _lines(contest, round_id=round_id), reason=reason, at=at)


def tell_undone(contest: ContestCard, close: RoundClose, *, reason: str, at: datetime) -> None:
    """Tell the public that a close which it was told of holds no longer, and why."""
    if close.state == "done" and not _is_kept_back(contest, close):
        title = next(one.title for one in contest.rounds if one.id == close.round_id)
        line = said(N_("{round}: bỏ chốt kết quả; thứ hạng trở lại tạm xếp."), round=title)
        tell_public(contest.id, [line], reason=reason, at=at)


def tell_kept_back(contest: ContestCard, *, reason: str, at: datetime) -> None:
    """Tell of all closes since boards were frozen, as they are let go."""
    since = _frozen_at(contest)
    lines = _lines(contest, since=since) if since else []
    if lines:
        tell_public(contest.id, lines, reason=reason, at=at)


def publish_closes(contest: ContestCard, number: int, *, at: datetime) -> None:
    """Note that all places of a round (WHOLE_CONTEST: of all) were told: nothing is undone now."""
    mine = [one.id for one in contest.rounds if number in {WHOLE_CONTEST, one.number}]
    told = update(RoundClose).where(RoundClose.round_id.in_(mine), RoundClose.state == "done")
    db.session.execute(told.where(RoundClose.published_at.is_(None)).values(published_at=at))


def _is_kept_back(contest: ContestCard, close: RoundClose) -> bool:
    """Tell whether nobody has been told of a close: it was done while boards were frozen."""
    since = _frozen_at(contest)
    return since is not None and close.done_at is not None and close.done_at >= since


def _frozen_at(contest: ContestCard) -> datetime | None:
    return db.session.scalar(select(Freeze.at).where(Freeze.id == contest.freeze_id))


def _lines(
    contest: ContestCard, *, round_id: int | None = None, since: datetime | None = None
) -> list[Said]:
    mine = [Round.contest_id == contest.id, RoundClose.state == "done"]
    if round_id is not None:
        mine.append(RoundClose.round_id == round_id)
    if since is not None:
        mine.append(RoundClose.done_at >= since)
    rows = db.session.execute(
        select(Round.title, RoundClose.digest, RoundClose.truth, RoundClose.whole_truth)
        .join(Round, Round.id == RoundClose.round_id)
        .where(*mine)
        .order_by(Round.number)
        .execution_options(populate_existing=True)
    )
    return [_line(row.title, row.digest, row.truth, row.whole_truth) for row in rows]


def _line(title: str, digest: str | None, truth: int | None, whole_truth: int | None) -> Said:
    facts = {"round": title, "digest": digest or ""}
    number = truth if truth is not None else whole_truth
    if number is None:
        return said(N_("{round}: đã chốt kết quả. Dấu của thứ tự: {digest}."), **facts)
    return said(
        N_(
            "{round}: đã chốt kết quả; con số đúng của câu dự đoán là {number}. Dấu của thứ tự:"
            " {digest}."
        ),
        number=number,
        **facts,
    )
