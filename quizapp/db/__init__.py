"""The database: one session per request, one transaction per writing view, one place to commit."""

from quizapp.db.away import cause_of, is_away
from quizapp.db.base import WRITE, Base, BigId, Instant, RequestSession, db, table_of
from quizapp.db.engines import init_db, prepare_connection
from quizapp.db.statements import (
    FEW,
    among_few,
    built_once,
    end_reads,
    few,
    is_writing,
    kept_for_good,
    read,
    run,
    run_many,
    upsert,
    write_alone,
    write_rows,
)
from quizapp.db.turns import Turn, one_moment, transaction, writes, writes_itself

__all__ = [
    "FEW",
    "WRITE",
    "Base",
    "BigId",
    "Instant",
    "RequestSession",
    "Turn",
    "among_few",
    "built_once",
    "cause_of",
    "db",
    "end_reads",
    "few",
    "init_db",
    "is_away",
    "is_writing",
    "kept_for_good",
    "one_moment",
    "prepare_connection",
    "read",
    "run",
    "run_many",
    "table_of",
    "transaction",
    "upsert",
    "write_alone",
    "write_rows",
    "writes",
    "writes_itself",
]
