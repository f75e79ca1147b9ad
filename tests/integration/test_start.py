"""`make run` and gunicorn as an administrator meets them: what starts, and how it is refused."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from quizapp.app import create_app
from quizapp.config import ROOT, Settings
from quizapp.db import db
from quizapp.keys import BadKeys
from quizapp.schema import head
from quizapp.serve import NotReady, check_port, check_ready, prepare
from tests import databases
from tests.ports import free_port

SERVE = ("quizapp.serve",)
GUNICORN = ("gunicorn",)
PATIENCE = 90  # seconds after which a start that says nothing is ended, so that the suite goes on


@pytest.fixture
def port():
    """Return a port of this machine that nobody listens on."""
    return free_port()


@pytest.fixture
def instance(tmp_path):
    return tmp_path / "instance"


def environment(instance, **given):
    return {
        **{name: value for name, value in os.environ.items() if name != "QUIZAPP_DATABASE_URL"},
        "QUIZAPP_INSTANCE": str(instance),
        "QUIZAPP_HOST": "127.0.0.1",
        "QUIZAPP_WEB_WORKERS": "1",
        **{name: str(value) for name, value in given.items()},
    }


def start(module, instance, **given):
    """Run a start that is refused, to its end."""
    return subprocess.run(
        [sys.executable, "-m", *module],
        cwd=ROOT,
        env=environment(instance, **given),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


@contextmanager
def serving(instance, *, patience=PATIENCE, **given):
    """Yield a running `make run` and what it printed until it was ready; it ends in any case."""
    process = subprocess.Popen(
        [sys.executable, "-m", *SERVE],
        cwd=ROOT,
        env=environment(instance, **given),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    impatience = threading.Timer(patience, process.kill)
    impatience.start()
    try:
        said = []
        for line in process.stdout:
            said.append(line)
            if line.startswith("Dừng:"):
                break
        else:
            pytest.fail("".join(said) + process.stderr.read())
        yield process, "".join(said)
    finally:
        process.terminate()
        process.communicate()
        impatience.cancel()


def ask(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with closing(connection):
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()


def assert_refused(result, *words):
    assert result.returncode not in {0, None}
    assert "Traceback" not in result.stderr
    last = result.stderr.strip().splitlines()[-1]
    assert last.startswith("quizapp: ")
    for word in words:
        assert word in last


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request, instance):
    """Return the settings of an installation where nothing was ever started."""
    if request.param == "sqlite":
        yield {}
        return
    databases.require_postgresql()
    with databases.empty_postgresql() as url:
        yield {"QUIZAPP_DATABASE_URL": url}


def stored(instance, given):
    """Return how many rows each table of the installation holds."""
    settings = Settings.from_env(environment(instance, **given))
    app = create_app(settings)
    with app.app_context(), db.engine.connect() as connection:
        counts = {
            table.name: connection.scalar(text(f"SELECT count(*) FROM {table.name}"))
            for table in db.metadata.sorted_tables
        }
        connection.close()
        db.engine.dispose()
    return counts


def test_from_nothing_to_an_open_contest_and_a_second_time_without_changes(
    instance, empty_database, port
):
    with serving(instance, PORT=port, **empty_database) as (process, said):
        link = re.search(rf"http://127\.0\.0\.1:{port}(/setup/\S+)", said)
        path = re.search(rf"Mở trên máy này: http://127\.0\.0\.1:{port}(\S+)", said)[1]
        assert path.startswith("/c/")
        assert ask(port, path)[0] == 200
        assert ask(port, link[1])[0] == 200
        assert ask(port, "/readyz")[0] == 200
        process.send_signal(signal.SIGINT)
        assert process.wait() == 0
        assert "Traceback" not in process.stderr.read()
    keys, before = (instance / "keys.json").read_bytes(), stored(instance, empty_database)

    with serving(instance, PORT=port, **empty_database) as (process, said):
        assert ask(port, path)[0] == 200
        process.terminate()
        assert process.wait() == 0
    after = stored(instance, empty_database)

    assert (instance / "keys.json").read_bytes() == keys
    # A link that was not used is replaced and written down: it is stored nowhere to show it again.
    assert after.pop("audit_entry") == before.pop("audit_entry") + 1
    assert after == before


def children_of(process):
    """Return the process ids of what was started: {"gunicorn": …, "flask": …}."""
    pids = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    modules = {pid: Path(f"/proc/{pid}/cmdline").read_text().split("\0")[2] for pid in pids}
    return {module: int(pid) for pid, module in modules.items()}


def test_when_the_web_ends_the_program_ends_with_its_code_and_stops_the_worker(instance, port):
    with serving(instance, PORT=port) as (process, _):
        children = children_of(process)
        os.kill(children["gunicorn"], signal.SIGKILL)

        assert process.wait() == 128 + signal.SIGKILL
        assert not Path(f"/proc/{children['flask']}").exists()


def heard(process, words):
    """Read what a running server reports until it says this; fail when it ends before."""
    for line in process.stderr:
        if words in line:
            return
    pytest.fail(f"never said: {words}")


def test_when_the_worker_ends_the_web_goes_on_and_the_worker_is_started_again(instance, port):
    with serving(instance, PORT=port) as (process, _):
        heard(process, "worker started")
        killed = children_of(process)["flask"]
        os.kill(killed, signal.SIGKILL)
        heard(process, "(mã -9), chạy lại sau 1 giây")

        assert ask(port, "/readyz")[0] == 200
        heard(process, "worker started")
        assert children_of(process)["flask"] != killed


def test_a_taken_port_is_refused_before_anything_is_made(instance):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        assert_refused(start(SERVE, instance, PORT=port), str(port), "cổng", "taken")

    assert not instance.exists()


def test_a_port_taken_on_one_address_is_taken_on_all():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()

        with pytest.raises(NotReady, match="taken"):
            check_port("0.0.0.0", other.getsockname()[1])


def test_an_address_of_another_machine_cannot_be_listened_on(port):
    with pytest.raises(NotReady, match=r"192\.0\.2\.1"):
        check_port("192.0.2.1", port)


@pytest.mark.parametrize("module", [SERVE, GUNICORN])
def test_a_port_that_is_no_number_is_refused(instance, module):
    assert_refused(start(module, instance, PORT="80a"), "PORT", "80a", "65535")


def test_keys_that_others_can_read_are_refused(instance, port):
    instance.mkdir()
    (instance / "keys.json").write_text("{}")
    (instance / "keys.json").chmod(0o644)

    assert_refused(start(SERVE, instance, PORT=port), "keys.json", "chmod 600")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://someone:s3cret@127.0.0.1:1/quizapp",
        "sqlite:////no/such/folder/quizapp.sqlite3",
    ],
)
def test_a_database_that_does_not_answer_is_named_without_its_password(instance, port, url):
    result = start(SERVE, instance, PORT=port, QUIZAPP_DATABASE_URL=url)

    assert_refused(result, url.rpartition("/")[2], "cơ sở dữ liệu")
    assert "s3cret" not in result.stderr + result.stdout


def test_a_file_that_is_no_database_is_refused(instance, port):
    instance.mkdir()
    (instance / "quizapp.sqlite3").write_text("đây không phải cơ sở dữ liệu" * 100)

    assert_refused(start(SERVE, instance, PORT=port), "quizapp.sqlite3", "not a database")


def test_gunicorn_on_a_database_that_was_not_migrated_is_refused(instance, port):
    assert_refused(start(GUNICORN, instance, PORT=port), "flask --app wsgi db upgrade")


@pytest.mark.parametrize("module", [SERVE, GUNICORN])
@pytest.mark.parametrize("found", ["other", None])
def test_without_the_keys_of_this_installation_nothing_starts(tmp_path, port, module, found):
    for name in ("one", "other"):
        prepare(create_app(Settings.from_env(environment(tmp_path / name))))
    own = tmp_path / "one/keys.json"
    kept = own.rename(tmp_path / "kept.json")
    if found:
        (tmp_path / found / "keys.json").replace(own)

    refused = start(module, tmp_path / "one", PORT=port)

    assert_refused(refused, "keys.json", "Tệp khóa không khớp với cơ sở dữ liệu")
    kept.replace(own)
    check_ready(create_app(Settings.from_env(environment(tmp_path / "one"))))


@pytest.fixture
def other_keys(app, tmp_path):
    """Return an application on the same database with a key file of its own."""
    settings = app.config["SETTINGS"]
    return create_app(Settings(instance=tmp_path, database_url=settings.database_url, testing=True))


def test_keys_that_do_not_fit_the_database_are_refused(app, other_keys):
    check_ready(app)

    with pytest.raises(BadKeys, match=r"keys\.json"):
        check_ready(other_keys)

    check_ready(app)


@pytest.mark.parametrize(
    ("revision", "words"),
    [("0001", "flask --app wsgi db upgrade"), ("9999", "mới hơn")],
)
def test_a_database_of_another_version_is_refused_and_left_as_it_is(app, revision, words):
    def move(to):
        with app.app_context(), db.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": to})

    move(revision)
    try:
        with pytest.raises(NotReady, match=words):
            check_ready(app)
        if revision == "9999":
            with pytest.raises(NotReady, match=words):
                prepare(app)
    finally:
        move(head())
    check_ready(app)


def test_the_check_leaves_no_connection_behind_that_a_child_could_inherit(app):
    check_ready(app)

    with app.app_context():
        assert db.engine.pool.checkedout() == 0
        assert db.engine.pool.checkedin() == 0
