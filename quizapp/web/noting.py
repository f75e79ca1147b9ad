"""What each request leaves behind: a count, how long it took, one line in the log.

On the way of every answer, so it is written for few calls (`test_costs.py`). Neither holds an
address: those carry tokens, and what people search for.
"""

import itertools
import re
import secrets
from collections.abc import Callable
from json.encoder import encode_basestring as quoted
from time import monotonic

from flask import Flask, Request, Response, current_app, has_request_context, request

from quizapp import clock
from quizapp.web.figures import METHODS, figures_of
from quizapp.web.flushing import flusher_of
from quizapp.web.lean import BEGAN

REQUEST_ID, SUPPORT = "quizapp.request_id", "quizapp.support"  # in the request's environment
WRITER, COUNTER = "quizapp line writer", "quizapp request ids"
WELL_FORMED = re.compile(r"[0-9A-Za-z-]{8,64}")
SLOW_SECONDS = 1.0
NAMED = ("slug", "public_id", "number", "board")  # parts of addresses that are ids, not secrets
NONE = "none"  # the endpoint of an address that there is not

Write = Callable[[str], object]


def init_noting(app: Flask) -> None:
    """Count every request. Registered before other hooks, it runs after them."""
    # Unlike all other processes' without asking for chance each time.
    start = secrets.token_hex(6)
    app.extensions[COUNTER] = (f"{start}-{number:x}" for number in itertools.count(1))
    app.extensions[WRITER] = None
    app.after_request(_noted_by(app))


def write_requests(app: Flask, write: Write) -> None:
    """Also write a line for each; `write` is given it with its end."""
    app.extensions[WRITER] = write


def request_id() -> str | None:
    """Return the id of the running request, None outside of any."""
    return _id_of(request) if has_request_context() else None


def note_support_code(code: str) -> None:
    """Let the request's line carry the code that its page shows."""
    request.environ[SUPPORT] = code


def _noted_by(app: Flask) -> Callable[[Response], Response]:
    """Return the hook of an application; what it needs each time is looked up once."""
    extensions, counted, awake = app.extensions, figures_of(app), flusher_of(app)
    logs_all = app.config["SETTINGS"].logs_every_request

    def note(response: Response) -> Response:
        asked: Request = request._get_current_object()  # type: ignore[attr-defined] # noqa: SLF001 - of the proxy; once, not at each look
        seconds = monotonic() - asked.environ[BEGAN]
        endpoint = asked.endpoint or NONE
        method = asked.method if asked.method in METHODS else "other"
        status = response.status_code
        if counted.request((endpoint, method, status // 100), seconds):
            awake.wake()
        write: Write | None = extensions[WRITER]
        if write is not None and (logs_all or status >= 400 or seconds >= SLOW_SECONDS):
            write(_line(asked, endpoint, method, status, seconds))
        return response

    return note


def _line(asked: Request, endpoint: str, method: str, status: int, seconds: float) -> str:
    # By hand: JSON's encoder is made anew at each call. Only what comes with the address is quoted.
    line = (
        f'{{"at":"{clock.now().isoformat(timespec="milliseconds")}"'
        f',"level":"{"info" if status < 500 else "error"}","part":"request","event":"{endpoint}"'
        f',"method":"{method}","status":{status},"ms":{seconds * 1000:.1f}'
        f',"request_id":"{_id_of(asked)}"'
    )
    parts = asked.view_args
    if parts:
        for name in NAMED:
            if name in parts:
                line += f',"{name}":{quoted(str(parts[name]))}'
    if SUPPORT in asked.environ:
        line += f',"support":"{asked.environ[SUPPORT]}"'
    return line + "}\n"


def _id_of(asked: Request) -> str:
    """Return the request's id: the proxy's where there is one that we count, else our own."""
    environ = asked.environ
    known: str | None = environ.get(REQUEST_ID)
    if known is None:
        known = _given(environ) or next(current_app.extensions[COUNTER])
        environ[REQUEST_ID] = known
    return known


def _given(environ: dict[str, str]) -> str | None:
    given = environ.get("HTTP_X_REQUEST_ID", "")
    is_believed = current_app.config["SETTINGS"].proxy_hops and WELL_FORMED.fullmatch(given)
    return given if is_believed else None
