"""Watches the statements of a request, below the ORM, so that Core and raw SQL are seen too."""

import re
from contextlib import contextmanager

from sqlalchemy import event

from quizapp.db import WRITE, db

# `FOR UPDATE` in a WITH only locks; a table name and SET after the word make it a write.
WRITING = re.compile(
    r"""^ (?: \s | /\*.*?\*/ | --[^\n]*\n )*
    (?: (?: INSERT | UPDATE | DELETE | REPLACE | TRUNCATE | MERGE | COPY ) \b
      | WITH \b .* \b (?: INSERT \s+ INTO | DELETE \s+ FROM | UPDATE \s+ \S+ .*? \s SET ) \b )""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)


class Watch:
    """What one request did to the database: every statement, commits, writes left open."""

    def __init__(self):
        self.statements = []
        self.commits = 0
        self.open_writes = []
        self.kept_writes = []
        self.lost_writes = []
        self.deferred = []

    def check(self, status):
        assert not self.deferred, f"wrote in a transaction that began as a read: {self.deferred}"
        if status < 400:
            lost = self.lost_writes + self.open_writes
            assert not lost, f"the view wrote and nobody committed; add @writes: {lost}"

    def executed(self, connection, _cursor, statement, *_rest):
        if statement.startswith("BEGIN"):
            return  # SQLite's is ours to send and PostgreSQL's the driver's: counted on neither
        self.statements.append(statement)
        if WRITING.search(statement):
            self.open_writes.append(statement)
            if not connection.get_execution_options().get(WRITE, False):
                self.deferred.append(statement)

    def committed(self, _connection):
        self.commits += 1
        self.kept_writes += self.open_writes
        self.open_writes.clear()

    def rolled_back(self, _connection):
        self.lost_writes += self.open_writes
        self.open_writes.clear()


@contextmanager
def watch_writes(app):
    """Yield a Watch of everything that happens on the application's engine inside the block."""
    with app.app_context():
        engine = db.engine
    watch = Watch()
    hooks = [
        ("before_cursor_execute", watch.executed),
        ("commit", watch.committed),
        ("rollback", watch.rolled_back),
    ]
    for name, hook in hooks:
        event.listen(engine, name, hook)
    try:
        yield watch
    finally:
        for name, hook in hooks:
            event.remove(engine, name, hook)
