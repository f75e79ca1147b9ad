"""`python -m tests.faults`: people take part while the server is hit; nothing they were told may
turn out untrue. Prints one JSON object; exit 1 when anything is lost, wrong, twice, or phantom."""

import json
import random
import signal
import sys
import threading
import time

import click

from tests import hearing
from tests.faults import check
from tests.faults.contestants import Contestant
from tests.faults.ledger import Ledger, summary
from tests.faults.options import checked, fault_options
from tests.faults.stage import stage
from tests.faults.storm import Storm
from tests.load.figures import quantile, versions

DRAIN_SECONDS = 60  # for everybody to get the last answer when the storm is over


@click.command()
@fault_options
@click.option("--seed", type=int, default=1, show_default=True)
def main(seed, **given):
    """Hit a scratch installation of this machine and check every acknowledged write."""
    options = checked(**given)
    # What was started and made goes away however this ends.
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.default_int_handler)
    chance = random.Random(seed)
    with stage(options, chance) as place:
        found = run(place, options, chance)
    click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    sys.exit(0 if found["is_clean"] else 1)


def run(place, options, chance):
    """Let people play through the storm; return the figures."""
    ledger, stop, storm = Ledger(), threading.Event(), Storm(place, options, chance)
    began = time.monotonic()
    crowd = [
        Contestant(
            number,
            ledger,
            stop=stop,
            address=place.address,
            give_up_at=began + options.most_seconds + DRAIN_SECONDS,
        )
        for number in range(1, options.clients + 1)
    ]
    for one in crowd:
        one.start()
    try:
        storm.blow(
            goes_on=lambda: all(one.error is None for one in crowd),
            written=lambda: sum(ledger.acknowledged().values()),
        )
    finally:
        stop.set()
    for one in crowd:
        one.join(DRAIN_SECONDS * 2)
    stormed = time.monotonic() - began
    failed = [one.error for one in crowd if one.error or one.is_alive()]
    if failed:
        raise RuntimeError(f"a client of the programme itself failed: {failed[0]!r}")
    findings = ledger.balance(*check.stored(place.app))
    said, is_verified = (None, False) if findings else check.verify(place)
    named = hearing.named(hearing.people_of(place.app), place.served.said())
    return figures(options, storm, ledger, crowd) | {
        "seconds": round(stormed, 1),
        "verify": said,
        **summary(findings),
        "is_clean": is_verified and not (findings or unclear(crowd) or named),
        "named_in_logs": len(named),
        "tracebacks": place.served.troubles(),
        "database": {"name": options.database, "control": options.control},
        "versions": versions(),
    }


def figures(options, storm, ledger, crowd):
    """Return how much was done, and how long people waited."""
    waits = [wait for one in crowd for of in one.phone.seen.waits.values() for wait in of]
    acknowledged, faults = ledger.acknowledged(), storm.faults()
    retried = sum(one.phone.seen.tries for one in crowd) - len(waits)
    return {
        "acknowledged": acknowledged | {"all": sum(acknowledged.values())},
        "faults": faults | {"all": sum(faults.values())},
        "requests": len(waits),
        "retries": retried,
        "wait_p50_ms": round(quantile(waits, 0.5) * 1000, 1),
        "wait_p99_ms": round(quantile(waits, 0.99) * 1000, 1),
        "longest_wait_s": round(max(waits), 2),
        "answers_503": sum(one.phone.seen.statuses[503] for one in crowd),
        "unclear": unclear(crowd),
    }


def unclear(crowd):
    """Return the answers of 500 and more that do not say when to come back, by step."""
    total = {}
    for one in crowd:
        for name, count in one.phone.seen.unclear.items():
            total[name] = total.get(name, 0) + count
    return total


if __name__ == "__main__":
    main()
