"""Work only one process may do at a time: who does it holds a row and renews it, then another may."""

from datetime import timedelta

from sqlalchemy import delete, or_, select

from core import upsert
from core.desk import Desk
from core.models import Lease

SPAN = timedelta(seconds=60)
"""How long a lease lasts without being renewed."""
RENEW_S = 20.0


def hold(desk: Desk, key: str, holder: str) -> bool:
    """Takes or renews a lease; False while somebody else has it."""
    values = {"holder": holder, "until": desk.now + SPAN}
    statement = upsert.into(Lease, desk.on_postgres).values(key=key, **values)
    free = or_(Lease.holder == holder, Lease.until <= desk.now)
    return desk.change(statement.on_conflict_do_update(index_elements=["key"], set_=values, where=free)) == 1


def take_over(desk: Desk, key: str) -> None:
    """Ends a lease whoever has it: only where no other process can."""
    desk.execute(delete(Lease).where(Lease.key == key))


def give_back(desk: Desk, key: str, holder: str) -> None:
    """Ends one's own lease, so that another may take it at once."""
    desk.execute(delete(Lease).where(Lease.key == key, Lease.holder == holder))


def is_held(desk: Desk, key: str) -> bool:
    """Whether somebody does it right now."""
    return desk.execute(select(Lease.key).where(Lease.key == key, Lease.until > desk.now)).first() is not None
