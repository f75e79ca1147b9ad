"""Somebody who guesses PINs from the address that everybody else has too."""

from collections import Counter

from tests.load.people import SLUG, expected, token_in

PHONES = 10  # whose PINs are guessed in turn
HEARD, REFUSED = 403, 429


def tries_pins(load, *, number):
    """Try one PIN of somebody's phone; note whether the try was heard."""
    [guesser] = load.people(1)
    page = yield guesser.ask("guess_page", "GET", f"/return?contest={SLUG}")
    guesser.keep_cookies(expected(page, 200))
    fields = {"phone": f"098{number % PHONES:07d}", "pin": f"{100_000 + 7 * number:06d}"}
    fields |= {"contest": SLUG} | token_in(page)
    load.seen["guesses"].append((yield guesser.form("guess", "/return", fields)).status)


def figures_of_tries(load):
    """Return how many guesses were heard (and wrong), and how many were refused unheard."""
    told = Counter(load.seen["guesses"])
    others = {str(status): count for status, count in told.items() if status not in {403, 429}}
    return {"guesses": told.total(), "heard": told[HEARD], "refused": told[REFUSED]} | others
