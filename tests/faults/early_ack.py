"""A wrong product, for a control: the answer leaves before the commit, and at a submit the process
dies in between. gunicorn serves `app` from here through `early_ack_conf.py`."""

import os
import signal
from functools import wraps

from flask import current_app, make_response, request

import quizapp.db as database


def early_writes(view):
    """Do what `quizapp.db.writes` does, but commit when the answer is already on its way."""

    @wraps(view)
    def wrapper(*args, **kwargs):
        running = database.transaction()
        turn = running.__enter__()
        try:
            response = make_response(view(*args, **kwargs))
        except BaseException as error:
            running.__exit__(type(error), error, error.__traceback__)
            raise
        if response.status_code >= 400:
            turn.undo()
            running.__exit__(None, None, None)
            return response
        session, application = database.db.session(), current_app._get_current_object()
        database.db.session.registry.clear()  # the end of the request would undo it
        dies = request.endpoint == "attempts.submit"
        response.call_on_close(die if dies else lambda: finish(application, running, session))
        return response

    wrapper.is_writing = True
    return wrapper


def die():
    """End as `kill -9` ends a process."""
    os.kill(os.getpid(), signal.SIGKILL)


def finish(application, running, session):
    """Commit at last."""
    with application.app_context():
        database.db.session.registry.set(session)
        running.__exit__(None, None, None)


database.writes = early_writes

from wsgi import app  # noqa: E402, F401 - the views take `writes` when they are imported
