"""Every test here runs on SQLite and on PostgreSQL, on a migrated database, with real commits."""

import pytest
from flask.testing import FlaskClient

from quizapp import clock
from quizapp.db import db
from tests import databases, hearing
from tests.integration.harness import watch_writes

ENGINES = ("sqlite", "postgresql")


def pytest_generate_tests(metafunc):
    if "database" in metafunc.fixturenames:
        only = metafunc.definition.get_closest_marker("only")
        engines = only.args if only else ENGINES
        metafunc.parametrize("database", engines, indirect=True, scope="module")


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory):
    migrated = databases.sqlite_database(tmp_path_factory.mktemp("sqlite"))
    yield migrated
    with migrated.app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def migrated_postgresql(tmp_path_factory):
    databases.require_postgresql()
    migrated = databases.postgresql_database(tmp_path_factory.mktemp("postgresql"))
    yield migrated
    databases.drop_postgresql_database(migrated)


@pytest.fixture(scope="module")
def database(request):
    """One of the two databases, each migrated once in a run."""
    return request.getfixturevalue(f"migrated_{request.param}")


@pytest.fixture
def app(database, request):
    database.empty()
    yield database.app
    hearing.remember(request.node, database.app)


@pytest.fixture
def in_app(app):
    """Run the test inside an application context (for services called without a request)."""
    with app.app_context():
        yield app


class CarefulClient(FlaskClient):
    """Fails the test when a request wrote out of order, or wrote and nobody committed."""

    def open(self, *args, **kwargs):
        # A context of its own, as in production: else the session of the test would serve too.
        with watch_writes(self.application) as watch, self.application.app_context():
            response = super().open(*args, **{"buffered": True} | kwargs)
        watch.check(response.status_code)
        return response


@pytest.fixture
def client(app):
    app.test_client_class = CarefulClient
    return app.test_client()


@pytest.fixture
def new_client(app):
    """Return a maker of clients: each is another phone."""
    app.test_client_class = CarefulClient
    return app.test_client


@pytest.fixture
def freeze(monkeypatch):
    """Return a function that stops the application's clock at a moment."""
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.fixture
def run(app):
    """Return a function that runs a `flask` command and gives click's result."""
    return lambda *args: app.test_cli_runner().invoke(args=[str(arg) for arg in args])
