"""HTTP as a phone sends it, over one kept connection, as cheaply as Python allows.

The client shares the machine with the server: a library would cost more than what is measured.
"""

import gzip
import socket
import time
from dataclasses import dataclass

CHUNK = 256 * 1024
TIMEOUT = 30.0  # seconds
PIECES = 20  # of a request that a slow line sends
SLOW_SECONDS = 4.0


class Unanswered(Exception):
    """The connection ended, or what came is not an answer we know how to read."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `step` is the name under which its figures are kept."""

    step: str
    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def as_bytes(self, host):
        """Return the request as it goes over the wire."""
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {host}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if self.body or self.method in {"POST", "PUT"}:
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join([*lines, "", ""]).encode() + self.body


@dataclass(frozen=True, slots=True)
class Pause:
    """What a person yields who rests for so many seconds: nobody waits, no connection is held."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: `headers` in the order they came, names in lower case; `body` as it came."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name):
        """Return the first value under that name (lower case), or an empty text."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def content(self):
        """The body, unpacked."""
        return (
            gzip.decompress(self.body) if self.header("content-encoding") == "gzip" else self.body
        )

    @property
    def text(self):
        """The body as the text that a person's browser would show."""
        return self.content.decode()


class Line:
    """One kept connection with at most one request on its way."""

    def __init__(self, host, port):
        self.host, self.port = host, port
        self.name = f"{host}:{port}"
        self.sent = self.received = 0  # bytes
        self._coming = bytearray()
        self._socket, self._is_ending = None, False

    def fileno(self):
        return self._socket.fileno()

    def open(self):
        """Connect, unless that was done: nobody holds a connection before there is a request.

        gunicorn gives each new connection a thread for up to five seconds until something comes.
        """
        if self._socket is None:
            self._socket = self._connect()
        self._follow_end()

    def send(self, request):
        """Send the whole request; it is small enough for the socket's buffer."""
        self.open()
        message = request.as_bytes(self.name)
        try:
            self._socket.sendall(message)
        except OSError as error:
            raise Unanswered(str(error)) from error
        self.sent += len(message)

    def receive(self):
        """Take what has come; return the Reply once it is whole, else None. Raises Unanswered."""
        try:
            chunk = self._socket.recv(CHUNK)
        except OSError as error:
            raise Unanswered(str(error)) from error
        if not chunk:
            raise Unanswered("the server closed the connection")
        self.received += len(chunk)
        self._coming += chunk
        return self._complete()

    def renew(self):
        """Begin again on a new connection, as a phone does after a broken one."""
        self.close()
        self._coming.clear()
        self._socket, self._is_ending = self._connect(), False

    def close(self):
        if self._socket is not None:
            self._socket.close()

    def _follow_end(self):
        """Go on over a new connection where the server said that it ends this one.

        The old one is closed after: so the new one has another number.
        """
        if self._is_ending:
            ended, self._socket, self._is_ending = self._socket, self._connect(), False
            ended.close()

    def _connect(self):
        connection = socket.create_connection((self.host, self.port), timeout=TIMEOUT)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def _complete(self):
        end = self._coming.find(b"\r\n\r\n")
        if end < 0:
            return None
        status, headers, length = read_head(bytes(self._coming[:end]))
        if len(self._coming) < end + 4 + length:
            return None
        body = bytes(self._coming[end + 4 : end + 4 + length])
        del self._coming[: end + 4 + length]
        reply = Reply(status, headers, body)
        self._is_ending = reply.header("connection").lower() == "close"
        return reply


class SlowLine(Line):
    """A connection over a bad network: a request leaves in `PIECES`, spread over `SLOW_SECONDS`."""

    def __init__(self, host, port):
        super().__init__(host, port)
        self._pieces, self._next_at = [], 0.0

    def send(self, request):
        """Begin to send; `tick` goes on with it."""
        message = request.as_bytes(self.name)
        size = -(-len(message) // PIECES)
        self._pieces = [message[at : at + size] for at in range(0, len(message), size)]
        self.tick()

    def tick(self):
        """Send the next piece when its time has come. Raises Unanswered."""
        now = time.perf_counter()
        if not self._pieces or now < self._next_at:
            return
        self._next_at = now + SLOW_SECONDS / PIECES
        piece = self._pieces.pop(0)
        try:
            self._socket.sendall(piece)
        except OSError as error:
            raise Unanswered(str(error)) from error
        self.sent += len(piece)


def read_head(head):
    """Return (status, headers, length of the body) of an answer's head. Raises Unanswered."""
    first, *rest = head.decode("latin-1").split("\r\n")
    if not first.startswith("HTTP/1.1 "):
        raise Unanswered(f"not HTTP/1.1: {first[:40]}")
    status = int(first[9:12])
    headers = []
    length = 0 if status in {204, 304} else None
    for line in rest:
        name, _, value = line.partition(":")
        name, value = name.lower(), value.strip()
        headers.append((name, value))
        if name == "content-length":
            length = int(value)
    if length is None:
        raise Unanswered(f"an answer {status} without its length")
    return status, tuple(headers), length
