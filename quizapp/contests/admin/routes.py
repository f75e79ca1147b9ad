"""The one blueprint of all pages where organisers work on contests, and how they send a file."""

from flask import Blueprint, request

from quizapp.people.forms import ButtonForm

bp = Blueprint("contests_admin", __name__, template_folder="../templates")
ACTIONABLE = {404, 409, 422}  # refusals that the organiser can put right on the page itself
OF_FILES = ACTIONABLE | {413, 429}  # the same where a file is sent: it may be large, or one of many
AROUND_FILE = 64 * 1024  # bytes that a form needs beside its file


def sent_file(largest: int) -> tuple[str, bytes]:
    """Return (name, content) of the form's file, at most a byte more than `largest`.

    Both are empty without a file. Raises PageTooOld. To be called above `@writes`: nobody waits
    while it arrives.
    """
    request.max_content_length = largest + AROUND_FILE
    ButtonForm().check()
    file = request.files.get("file")
    if file is None:
        return "", b""
    content = file.read(largest + 1)
    file.close()  # a large one lies in a file of its own
    return file.filename or "", content
