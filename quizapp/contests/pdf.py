"""Files that somebody uploaded, given back so that they can do nothing in our name."""

from flask import Response

PDF_GUARDS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def as_pdf(content: bytes, *, name: str) -> Response:
    """Return a file to be kept, not opened in our name: whoever made it is not known."""
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers.update(PDF_GUARDS)
    return response
