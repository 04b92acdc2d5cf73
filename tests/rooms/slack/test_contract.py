"""Slack passes the contract of rooms: the desk as a process, the workspace a fake at the wire."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.slack.manifest import manifest
from core import accounts, teams
from tests.contracts.desk import beside, eventually
from tests.contracts.room import RoomContract, Seat
from tests.platforms.fake_slack import FakeSlack
from tests.rooms.slack.seat import Office, SlackSeat, office
from tests.server import Server
from tests.shop import Shop

SETTINGS = {"PRESENT": "2h"}


@pytest.mark.asyncio(loop_scope="class")
@pytest.mark.xdist_group("slack-contract")
class TestSlack(RoomContract):
    @pytest_asyncio.fixture(loop_scope="class", scope="class")
    @classmethod
    async def desk(cls, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
        made = manifest(command="ticket", by_socket=True, address="")
        async with FakeSlack(manifest=json.loads(made)) as slack:
            keys = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token}
            server = Server(tmp_path_factory.mktemp("slack"), {**SETTINGS, **keys, "SLACK_API_URL": slack.api_url})
            cls.office = await office(slack)
            await asyncio.to_thread(server.start)
            await slack.connected(2)
            boss = SlackSeat(cls.office, slack.user("boss"))
            assert "support" in (await boss.types("desk setup")).words.lower()
            yield server
            await asyncio.to_thread(server.ends_well)

    office: Office

    @pytest_asyncio.fixture(loop_scope="class")
    async def shop(self, desk: Server) -> AsyncIterator[Shop]:
        async with beside(desk) as people:
            yield people

    async def sits(self, desk: Server, name: str) -> Seat:
        slack = self.office.slack
        if name not in slack.people:
            slack.add_user(name)
            slack.channel("support").members.append(slack.user(name).id)
            account = slack.user(name).id
            async with beside(desk) as shop:
                await shop.change(
                    lambda desk: accounts.attach(desk, teams.agent_named(desk, name), "slack", account)
                )  # fmt: skip
        return SlackSeat(self.office, slack.user(name))

    async def is_refused(self, desk: Server) -> bool:
        slack = self.office.slack
        slack.add_user("eve", is_restricted=True)
        slack.channel("support").members.append(slack.user("eve").id)
        eve = SlackSeat(self.office, slack.user("eve"))
        card = (await eve.cards())[0]
        await slack.connected()
        await eve.types("ticket list")
        await eve.presses(next(iter(card.buttons.values())))
        await eve.says(card.thread, "let me in")
        await slack.user("eve").opens_home()

        async def refusals() -> int:
            home = slack.home_of("eve")
            seen = [*map(slack.shown, slack.ephemerals_for("eve")), "" if home is None else slack.shown(home)]
            return sum("You are no agent of this desk" in words for words in seen)

        return await eventually(refusals, lambda count: count == 4) == 4
