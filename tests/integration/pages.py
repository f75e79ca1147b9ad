"""Reads a page as a browser does: its forms, its inline scripts and styles, its attributes."""

import base64
import hashlib
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """Where a form is sent to (empty: the page itself), what it sends unasked, its fields."""

    action: str
    method: str
    hidden: dict = field(default_factory=dict)
    names: list = field(default_factory=list)


class Page(HTMLParser):
    """What of a page matters to the guards."""

    def __init__(self, html):
        super().__init__()
        self.forms = []
        self.by_button = {}  # address of a button of its own → the form that it sends
        self._named = {}
        self.attributes = []
        self.inline = {"script": [], "style": []}
        self.linked = []
        self._inside = None
        self._texts, self._reading = {}, None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if "id" in given:
            self._reading = given["id"]
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag == "form":
            self.forms.append(Form(given.get("action") or "", given.get("method", "get").lower()))
            self._named[given.get("id")] = self.forms[-1]
        if tag == "button" and "formaction" in given:
            sent = self._named[given["form"]] if "form" in given else self.forms[-1]
            self.by_button[given["formaction"]] = sent
        if tag == "input" and given.get("type") == "hidden" and self.forms:
            self.forms[-1].hidden[given["name"]] = given.get("value", "")
        elif tag == "input" and self.forms:
            self.forms[-1].names.append(given.get("name", ""))
        if tag == "script" and "src" in given:
            self.linked.append(given)
        elif tag in self.inline:
            self._inside = tag
            self.inline[tag].append("")

    def handle_endtag(self, tag):
        if tag == self._inside:
            self._inside = None

    def handle_data(self, data):
        if self._inside:
            self.inline[self._inside][-1] += data
        if self._reading and data.strip():
            self._texts[self._reading], self._reading = data.strip(), None

    def regions(self):
        """Return the names under which a screen reader lists the page's sections."""
        names = []
        for tag, name, value in self.attributes:
            if tag == "section" and name == "aria-label":
                names.append(value)
            elif tag == "section" and name == "aria-labelledby":
                names.append(self._texts[value])
        return names

    def unsafe(self):
        """Return the attributes that would run or style something past the policy."""
        return [
            (tag, name, value)
            for tag, name, value in self.attributes
            if name.startswith("on")
            or name == "style"
            or value.strip().lower().startswith(("javascript:", "vbscript:", "data:text/html"))
        ]

    def hashes(self, tag):
        """Return the policy sources of the page's scripts, linked ones too, or its styles."""
        digests = (hashlib.sha256(text.encode()).digest() for text in self.inline[tag])
        linked = {f"'{one['integrity']}'" for one in self.linked} if tag == "script" else set()
        return linked | {f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests}


def policy(header):
    """Return directive → its sources."""
    parts = (part.split() for part in header.split(";"))
    return {name: set(sources) for name, *sources in parts}


PART = {"HX-Request": "true"}


def part_of_page(client, path, *, asked=None):
    """Return what htmx gets when it asks for a part of a page, having found it in the page.

    `asked`: the address of the part, where it is not the page's own.
    """
    page, answer = client.get(path), client.get(asked or path, headers=PART)
    assert (page.status_code, answer.status_code) == (200, 200)
    assert "X-Part" not in page.headers
    assert answer.headers["X-Part"]
    part = without_tokens(answer.text)
    assert "<html" not in part
    assert part in without_tokens(page.text)
    return part


def without_tokens(html):
    """Return a page without the tokens of its forms, which tell when they were made."""
    return re.sub(r'(name="csrf_token"[^>]*value=")[^"]+', r"\1", html).strip()
