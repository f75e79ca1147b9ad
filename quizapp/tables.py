"""Every table, named once, so that migrations see all of them."""

from quizapp.attempts.models import Attempt, AttemptVoid, LateSheet, TimeGrant
from quizapp.audit.models import AuditEntry
from quizapp.banks.models import (
    Bank,
    BankReview,
    BankVersion,
    Picture,
    Question,
    ReviewEdit,
    ReviewFile,
    ReviewQuestion,
    VersionPicture,
)
from quizapp.contests.models import Contest, Interruption, Round, RuleSet
from quizapp.jobs.models import Job, JobFile
from quizapp.people.models import (
    Consent,
    Grant,
    KeyCheck,
    OneTimeLink,
    Organiser,
    OrganiserSession,
    Person,
    Throttle,
    TypedUnit,
)
from quizapp.results.models import CloseRequest, PlaceByHand, RoundClose
from quizapp.standings.models import (
    RankCount,
    ResultEvent,
    RollupMark,
    Snapshot,
    Standing,
    Tally,
    UnitCount,
)
from quizapp.units.models import HeadCount, Unit, UnitName, UnitTerm

__all__ = [
    "Attempt",
    "AttemptVoid",
    "AuditEntry",
    "Bank",
    "BankReview",
    "BankVersion",
    "CloseRequest",
    "Consent",
    "Contest",
    "Grant",
    "HeadCount",
    "Interruption",
    "Job",
    "JobFile",
    "KeyCheck",
    "LateSheet",
    "OneTimeLink",
    "Organiser",
    "OrganiserSession",
    "Person",
    "Picture",
    "PlaceByHand",
    "Question",
    "RankCount",
    "ResultEvent",
    "ReviewEdit",
    "ReviewFile",
    "ReviewQuestion",
    "RollupMark",
    "Round",
    "RoundClose",
    "RuleSet",
    "Snapshot",
    "Standing",
    "Tally",
    "Throttle",
    "TimeGrant",
    "TypedUnit",
    "Unit",
    "UnitCount",
    "UnitName",
    "UnitTerm",
    "VersionPicture",
]
