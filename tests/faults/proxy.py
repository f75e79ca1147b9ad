"""Two proxies that spoil what goes through them: between phones and the web server, and between
the application and PostgreSQL. Both run on one event loop in a thread of their own."""

import asyncio
import re
import socket
import struct
import threading
from collections import Counter
from contextlib import contextmanager, suppress

from tests.load.wire import Unanswered, read_head

HOST = "127.0.0.1"
END_OF_HEAD = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
COMMIT = b"COMMIT\0"
CHUNK = 65536
LATEST_COPY = 2.0  # seconds
CUT = ConnectionError, asyncio.IncompleteReadError, Unanswered, OSError


class Spoiler:
    """Decides what happens to each message, and counts what it did."""

    def __init__(self, faults, *, share, chance):
        self._faults = tuple(faults)
        self._share, self._chance = share, chance
        self.is_on = False
        self.done = Counter()

    def pick(self):
        """Return the name of the fault for this message, or None."""
        if not self._faults or not self.is_on or self._chance.random() >= self._share:
            return None
        return self._chance.choice(self._faults)

    def part(self):
        """Return a share between 0 and 1, for how much of a message or how late."""
        return self._chance.random()


class WebProxy:
    """Between phones and gunicorn; knows where requests and answers end."""

    def __init__(self, port, spoiler):
        self._port, self._spoiler = port, spoiler
        self._copies = set()

    async def serve(self, reader, writer):
        """Serve one phone's connection until somebody ends it."""
        with suppress(*CUT):
            async with _connected(self._port) as upstream:
                while True:
                    await self._exchange(await _request(reader), upstream, writer)
        _reset(writer)

    async def _exchange(self, message, upstream, client):
        fault = self._spoiler.pick()
        if fault:
            self._spoiler.done[fault] += 1
        if fault == "half-request":
            message = message[: 1 + int(self._spoiler.part() * (len(message) - 2))]
        if fault == "duplicate":
            self._send_copy(message)
        reader, writer = upstream
        writer.write(message)
        await writer.drain()
        if fault == "half-request" or (fault == "lost-reply" and self._spoiler.part() < 0.5):
            await asyncio.sleep(0.01)  # let it arrive: a reset would take it back
            raise Unanswered(fault)
        reply = await _reply(reader)
        if fault == "lost-reply":
            raise Unanswered(fault)
        client.write(reply)
        await client.drain()

    def _send_copy(self, message):
        copy = asyncio.ensure_future(self._copy(message, self._spoiler.part()))
        self._copies.add(copy)
        copy.add_done_callback(self._copies.discard)

    async def _copy(self, message, part):
        """Deliver the message a second time: half of the copies at once, the others later."""
        await asyncio.sleep(max(0.0, part * 2 - 1) * LATEST_COPY)
        with suppress(*CUT):
            async with _connected(self._port) as (reader, writer):
                writer.write(message)
                await _reply(reader)


class CommitProxy:
    """Between the application and PostgreSQL; cuts connections when a COMMIT goes by."""

    def __init__(self, port, spoiler):
        self._port, self._spoiler = port, spoiler

    async def serve(self, reader, writer):
        """Serve one database connection until somebody ends it."""
        with suppress(*CUT):
            async with _connected(self._port) as (from_server, to_server):
                is_cut = asyncio.Event()
                ways = [
                    asyncio.ensure_future(self._to_server(reader, to_server, is_cut)),
                    asyncio.ensure_future(self._to_application(from_server, writer, is_cut)),
                ]
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        _reset(writer)

    async def _to_server(self, reader, writer, is_cut):
        while chunk := await reader.read(CHUNK):
            if COMMIT in chunk and self._spoiler.pick():
                if self._spoiler.part() < 0.5:
                    self._spoiler.done["cut-commit before"] += 1
                    return
                self._spoiler.done["cut-commit after"] += 1
                is_cut.set()
            writer.write(chunk)
            await writer.drain()

    async def _to_application(self, reader, writer, is_cut):
        while chunk := await reader.read(CHUNK):
            if is_cut.is_set():
                return  # the answer to COMMIT, which nobody will read
            writer.write(chunk)
            await writer.drain()


@contextmanager
def proxies():
    """Yield a function that serves a proxy and returns its port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    held, servers = set(), []  # the loop itself refers to its tasks weakly

    def serve(proxy):
        async def hold(reader, writer):
            held.add(asyncio.current_task())
            try:
                await proxy.serve(reader, writer)
            finally:
                held.discard(asyncio.current_task())

        start = asyncio.start_server(hold, HOST, 0, backlog=512)
        server = asyncio.run_coroutine_threadsafe(start, loop).result(10)
        servers.append(server)
        return server.sockets[0].getsockname()[1]

    try:
        yield serve
    finally:
        for server in servers:
            loop.call_soon_threadsafe(server.close)
        asyncio.run_coroutine_threadsafe(_end_all(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _end_all():
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class _connected:  # noqa: N801 - used as a function
    """`async with _connected(port) as (reader, writer)`: reset at the end, as a phone that died."""

    def __init__(self, port):
        self._port = port

    async def __aenter__(self):
        reader, self._writer = await asyncio.open_connection(HOST, self._port)
        return reader, self._writer

    async def __aexit__(self, *_):
        _reset(self._writer)


async def _request(reader):
    head = await reader.readuntil(END_OF_HEAD)
    length = LENGTH.search(head)
    return head + (await reader.readexactly(int(length[1])) if length else b"")


async def _reply(reader):
    head = await reader.readuntil(END_OF_HEAD)
    _, _, length = read_head(head[: -len(END_OF_HEAD)])
    return head + await reader.readexactly(length)


def _reset(writer):
    """End the connection at once, with a reset."""
    with suppress(*CUT):
        writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
    writer.transport.abort()
