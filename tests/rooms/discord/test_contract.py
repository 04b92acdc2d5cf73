"""Discord passes the contract of rooms."""

from collections.abc import Iterator

import pytest

from tests.contracts.room import RoomContract, Seat
from tests.rooms.discord.guild import Guild, seated
from tests.server import Server


@pytest.mark.xdist_group("discord-contract")
class TestDiscord(RoomContract):
    guild: Guild

    @pytest.fixture(scope="class")
    @classmethod
    def desk(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
        cls.guild = Guild()
        settings = {"PRESENT": "2h"} | cls.guild.discord.environment()
        running = Server(tmp_path_factory.mktemp("contract"), settings)
        running.start()
        cls.guild.set_up()
        yield running
        running.ends_well()
        cls.guild.close()
        assert cls.guild.discord.confusing == []

    async def sits(self, desk: Server, name: str) -> Seat:
        return await seated(self.guild, desk, name)

    async def is_refused(self, desk: Server) -> bool:
        await self.guild.do(self.guild.discord.connected())
        stranger = self.guild.discord.member("stranger")
        reply = await self.guild.do(stranger.types("/ticket list", "general"))
        return reply.ephemeral and "no agent" in reply.text
