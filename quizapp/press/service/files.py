"""Files drawn from a stored report: with its numbers, and as far as an open prediction allows."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Row, delete, select

from quizapp.contests.rules.hiding import Hidden, hidden_by
from quizapp.contests.service import ContestCard
from quizapp.db import db, transaction, upsert
from quizapp.press.models import PressFile, PressReport
from quizapp.press.rules import Form, Report, Version, kept_back, read

KEPT_FOR = timedelta(days=60)
MEDIA_TYPES = {
    Form.WORD: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Form.EXCEL: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.PICTURE: "image/png",
    Form.CARDS: "application/zip",
}
Told = Callable[[int, int], None]


def versions_of(contest: ContestCard) -> list[Version]:
    """Return which versions there are of a contest's files: two where counts are predicted."""
    may_hide = any(Hidden.COUNTS in hidden_by(one.rules.target) for one in contest.rounds)
    return [Version.EXACT, Version.KEPT_BACK] if may_hide else [Version.EXACT]


def keep_files(contest: ContestCard, report_id: int, told: Told) -> None:
    """Draw and store every file of a report. Done again, it changes nothing."""
    row = _row(report_id)
    for version in versions_of(contest):
        made = draw_files(read(row.body), version, row.made_at, row.digest, told)
        for form, content in made.items():
            values = {"report_id": report_id, "version": version, "form": form}
            new = upsert(PressFile).values(content=content, **values)
            with transaction():
                db.session.execute(
                    new.on_conflict_do_update(
                        index_elements=list(values), set_={"content": new.excluded.content}
                    )
                )


def draw_stored(report_id: int, version: Version) -> Mapping[Form, bytes]:
    """Return the files of a stored report without storing them."""
    row = _row(report_id)
    return draw_files(read(row.body), version, row.made_at, row.digest, lambda *_: None)


def draw_files(
    report: Report, version: Version, made_at: datetime, digest: str, told: Told
) -> Mapping[Form, bytes]:
    """Return the files of a report; where numbers are kept back, its digest is too."""
    # Late: what writes Word takes 15 MB that only the worker and a command need.
    from quizapp.press.writing.cards import draw_all, draw_summary  # noqa: PLC0415
    from quizapp.press.writing.word import write_word  # noqa: PLC0415
    from quizapp.press.writing.workbook import write_workbook  # noqa: PLC0415

    if version is Version.KEPT_BACK:
        report, digest = kept_back(report), ""
    return {
        Form.WORD: write_word(report, made_at=made_at, digest=digest),
        Form.EXCEL: write_workbook(report, made_at=made_at),
        Form.PICTURE: draw_summary(report),
        Form.CARDS: draw_all(report, told),
    }


def find_file(report_id: int, version: Version, form: Form) -> bytes | None:
    """Return a stored file; None before it was drawn, and once it was thrown away."""
    return db.session.scalar(
        select(PressFile.content).where(
            PressFile.report_id == report_id, PressFile.version == version, PressFile.form == form
        )
    )


def forget_old_files(*, at: datetime) -> None:
    """Throw away files drawn from old reports; the figures stay, and files can be drawn again."""
    old = select(PressReport.id).where(PressReport.made_at < at - KEPT_FOR)
    db.session.execute(delete(PressFile).where(PressFile.report_id.in_(old)))


def _row(report_id: int) -> Row[str, datetime, str]:
    row = db.session.execute(
        select(PressReport.body, PressReport.made_at, PressReport.digest).where(
            PressReport.id == report_id
        )
    ).one()
    db.session.rollback()
    return row
