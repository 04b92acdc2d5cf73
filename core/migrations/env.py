"""Runs migrations on the connection `core.schema` hands over."""

from typing import Any

from alembic import context

from core.models import Base


def _is_ours(thing: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    """Everything but the search index, which is no table of the models."""
    return not (kind == "table" and (name or "").split("_")[0] == "said")


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    include_object=_is_ours,
)
with context.begin_transaction():
    context.run_migrations()
