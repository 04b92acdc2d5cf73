"""The web chat passes the contract of channels."""

import uuid

import pytest
from websockets.exceptions import ConnectionClosed

from tests.connectors.webchat.page import Visitor, visitor
from tests.contracts.connector import ConnectorContract, Customer
from tests.server import Server


class OnAPage:
    """A customer with the widget open; each line on a socket of its own, as after a bad connection."""

    def __init__(self, page: Visitor) -> None:
        self._page = page

    async def says(self, words: str, *, key: str = "") -> bool:
        try:
            async with self._page.socket() as socket:
                answer = await self._page.says(socket, words, client_id=key or uuid.uuid4().hex)
        except ConnectionClosed:
            return False
        return answer["type"] == "said"

    async def screen(self) -> list[str]:
        return await self._page.read()


@pytest.mark.xdist_group("webchat-contract")
class TestWebChat(ConnectorContract):
    settings = {"MESSAGES_PER_MINUTE": "600", "VISITORS_PER_MINUTE": "600"}

    async def newcomer(self, desk: Server) -> Customer:
        return OnAPage(await visitor(desk))
