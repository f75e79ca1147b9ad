"""`/metrics`: what the machine does, in numbers, for nobody but the machine itself."""

import json
import re
from datetime import timedelta

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from quizapp import worker
from quizapp.app import create_app
from quizapp.config import ROOT
from quizapp.db import db, transaction
from quizapp.jobs import service as jobs
from quizapp.jobs.service import registry
from quizapp.web.figures import BLOCK, METHODS, NAME, Figures, figures
from quizapp.web.flushing import SHELF as FLUSHER
from tests.integration.test_journey import begun, handed_in, joined
from tests.making import contests
from tests.making.contests import NOON

PORT = 9108
RULES = ROOT / "deploy" / "prometheus" / "alerts.yml"
BOARD = ROOT / "deploy" / "grafana" / "quizapp.json"
# Histograms are asked for by their parts.
ENDINGS = ("_bucket", "_count", "_sum")


def scraped(client, **given):
    """Return (name, labels) → value, of every sample."""
    response = client.get("/metrics", **given)
    assert response.status_code == 200, response.text
    assert response.content_type.startswith("text/plain")
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def value(found, name, **labels):
    return found.get((f"quizapp_{name}", *sorted(labels.items())), 0)


@pytest.fixture
def grown(client):
    """Return a function that tells how much a counter grew since the test began."""
    before = scraped(client)

    def by(name, **labels):
        return value(scraped(client), name, **labels) - value(before, name, **labels)

    return by


@pytest.fixture
def noon(in_app, freeze):
    freeze(NOON)
    return contests.contest()


def test_what_contestants_do_is_counted_by_how_it_was_answered(noon, client, grown):
    joined(client)
    path = begun(client)
    save = {"op": 1, "answers": {"1": "A"}}
    assert client.put(f"{path}/answers", json=save).status_code == 200
    assert client.put(f"{path}/answers", json=save | {"op": "x"}).status_code == 422
    assert handed_in(client, path, {1: "A"}).status_code == 303

    assert grown("starts_total", outcome="accepted") == 1
    assert grown("saves_total", outcome="accepted") == 1
    assert grown("saves_total", outcome="refused") == 1
    assert grown("submits_total", outcome="accepted") == 1
    asked = {"endpoint": "attempts.save", "method": "PUT"}
    assert grown("http_requests_total", **asked, status="2xx") == 1
    assert grown("http_requests_total", **asked, status="4xx") == 1
    assert grown("http_request_duration_seconds_count", endpoint="attempts.save") == 2
    assert grown("http_request_duration_seconds_bucket", endpoint="attempts.save", le="+Inf") == 2
    assert grown("http_request_duration_seconds_sum", endpoint="attempts.save") > 0


def test_what_the_worker_does_and_what_waits_for_it(noon, client, grown, freeze):
    joined(client)
    begun(client)
    freeze(NOON + timedelta(days=1))
    assert value(scraped(client), "expiries_waiting") == 1

    worker.run_once()

    found = scraped(client)
    assert grown("expiries_total") == 1
    assert grown("rolled_up_events_total") >= 1
    assert grown("worker_passes_total") == 1
    assert value(found, "expiries_waiting") == value(found, "rollup_waiting_events") == 0
    assert value(found, "worker_age_seconds") == value(found, "rollup_age_seconds") == 0
    assert value(found, "part_ok", part="worker") == 1
    freeze(NOON + timedelta(days=1, seconds=61))
    assert value(scraped(client), "worker_age_seconds") == 61
    assert value(scraped(client), "part_ok", part="worker") == 0


