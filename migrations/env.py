"""How Alembic reaches the application's database and tables."""

from alembic import context
from flask import current_app
from sqlalchemy import text

from quizapp.db import WRITE

config = context.config
database = current_app.extensions["migrate"].db
options = current_app.extensions["migrate"].configure_args


def run() -> None:
    engine = database.engine
    url = engine.url.render_as_string(hide_password=False)
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    with engine.connect() as plain:
        connection = plain.execution_options(**{WRITE: True})
        if engine.dialect.name == "postgresql":
            # A migration that would wait behind a long reader gives up instead of blocking others.
            connection.execute(text("SET lock_timeout = '2s'"))
            connection.execute(text("SET statement_timeout = '15min'"))
            connection.commit()
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            transaction_per_migration=True,
            **options,
        )
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("offline migrations are not supported: run them against the database")
run()
