"""Parts of pages: what a page asks for while it is read, instead of itself anew.

A part is a template that its page includes, so that what is swapped in is what the whole page
would show. Only what is marked as a part ever lands inside a page: `lively.js` looks.
"""

from flask import Flask, Response, g, render_template, request
from markupsafe import Markup

ASKED = "HX-Request"
MARK = "X-Part"


def init_parts(app: Flask) -> None:
    """Let a page that asked for a part and is sent elsewhere go there as a whole."""

    @app.after_request
    def mark(response: Response) -> Response:
        if "is_part" in g:
            response.headers[MARK] = "1"
        elif asks_for_part() and response.location is not None:
            # A script would follow it unseen, and the other page would land inside this one.
            response.headers["HX-Redirect"] = response.headers.pop("Location")
            response.status_code = 204
        return response


def asks_for_part() -> bool:
    """Say whether a page asks for a part of itself; without script nobody does."""
    return request.headers.get(ASKED) == "true"


def page_or_part(page: str, part: str, /, **shown: object) -> str:
    """Render the page, or of it only the template `part` when that is all that is asked for."""
    return render_part(part, **shown) if asks_for_part() else render_template(page, **shown)


def render_part(*parts: str, **shown: object) -> Markup:
    """Render parts of one page for a request that asks for them, one after the other."""
    g.is_part = True
    return Markup("").join(Markup(render_template(one, **shown)) for one in parts)  # noqa: S704 - our own pages