def test_jobs_by_how_they_stand(noon, client, grown, monkeypatch, freeze):
    monkeypatch.setattr(registry, "_kinds", dict(registry._kinds))
    jobs.register("vo", title="Thử")(lambda _: 1 / 0)
    with transaction():
        jobs.ask_job("vo", {}, asked_by="organiser:1", at=NOON)
    freeze(NOON + timedelta(seconds=40))
    assert value(scraped(client), "jobs", state="waiting") == 1
    assert value(scraped(client), "job_waiting_seconds") == 40

    jobs.do_waiting()

    assert value(scraped(client), "jobs", state="waiting") == 0
    assert value(scraped(client), "jobs", state="failed") == 1
    assert grown("jobs_failed_total") == 1
    freeze(NOON + timedelta(days=2))
    assert value(scraped(client), "jobs", state="failed") == 0


def test_nobody_and_no_contest_is_in_it(noon, client):
    joined(client)
    path = begun(client)
    client.get("/setup/Zm9vYmFyYmF6cXV4")
    client.get("/c/tim-hieu/khong-co")

    said = client.get("/metrics").text

    for secret in ("tim-hieu", path.removeprefix("/a/"), "Zm9vYmFyYmF6cXV4", "khong-co", "Nguyễn"):
        assert secret not in said
    labels = {
        name for names in re.findall(r"{(.*?)}", said) for name in re.findall(r"(\w+)=", names)
    }
    assert labels == {*("endpoint", "method", "status", "le", "outcome"), "part", "disk", "state"}


def test_strange_methods_make_no_figures_of_their_own(client):
    for number in range(3):
        client.open("/healthz", method=f"FOO{number}")

    methods = {dict(key[1:]).get("method") for key in scraped(client)}
    # (What other tests asked of the same application stands there too.)
    assert "other" in methods
    assert methods - {None} <= METHODS | {"other"}


@pytest.mark.parametrize(
    "given",
    [
        {"environ_overrides": {"REMOTE_ADDR": "192.168.1.7"}},
        {"environ_overrides": {"REMOTE_ADDR": ""}},
        {"headers": {"X-Forwarded-For": "127.0.0.1"}},
        {"headers": {"Forwarded": "for=127.0.0.1"}},
        {"headers": {"X-Real-IP": "127.0.0.1"}},
        {"headers": {"Host": "thi.example.vn"}},
        {"headers": {"Host": f"127.0.0.1:{PORT}", "X-Forwarded-Host": "localhost"}},
    ],
)
def test_whoever_is_not_this_machine_finds_no_such_page(client, given):
    assert client.get("/metrics", **given).status_code == 404


@pytest.fixture
def at_port(app):
    """Return a function that asks an installation behind a proxy, at the port that is given."""
    settings = app.config["SETTINGS"]
    other = create_app(
        type(settings)(
            instance=settings.instance,
            database_url=settings.database_url,
            trusted_hosts=("thi.example.vn",),
            proxy_hops=1,
            metrics_port=PORT,
            testing=True,
        )
    )

    class Listener:
        def __init__(self, address):
            self.address = address

        def getsockname(self):
            return self.address

    def ask(path, address, *, host=f"127.0.0.1:{PORT}", headers=()):
        port = str(address[1]) if isinstance(address, tuple) else host.rpartition(":")[2]
        given = {"SERVER_PORT": port, "gunicorn.socket": Listener(address), "HTTP_HOST": host}
        client = other.test_client()
        return client.get(path, environ_overrides=given, headers=headers).status_code

    yield ask
    with other.app_context():
        db.engine.dispose()


def test_behind_a_proxy_only_the_port_of_this_machine_shows_it(at_port):
    here, public = ("127.0.0.1", PORT), ("127.0.0.1", 8000)
    assert {at_port(path, here) for path in ("/metrics", "/readyz", "/healthz")} == {200}

    assert at_port("/metrics", public, host="thi.example.vn") == 404
    assert at_port("/metrics", public) == 400  # no host that is trusted
    # The server takes the port from the Host header where the socket has none.
    assert at_port("/metrics", "/run/quizapp.sock") != 200
    assert at_port("/metrics", ("0.0.0.0", PORT)) != 200
    assert at_port("/", here) == at_port("/signin", here) == 404
    assert at_port("/metrics", here, headers={"X-Forwarded-For": "203.0.113.9"}) == 404


