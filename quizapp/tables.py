"""Every table, named once, so that migrations see all of them."""

from quizapp.audit.models import AuditEntry

__all__ = [
    "AuditEntry",
]
