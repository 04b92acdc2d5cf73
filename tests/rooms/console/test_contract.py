"""The team room passes the contract of rooms."""

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.contracts.room import RoomContract, Seat
from tests.rooms.console.page import Tab
from tests.server import Server


@pytest.mark.xdist_group("console-contract")
class TestTeamRoom(RoomContract):
    async def sits(self, desk: Server, name: str) -> Seat:
        return await Tab.of(desk, name)

    async def is_refused(self, desk: Server) -> bool:
        async with httpx.AsyncClient(base_url=desk.base, headers={"Origin": desk.base}) as web:
            pages = [await web.get("/room"), await web.get("/room?thread=dialog:1"), await web.post("/room/files")]
        async with connect(f"{desk.base.replace('http', 'ws')}/room/ws", origin=desk.base) as socket:  # type: ignore[arg-type]
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
        assert closed.value.rcvd is not None
        return closed.value.rcvd.code == 4401 and [page.status_code for page in pages] == [303, 303, 403]
