"""The framework without what this product never uses of it, on the way of every request.

Each of these costs little once and a third of the framework's share together; `test_costs.py`
counts them.
"""

from collections.abc import Callable, Iterable
from time import monotonic
from typing import Any

from flask import Flask, Request, Response, request
from flask_compress import Compress
from werkzeug.datastructures import Headers, ImmutableMultiDict
from werkzeug.sansio.http import parse_cookie
from werkzeug.utils import cached_property

from quizapp.web.guards import SAFE

BEGAN = "quizapp.began"  # in the environment of a request: a clock's seconds that never go back


class LeanRequest(Request):
    """A request that finds its cookies where the server put them."""

    @cached_property
    def cookies(self) -> ImmutableMultiDict[str, str]:
        """Return the cookies; the framework's own looks through all headers first."""
        sent = self.environ.get("HTTP_COOKIE", "")
        return parse_cookie(sent, cls=ImmutableMultiDict)  # type: ignore[return-value] # typed wider


class LeanResponse(Response):
    """A response whose headers are not copied where nothing is to be changed in them."""

    def get_wsgi_headers(self, environ: dict[str, Any]) -> Headers:
        if self.status_code == 200 and self.headers.get("Content-Length") is not None:
            return self.headers  # of a page that leads nowhere and says how long it is
        return super().get_wsgi_headers(environ)


class LeanFlask(Flask):
    """An application whose functions all are plain ones."""

    request_class = LeanRequest
    response_class = LeanResponse

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function: the framework's looks at each, each time, for an `async` one."""
        return func


class Packing(Compress):
    """Packs what is read; the few bytes that answer what a phone writes go as they are."""

    def after_request(self, response: Response | None) -> Response:
        if response is None or request.method in SAFE:
            return super().after_request(response)
        is_short = response.mimetype == "application/json" or 300 <= response.status_code < 400
        return response if is_short else super().after_request(response)


def with_headers(
    serve: Callable[..., Iterable[bytes]],
    fixed: tuple[tuple[str, str], ...],
    encrypted: tuple[tuple[str, str], ...],
) -> Callable[..., Iterable[bytes]]:
    """Return a WSGI callable that adds headers to every response, `encrypted` to those by TLS.

    It also notes when the request began.
    """

    def served(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ[BEGAN] = monotonic()
        added = fixed + encrypted if environ["wsgi.url_scheme"] == "https" else fixed

        def start(status: str, headers: list[tuple[str, str]], *error: object) -> Any:
            return start_response(status, [*headers, *added], *error)

        return serve(environ, start)

    return served
