"""Virtual people: each is a generator that yields a Request and is sent its Reply.

What they do is told here once; how it is sent (over a socket, or inside one process to count
statements) is the driver's affair.
"""

import json
import random
import re
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.load.wire import Pause, Request

SLUG = "tai-thu"
CROWDED = 503
QUESTIONS = 20
PINS = ("862753", "530914")
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
AGENT = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Mobile"
FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi")
MIDDLE = ("Thị", "Văn", "Minh", "Thanh", "Quốc", "Ngọc")
GIVEN = ("Hoà", "Anh", "Dũng", "Hương", "Phượng", "Đức", "Tuyết", "Quỳnh")


class Surprise(Exception):
    """The product answered otherwise than a person in good standing may expect."""


@dataclass(slots=True)
class Person:
    """One new person on one phone of their own: cookies, number, answers, all from a seed."""

    number: int
    units: tuple[str, ...]
    address: str
    saves: int = 4
    cookies: dict = field(default_factory=dict)
    start_form: bytes = b""
    turned_away: int = 0  # times at the entrance

    def chance(self):
        """Return the person's own source of chance: the same in every run."""
        return random.Random(self.number)

    @property
    def phone(self):
        return f"091{self.number:07d}"

    @property
    def pin(self):
        return next(pin for pin in PINS if pin not in self.phone)

    @property
    def name(self):
        chance = self.chance()
        return " ".join(chance.choice(names) for names in (FAMILY, MIDDLE, GIVEN))

    def ask(self, step, method, path, *, body=b"", kind=None):
        """Return a request as this person's browser sends it."""
        headers = [
            ("User-Agent", AGENT),
            ("Accept", "application/json" if kind == "application/json" else "text/html,*/*;q=0.8"),
            ("Accept-Language", "vi-VN,vi;q=0.9"),
            ("Accept-Encoding", "gzip"),
            ("Sec-Fetch-Site", "same-origin"),
        ]
        if method != "GET":
            headers.append(("Origin", f"http://{self.address}"))
        if kind:
            headers.append(("Content-Type", kind))
        if self.cookies:
            cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            headers.append(("Cookie", cookies))
        return Request(step, method, path, tuple(headers), body)

    def form(self, step, path, fields):
        body = fields if isinstance(fields, bytes) else urlencode(fields).encode()
        kind = "application/x-www-form-urlencoded"
        return self.ask(step, "POST", path, body=body, kind=kind)

    def json(self, step, method, path, fields):
        body = json.dumps(fields, separators=(",", ":")).encode()
        return self.ask(step, method, path, body=body, kind="application/json")

    def keep_cookies(self, reply):
        for name, value in reply.headers:
            if name == "set-cookie":
                key, _, held = value.partition(";")[0].partition("=")
                self.cookies[key] = held


def joins(person):
    """Join the contest: the form (`join_page`), sending it (`join`), what it leads to (`ready`).

    Whoever is asked at the entrance to come back later does, as the page does by itself.
    """
    page = yield person.ask("join_page", "GET", f"/c/{SLUG}/join")
    while page.status == CROWDED:
        person.turned_away += 1
        yield Pause(float(page.header("retry-after")))
        page = yield person.ask("join_page_again", "GET", f"/c/{SLUG}/join")
    person.keep_cookies(expected(page, 200))
    reply = yield person.form("join", f"/c/{SLUG}/join", _entry(person) | token_in(page))
    person.keep_cookies(expected(reply, 303))
    ready = yield person.ask("ready", "GET", expected_path(reply))
    person.start_form = urlencode(token_in(expected(ready, 200))).encode()


def attempts(person, ledger):
    """Take a whole attempt as the product's own script on a phone does, saying in `ledger` what
    was acknowledged: start, the paper it leads to, saves, submit, result.

    With four saves these are 8 requests. Every save carries the whole sheet so far.
    """
    reply = yield person.form("start", f"/c/{SLUG}/rounds/1/attempts", person.start_form)
    path = expected_path(expected(reply, 303))
    entry = ledger.started(path.rpartition("/")[2])
    page = yield person.ask("paper", "GET", path)
    if expected(page, 200).text.count("<fieldset") != QUESTIONS:
        raise Surprise("paper: not the page of a paper")
    chance = person.chance()
    chosen = {position: chance.choice("ABC") for position in range(1, QUESTIONS + 1)}
    for op in range(1, person.saves + 1):
        upto = QUESTIONS * op // person.saves
        sheet = {position: chosen[position] for position in range(1, upto + 1)}
        entry.sends(op, sheet)
        answers = {str(position): letter for position, letter in sheet.items()}
        body = {"answers": answers, "op": op}
        saved = yield person.json("save", "PUT", f"{path}/answers", body)
        if json.loads(expected(saved, 200).content)["op"] != op:
            raise Surprise(f"save: another number than {op} was acknowledged")
        entry.saved(op)
    entry.hands_in(chosen)
    answers = {str(position): letter for position, letter in chosen.items()}
    body = {"answers": answers, "prediction": chance.randrange(100, 100_000)}
    reply = yield person.json("submit", "POST", f"{path}/submit", body)
    result = json.loads(expected(reply, 200).content)["result"]
    entry.submitted()
    expected((yield person.ask("result", "GET", result)), 200)


def expected(reply, status):
    """Return the reply. Raises Surprise unless it has the status."""
    if reply.status != status:
        start = " ".join(reply.text.split())[-300:]
        raise Surprise(f"status {reply.status} instead of {status}: …{start}")
    return reply


def expected_path(reply):
    """Return where the reply leads. Raises Surprise when it leads nowhere."""
    if not reply.header("location").startswith("/"):
        raise Surprise(f"leads to “{reply.header('location')}”")
    return reply.header("location")


def token_in(page):
    """Return the form's token as a field. Raises Surprise when the page has none."""
    found = TOKEN.search(page.text)
    if not found:
        raise Surprise("a page without the token of its form")
    return {"csrf_token": found[1]}


def _entry(person):
    return {
        "name": person.name,
        "phone": person.phone,
        "unit": person.chance().choice(person.units),
        "pin": person.pin,
        "consent_take_part": "y",
        "consent_show_name": "y",
    }
