"""What a page asks for while it is read: parts of itself, never another page inside it."""

import base64
import hashlib
import re

from quizapp.config import ROOT
from quizapp.people.service import Role
from tests.integration.pages import PART, Page, policy
from tests.integration.test_desk import signed_in
from tests.making import people

__all__ = ["signed_in"]


def test_who_is_sent_elsewhere_goes_there_as_a_whole(client):
    page = client.get("/admin/jobs", headers=PART)

    assert page.status_code == 204
    assert page.headers["HX-Redirect"].startswith("/signin?next=")
    assert "Location" not in page.headers
    assert client.get("/admin/jobs").status_code == 302


def test_a_refusal_is_no_part(client):
    missing = client.get("/admin/nothing-here", headers=PART)

    assert missing.status_code == 404
    assert "X-Part" not in missing.headers


def test_the_script_is_these_very_bytes_and_kept_for_a_year(in_app, signed_in):
    people.national_unit()
    organiser = signed_in(Role.VIEWER)
    answer = organiser.get("/admin/jobs")

    (script,) = Page(answer.text).linked

    body = (ROOT / "quizapp" / script["src"].removeprefix("/")).read_bytes()
    digest = f"sha384-{base64.b64encode(hashlib.sha384(body).digest()).decode()}"
    assert script["integrity"] == digest
    rules = policy(answer.headers["Content-Security-Policy"])
    assert f"'{digest}'" in rules["script-src"]
    assert not rules["script-src"] & {"'self'", "'unsafe-eval'", "'unsafe-inline'"}
    kept = organiser.get(script["src"]).headers["Cache-Control"]
    assert kept == "public, max-age=31536000, immutable"
    assert "immutable" not in organiser.get("/static/app.css").headers["Cache-Control"]


def test_a_file_that_is_not_there_yet_is_kept_by_nobody(client):
    missing = client.get("/static/htmx-99.0.0.min.js")

    assert missing.status_code == 404
    assert "immutable" not in missing.headers.get("Cache-Control", "")


def test_a_cookie_in_another_encoding_hurts_nobody(client):
    answer = client.get("/", headers={"Cookie": "portal=Ng\xf4n; other=1"})

    assert answer.status_code == 200


def test_contestants_are_sent_no_script_from_elsewhere(client):
    for path in ("/", "/return", "/help", "/signin"):
        assert Page(client.get(path).text).linked == [], path
        assert not re.search(r"\bhx-", client.get(path).text), path
