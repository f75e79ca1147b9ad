"""`/metrics`, for this machine only: who may see it, and what features have to tell there.

Nothing is told per contest: what is open to be predicted cannot be read off here for one (invariant
4), and ids and names never. Why it is kept to the machine as it is: docs/decisions/0038-watching.md
"""

import ipaddress
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, request
from flask.typing import ResponseReturnValue

from quizapp.config import Settings

GAUGES = "quizapp gauges"
AT_PORT = "quizapp.at metrics port"  # in the environment of a request that came in there
OPEN = {"/metrics", "/healthz", "/readyz"}
PASSED_ON = ("HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP")
LOOPBACK_NAMES = {"localhost", "127.0.0.1", "[::1]"}

Values = Mapping[str, float | None]
Serve = Callable[..., Iterable[bytes]]

metrics = Blueprint("metrics", __name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gauge:
    """A number that is read from the database when asked.

    `read` returns value of the label → number (None: there is none now); without a label, of "".
    """

    name: str
    words: str
    read: Callable[[datetime], Values]
    label: str | None = None


def gauge(app: Flask, *gauges: Gauge) -> None:
    """Show these beside the counts; a feature above adds what only it knows."""
    app.extensions.setdefault(GAUGES, []).extend(gauges)


def gauges_of(extensions: Mapping[str, Any]) -> Sequence[Gauge]:
    """Return what was registered."""
    found: Sequence[Gauge] = extensions.get(GAUGES, ())
    return found


@metrics.get("/metrics")
def show() -> ResponseReturnValue:
    """Show all figures to this machine; to anybody else there is no such page."""
    if not _is_for_here():
        abort(404)
    from quizapp.web import exposition  # noqa: PLC0415 - loaded only where somebody watches

    body, content_type = exposition.written(gauges_of(current_app.extensions))
    return Response(body, content_type=content_type)


def at_own_port(serve: Serve, settings: Settings) -> Serve:
    """Return a WSGI callable that at the port of the metrics serves what is OPEN, and no more.

    Whoever asks there knows the machine by a number: the product is asked under its own name.
    """
    host = next(iter(settings.trusted_hosts), "localhost")
    port = str(settings.metrics_port)

    def served(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["SERVER_PORT"] == port and _came_in_at(environ, settings.metrics_port):
            if environ["PATH_INFO"] not in OPEN or _is_passed_on(environ):
                start_response("404 Not Found", [("Content-Length", "0")])
                return []
            environ["HTTP_HOST"], environ[AT_PORT] = host, True
        return serve(environ, start_response)

    return served


def _came_in_at(environ: Mapping[str, Any], port: int) -> bool:
    """Ask the socket itself: on a UNIX socket the server takes the port from the Host header."""
    socket = environ.get("gunicorn.socket")
    address = socket.getsockname() if socket is not None else None
    return isinstance(address, tuple) and address[1] == port and _is_loopback(address[0])


def _is_for_here() -> bool:
    """Tell whether who asks is this machine itself.

    Behind a proxy every request comes from this machine: then only the port of the metrics will do.
    """
    if AT_PORT in request.environ:
        return True
    host = request.host.rpartition(":")[0] or request.host
    return (
        not current_app.config["SETTINGS"].proxy_hops
        and _is_loopback(request.remote_addr or "")
        and host in LOOPBACK_NAMES
        and not _is_passed_on(request.environ)
    )


def _is_passed_on(environ: Mapping[str, Any]) -> bool:
    return any(name in environ for name in PASSED_ON) or any(
        name.startswith("HTTP_X_FORWARDED") for name in environ
    )


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
