"""Files that somebody uploaded, given back so that they can do nothing in our name."""

from flask import Response

FILE_GUARDS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def as_pdf(content: bytes, *, name: str) -> Response:
    """Return a file to be kept, not opened in our name: whoever made it is not known."""
    return as_file(content, name=name, media_type="application/pdf")


def as_file(content: bytes, *, name: str, media_type: str) -> Response:
    """Return a file to be kept; `name` has ASCII letters only."""
    response = Response(content, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers.update(FILE_GUARDS)
    return response
