"""Small facts a part of the desk wants to find again after it was started anew."""

from sqlalchemy import delete, select

from core import upsert
from core.desk import Desk
from core.models import Kept


def read(desk: Desk, name: str) -> str:
    """What was kept under a name; nothing where nothing was."""
    return desk.execute(select(Kept.value).where(Kept.name == name)).scalar_one_or_none() or ""


def beginning(desk: Desk, prefix: str) -> dict[str, str]:
    """What was kept under names that begin so, by what comes behind that."""
    rows = desk.execute(select(Kept.name, Kept.value).where(Kept.name.startswith(prefix, autoescape=True)))
    return {row.name.removeprefix(prefix): row.value for row in rows}


def keep(desk: Desk, name: str, value: str) -> None:
    """Keeps a fact under a name, in place of what it was before."""
    statement = upsert.into(Kept, desk.on_postgres).values(name=name, value=value)
    desk.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def forget(desk: Desk, name: str) -> None:
    """Lets a fact go; what is not there is no mistake."""
    desk.execute(delete(Kept).where(Kept.name == name))
