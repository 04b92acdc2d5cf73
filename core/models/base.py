"""What all tables share: their base, aware times, small enums and keys."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware UTC time: timestamptz on PostgreSQL, whole microseconds since 1970 on SQLite."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(DateTime(timezone=True) if dialect.name == "postgresql" else BigInteger())

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        return None if dialect.name == "postgresql" else _as_number

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """In place of `process_result_value`, which costs two calls more for each value of each row."""
        return None if dialect.name == "postgresql" else _as_moment


def _as_number(moment: datetime | None) -> int | None:
    return None if moment is None else (moment - _EPOCH) // _MICROSECOND


def _as_moment(number: int | None) -> datetime | None:
    return None if number is None else _EPOCH + timedelta(0, 0, number)


class Document(TypeDecorator[Any]):
    """JSON; binary on PostgreSQL, whose dialect is imported only there."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name != "postgresql":
            return dialect.type_descriptor(JSON())
        from sqlalchemy.dialects.postgresql import JSONB

        return dialect.type_descriptor(JSONB())


class Never(ColumnElement[datetime]):
    """A time after all others, so that what has no time comes last and an index can keep that order."""

    inherit_cache = True
    _traverse_internals = []
    type = Instant()


@compiles(Never)
def _never_on_sqlite(element: Never, compiler: Any, **kw: Any) -> str:
    return "9223372036854775807"


@compiles(Never, "postgresql")
def _never_on_postgres(element: Never, compiler: Any, **kw: Any) -> str:
    return "'infinity'"


def stored(kind: type[StrEnum]) -> Enum:
    """A StrEnum kept as its value in a plain text column, so that a new member needs no migration."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=24,
        values_callable=lambda e: [member.value for member in e],
    )


_ID = BigInteger().with_variant(Integer, "sqlite")
Key = Annotated[int, mapped_column(_ID, primary_key=True, autoincrement=True)]
Facts = Annotated[dict[str, Any], mapped_column(Document, default=dict)]
Listed = Annotated[list[Any], mapped_column(Document, default=list)]


NEVER_AGAIN = {"sqlite_autoincrement": True}
"""For ids people type or buttons carry: SQLite would give a deleted row's id to the next one."""


def reference(table: str, *, erased: str = "RESTRICT", is_key: bool = False) -> Any:
    """A column type that points at another table's id, which may be the row's own key."""
    return mapped_column(_ID, ForeignKey(f"{table}.id", ondelete=erased), primary_key=is_key, autoincrement=False)


def partial_index(name: str, *columns: Any, where: str, unique: bool = False) -> Index:
    """An index over the rows for which `where` holds, on both databases."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


class Base(DeclarativeBase):
    """The root of all tables; names of constraints are fixed, so that both databases can migrate them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Instant(), str: Text(), int: _ID}


def table(model: type[Base]) -> Table:
    """A model's table, for statements of the hot paths: without the mapper they are made and run faster."""
    found = model.__table__
    assert isinstance(found, Table)
    return found
