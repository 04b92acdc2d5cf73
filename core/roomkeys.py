"""The keys of team chats that an admin entered in the team room: kept sealed, used where `.env` has none."""

import json
from collections.abc import Mapping
from typing import Any

from core import kept
from core.desk import Desk
from core.events import RoomConfigured

TOPIC = "room-keys"
"""What the bus says when a team chat's keys were changed."""
_PREFIX = "room-keys:"


def known(desk: Desk, room: str) -> dict[str, Any]:
    """What was entered for a team chat, as it is kept: keys sealed."""
    found: dict[str, Any] = json.loads(kept.read(desk, _PREFIX + room) or "{}")
    return found


def keep(desk: Desk, room: str, changed: Mapping[str, Any]) -> None:
    """Changes what is kept for a team chat; the rest stays, what is empty is taken out. Keys come sealed."""
    values = {name: value for name, value in (known(desk, room) | dict(changed)).items() if value}
    kept.keep(desk, _PREFIX + room, json.dumps(values))
    desk.look(TOPIC)
    desk.record(RoomConfigured(room=room, what=tuple(sorted(changed))))


def forget(desk: Desk, room: str) -> None:
    """Lets the keys of a team chat go: the desk leaves it."""
    names = tuple(sorted(known(desk, room)))
    kept.forget(desk, _PREFIX + room)
    desk.look(TOPIC)
    desk.record(RoomConfigured(room=room, what=names))
