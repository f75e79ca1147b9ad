"""A scratch installation with an open contest, its database, its proxies. Gone afterwards."""

import shutil
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import Flask

from quizapp import clock
from quizapp.app import create_app
from quizapp.config import ROOT, Settings
from quizapp.contests.rules.schedule import Window
from quizapp.db import db, transaction
from quizapp.people.service import check_keys
from quizapp.schema import upgrade
from tests.faults.cluster import ASYNC_COMMIT, Cluster, cluster
from tests.faults.disk import Disk
from tests.faults.options import DISK_FAULTS, WEB_FAULTS
from tests.faults.proxy import CommitProxy, Spoiler, WebProxy, proxies
from tests.faults.served import APPLICATION, Served
from tests.load.people import SLUG
from tests.making.contests import contest

UNIT = "VGCL"
CONFIGURATIONS = {"early-ack": "early_ack_conf.py", "no-sync": "no_sync_conf.py"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """`address` is where phones connect; `app` looks at the database past all proxies."""

    address: str
    url: str
    app: Flask
    folder: Path
    served: Served
    cluster: Cluster | None
    disk: Disk | None
    spoilers: tuple[Spoiler, ...]


@contextmanager
def stage(options, chance):
    """Yield a Stage whose server answers and whose proxies spoil nothing yet."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="quizapp-faults-")).resolve()
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        if folder == ROOT or ROOT in folder.parents:
            raise RuntimeError(f"{folder} is inside the project; set TMPDIR")
        own = _cluster(stack, options)
        path = folder / "quizapp.sqlite3"
        url = own.url() if own else f"sqlite:///{path}"
        app = installed(folder, url, minutes=options.minutes)
        disk = Disk(folder, path) if set(DISK_FAULTS) & set(options.faults) else None
        serve = stack.enter_context(proxies())
        web, commits = _spoilers(options, chance)
        through = own.url(serve(CommitProxy(own.port, commits))) if own else url
        served = Served(folder, through, _extra(options, disk))
        stack.callback(served.stop)
        served.start()
        yield Stage(
            address=f"127.0.0.1:{serve(WebProxy(served.port, web))}",
            url=url,
            app=app,
            folder=folder,
            served=served,
            cluster=own,
            disk=disk,
            spoilers=(web, commits),
        )


def _cluster(stack, options):
    if options.database == "sqlite":
        return None
    wrong = ASYNC_COMMIT if options.control == "async-commit" else {}
    return stack.enter_context(cluster(wrong))


def _spoilers(options, chance):
    of_web = [fault for fault in options.faults if fault in WEB_FAULTS]
    of_commits = [fault for fault in options.faults if fault == "cut-commit"]
    return tuple(
        Spoiler(faults, share=options.share, chance=chance) for faults in (of_web, of_commits)
    )


def _extra(options, disk):
    extra = disk.environment() if disk else {}
    if options.control in CONFIGURATIONS:
        path = Path(__file__).with_name(CONFIGURATIONS[options.control])
        extra["GUNICORN_CMD_ARGS"] = f"--config {path}"
    if options.control == "no-sync":
        # The worker too: a sync of its own would save what the web has written.
        extra[APPLICATION] = "tests.faults.no_sync"
    return extra


def installed(folder, url, *, minutes):
    """Migrate the database and open the contest that everybody takes part in."""
    settings = Settings.from_env({"QUIZAPP_INSTANCE": str(folder), "QUIZAPP_DATABASE_URL": url})
    app = create_app(settings)
    now = clock.now()
    window = Window(opens_at=now - timedelta(hours=1), closes_at=now + timedelta(days=1))
    with app.app_context():
        upgrade()
        with transaction():
            check_keys()
        contest(SLUG, at=now, windows=(window,), paper={"minutes": minutes})
        db.session.remove()
        db.engine.dispose()
    return app
