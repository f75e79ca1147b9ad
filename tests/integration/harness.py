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
        self.lost_writes = []
        self.deferred = []

    def check(self, status):
        assert not self.deferred, f"wrote in a transaction that began as a read: {self.deferred}"
        if status < 400:
            lost = self.lost_writes + self.open_writes
            assert not lost, f"the view wrote and nobody committed; add @writes: {lost}"


@contextmanager
def watch_writes(app):
    """Yield a Watch of everything that happens on the application's engine inside the block."""
    with app.app_context():
        engine = db.engine
    watch = Watch()

    def executed(connection, _cursor, statement, *_rest):
        watch.statements.append(statement)
        if WRITING.search(statement):
            watch.open_writes.append(statement)
            if not connection.get_execution_options().get(WRITE, False):
                watch.deferred.append(statement)

    def committed(_connection):
        watch.commits += 1
        watch.open_writes.clear()

    def rolled_back(_connection):
        watch.lost_writes += watch.open_writes
        watch.open_writes.clear()

    hooks = [
        ("before_cursor_execute", executed),
        ("commit", committed),
        ("rollback", rolled_back),
    ]
    for name, hook in hooks:
        event.listen(engine, name, hook)
    try:
        yield watch
    finally:
        for name, hook in hooks:
            event.remove(engine, name, hook)
