"""What a platform has brought and nobody has read yet: kept raw for the moment until it is taken in, in its order."""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, select

from core import kept
from core.desk import Desk
from core.models import Kept

MOST = 500
"""As much is read at once."""


def topic(channel_id: int) -> str:
    """What is told when there is something."""
    return f"brought:{channel_id}"


def keep(desk: Desk, channel_id: int, number: int, raw: str) -> None:
    """Keeps what a channel has brought under the platform's number for it; the same again is kept once."""
    kept.keep(desk, _name(channel_id, number), raw)
    desk.look(topic(channel_id))


def waiting(desk: Desk, channel_id: int) -> Sequence[str]:
    """What a channel has brought, the lowest number first."""
    theirs = Kept.name.startswith(f"brought:{channel_id}:")
    return desk.execute(select(Kept.value).where(theirs).order_by(Kept.name).limit(MOST)).scalars().all()


def done(desk: Desk, channel_id: int, numbers: Iterable[int]) -> None:
    """It has been taken in."""
    desk.execute(delete(Kept).where(Kept.name.in_([_name(channel_id, each) for each in numbers])))


def _name(channel_id: int, number: int) -> str:
    return f"brought:{channel_id}:{number:020}"
