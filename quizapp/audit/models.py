"""The log of what organisers, commands and the system did: append-only, hash-chained."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.db import Base


class AuditEntry(Base):
    """One deed: ids and digests only, no personal data. `id` counts 1, 2, 3 … without a gap."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        CheckConstraint("id > 0", name="counts_from_one"),
        CheckConstraint("length(hash) = 32 AND length(previous_hash) = 32", name="sha256"),
        Index("ix_audit_entry_object", "object", "id"),
        Index("ix_audit_entry_actor", "actor", "id"),
        Index("ix_audit_entry_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    object: Mapped[str]
    before_digest: Mapped[str | None]
    after_digest: Mapped[str | None]
    reason: Mapped[str | None]
    previous_hash: Mapped[bytes]
    hash: Mapped[bytes]
