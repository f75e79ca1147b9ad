"""A form that was refused is shown again, with what was typed: one way for every page."""

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any

from flask import make_response
from flask.typing import ResponseReturnValue

from quizapp.errors import Refusal

View = Callable[..., ResponseReturnValue]
MENDABLE = frozenset({409, 422})  # what whoever sends a form can put right on its page


def shown_again(
    show: Callable[..., ResponseReturnValue],
    *,
    statuses: Collection[int] = MENDABLE,
    but: type[Refusal] | tuple[type[Refusal], ...] = (),
) -> Callable[[View], View]:
    """Make a refusal of the view the page of its form; stands above `@writes`.

    `show` is called with the refusal and, by name, the parts of the address; it renders the page
    as it is now, with what was typed and why that was not taken. The answer has the refusal's
    status and headers. Any other status, and the kinds in `but`, are for the pages of errors.
    """

    def around(view: View) -> View:
        @wraps(view)
        def wrapper(**parts: Any) -> ResponseReturnValue:
            try:
                return view(**parts)
            except Refusal as refusal:
                if refusal.status not in statuses or isinstance(refusal, but):
                    raise
                page = make_response(show(refusal, **parts))
                page.headers.update(refusal.headers)
                return page, refusal.status

        return wrapper

    return around
