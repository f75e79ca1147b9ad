"""Headers of every response, and how long what may be kept."""

from flask import Flask, Response, request

from quizapp.web.assets import content_security_policy

FIXED = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
)
PUBLIC = "public, max-age=1, s-maxage=2, stale-while-revalidate=10"


def init_headers(app: Flask) -> None:
    """Give each response its security headers; what does not say otherwise is kept by nobody."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.extend(FIXED)  # no view sets these: nothing is to be replaced
        if response.mimetype == "text/html":
            response.headers["Content-Security-Policy"] = content_security_policy()
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        if request.is_secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        return response


def keep_publicly(response: Response) -> Response:
    """Let proxies keep a page that is the same for everybody; answer 304 when it is known."""
    response.headers["Cache-Control"] = PUBLIC
    response.add_etag()
    response.make_conditional(request)
    return response
