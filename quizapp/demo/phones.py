"""Made-up people over HTTP: each joins and takes a paper as a phone does, past no service."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlencode, urlsplit

from quizapp.errors import N_, Refusal

PATIENCE = 20.0  # seconds for one answer
TRIES_AT_THE_DOOR = 20
CROWDED = 503
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
Letters = Callable[[str], Mapping[int, str]]  # of a paper by its id: position → letter


class NoAnswer(Refusal):
    text = N_("Máy chủ {url} không trả lời ({cause}). Hãy chạy máy chủ rồi thử lại.")


class Unexpected(Refusal):
    text = N_("Máy chủ trả lời khác dự kiến: {step} nhận mã {status}.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    status: int
    location: str
    wait: int  # seconds that the server asks to be waited
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(kw_only=True, slots=True)
class Browser:
    """One phone with its cookies. `url` is where the site is, without a slash at its end."""

    url: str
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Reply:
        return self._ask("GET", path, b"", "")

    def form(self, path: str, fields: Mapping[str, str]) -> Reply:
        return self._ask("POST", path, urlencode(fields).encode(), FORM)

    def json(self, method: str, path: str, fields: Mapping[str, object]) -> Reply:
        return self._ask(method, path, json.dumps(fields).encode(), JSON)

    def _ask(self, method: str, path: str, body: bytes, kind: str) -> Reply:
        """Return the answer; a redirect is not followed. Raises NoAnswer."""
        site = urlsplit(self.url)
        connect = HTTPSConnection if site.scheme == "https" else HTTPConnection
        line = connect(site.netloc, timeout=PATIENCE)
        headers = {"Sec-Fetch-Site": "same-origin", "Accept": JSON if kind == JSON else "text/html"}
        if method != "GET":
            headers |= {"Content-Type": kind, "Origin": self.url}
        if self.cookies:
            held = (f"{name}={value}" for name, value in self.cookies.items())
            headers["Cookie"] = "; ".join(held)
        try:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            content = answer.read()
        except (OSError, HTTPException) as error:
            raise NoAnswer(url=self.url, cause=error) from error
        finally:
            line.close()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Reply(
            status=answer.status,
            location=answer.headers.get("Location", ""),
            wait=int(answer.headers.get("Retry-After", "0")),
            body=content,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Guest:
    """Who comes: what is typed when joining."""

    name: str
    phone: str
    pin: str
    unit: str  # its code


def take_part(
    browser: Browser, slug: str, guest: Guest, letters: Letters, *, sleep: Callable[[float], None]
) -> str:
    """Join, start, save and hand in; return the id of the paper that the server acknowledged.

    Raises NoAnswer, Unexpected.
    """
    page = browser.get(f"/c/{slug}/join")
    for _ in range(TRIES_AT_THE_DOOR):
        if page.status != CROWDED:
            break
        sleep(page.wait)
        page = browser.get(f"/c/{slug}/join")
    entry = {
        "name": guest.name,
        "phone": guest.phone,
        "pin": guest.pin,
        "unit": guest.unit,
        "consent_take_part": "y",
        "consent_show_name": "y",
    }
    joined = browser.form(f"/c/{slug}/join", entry | _token(_expected(page, 200, "join")))
    ready = browser.get(_expected(joined, 303, "join").location)
    token = _token(_expected(ready, 200, "ready"))
    path = _expected(browser.form(f"/c/{slug}/rounds/1/attempts", token), 303, "start").location
    _expected(browser.get(path), 200, "paper")
    paper = path.rpartition("/")[2]
    answers = {str(position): letter for position, letter in letters(paper).items()}
    half = dict(list(answers.items())[: len(answers) // 2])
    saved = browser.json("PUT", f"{path}/answers", {"op": 1, "answers": half})
    _expected(saved, 200, "save")
    _expected(browser.json("POST", f"{path}/submit", {"answers": answers}), 200, "submit")
    return paper


def _expected(reply: Reply, status: int, step: str) -> Reply:
    if reply.status != status:
        raise Unexpected(step=step, status=reply.status)
    return reply


def _token(page: Reply) -> dict[str, str]:
    found = TOKEN.search(page.text)
    if found is None:
        raise Unexpected(step="csrf_token", status=page.status)
    return {"csrf_token": found[1]}
