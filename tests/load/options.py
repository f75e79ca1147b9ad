"""What a load programme is told: the same options for every programme."""

from dataclasses import dataclass

import click

LONGEST = 1800  # seconds that one run may last, whatever was asked


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """How much load, on what. `workers` and `threads` None: as the product's own configuration."""

    database: str
    people: int
    warm: int
    clients: int
    saves: int
    seconds: int
    workers: int | None
    threads: int | None
    questions: int
    runs: int


CHOICES = (
    click.option("--database", type=click.Choice(["sqlite", "postgresql"]), default="sqlite"),
    click.option(
        "--people",
        "--attempts",
        "people",
        type=click.IntRange(1, 1_000_000),
        default=1000,
        show_default=True,
        help="New people per run; each takes one attempt.",
    ),
    click.option(
        "--warm",
        type=click.IntRange(0, 100_000),
        default=100,
        show_default=True,
        help="People before them, checked but not measured.",
    ),
    click.option(
        "--clients",
        type=click.IntRange(1, 500),
        default=8,
        show_default=True,
        help="Keep-alive connections, each with one person at a time.",
    ),
    click.option(
        "--saves", type=click.IntRange(0, 20), default=4, show_default=True, help="Per attempt."
    ),
    click.option(
        "--seconds",
        type=click.IntRange(1, LONGEST),
        default=120,
        show_default=True,
        help="No new person begins after so many seconds of a part of a run.",
    ),
    click.option("--workers", type=click.IntRange(1, 64), help="Default: as gunicorn.conf.py."),
    click.option("--threads", type=click.IntRange(1, 256), help="Default: as gunicorn.conf.py."),
    click.option(
        "--questions", type=click.IntRange(60, 10_000), default=500, show_default=True, help="Bank."
    ),
    click.option("--runs", type=click.IntRange(1, 20), default=3, show_default=True),
)


def load_options(command):
    """Give a command the options of every load programme."""
    for choice in reversed(CHOICES):
        command = choice(command)
    return command
