"""How Alembic reaches the application's database and tables."""

import time

from alembic import context
from alembic.util import CommandError
from flask import current_app
from psycopg.errors import LockNotAvailable
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from quizapp.db import WRITE

config = context.config
database = current_app.extensions["migrate"].db
options = current_app.extensions["migrate"].configure_args
# Everybody waits behind a migration that waits: it gives up soon, and tries again.
LOCK_TIMEOUT = "200ms"
TRIES = 30  # -x tries=1 says otherwise
PAUSE_SECONDS = 2.0
BUSY = (
    "Cơ sở dữ liệu đang bận: một giao dịch khác giữ bảng cần nâng cấp. Bước đang làm đã được hủy"
    " trọn vẹn, không có gì dở dang; hãy chạy lại lúc vắng người, hoặc xem bảng pg_stat_activity"
    " để biết ai đang giữ."
)


def run() -> None:
    """Migrate, each migration a transaction by itself; what was done stays done at a new try."""
    tries = int(context.get_x_argument(as_dictionary=True).get("tries", TRIES))
    for left in reversed(range(tries)):
        try:
            migrate()
        except OperationalError as error:
            if not is_about_locks(error):
                raise
            if not left:
                raise CommandError(BUSY) from error
            time.sleep(PAUSE_SECONDS)
        else:
            return


def migrate() -> None:
    engine = database.engine
    url = engine.url.render_as_string(hide_password=False)
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    with engine.connect() as plain:
        connection = plain.execution_options(**{WRITE: True})
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
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


def is_about_locks(error: OperationalError) -> bool:
    return isinstance(error.orig, LockNotAvailable) or "database is locked" in str(error.orig)


if context.is_offline_mode():
    raise SystemExit("offline migrations are not supported: run them against the database")
run()
