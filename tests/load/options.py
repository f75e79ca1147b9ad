"""What a load programme is told: the same options for every programme."""

from dataclasses import dataclass
from pathlib import Path

import click

KEPT = click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path)
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


def profile_options(command, defaults, more=()):
    """Give a command the options of every profile, with this profile's defaults, and its own."""

    defaults = {"runs": 1} | defaults

    def number(name, low, high, words):
        kind = click.IntRange(low, high)
        default = defaults.get(name)
        return click.option(f"--{name}", type=kind, default=default, show_default=True, help=words)

    asked = (
        click.option("--database", type=click.Choice(["sqlite", "postgresql"]), default="sqlite"),
        click.option("--on", type=KEPT, help="A kept installation instead of a scratch one."),
        click.option("--nginx", is_flag=True, help="Through nginx, as deploy/nginx has it."),
        number("rate", 1, 10_000, "Of what the profile counts, per second."),
        number("seconds", 1, LONGEST, "How long."),
        number("people", 1, 1_000_000, "Who has a paper before the run."),
        number("clients", 1, 10_000, "Connections at most."),
        number("saves", 0, 20, "Per whole attempt."),
        number("questions", 60, 10_000, "Bank."),
        number("workers", 1, 64, "Default: as gunicorn.conf.py."),
        number("threads", 1, 256, "Default: as gunicorn.conf.py."),
        number("runs", 1, 20, "Figures are the medians of so many runs, each on a new start."),
    )
    for choice in reversed((*asked, *more)):
        command = choice(command)
    return command
