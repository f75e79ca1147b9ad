"""Thousands of screens and phones ask for the boards again and again; a few results arrive."""

import click

from tests.load.profile import Profile
from tests.load.profiles import boards

OPTIONS = (
    click.option("--pollers", type=click.IntRange(1, 100_000), default=10_000, show_default=True),
    click.option(
        "--every",
        type=click.IntRange(1, 600),
        default=5,
        show_default=True,
        help="Seconds between two reads of one poller.",
    ),
    click.option(
        "--submits", type=click.IntRange(1, 1000), default=5, show_default=True, help="Per second."
    ),
)


def timeline(load):
    """Return what all of them read, at the rate that follows from their number."""
    load.options.rate = max(load.options.pollers // load.options.every, 1)
    return boards.timeline(load)


PROFILE = Profile(
    name="pollers",
    of="read or submit",
    promise="Boards are polled by many; with --nginx mostly from its micro-cache.",
    timeline=timeline,
    defaults={"seconds": 30, "people": 1, "clients": 1000, "saves": 0, "questions": 500},
    options=OPTIONS,
    more=boards.PROFILE.more,
)
