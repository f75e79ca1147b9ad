"""Names on boards that are to be shown otherwise: a name was corrected, hidden, shown or erased."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, func, select

from quizapp.db import db, upsert
from quizapp.standings.models import NamesChanged, Snapshot
from quizapp.standings.service.boards import PEOPLE


def note_names_changed(contest_id: int, *, at: datetime) -> None:
    """Have the worker's next pass make the contest's boards anew."""
    new = upsert(NamesChanged).values(contest_id=contest_id, changed_at=at)
    db.session.execute(
        new.on_conflict_do_update(index_elements=["contest_id"], set_={"changed_at": at})
    )


def get_changed_names() -> Mapping[int, datetime]:
    """Return contest id → when its names changed last, where boards do not show it yet."""
    rows = db.session.execute(select(NamesChanged.contest_id, NamesChanged.changed_at))
    return {row.contest_id: row.changed_at for row in rows}


def forget_old_names(contest_id: int, changed_at: datetime) -> None:
    """Forget boards of people that were shown before, once newer ones stand there.

    A change after `changed_at` stays noted.
    """
    done = NamesChanged.contest_id == contest_id, NamesChanged.changed_at == changed_at
    db.session.execute(delete(NamesChanged).where(*done))
    mine = Snapshot.contest_id == contest_id, Snapshot.board.startswith(PEOPLE)
    newest = (
        select(func.max(Snapshot.id))
        .where(*mine)
        .group_by(Snapshot.round_number, Snapshot.board, Snapshot.units_as)
    )
    old = delete(Snapshot).where(*mine, Snapshot.id.not_in(newest))
    db.session.execute(old.execution_options(synchronize_session=False))
