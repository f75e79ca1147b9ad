"""People's walks inside this process: what each step sends, asks, commits and computes.

Counts repeat exactly, whatever else the machine does. The answers and the rows of one walk are
also what the floor serves and writes.
"""

import cProfile
import pstats
import time
from collections import defaultdict
from dataclasses import dataclass

from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.integration.harness import watch_writes
from tests.load.wire import Reply

DEEPEST = 40  # functions shown of a step


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """One request of a walk with its answer, and what it did to the database."""

    step: str
    reply: Reply
    statements: int
    commits: int
    rows: dict


def walk(app, script, rows=dict):
    """Walk the script through the application; return the exchanges in order.

    `rows` is called after each one; what it returns is kept in the exchange.
    """
    exchanges = []

    def answer(request):
        with watch_writes(app) as watch:
            reply = _answer(app, request)
        exchanges.append(
            Exchange(
                step=request.step,
                reply=reply,
                statements=len(watch.statements),
                commits=watch.commits,
                rows=rows(),
            )
        )
        return reply

    _play(script, answer)
    return exchanges


def per_step(exchanges):
    """Return step → what its last exchange cost: statements, commits, bytes of the body."""
    return {
        one.step: {
            "statements": one.statements,
            "commits": one.commits,
            "body_bytes": len(one.reply.body),
        }
        for one in exchanges
    }


def cpu_per_step(app, scripts):
    """Walk the scripts; return step → µs of this thread's CPU per request, the driver's too."""
    spent = defaultdict(list)

    def answer(request):
        environ = _environ(request)
        began = time.thread_time_ns()
        answered = run_wsgi_app(app, environ, buffered=True)
        spent[request.step].append(time.thread_time_ns() - began)
        return _reply(answered)

    for script in scripts:
        _play(script, answer)
    return {step: round(sum(times) / len(times) / 1000) for step, times in spent.items()}


def calls_per_step(app, scripts):
    """Walk the scripts under the profiler; return step → function calls, and the dearest functions.

    Times under the profiler are two to three times longer than without: only shares mean something.
    """
    profiles, requests = defaultdict(cProfile.Profile), defaultdict(int)

    def answer(request):
        environ = _environ(request)
        requests[request.step] += 1
        profiles[request.step].enable()
        answered = run_wsgi_app(app, environ, buffered=True)
        profiles[request.step].disable()
        return _reply(answered)

    for script in scripts:
        _play(script, answer)
    return {step: _calls(profile, requests[step]) for step, profile in profiles.items()}


def _play(script, answer):
    reply = None
    while True:
        try:
            request = script.send(reply)
        except StopIteration:
            return
        reply = answer(request)


def _answer(app, request):
    return _reply(run_wsgi_app(app, _environ(request), buffered=True))


def _environ(request):
    return EnvironBuilder(
        path=request.path,
        method=request.method,
        headers=[*request.headers],
        data=request.body,
        base_url=dict(request.headers).get("Origin"),
    ).get_environ()


def _reply(answered):
    parts, status, headers = answered
    lower = tuple((name.lower(), value) for name, value in headers)
    return Reply(int(status[:3]), lower, b"".join(parts))


def _calls(profile, requests):
    stats = pstats.Stats(profile)
    dearest = sorted(stats.stats.items(), key=lambda item: -item[1][3])[:DEEPEST]
    return {
        "calls": round(stats.total_calls / requests),
        "dearest": [
            {
                "what": f"{'/'.join(file.split('/')[-2:])}:{line} {name}",
                "times": round(calls / requests, 1),
                "share": round(cumulative / stats.total_tt, 3),
            }
            for (file, line, name), (_, calls, _, cumulative, _) in dearest
        ],
    }
