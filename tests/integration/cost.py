"""What a piece of work costs the database: counted where it repeats exactly, never timed."""

from contextlib import contextmanager

from sqlalchemy import text

from quizapp.db import db
from tests.integration.harness import watch_writes

TUPLES = text(
    "SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)"
    " + n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_xact_user_tables"
)


class Cost:
    """How many statements, and how much they went through.

    `steps` are rows read and written on PostgreSQL, instructions of SQLite's virtual machine there
    (each row that is looked at takes some; the depth of an index takes none).
    """

    def __init__(self):
        self.statements = self.steps = 0

    def __repr__(self):
        return f"{self.statements} statements, {self.steps} steps"

    def is_no_more_than(self, other, *, above=0.1):
        """Tell whether this cost is not above another, but for a page of an index more."""
        return self.statements <= other.statements and self.steps <= (1 + above) * other.steps


@contextmanager
def counted(app):
    """Yield the Cost of what the block does in the transaction that is open at its end."""
    cost = Cost()
    if db.engine.dialect.name == "postgresql":
        # What is small is read whole, since that is cheaper: it should say nothing of what is not.
        db.session.execute(text("SET LOCAL enable_seqscan = off"))
        before = int(db.session.execute(TUPLES).scalar_one())  # of transactions not reported yet
        with watch_writes(app) as watch:
            yield cost
        cost.statements = len(watch.statements)
        cost.steps = int(db.session.execute(TUPLES).scalar_one()) - before
        return
    driver = db.session.connection().connection.driver_connection

    def step():
        cost.steps += 1

    driver.set_progress_handler(step, 1)
    try:
        with watch_writes(app) as watch:
            yield cost
    finally:
        driver.set_progress_handler(None, 1)
    cost.statements = len(watch.statements)
