"""What the server itself says of its requests: how long each took from its last byte to the answer.

An open loop's latency also holds the wait for a thread and the client's own turns; this does not.
"""

from collections import defaultdict

from tests.load.figures import latencies

# microseconds, method, path without query
LOGGED = ("--access-logfile", "-", "--access-logformat", "took %(D)s %(m)s %(U)s")
LOG = "web.log"


def log_end(folder):
    """Return where the log of the web server ends now, in bytes."""
    path = folder / LOG
    return path.stat().st_size if path.exists() else 0


def at_server(folder, since, step_of):
    """Return p50_ms, p95_ms, p99_ms by step of what was logged since, nothing if nothing was.

    `step_of` takes method and path and returns the step, None for what is left out.
    """
    found = defaultdict(list)
    with (folder / LOG).open("rb") as log:
        log.seek(since)
        for line in log:
            word, *rest = line.decode("utf-8", "replace").split()
            if word == "took" and (step := step_of(*rest[1:3])):
                found[step].append(int(rest[0]) / 1000)
    return latencies(found)
