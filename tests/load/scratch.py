"""Scratch installations: a folder and a database of their own, a bank, an open contest.

Gone afterwards, unless somebody keeps one (`python -m tests.load ref --keep`).
"""

import json
import os
import secrets
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import click
from flask import Flask
from psycopg import sql
from sqlalchemy import func, select

from quizapp import clock
from quizapp.app import create_app
from quizapp.attempts import rules
from quizapp.attempts.models import Attempt
from quizapp.attempts.service import encode_id
from quizapp.banks import service as banks
from quizapp.banks.reading import read_bank
from quizapp.config import ROOT, Settings
from quizapp.contests import service as contests
from quizapp.contests.rules.schedule import Window
from quizapp.contests.service import NewContest
from quizapp.db import db, transaction
from quizapp.people.models import Person
from quizapp.people.service import check_keys
from quizapp.schema import upgrade
from quizapp.units.kinds import UnitKind
from quizapp.units.models import Unit
from tests import databases
from tests.load.ledger import Stored
from tests.load.people import QUESTIONS, SLUG
from tests.making.contests import body
from tests.making.units import ROOT_CODE, loaded_catalogue

BANK = "ngan-hang-tai-thu"
FACTS = "load.json"  # in the folder of an installation: where its database is
SEED = ROOT / "question_banks" / "seed_ldcd_atvsld_2026.yaml"


@dataclass(frozen=True, kw_only=True, slots=True)
class Scratch:
    """`server` and `database` are of PostgreSQL: where it is, the name of our database there.

    `attempts` and `callers`: the newest attempt's id and the number of people made by earlier runs,
    0 in a new installation.
    """

    folder: Path
    url: str
    app: Flask
    units: tuple
    server: str | None = None
    database: str | None = None
    attempts: int = 0
    callers: int = 0


@contextmanager
def installation(options):
    """Yield the kept installation that the options name with `on`, else a Scratch one."""
    if options.on is None:
        with scratch(options) as base:
            yield base
    else:
        yield opened(options.on)


def opened(folder):
    """Return an installation that `made` left in a folder. Raises ClickException."""
    facts = folder / FACTS
    if not facts.exists():
        raise click.ClickException(f"{folder} has no {FACTS}: not an installation for load")
    where = json.loads(facts.read_text("utf-8"))
    app = _application(folder, where["url"])
    with app.app_context():
        units = _codes_of_bodies()
    return newest(Scratch(folder=folder, app=app, units=units, **where))


def newest(base):
    """Return the Scratch as it is now, for a run that checks only what comes after."""
    with base.app.app_context():
        attempts = db.session.scalar(select(func.max(Attempt.id))) or 0
        callers = db.session.scalar(select(func.count(Person.id))) or 0
        db.session.rollback()
    _let_go(base.app)
    return replace(base, attempts=attempts, callers=callers)


