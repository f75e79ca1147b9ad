"""Refusals: things a person may not do now, said in words that person can act on."""

from typing import ClassVar


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "to be translated later"
    """Mark `text` for the translation catalogue; the page translates it when it is shown."""
    return text


class Refusal(Exception):
    """A rule said no. Raise a subclass; the app turns it into a page with `status`.

    `text` is Vietnamese, the key of the translation catalogue, with `{fact}` places.
    """

    status: ClassVar[int] = 409
    text: ClassVar[str]
    is_recorded: ClassVar[bool] = False
    """Whether what was written before the refusal is kept (a counted wrong PIN, for example)."""

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.text.format(**facts))

    @property
    def headers(self) -> dict[str, str]:
        """Return what the answer says beside its words: when to try again, where that is known."""
        return {}


class NotFound(Refusal):
    """There is no such thing, or it is not this person's: the two look alike on purpose."""

    status = 404
    text = N_("Không tìm thấy trang này.")
