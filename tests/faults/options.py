"""What the programme is told: which database, which faults, how long."""

from dataclasses import dataclass

import click

LONGEST = 3600  # seconds of storm, whatever was asked
DISK_FAULTS = ("power-cut", "disk-full")
PROCESS_FAULTS = ("kill-web", "kill-worker", "kill-backend", "kill-postmaster", *DISK_FAULTS)
WEB_FAULTS = ("lost-reply", "half-request", "duplicate")
FAULTS_OF = {
    "sqlite": ("kill-web", "kill-worker", *WEB_FAULTS, *DISK_FAULTS),
    "postgresql": (
        "kill-web",
        "kill-worker",
        "kill-backend",
        "kill-postmaster",
        *WEB_FAULTS,
        "cut-commit",
    ),
}
# Each wrong setting, and the databases where a fault can show it.
CONTROLS = {
    "early-ack": ("sqlite", "postgresql"),
    "async-commit": ("postgresql",),
    "no-sync": ("sqlite",),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """One run. `every` is the pause between kills in seconds, `share` the part of requests (and
    of commits) that the proxies spoil, `minutes` how long a paper may take. The storm lasts
    `seconds`, and longer until so many `writes` were acknowledged: on a busy machine few are."""

    database: str
    seconds: int
    faults: tuple[str, ...]
    control: str | None
    clients: int
    every: float
    share: float
    minutes: int
    writes: int

    @property
    def most_seconds(self):
        """The longest that the storm may last."""
        return LONGEST if self.writes else self.seconds


class FaultList(click.ParamType):
    """`kill-web,lost-reply`: names with commas between them."""

    name = "faults"

    def convert(self, value, param, ctx):
        names = tuple(name.strip() for name in value.split(",") if name.strip())
        known = {name for names in FAULTS_OF.values() for name in names}
        unknown = [name for name in names if name not in known]
        if unknown or not names:
            self.fail(
                f"unknown: {', '.join(unknown) or value!r}; known: {', '.join(sorted(known))}"
            )
        return names


CHOICES = (
    click.option("--database", type=click.Choice(sorted(FAULTS_OF)), default="sqlite"),
    click.option("--seconds", type=click.IntRange(1, LONGEST), default=60, show_default=True),
    click.option("--faults", type=FaultList(), help="Default: all that this database can have."),
    click.option("--control", type=click.Choice(sorted(CONTROLS)), help="Plant a wrong setting."),
    click.option("--clients", type=click.IntRange(1, 64), default=6, show_default=True),
    click.option("--every", type=click.FloatRange(0.1, 600), default=1.5, show_default=True),
    click.option("--share", type=click.FloatRange(0, 0.5), default=0.02, show_default=True),
    click.option("--minutes", type=click.IntRange(1, 60), default=20, show_default=True),
    click.option("--writes", type=click.IntRange(0), default=0, help="At least so many."),
)


def fault_options(command):
    """Give a command the options of the programme."""
    for choice in reversed(CHOICES):
        command = choice(command)
    return command


def checked(**given):
    """Return the Options. Raises click.UsageError for what this database cannot have."""
    engine, control = given["database"], given["control"]
    faults = given.pop("faults") or FAULTS_OF[engine]
    impossible = [name for name in faults if name not in FAULTS_OF[engine]]
    if impossible:
        raise click.UsageError(f"{engine} has no {', '.join(impossible)}")
    if control and engine not in CONTROLS[control]:
        raise click.UsageError(f"nothing on {engine} can show {control}")
    return Options(**given, faults=faults)
