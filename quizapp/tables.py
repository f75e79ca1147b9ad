"""Every table, named once, so that migrations see all of them."""

from quizapp.audit.models import AuditEntry
from quizapp.banks.models import Bank, BankVersion, Question
from quizapp.units.models import Unit, UnitName, UnitTerm

__all__ = [
    "AuditEntry",
    "Bank",
    "BankVersion",
    "Question",
    "Unit",
    "UnitName",
    "UnitTerm",
]
