"""Every table, named once, so that migrations see all of them."""

from quizapp.attempts.models import Attempt, LateSheet, TimeGrant
from quizapp.audit.models import AuditEntry
from quizapp.banks.models import Bank, BankVersion, Question
from quizapp.contests.models import Contest, Interruption, Round, RuleSet
from quizapp.people.models import (
    Consent,
    Grant,
    KeyCheck,
    OneTimeLink,
    Organiser,
    OrganiserSession,
    Person,
    Throttle,
)
from quizapp.standings.models import (
    ResultEvent,
    RollupMark,
    Snapshot,
    Standing,
    Tally,
    UnitCount,
)
from quizapp.units.models import Unit, UnitName, UnitTerm

__all__ = [
    "Attempt",
    "AuditEntry",
    "Bank",
    "BankVersion",
    "Consent",
    "Contest",
    "Grant",
    "Interruption",
    "KeyCheck",
    "LateSheet",
    "OneTimeLink",
    "Organiser",
    "OrganiserSession",
    "Person",
    "Question",
    "ResultEvent",
    "RollupMark",
    "Round",
    "RuleSet",
    "Snapshot",
    "Standing",
    "Tally",
    "Throttle",
    "TimeGrant",
    "Unit",
    "UnitCount",
    "UnitName",
    "UnitTerm",
]
