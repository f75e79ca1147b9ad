"""Whether an error says that the database cannot be asked now, so that the same may work later."""

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout


def is_away(error: Exception) -> bool:
    """Tell an absent or too busy database from a mistake of ours.

    What a driver raises where a connection ended differs: psycopg an OperationalError or an
    InterfaceError, SQLite a ProgrammingError. SQLAlchemy marks those that it knows.
    """
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, (OperationalError, InterfaceError, PoolTimeout))


def cause_of(error: Exception) -> str:
    """Return the first line of what the driver said, without the statement and its values."""
    said = error.orig if isinstance(error, DBAPIError) else error
    return str(said).partition("\n")[0]
