"""Signed regulations as they were scanned: kept as they came, given back, never opened by us."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from quizapp.audit import service as audit
from quizapp.contests.errors import NoPdf, PdfTooLarge
from quizapp.contests.models import ContestDraft, SignedRegulation
from quizapp.contests.service.drafts import DraftCard, get_draft, lock_draft
from quizapp.db import db
from quizapp.errors import NotFound
from quizapp.people.service import OrganiserCard
from quizapp.vietnamese import one_line

LARGEST = 10 * 1024 * 1024
LONGEST_NAME = 100
HEAD, TAIL = b"%PDF-", b"%%EOF"
NEAR_END = 2048  # bytes in which a whole PDF says that it ends


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedCard:
    """A signed regulation without its bytes; `size` in bytes, `digest` SHA-256 in hex."""

    id: int
    file_name: str
    size: int
    digest: str
    uploaded_at: datetime


def store_signed(
    organiser: OrganiserCard, public_id: str, *, file_name: str, content: bytes, at: datetime
) -> None:
    """Keep a scanned regulation of a draft; a later one takes its place, both stay stored.

    Raises NotFound, DraftIsApproved, NoPdf, PdfTooLarge.
    """
    draft = lock_draft(organiser, public_id)
    name = one_line(file_name)[:LONGEST_NAME] or "the-le.pdf"
    if len(content) > LARGEST:
        raise PdfTooLarge(megabytes=LARGEST // 2**20)
    if not (content.startswith(HEAD) and TAIL in content[-NEAR_END:]):
        raise NoPdf(name=name)
    digest = hashlib.sha256(content).hexdigest()
    db.session.add(
        SignedRegulation(
            draft_id=draft.id,
            file_name=name,
            content=content,
            digest=digest,
            uploaded_at=at,
            uploaded_by=organiser.id,
        )
    )
    audit.record(
        "draft.sign",
        actor=f"organiser:{organiser.id}",
        object=f"draft:{draft.id}",
        after=digest,
        at=at,
    )


def expect_upload(organiser: OrganiserCard, public_id: str) -> None:
    """Raise NotFound unless the organiser may upload to this draft; before any transaction."""
    get_draft(organiser, public_id)
    db.session.rollback()


def find_signed(draft: DraftCard) -> SignedCard | None:
    """Return the newest signed regulation of a draft, or None."""
    table = SignedRegulation
    row = db.session.execute(
        select(
            table.id,
            table.file_name,
            func.length(table.content).label("size"),
            table.digest,
            table.uploaded_at,
        )
        .where(SignedRegulation.draft_id == draft.id)
        .order_by(SignedRegulation.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else SignedCard(**row._asdict())


def get_content(draft: DraftCard) -> bytes:
    """Return the bytes of a draft's newest signed regulation. Raises NotFound."""
    return _newest(SignedRegulation.draft_id == draft.id)


def get_content_of(contest_id: int) -> bytes:
    """Return the bytes of a contest's signed regulation. Raises NotFound."""
    drafts = select(ContestDraft.id).where(ContestDraft.contest_id == contest_id)
    return _newest(SignedRegulation.draft_id.in_(drafts))


def _newest(where: ColumnElement[bool]) -> bytes:
    content = db.session.scalar(
        select(SignedRegulation.content).where(where).order_by(SignedRegulation.id.desc()).limit(1)
    )
    if content is None:
        raise NotFound
    return content
