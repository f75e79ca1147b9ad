"""The floor's WSGI callable: what `tests.load.floor` has gunicorn serve instead of the product."""

import base64
import hashlib
import json
import os
import pickle
import re
import secrets
import zlib
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from quizapp.attempts import rules
from quizapp.web.contestant import COOKIE
from tests.load.bare import store

SAMPLE = "QUIZAPP_FLOOR_SAMPLE"
GZIP = 31  # zlib's number for gzip with the largest window
HOLDER = re.compile(f"{COOKIE}=([0-9]+)\\.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """Replies by step, rows as column → value, and the level at which pages are packed."""

    replies: dict
    person: dict
    consents: list
    running: dict
    final: dict
    standing: dict
    level: int


class Floor:
    """Answers each request with the sample's bytes, and writes the sample's rows."""

    def __init__(self, sample, url):
        self._sample, self._store = sample, store(url)
        self._pages = {step: _page(reply) for step, reply in sample.replies.items()}
        self._paper = rules.decode_paper(sample.running["paper"])
        self._tag = sample.running["public_id"][:-16]
        self._sample_path = sample.replies["start"].header("location")
        self._changed = [
            name
            for name, value in sample.final.items()
            if value != sample.running[name] and name not in {"answers", "last_op", "last_body"}
        ]
        mark = self._store.mark
        save = dict.fromkeys(("answers", "last_op", "last_body"), mark)
        found = f"WHERE public_id = {mark}"
        self._save = (
            f"UPDATE attempt SET {_set(save)} {found} AND state = 'running' AND last_op < {mark}"
        )
        self._submit = (
            f"UPDATE attempt SET {_set(dict.fromkeys(['answers', *self._changed], mark))} {found}"
        )
        self._find = f"SELECT * FROM attempt {found}"

    def __call__(self, environ, start_response):
        step, body = self._answer(environ)
        status, headers, content, is_packed = self._pages[step]
        content = content if body is None else body
        if is_packed:
            packer = zlib.compressobj(self._sample.level, zlib.DEFLATED, GZIP)
            content = packer.compress(content) + packer.flush()
        more = environ.get("floor.headers", [])
        start_response(status, [*headers, *more, ("Content-Length", str(len(content)))])
        return [content]

    def _answer(self, environ):
        """Do what the step must do to the database; return (step, a body of its own or None)."""
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if path == "/healthz":
            return "join_page", None
        if path.startswith("/c/"):
            return self._enter(environ, method, path), None
        public_id, _, rest = path[3:].partition("/")
        raw = base64.urlsafe_b64decode(public_id + "=" * (-len(public_id) % 4))
        if method == "GET":
            self._store.read(self._find, (raw,))
            return rest or "paper", None
        sent = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        return self._write(raw, sent, rest, path)

    def _enter(self, environ, method, path):
        if method == "GET":
            return "join_page" if path.endswith("/join") else "ready"
        environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        if path.endswith("/join"):
            environ["floor.headers"] = [("Set-Cookie", self._cookie(self._add_person()))]
            return "join"
        person_id = int(HOLDER.search(environ["HTTP_COOKIE"])[1])
        environ["floor.headers"] = [("Location", self._begin(person_id))]
        return "start"

    def _add_person(self):
        row = self._sample.person | {
            "public_id": secrets.token_bytes(16),
            "phone_hash": secrets.token_bytes(32),
        }
        with self._store.transaction() as execute:
            query, values = self._insert("person", row)
            (person_id,) = execute(f"{query} RETURNING id", values).fetchone()
            for consent in self._sample.consents:
                execute(*self._insert("consent", consent | {"person_id": person_id}))
        return person_id

    def _begin(self, person_id):
        raw = self._tag + secrets.token_bytes(16)
        row = self._sample.running | {"public_id": raw, "person_id": person_id}
        with self._store.single() as execute:
            execute(*self._insert("attempt", row))
        return "/a/" + base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    def _write(self, raw, sent, rest, path):
        body = json.loads(sent)
        letters = {int(position): letter for position, letter in body["answers"].items()}
        chosen = rules.as_canonical(letters, self._paper, several=())
        answers = rules.encode_answers(
            chosen.get(position, 0) for position in range(1, len(self._paper) + 1)
        )
        if rest == "answers":
            digest = hashlib.sha256(sent).digest()
            with self._store.single() as execute:
                execute(self._save, (answers, body["op"], digest, raw, body["op"]))
            reply = json.loads(self._pages["save"][2]) | {"op": body["op"]}
            return "save", json.dumps(reply, separators=(",", ":")).encode()
        self._hand_in(raw, answers)
        mine = path.removesuffix("/submit").encode()
        return "submit", self._pages["submit"][2].replace(self._sample_path.encode(), mine)

    def _hand_in(self, raw, answers):
        final = [self._sample.final[name] for name in self._changed]
        with self._store.transaction() as execute:
            cursor = execute(self._find, (raw,))
            names = [column[0] for column in cursor.description]
            row = dict(zip(names, cursor.fetchone(), strict=True))
            execute(self._submit, (answers, *final, raw))
            mine = {"person_id": row["person_id"], "attempt_id": row["id"]}
            execute(*self._insert("standing", self._sample.standing | mine))

    def _insert(self, table, row):
        row = {name: value for name, value in row.items() if name != "id"}
        marks = ", ".join([self._store.mark] * len(row))
        return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values())

    def _cookie(self, person_id):
        """Return the product's own cookie with the id in front, as long as it was."""
        cookie = self._sample.replies["join"].header("set-cookie")
        value = re.search(f"{COOKIE}=([^;]*)", cookie)[1]
        mine = f"{person_id}.{value}"[: len(value)]
        return cookie.replace(value, mine)


def _page(reply):
    """Return (status line, fixed headers, unpacked body, whether it goes out packed)."""
    status = f"{reply.status} {HTTPStatus(reply.status).phrase}"
    own = {"content-length"}
    own |= {"location"} if reply.header("location").startswith("/a/") else set()
    own |= {"set-cookie"} if COOKIE in reply.header("set-cookie") else set()
    headers = [(name.title(), value) for name, value in reply.headers if name not in own]
    return status, headers, reply.content, reply.header("content-encoding") == "gzip"


def _set(columns):
    return ", ".join(f"{name} = {value}" for name, value in columns.items())


def serve():
    """Return the callable, as gunicorn asks for it: `tests.load.floor_app:serve()`."""
    sample = pickle.loads(Path(os.environ[SAMPLE]).read_bytes())
    return Floor(sample, os.environ["QUIZAPP_DATABASE_URL"])
