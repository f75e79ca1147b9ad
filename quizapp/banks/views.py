"""Pictures of questions, as papers and previews show them."""

from flask import Blueprint, Response, make_response, request
from flask.typing import ResponseReturnValue

from quizapp.banks import service
from quizapp.web.headers import FOR_GOOD

bp = Blueprint("banks", __name__)


@bp.get("/pictures/<digest>")
def picture(digest: str) -> ResponseReturnValue:
    """Answer the bytes of a picture; the same for everybody who knows its digest."""
    found = service.get_picture(digest)
    response: Response = make_response(found.body)
    response.mimetype = found.media_type
    response.headers["Cache-Control"] = FOR_GOOD
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.set_etag(found.digest)
    return response.make_conditional(request)
