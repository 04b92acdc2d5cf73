"""INSERT … ON CONFLICT: SQLAlchemy offers it per dialect, and only the one in use is imported."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy.dialects.postgresql import Insert as OnPostgres
    from sqlalchemy.dialects.sqlite import Insert as OnSqlite


def into(table: Any, on_postgres: bool) -> "OnPostgres | OnSqlite":
    """An INSERT into a table or model that offers `on_conflict_do_nothing` and `on_conflict_do_update`."""
    if on_postgres:
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)
