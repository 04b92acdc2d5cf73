"""How many statements a page costs, whatever there is."""

from typing import Any

import pytest
from sqlalchemy import Connection, event

from bot import threads
from bot.commands.call import Here
from core.desk import Desk
from tests.shop import Shop


def _counted(desk: Desk, key: str) -> int:
    said: list[str] = []

    def note(connection: Connection, cursor: Any, statement: str, *rest: Any) -> None:
        said.append(statement)

    event.listen(desk.connection, "before_cursor_execute", note)
    threads.read(desk, key)
    event.remove(desk.connection, "before_cursor_execute", note)
    return len(said)


@pytest.mark.parametrize("length", [1, 40])
async def test_opening_a_ticket_takes_at_most_six_statements_whatever_its_length(shop: Shop, length: int) -> None:
    ines, ben = await shop.agent("ines"), await shop.agent("ben")
    await shop.customer("ana").writes("My lamp is broken")
    await ines.types("dialog take 1")
    await ines.types("dialog end 1")
    for number in range(length):
        await (ines if number % 2 else ben).says(f"Note {number}", Here(ticket=1))
        await ines.types(f"ticket tag 1 +t{number}")
    assert await shop.read(lambda desk: _counted(desk, "ticket:1"), ines.actor) <= 6
