"""A process killed in the middle of its work."""

from itertools import count

from sqlalchemy import event

from quizapp.db import db


class Stop(BaseException):
    """The process is killed."""


def stopped_at(nth, work):
    """Do the work until its nth commit, which does not come; return whether it was stopped."""
    commits = count(1)

    def commit(_session):
        if next(commits) == nth:
            raise Stop

    event.listen(db.session, "before_commit", commit)
    try:
        work()
    except Stop:
        return True
    finally:
        event.remove(db.session, "before_commit", commit)
        db.session.remove()
    return False
