"""The public pages of boards, by what is read: the top, one's own rank, units at each level.

Each is a step with many paths: nobody reads the same board all the time.
"""

import random
import time
from collections import defaultdict
from itertools import cycle

from sqlalchemy import event, func, select

from quizapp.contests import service as contests
from quizapp.db import db
from quizapp.standings.models import Standing
from quizapp.units.models import Unit
from quizapp.web import contestant
from tests.load.figures import quantile
from tests.load.people import AGENT, SLUG

MANY = 300  # paths of a step
TOP = f"/c/{SLUG}/boards/people"
ME = "me"


def paths_of(base):
    """Return step → [(path, more headers)]."""
    chance = random.Random(7)
    with base.app.app_context():
        contest_id = contests.get_contest(SLUG).id
        levels = _codes_by_level(chance)
        mine = Standing.contest_id == contest_id, Standing.round_number == 1
        newest = db.session.scalar(select(func.max(Standing.person_id)).where(*mine)) or 0
        some = {chance.randint(1, newest) for _ in range(2 * MANY)} if newest else set()
        persons = db.session.scalars(
            select(Standing.person_id).where(*mine, Standing.person_id.in_(some))
        ).all()
        cookies = [_cookie(contest_id, person_id) for person_id in persons]
        db.session.remove()
        db.engine.dispose()
    found = {
        "top": [(f"{TOP}?round=1", ())],
        "top_json": [(f"{TOP}.json?round=1", ())],
        "provinces": [(f"/c/{SLUG}/boards/provinces?round=1", ())],
        ME: [(f"/c/{SLUG}/me?round=1", (("Cookie", cookie),)) for cookie in cookies],
    }
    for level, codes in levels.items():
        found[f"level_{level}"] = [(f"/c/{SLUG}/boards/units/{code}?round=1", ()) for code in codes]
    return {step: paths for step, paths in found.items() if paths}


def _codes_by_level(chance):
    """Return level (1: the root) → codes of units there, many at most."""
    levels = {}
    for code, path in db.session.execute(
        select(Unit.code, Unit.path).where(Unit.valid_to.is_(None)).order_by(Unit.id)
    ):
        levels.setdefault(path.count("."), []).append(code)
    return {level: chance.sample(all_, min(MANY, len(all_))) for level, all_ in levels.items()}


def _cookie(contest_id, person_id):
    signed = {"h": f"load-{person_id}", "p": [(contest_id, person_id)]}
    return f"{contestant.COOKIE}={contestant._serializer().dumps(signed)}"


def inside(base, paths, *, times, seconds=0):
    """Return step → what a request costs inside one process: statements, database and CPU time.

    `database_ms` is what the process waits for its statements, there and back. On PostgreSQL
    `execution_ms` is what the database itself takes for them, and `blocks` how many it looks at:
    EXPLAIN (ANALYZE, BUFFERS) of each. All of it is spread over so many seconds.
    """
    spent = Statements()
    with base.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", spent.before)
    event.listen(engine, "after_cursor_execute", spent.after)
    pause = seconds / (times * len(paths))
    try:
        return {
            step: _costs(base, cycle(some), times, spent, pause) for step, some in paths.items()
        }
    finally:
        event.remove(engine, "before_cursor_execute", spent.before)
        event.remove(engine, "after_cursor_execute", spent.after)
        engine.dispose()


class Statements:
    """The statements of one request, and how long they took."""

    def __init__(self):
        self.clear()

    def clear(self):
        self.sent, self.seconds, self._since = [], 0.0, 0.0

    def before(self, _connection, _cursor, statement, parameters, *_):
        self.sent.append((statement, parameters))
        self._since = time.perf_counter()

    def after(self, *_):
        self.seconds += time.perf_counter() - self._since


def _costs(base, paths, times, spent, pause):
    client = base.app.test_client(use_cookies=False)
    seen = defaultdict(list)
    for number in range(times + 5):  # the first ones fill what a process keeps
        path, headers = next(paths)
        spent.clear()
        wall, cpu = time.perf_counter(), time.thread_time()
        reply = client.get(path, headers=[("User-Agent", AGENT), *headers])
        if reply.status_code != 200:
            raise RuntimeError(f"status {reply.status_code} of {path}")
        if number >= 5:
            seen["wall_ms"].append(1000 * (time.perf_counter() - wall))
            seen["cpu_ms"].append(1000 * (time.thread_time() - cpu))
            seen["database_ms"].append(1000 * spent.seconds)
            seen["statements"].append(len(spent.sent))
            if base.database:
                took, blocks = explained(base, spent.sent)
                seen["execution_ms"].append(took)
                seen["blocks"].append(blocks)
            time.sleep(max(pause - (time.perf_counter() - wall), 0))
    most = max(seen.pop("statements"))
    return {"statements": most, **{name: _quantiles(values) for name, values in seen.items()}}


def explained(base, statements):
    """Return (milliseconds of execution, blocks looked at) of all that only read, on PostgreSQL."""
    took = blocks = 0
    with base.app.app_context():
        connection = db.engine.raw_connection()
        try:
            for statement, parameters in statements:
                if statement.lstrip()[:6].upper() in {"SELECT", "WITH R"}:
                    plan = _plan(connection, statement, parameters)
                    took += plan["Execution Time"]
                    blocks += plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]
            connection.rollback()
        finally:
            connection.close()
    return took, blocks


def _plan(connection, statement, parameters):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", parameters)
        (plan,) = cursor.fetchone()[0]
    return plan


def _quantiles(values):
    shares = {f"p{share}": round(quantile(values, share / 100), 2) for share in (50, 95, 99)}
    return shares | {"max": round(max(values), 2)}
