"""The desk's own mailboxes: looked up once in a transaction, since every letter asks for them."""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import select

from core.desk import Desk
from core.kinds import LETTERS
from core.models import Channel, table

_channel = table(Channel)
_MAILBOXES = (
    select(_channel.c.id, _channel.c.settings).where(_channel.c.kind.in_(LETTERS)).order_by(_channel.c.id)
)  # fmt: skip


def settings(desk: Desk) -> Mapping[int, Mapping[str, Any]]:
    """The settings of each, by the ids of their channels."""

    def find() -> object:
        return {row.id: row.settings for row in desk.execute(_MAILBOXES)}

    return cast(Mapping[int, Mapping[str, Any]], desk.once("mailboxes", find))


def places(desk: Desk) -> list[str]:
    """Where copies of what we have sent by letter stand."""
    return [f"channel:{each}" for each in settings(desk)]


def addresses(desk: Desk) -> set[str]:
    """Their addresses."""
    return {str(each["address"]) for each in settings(desk).values() if each.get("address")}