@contextmanager
def scratch(options):
    """Yield a Scratch with an open contest; its database and folder are removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="quizapp-load-")).resolve()
    try:
        base = made(options, folder)
        try:
            yield base
        finally:
            _let_go(base.app)
    finally:
        removed(folder)


def made(options, folder):
    """Make an installation with an open contest in an empty folder; return its Scratch."""
    if folder == ROOT or ROOT in folder.parents:
        raise RuntimeError(f"{folder} is inside the project; set TMPDIR")
    where = _new_database(options.database, folder)
    (folder / FACTS).write_text(json.dumps(where), "utf-8")
    app = _application(folder, where["url"])
    with app.app_context():
        upgrade()
        with transaction():
            check_keys()
        loaded_catalogue()
        units = _codes_of_bodies()
        _open_contest(options)
        if options.database == "postgresql":
            _analyze()  # nobody has autovacuum in the first seconds of a database
    _let_go(app)  # no connection may cross into the processes that are started next
    return Scratch(folder=folder, app=app, units=units, **where)


def removed(folder):
    """Drop the database of an installation and remove its folder."""
    facts = folder / FACTS
    if facts.exists():
        name = json.loads(facts.read_text("utf-8")).get("database")
        if name:
            databases._on_server(_drop(name))
    shutil.rmtree(folder, ignore_errors=True)


def _new_database(engine, folder):
    if engine == "sqlite":
        return {"url": f"sqlite:///{folder / 'quizapp.sqlite3'}"}
    server = databases.SERVER
    if urlsplit(server).hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise RuntimeError(f"load stays on this machine; {urlsplit(server).hostname} is not it")
    name = f"quizapp_load_{os.getpid()}_{secrets.token_hex(3)}"
    identifier = sql.Identifier(name)
    databases._on_server(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(identifier))
    return {"url": f"{server}/{name}", "server": f"{server}/postgres", "database": name}


def _drop(name):
    return sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))


def _application(folder, url):
    return create_app(
        Settings.from_env({"QUIZAPP_INSTANCE": str(folder), "QUIZAPP_DATABASE_URL": url})
    )


def _codes_of_bodies():
    """Return the codes of today's provincial federations and sector unions."""
    kinds = [UnitKind.PROVINCE, UnitKind.SECTOR]
    query = select(Unit.code).where(Unit.valid_to.is_(None), Unit.kind.in_(kinds))
    codes = tuple(db.session.scalars(query.order_by(Unit.code)))
    db.session.rollback()
    return codes


def _open_contest(options):
    now = clock.now()
    with transaction():
        banks.publish_version(BANK, bank_of(options.questions), title="Ngân hàng tải thử", at=now)
    opened_ago = getattr(options, "opened_ago", timedelta(hours=1))
    window = Window(opens_at=now - opened_ago, closes_at=now + timedelta(days=7))
    with transaction():
        contests.create_contest(
            NewContest(
                slug=SLUG,
                title="Tìm hiểu pháp luật lao động",
                preset="union_weekly_20x20",
                body=body(**getattr(options, "rules", {})),
                bank=BANK,
                bank_number=None,
                owner=ROOT_CODE,
                controller="Tổng Liên đoàn Lao động Việt Nam",
                windows=(window,),
            ),
            actor="system",
            at=now,
        )


def bank_of(questions):
    """Return that many drafts with texts of real length: the sample bank, over and over."""
    real = read_bank(SEED.read_bytes()).drafts
    return [
        replace(
            real[index % len(real)],
            number=index + 1,
            code=f"TT-{index + 1:05d}",
            stem=f"{real[index % len(real)].stem} (tình huống {index + 1})",
        )
        for index in range(questions)
    ]


def _analyze():
    with db.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()


def _let_go(app):
    with app.app_context():
        db.engine.dispose()


def stored_attempts(base):
    """Yield every attempt that came since, as it stands, its answers as letters on the paper."""
    columns = (Attempt.public_id, Attempt.person_id, Attempt.state, Attempt.last_op)
    with base.app.app_context():
        query = select(*columns, Attempt.paper, Attempt.answers)
        query = query.where(Attempt.id > base.attempts).order_by(Attempt.id)
        for row in db.session.execute(query):
            paper = rules.decode_paper(row.paper)
            if len(paper) != QUESTIONS:
                raise RuntimeError(f"a paper of {len(paper)} questions")
            yield Stored(
                public_id=encode_id(row.public_id),
                person_id=row.person_id,
                state=row.state,
                last_op=row.last_op,
                answers=rules.as_shown(rules.decode_answers(row.answers), paper),
            )


def engine_version(app):
    """Return the database's name and version."""
    with app.app_context():
        is_sqlite = db.engine.dialect.name == "sqlite"
        query = "SELECT sqlite_version()" if is_sqlite else "SHOW server_version"
        with db.engine.connect() as connection:
            version = connection.exec_driver_sql(query).scalar_one()
    return {"name": "sqlite" if is_sqlite else "postgresql", "version": version}
