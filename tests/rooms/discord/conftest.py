"""A running desk at a Discord server, for stories."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.contracts.desk import beside
from tests.rooms.discord.guild import Chair, Guild, Team
from tests.server import Server
from tests.shop import Shop


@pytest.fixture(scope="module")
def guild() -> Iterator[Guild]:
    """A server with a private forum."""
    made = Guild()
    yield made
    made.close()
    assert made.discord.confusing == []


@pytest.fixture(scope="module")
def desk(guild: Guild, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The desk, whose forum is set up."""
    running = Server(
        tmp_path_factory.mktemp("desk"), {"PRESENT": "2h", "HOLD_MAIL": "3s"} | guild.discord.environment()
    )
    running.start()
    guild.set_up()
    yield running
    running.end()
    assert guild.discord.token not in running.said()


@pytest.fixture
async def shop(desk: Server) -> AsyncIterator[Shop]:
    """People beside it."""
    async with beside(desk) as people:
        yield people


@pytest.fixture
async def team(guild: Guild, desk: Server, shop: Shop) -> Team:
    """An agent of the desk and a customer who writes."""
    return await Team.gathered(guild, desk, shop)


@pytest.fixture
async def ines(team: Team) -> Chair:
    """The agent."""
    return team.ines
