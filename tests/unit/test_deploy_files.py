"""The files of `deploy/` agree with each other, with the server and with the guide."""

import re
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from gunicorn.workers import gthread

from quizapp.config import ROOT, Settings
from tests.deployed.guide import blocks
from tests.deployed.manager import Unit, assignments

DEPLOY = ROOT / "deploy"
NGINX = DEPLOY / "nginx"
WEB, WORKER = Unit("quizapp-web@1.service", {}), Unit("quizapp-worker.service", {})
SECONDS = re.compile(r"^\s*(?P<name>\w+) (?P<seconds>\d+)s;", re.MULTILINE)


@pytest.fixture
def gunicorn(monkeypatch):
    """Return gunicorn.conf.py as it is with those settings."""

    def configured(**env):
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "path", list(sys.path))
        kept = dict(sys.modules)  # it forgets those of the product
        found = runpy.run_path(str(ROOT / "gunicorn.conf.py"))
        sys.modules.update(kept)
        return SimpleNamespace(**found)

    return configured


def times(name):
    """Return directive → seconds of a file of nginx."""
    text = (NGINX / name).read_text("utf-8")
    return {found["name"]: int(found["seconds"]) for found in SECONDS.finditer(text)}


def test_the_settings_are_taken_and_name_the_address_that_systemd_holds_and_nginx_asks():
    settings = Settings.from_env(assignments((DEPLOY / "quizapp.env").read_text("utf-8")))

    address = f"{settings.host}:{settings.port}"
    assert (settings.https, settings.proxy_hops) == (True, 1)
    assert Unit("quizapp-web.socket", {}).settings["ListenStream"] == address
    figures = Unit("quizapp-metrics.socket", {}).settings["ListenStream"]
    assert figures == f"127.0.0.1:{settings.metrics_port}"
    assert f"server {address};" in (NGINX / "quizapp-http.conf").read_text("utf-8")


@pytest.mark.parametrize("database", ["", "postgresql://quizapp@127.0.0.1:5432/quizapp"])
def test_an_installed_machine_makes_backups_where_its_worker_may_write(database):
    given = assignments((DEPLOY / "quizapp.env").read_text("utf-8"))
    if database:
        given["QUIZAPP_DATABASE_URL"] = database

    settings = Settings.from_env(given)

    # systemd lets the worker write in this folder only.
    state = Path("/var/lib") / WORKER.settings["StateDirectory"]
    assert settings.backup_folder == state / "backups"


def test_whoever_waits_waits_longer_than_who_is_waited_for(gunicorn):
    server = gunicorn()

    assert times("quizapp-server.conf")["proxy_read_timeout"] > server.timeout
    assert WEB.seconds("TimeoutStopSec") > server.graceful_timeout
    # What makes a restart free of failed requests: see decision 0036.
    assert times("quizapp-http.conf")["keepalive_timeout"] < gthread.STOP_KEEPALIVE_LINGER


def test_services_differ_in_nothing_that_guards_the_machine():
    text = (DEPLOY / "systemd" / "quizapp-worker.service").read_text("utf-8")
    guards = re.findall(r"^(\w+)=", text[text.index("NoNewPrivileges=") :], re.MULTILINE)

    assert len(guards) > 20
    assert [WEB.settings[name] for name in guards] == [WORKER.settings[name] for name in guards]
    assert {WEB.settings["User"], WORKER.settings["User"]} == {"quizapp"}


def test_a_process_takes_the_lowest_free_number_and_its_own_processor(gunicorn):
    server = SimpleNamespace(WORKERS={})
    conf = gunicorn(QUIZAPP_WEB_WORKERS="2", QUIZAPP_WEB_NUMBER="2")
    born = [SimpleNamespace() for _ in range(4)]
    for pid, worker in enumerate(born[:3]):
        conf.pre_fork(server, worker)
        server.WORKERS[pid] = worker
    del server.WORKERS[1]
    conf.pre_fork(server, born[3])

    assert [worker.number for worker in born] == [0, 1, 2, 1]
    assert [conf.processor_of(worker, [0, 1, 2, 3]) for worker in born] == [2, 3, 0, 3]


def test_both_guides_give_the_same_commands_which_the_shell_can_read():
    vietnamese, english = blocks("vi"), blocks("en")

    assert vietnamese == english
    assert len(vietnamese) > 8
    script = "\n".join(commands for *_, commands in vietnamese)
    done = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    named = set(re.findall(r"deploy/([a-z]+\.sh)", script))
    assert named == {path.name for path in DEPLOY.glob("*.sh")} - {"lib.sh"}


def test_the_image_is_of_what_the_project_has_and_runs_as_nobody_special():
    lines = (
        (DEPLOY / "container" / "Dockerfile").read_text("utf-8").replace("\\\n", " ").splitlines()
    )
    said = [line.split(maxsplit=1) for line in lines if line and not line.startswith(("#", " "))]
    copied = [rest.split()[:-1] for word, rest in said if word == "COPY" and "--from" not in rest]
    sources = [source for sources in copied for source in sources]
    kept_out = (ROOT / ".dockerignore").read_text("utf-8").splitlines()

    assert kept_out[1] == "*"
    for source in sources:
        assert (ROOT / source).exists(), source
        assert f"!{source.partition('/')[0]}" in kept_out, source
    product = said[[rest.partition(" AS ")[2] for _, rest in said].index("product") :]
    words = dict(product)
    assert words["USER"] == "10001"
    assert "deploy/container/healthy.py" in words["HEALTHCHECK"]
    assert words["VOLUME"] == "/var/lib/quizapp"
    assert not re.search("(?i)password|secret|key", " ".join(words.values()))


def test_the_containers_are_told_settings_that_the_product_knows():
    told = yaml.safe_load((DEPLOY / "container" / "compose.yaml").read_text("utf-8"))
    services = told["services"]

    for name in ("tables", "web", "worker"):
        given = services[name]["environment"] | {
            "QUIZAPP_TRUSTED_HOSTS": "thi.example.vn",
            "QUIZAPP_WEB_WORKERS": "2",
            "QUIZAPP_DATABASE_URL": "",
        }
        assert Settings.from_env(given).proxy_hops == 1
        assert services[name]["cap_drop"] == ["ALL"]
    assert services["database"]["profiles"] == ["postgresql"]
