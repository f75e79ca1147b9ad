"""Headers of every response, and how long what may be kept."""

from flask import Flask, Response, request

from quizapp.web.assets import content_security_policy
from quizapp.web.lean import with_headers

FIXED = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
)
# For an address that is the digest of its bytes, which nobody guesses and nothing changes.
FOR_GOOD = "public, max-age=31536000, immutable"
ENCRYPTED = (("Strict-Transport-Security", "max-age=31536000"),)
PUBLIC = "public, max-age=1, s-maxage=2, stale-while-revalidate=10"


def init_headers(app: Flask) -> None:
    """Give each response its security headers; what does not say otherwise is kept by nobody."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        if response.mimetype == "text/html":  # no view sets a page's: nothing is to be replaced
            headers.add("Content-Security-Policy", content_security_policy())
        if headers.get("Cache-Control") is None:
            headers.add("Cache-Control", "no-store")
        return response

    app.wsgi_app = with_headers(app.wsgi_app, FIXED, ENCRYPTED)  # type: ignore[method-assign] # Flask's documented way


def keep_publicly(response: Response, *, seconds: int = 0) -> Response:
    """Let proxies keep a page that is the same for everybody; answer 304 when it is known.

    `seconds` is for what may be old: browsers and proxies keep it so long.
    """
    response.headers["Cache-Control"] = f"public, max-age={seconds}" if seconds else PUBLIC
    response.add_etag()
    response.make_conditional(request)
    return response
