"""What is logged at any level, and what processes print, names nobody and holds no number."""

import json
import logging
import re
import sys
from io import StringIO

import pytest
import structlog

from quizapp import worker
from quizapp.app import create_app
from quizapp.db import db
from quizapp.logs import write_lines
from quizapp.people.service import Role
from quizapp.web.noting import WRITER, request_id, write_requests
from tests.integration.test_desk import desk, posted, signed_in
from tests.integration.test_journey import begun, handed_in, joined, sent
from tests.integration.test_tickets import ask
from tests.making import contests
from tests.making.boards import rolled_up
from tests.making.contests import NOON

__all__ = ["desk", "signed_in"]
NAME, PHONE, PIN, WORDS = "Đinh Thị Mộng Tuyền", "0938 271 604", "730164", "Máy tôi ở xưởng Lành Kỳ"
PERSONAL = (NAME, "Mộng Tuyền", PHONE, "0938271604", "+84938271604", "938 271 604", PIN, WORDS)


@pytest.fixture
def heard(caplog, capfd):
    """Return what has been logged and printed so far, at every level."""
    caplog.set_level(logging.DEBUG)

    def everything():
        printed = capfd.readouterr()
        records = [logging.Formatter().format(one) for one in caplog.records]
        return "\n".join([*records, *(str(vars(one)) for one in caplog.records), *printed])

    return everything


@pytest.fixture
def lines(app):
    """Return the lines of the requests that the test makes; they are printed too, as served."""
    kept = []

    def write(line):
        kept.append(json.loads(line))
        sys.stderr.write(line)

    write_requests(app, write)
    yield kept
    app.extensions[WRITER] = None


def told(everything):
    return [one for one in PERSONAL if one in everything]


def test_nobody_is_named_in_any_log_whatever_goes_wrong(desk, new_client, signed_in, heard, lines):
    phone, me = new_client(), {"name": NAME, "phone": PHONE, "pin": PIN}
    assert joined(phone, **me | {"pin": "123456"}).status_code == 422
    assert joined(phone, **me, unit=None, unit_text=WORDS).status_code == 303
    assert joined(new_client(), **me | {"pin": "204818"}).status_code == 409
    path = begun(phone)
    assert phone.put(f"{path}/answers", json={"op": 1, "answers": {"1": PHONE}}).status_code == 422
    assert handed_in(phone, path, {1: "A"}).status_code == 303
    assert ask(phone, words=f"{WORDS}, {NAME}, {PHONE}").status_code == 303
    page = phone.get("/return?contest=tim-hieu")
    back = {"contest": "tim-hieu", "phone": PHONE, "pin": "204818"}
    assert sent(phone, page, "/return", **back).status_code == 403
    client = signed_in(Role.OWNER)
    assert posted(client, "/admin/c/tim-hieu/people", who=PHONE).status_code == 303
    assert posted(client, "/admin/c/tim-hieu/people", who=NAME).status_code == 303
    phone.get("/c/khong-co/me")
    rolled_up()
    worker.run_once()

    assert told(heard()) == []
    assert len(lines) > 20


@pytest.mark.parametrize("leak", ["logging", "structlog", "print"])
def test_a_name_that_is_logged_would_be_found(in_app, heard, leak):
    """The control of the test above."""
    if leak == "logging":
        logging.getLogger("quizapp").debug("entered: %s", NAME)
    elif leak == "structlog":
        structlog.get_logger("worker").info("entered", phone=PHONE)
    else:
        print(NAME)

    assert told(heard()) != []


@pytest.fixture
def noon(in_app, freeze):
    freeze(NOON)
    return contests.contest()


def test_every_request_leaves_one_line_with_its_own_id(noon, client, lines):
    asked = [client.get(path) for path in ("/", "/healthz", "/c/tim-hieu", "/khong-co?ten=Lan")]

    assert [(one["event"], one["status"]) for one in lines] == [
        ("contests.index", 200),
        ("health.healthz", 200),
        ("contests.show", 200),
        ("none", 404),
    ]
    assert len({one["request_id"] for one in lines}) == len(asked)
    assert all(one["ms"] >= 0 and one["at"].startswith(f"{NOON:%Y-%m-%dT%H:%M}") for one in lines)
    assert lines[2]["slug"] == "tim-hieu"
    assert "Lan" not in str(lines)
    assert not any("X-Request-ID" in one.headers for one in asked)  # public pages are equal for all


def test_what_comes_with_an_address_cannot_break_out_of_its_line(noon, client, lines):
    client.get("/c/a%22%7D%0A%7B%22level")

    assert lines[0]["slug"] == 'a"}\n{"level'


def test_a_one_time_link_is_not_in_the_log(noon, client, lines):
    client.get("/setup/Zm9vYmFyYmF6cXV4")

    assert lines[0]["event"] == "people_admin.set_up"
    assert "Zm9vYmFy" not in str(lines)


def test_the_code_on_a_page_that_refuses_leads_to_its_line(noon, client, lines):
    page = client.get("/c/khong-co").text

    codes = set(re.findall(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}\b", page))
    assert codes == {lines[0]["support"]}


@pytest.mark.parametrize(
    ("hops", "given", "is_taken"),
    [
        (1, "0123456789abcdef0123456789abcdef", True),
        (0, "0123456789abcdef0123456789abcdef", False),
        (1, "ngan", False),
        (1, 'a"} {"level":"x', False),
        (1, "a" * 65, False),
    ],
)
def test_only_our_own_proxy_names_a_request_and_only_well_formed(app, hops, given, is_taken):
    kept, settings = [], app.config["SETTINGS"]
    other = create_app(
        type(settings)(
            instance=settings.instance, database_url=settings.database_url, proxy_hops=hops
        )
    )
    write_requests(other, kept.append)

    other.test_client().get("/healthz", headers={"X-Request-ID": given})
    with other.app_context():
        db.engine.dispose()

    assert (json.loads(kept[0])["request_id"] == given) is is_taken


@pytest.mark.parametrize(("path", "is_told"), [("/healthz", False), ("/khong-co", True)])
def test_a_busy_site_may_log_only_what_failed(app, path, is_told):
    kept, settings = [], app.config["SETTINGS"]
    given = {"instance": settings.instance, "database_url": settings.database_url}
    other = create_app(type(settings)(**given, logs_every_request=False))
    write_requests(other, kept.append)

    other.test_client().get(path)
    with other.app_context():
        db.engine.dispose()

    assert bool(kept) is is_told


@pytest.fixture
def written():
    """Let the product log as its processes do; return what is written."""
    root, kept = logging.getLogger(), StringIO()
    before, level = root.handlers[:], root.level
    write_lines(request_id=request_id, stream=kept)
    yield kept
    root.handlers[:], root.level = before, level
    structlog.reset_defaults()


def test_whoever_logs_writes_json_and_says_in_which_request(app, written):
    with app.test_request_context("/"):
        here = request_id()
        structlog.get_logger("jobs").info("job ended", job="ab12", state="done")
    try:
        int("hỏng\nrồi")
    except ValueError:
        logging.getLogger("quizapp.app").exception("failed: %s", "x")
    logging.getLogger("other.library").info("not told")

    first, second = [json.loads(line) for line in written.getvalue().splitlines()]
    assert first == first | {
        "level": "info",
        "part": "quizapp.jobs",
        "event": "job ended",
        "job": "ab12",
        "request_id": here,
    }
    assert (second["level"], second["event"]) == ("error", "failed: x")
    assert "ValueError: invalid literal" in second["exception"]
    assert "request_id" not in second
