"""Documents to study: kept as they came, given back, never opened by us."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from quizapp.audit import service as audit
from quizapp.contests.errors import BadFile, FileTooLarge, TooManyDocuments
from quizapp.contests.models import Contest, StudyDocument
from quizapp.contests.rules.studying import (
    LARGEST,
    LONGEST_TITLE,
    MOST,
    FileKind,
    When,
    is_shown,
    kind_of,
    link_problem,
)
from quizapp.contests.service.cards import ContestCard, DocumentCard
from quizapp.db import db
from quizapp.errors import N_, NotFound
from quizapp.people.errors import BadEntry
from quizapp.people.service import OrganiserCard
from quizapp.vietnamese import fold, one_line, words_of

LONGEST_NAME = 60
NO_TITLE = N_("Ghi tên tài liệu, nhiều nhất 120 chữ.")
NOT_SAID_WHEN = N_("Chọn khi nào hiện tài liệu.")
NO_FILE = N_("Chọn một tệp, hoặc ghi đường dẫn.")


@dataclass(frozen=True, kw_only=True, slots=True)
class NewDocument:
    """What an organiser gives: a link, or the bytes of a file where there is none."""

    title: str
    shown: str
    url: str = ""
    content: bytes = b""


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentFile:
    """A file to be given out; `name` is made of its title, with the ending of what it is."""

    name: str
    kind: FileKind
    content: bytes
    digest: str


def add_document(
    organiser: OrganiserCard, contest: ContestCard, new: NewDocument, *, at: datetime
) -> None:
    """Put a document on a contest's page. Raises BadEntry, BadFile, FileTooLarge, TooManyDocuments.

    Who may is decided where the contest is looked up.
    """
    title, shown = _checked(new)
    revise(contest.id)  # first: whoever adds at the same moment waits here
    mine = StudyDocument.contest_id == contest.id
    last = db.session.scalar(select(func.max(StudyDocument.number)).where(mine))
    present = select(func.count()).where(mine, StudyDocument.removed_at.is_(None))
    if (db.session.scalar(present) or 0) >= MOST:
        raise TooManyDocuments(most=MOST)
    document = StudyDocument(
        contest_id=contest.id,
        number=(last or 0) + 1,
        title=title,
        shown=shown,
        added_at=at,
        added_by=organiser.id,
        **(_link(new) if new.url else _file(new)),
    )
    db.session.add(document)
    _note("contest.add_document", organiser, contest, at=at, after=_told(document))


def show_document(
    organiser: OrganiserCard, contest: ContestCard, number: int, shown: str, *, at: datetime
) -> None:
    """Change when a document is shown. Raises NotFound, BadEntry."""
    document = _get(contest, number)
    before = _told(document)
    document.shown = _when(shown)
    revise(contest.id)
    after = _told(document)
    _note("contest.show_document", organiser, contest, at=at, before=before, after=after)


def remove_document(
    organiser: OrganiserCard, contest: ContestCard, number: int, *, at: datetime
) -> None:
    """Take a document off the contest's page; it stays stored. Raises NotFound."""
    document = _get(contest, number)
    document.removed_at = at
    revise(contest.id)
    before = _told(document)
    _note("contest.remove_document", organiser, contest, at=at, before=before)


def get_documents_shown(contest: ContestCard, *, at: datetime) -> list[DocumentCard]:
    """Return the documents that people see at this moment, in order of number."""
    opens_at = min(one.window.opens_at for one in contest.rounds)
    return [one for one in contest.documents if is_shown(one.shown, opens_at=opens_at, now=at)]


def get_document(contest: ContestCard, number: int, *, at: datetime) -> DocumentFile:
    """Return a file that is shown at this moment. Raises NotFound."""
    shown = {one.number for one in get_documents_shown(contest, at=at) if one.kind}
    if number not in shown:
        raise NotFound
    document = _get(contest, number)
    name = "-".join(words_of(fold(document.title)))[:LONGEST_NAME].strip("-") or "tai-lieu"
    return DocumentFile(
        name=f"{name}.{document.kind}",
        kind=FileKind(document.kind or ""),
        content=document.content or b"",
        digest=document.digest or "",
    )


def revise(contest_id: int) -> None:
    """Tell every process that keeps the contest's card that it is another now."""
    mine = update(Contest).where(Contest.id == contest_id)
    db.session.execute(mine.values(revision=Contest.revision + 1))


def _checked(new: NewDocument) -> tuple[str, When]:
    title = one_line(new.title)
    if not title or len(title) > LONGEST_TITLE:
        raise BadEntry([("title", NO_TITLE)])
    return title, _when(new.shown)


def _when(text: str) -> When:
    try:
        return When(text)
    except ValueError:
        raise BadEntry([("shown", NOT_SAID_WHEN)]) from None


def _link(new: NewDocument) -> dict[str, object]:
    url = new.url.strip()
    problem = link_problem(url)
    if problem is not None:
        raise BadEntry([("url", problem)])
    return {"url": url}


def _file(new: NewDocument) -> dict[str, object]:
    if not new.content:
        raise BadEntry([("file", NO_FILE)])
    if len(new.content) > LARGEST:
        raise FileTooLarge(megabytes=LARGEST // 2**20)
    kind = kind_of(new.content)
    if kind is None:
        raise BadFile
    digest = hashlib.sha256(new.content).hexdigest()
    return {"kind": kind, "content": new.content, "digest": digest, "size": len(new.content)}


def _get(contest: ContestCard, number: int) -> StudyDocument:
    mine = select(StudyDocument).where(
        StudyDocument.contest_id == contest.id,
        StudyDocument.number == number,
        StudyDocument.removed_at.is_(None),
    )
    document = db.session.scalar(mine)
    if document is None:
        raise NotFound
    return document


def _told(document: StudyDocument) -> dict[str, object]:
    names = ("number", "title", "shown", "url", "digest")
    return {name: getattr(document, name) for name in names}


def _note(
    action: str,
    organiser: OrganiserCard,
    contest: ContestCard,
    *,
    at: datetime,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    audit.record(
        action,
        actor=f"organiser:{organiser.id}",
        object=f"contest:{contest.id}",
        before=before,
        after=after,
        at=at,
    )
