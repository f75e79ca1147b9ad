"""The log: one line of JSON for each thing that happened; words for who sits at a terminal.

Lines carry ids and numbers, never names, telephone numbers, answers, tokens or what follows `?`.
"""

import json
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TextIO

RequestId = Callable[[], str | None]

encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode


class Line(logging.Formatter):
    """A record as a line of JSON: `at` (UTC), `level`, `part`, `event`, then what it is about."""

    def __init__(self, request_id: RequestId = lambda: None) -> None:
        super().__init__()
        self._request_id = request_id

    def format(self, record: logging.LogRecord) -> str:
        told = record.msg if isinstance(record.msg, dict) else {"event": record.getMessage()}
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname.lower(), "part": record.name, **told}
        request_id = self._request_id()
        if request_id is not None:
            line.setdefault("request_id", request_id)
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return encode(line)


class Words(logging.Formatter):
    """The same for people: what happened, then its facts."""

    def format(self, record: logging.LogRecord) -> str:
        told = dict(record.msg) if isinstance(record.msg, dict) else {"event": record.getMessage()}
        line = f"{record.levelname.lower()}: {record.name}: {told.pop('event', '')}"
        trace = told.pop("exception", None)
        facts = "".join(f" {name}={value}" for name, value in told.items())
        if record.exc_info:
            trace = self.formatException(record.exc_info)
        return line + facts + (f"\n{trace}" if trace else "")


def is_for_people(stream: TextIO) -> bool:
    """Tell whether somebody reads the stream as it is written."""
    return stream.isatty()


def write_lines(*, request_id: RequestId = lambda: None, stream: TextIO = sys.stderr) -> None:
    """Let this process log to the stream; `request_id` says in which request a line is written."""
    import structlog  # noqa: PLC0415 - gunicorn's own process takes only the lines from here

    handler = logging.StreamHandler(stream)
    handler.setFormatter(Words() if is_for_people(stream) else Line(request_id))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=_NamedFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


class _NamedFactory:
    """Loggers under the names the product gives them, which tell also what is no trouble."""

    def __call__(self, *names: str) -> logging.Logger:
        logger = logging.getLogger(".".join(("quizapp", *names)))
        logger.setLevel(logging.INFO)
        return logger
