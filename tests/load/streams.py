"""`python -m tests.load.streams`: what streams to screens would cost, beside polling (`pollers`).

A trial, no part of the product: one asyncio process sends each new snapshot to all who listen, as
server-sent events. Compare with `python -m tests.load pollers --nginx --pollers N --every 2`.
"""

import asyncio
import json
import resource
import selectors
import socket
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import click

from tests.load import figures
from tests.load.cpu import children, cpu_seconds, machine_seconds
from tests.load.nginx import MAIN, find_nginx
from tests.load.processes import running
from tests.load.stand import pss_kb
from tests.ports import free_port

HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
    b"X-Accel-Buffering: no\r\n\r\n"
)
SERVER = """
server {{
    listen 127.0.0.1:{port} backlog=4096;
    proxy_http_version 1.1;
    proxy_buffering off;
    proxy_read_timeout 1h;
    location / {{ proxy_pass http://127.0.0.1:{behind}; }}
}}
"""
LOOK_EVERY = 0.1  # seconds between two looks at the snapshot
FILES = 20_000


async def serve(port, snapshot):
    """Send the snapshot to everybody who connects, and again whenever it is another one."""
    listening = set()

    async def listen(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD + event_of(snapshot.read_bytes()))
        listening.add(writer)
        try:
            await reader.read()
        finally:
            listening.discard(writer)
            writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", port, backlog=4096):
        known = snapshot.read_bytes()
        while True:
            await asyncio.sleep(LOOK_EVERY)
            body = snapshot.read_bytes()
            if body != known:
                known, event = body, event_of(body)
                for writer in listening:
                    writer.write(event)


def event_of(body):
    return b"data: " + body + b"\n\n"


class Viewers:
    """Sockets that listen, and how many whole events came to them."""

    def __init__(self, port, count):
        self._selector = selectors.DefaultSelector()
        self.events, self.bytes = 0, 0
        self._sockets = [self._listens(port) for _ in range(count)]

    def _listens(self, port):
        one = socket.create_connection(("127.0.0.1", port), timeout=30)
        one.sendall(b"GET /screen HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n")
        one.setblocking(False)
        self._selector.register(one, selectors.EVENT_READ)
        return one

    def read_for(self, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            for key, _ in self._selector.select(left):
                body = key.fileobj.recv(1 << 16)
                self.bytes += len(body)
                self.events += body.count(b"\n\n")

    def close(self):
        for one in self._sockets:
            one.close()


def measured(pids, viewers, snapshot, options):
    """Return what the processes spent while a new snapshot came every so many seconds."""
    before = [sum(map(cpu_seconds, (pid, *children(pid)))) for pid in pids]
    began, machine = time.perf_counter(), machine_seconds()
    viewers.events = viewers.bytes = 0
    turns = options["seconds"] // options["every"]
    for turn in range(turns):
        put(snapshot, turn + 1, options["size"])
        viewers.read_for(options["every"])
    seconds = time.perf_counter() - began
    after = [sum(map(cpu_seconds, (pid, *children(pid)))) for pid in pids]
    spent = [round((b - a) / seconds, 4) for a, b in zip(before, after, strict=True)]
    return {
        "events": viewers.events,
        "expected": turns * options["viewers"],
        "bytes_per_s": round(viewers.bytes / seconds),
        "push_cores": spent[0],
        "nginx_cores": spent[1] if len(spent) > 1 else None,
        "machine_cores": round((machine_seconds() - machine) / seconds, 2),
    }


def put(snapshot, turn, size):
    """Write another snapshot, whole or not at all."""
    new = snapshot.with_suffix(".new")
    new.write_bytes(f"{turn:08d}".encode() + b"x" * (size - 8))
    new.replace(snapshot)


@click.command()
@click.option("--viewers", type=click.IntRange(1, 5000), default=1000, show_default=True)
@click.option("--every", type=click.IntRange(1, 60), default=2, show_default=True)
@click.option("--size", type=click.IntRange(100, 100_000), default=7000, show_default=True)
@click.option("--seconds", type=click.IntRange(2, 600), default=30, show_default=True)
@click.option("--nginx", is_flag=True, help="Through nginx, unbuffered.")
@click.option("--serve", "served", type=int, hidden=True)
@click.option("--snapshot", type=click.Path(path_type=Path), hidden=True)
def main(served, snapshot, nginx, **options):
    """Print the cores and the memory that so many streams take."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
    if served:
        asyncio.run(serve(served, snapshot))
        return
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="quizapp-streams-")))
        found = _run(stack, folder, nginx=nginx, options=options)
    click.echo(json.dumps(found, indent=1))
    sys.exit(0 if found["events"] >= 0.99 * found["expected"] else 1)


def _run(stack, folder, *, nginx, options):
    snapshot, port = folder / "snapshot", free_port()
    put(snapshot, 0, options["size"])
    command = [sys.executable, "-m", "tests.load.streams", "--serve", str(port)]
    command += ["--snapshot", str(snapshot)]
    push = stack.enter_context(running(command, {"PATH": "/usr/bin"}, folder / "push.log"))
    _wait(port)
    pids = [push.pid]
    if nginx:
        behind, port = port, free_port()
        pids.append(stack.enter_context(_front(folder, port=port, behind=behind)).pid)
        _wait(port)
    viewers = Viewers(port, options["viewers"])
    stack.callback(viewers.close)
    viewers.read_for(2)
    found = measured(pids, viewers, snapshot, options)
    memory = {"push_memory_mb": round(pss_kb(push.pid) / 1024, 1)}
    return (
        {"programme": "streams", "nginx": nginx}
        | options
        | found
        | memory
        | {
            "yardstick_ms": figures.yardstick(),
            "machine": figures.machine(),
        }
    )


def _front(folder, *, port, behind):
    (folder / "quizapp-http.conf").write_text("", "utf-8")
    main_conf = MAIN.format(
        user="user root;", folder=folder, server=SERVER.format(port=port, behind=behind)
    )
    (folder / "nginx.conf").write_text(main_conf, "utf-8")
    command = [find_nginx(), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    return running(command, {"PATH": "/usr/bin"}, folder / "nginx.log")


def _wait(port):
    end = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return


if __name__ == "__main__":
    main()