def test_a_process_that_is_only_read_adds_what_it_counts_too(app):
    settings = app.config["SETTINGS"]
    given = {"instance": settings.instance, "database_url": settings.database_url}
    other = create_app(type(settings)(**given))

    other.test_client().get("/healthz")

    assert other.extensions[FLUSHER]._thread.is_alive()


def test_processes_add_up_and_what_ended_stays_counted(in_app, tmp_path):
    path = tmp_path / NAME
    first, second = Figures(path), Figures(path)
    for one in (first, second, second):
        one.request(("attempts.save", "PUT", 2), 0.02)
        one.add("expiries")
    first.keep()
    second.keep()

    totals = Figures(path).keep()

    [row] = totals.requests.values()
    assert sum(row[:-1]) == 3
    assert row[-1] == pytest.approx(0.06)
    assert totals.counts["expiries"] == 3
    assert (path.stat().st_size, path.stat().st_mode & 0o777) == (BLOCK, 0o600)


def test_a_file_that_cannot_be_written_or_read_loses_nothing_of_this_process(in_app, tmp_path):
    folder = tmp_path / "mất"
    mine = Figures(folder / NAME)
    mine.add("expiries", 2)
    assert mine.keep().counts["expiries"] == 2
    assert mine.keep().counts["expiries"] == 2
    folder.mkdir()
    (folder / NAME).write_bytes(b'{"bounds": [0.0')

    assert mine.keep().counts["expiries"] == 2
    assert Figures(folder / NAME).keep().counts["expiries"] == 2


def test_a_database_that_is_away_is_told_and_the_counts_go_on(client, app, tmp_path):
    settings = app.config["SETTINGS"]
    nowhere = {
        "sqlite": f"sqlite:///{tmp_path}/no/such/folder/quizapp.sqlite3",
        "postgresql+psycopg": "postgresql+psycopg://postgres@127.0.0.1:1/quizapp",
    }[settings.database_url.partition(":")[0]]
    given = {"instance": tmp_path, "database_url": nowhere, "testing": True}
    lost = create_app(type(settings)(**given)).test_client()
    assert lost.get("/").status_code == 503

    found = scraped(lost)

    assert value(found, "part_ok", part="database") == 0
    assert value(found, "part_ok", part="web") == 1
    asked = {"endpoint": "contests.index", "method": "GET", "status": "5xx"}
    assert value(found, "http_requests_total", **asked) == 1
    assert ("quizapp_expiries_waiting",) not in found


def names_of_promql(text):
    return {
        next((name.removesuffix(end) for end in ENDINGS if name.endswith(end)), name)
        for name in re.findall(r"\bquizapp_\w+", text)
    }


def test_alerts_and_dashboard_ask_for_what_there_is(noon, client):
    with client.application.app_context():
        figures().add("expiries")
    client.get("/healthz")
    worker.run_once()
    there = {
        next((name.removesuffix(end) for end in ENDINGS if name.endswith(end)), name)
        for name, *_ in scraped(client)
    }
    rules = [one for group in yaml.safe_load(RULES.read_text())["groups"] for one in group["rules"]]
    panels = json.loads(BOARD.read_text())["panels"]
    asked = [one["expr"] for one in rules]
    asked += [target["expr"] for panel in panels for target in panel.get("targets", ())]

    assert all(one["annotations"]["summary"] and one["labels"]["severity"] for one in rules)
    assert len({one["alert"] for one in rules}) == len(rules) >= 11
    wanted = set().union(*(names_of_promql(expr) for expr in asked))
    # The backup's age is there from the first backup on.
    assert wanted - there <= {"quizapp_backup_age_seconds"}
    parts = set(re.findall(r'part="(\w+)"', " ".join(asked)))
    assert parts <= {*("web", "database", "schema", "clock", "worker", "disk", "keys", "backup")}
