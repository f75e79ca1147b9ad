"""`python -m tests.load.floor`: the same load on a server that only does what cannot be left out.

The same gunicorn with the same configuration, the same requests, the same answers byte for byte
(one person's walk through the product, taken down at the start), packed in the same way, and the
same rows committed as often, through the bare driver. No framework, no checks, no worker.
"""

import pickle
import signal
from contextlib import closing

import click

from tests.load.bare import store
from tests.load.floor_app import SAMPLE, Sample
from tests.load.ledger import Ledger
from tests.load.measure import Crowd, measure
from tests.load.options import Options, load_options
from tests.load.people import attempts, joins
from tests.load.processes import gunicorn
from tests.load.profile import finish
from tests.load.sample import walk
from tests.load.scratch import scratch
from tests.load.stand import Served


@click.command()
@load_options
def main(**given):
    """Measure the floor under `python -m tests.load journey` with the same options."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = Options(**given)
    ledger = Ledger()
    with scratch(options) as base:
        crowd = Crowd(base.units, options.saves)
        found = measure(options, base, served_by(options, base, crowd, ledger), crowd, ledger)
    finish(found)


def served_by(options, base, crowd, ledger):
    """Take a sample down; return how the floor is served from it."""
    file = base.folder / "sample.pickle"
    file.write_bytes(pickle.dumps(take_down(base, crowd, ledger)))
    return Served(
        name="floor",
        web=gunicorn(options, "tests.load.floor_app:serve()"),
        worker=None,
        environment={SAMPLE: str(file)},
    )


def take_down(base, crowd, ledger):
    """Walk one person through the product; return its answers and the rows it left."""
    (person,) = crowd.people(1, "127.0.0.1")
    bare = store(base.url)
    own = "WHERE person_id = (SELECT max(id) FROM person)"

    def newest():
        return {
            "person": _rows(bare, "SELECT * FROM person ORDER BY id DESC LIMIT 1"),
            "consent": _rows(bare, f"SELECT * FROM consent {own} ORDER BY id"),
            "attempt": _rows(bare, "SELECT * FROM attempt ORDER BY id DESC LIMIT 1"),
            "standing": _rows(bare, f"SELECT * FROM standing {own}"),
        }

    with closing(bare):
        joined = walk(base.app, joins(person), rows=newest)
        taken = walk(base.app, attempts(person, ledger), rows=newest)
    by_step = {one.step: one for one in joined + taken}
    return Sample(
        replies={step: one.reply for step, one in by_step.items()},
        person=joined[-1].rows["person"][0],
        consents=joined[-1].rows["consent"],
        running=by_step["start"].rows["attempt"][0],
        final=by_step["submit"].rows["attempt"][0],
        standing=by_step["submit"].rows["standing"][0],
        level=base.app.config["COMPRESS_LEVEL"],
    )


def _rows(bare, query):
    names, rows = bare.read(query, ())
    return [dict(zip(names, row, strict=True)) for row in rows]


if __name__ == "__main__":
    main()
