"""A wrong product, for a control: SQLite does not wait for the disk.

gunicorn serves `app` from here through `no_sync_conf.py`, and the worker is started from it.
"""

from sqlalchemy import Engine, event

from wsgi import app  # noqa: F401 - for gunicorn


@event.listens_for(Engine, "connect")
def do_not_sync(connection, _record):
    """Undo what the product has set; this listener comes after its own."""
    connection.execute("PRAGMA synchronous=OFF")
