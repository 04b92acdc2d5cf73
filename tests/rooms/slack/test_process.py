"""The desk as a process of its own: killed between Slack's deed and its answer, and called by signed requests."""

import asyncio
import json
import signal
from pathlib import Path

import aiohttp
import pytest

from bot.slack.manifest import manifest
from tests.contracts.desk import beside
from tests.platforms.fake_slack import FakeSlack, Message
from tests.rooms.slack.conftest import MANIFEST
from tests.rooms.slack.seat import Office, SlackSeat, office
from tests.server import Server, free_port

pytestmark = pytest.mark.xdist_group("slack-process")


def _posts(here: Office, words: str) -> list[Message]:
    return [m for m in here.channel.messages if m.app_id and words in here.slack.shown(m)]


async def _set_up(here: Office) -> None:
    assert "Support" in (await SlackSeat(here, here.slack.user("boss")).types("desk setup")).words


async def test_killed_between_the_deed_and_its_answer_nothing_is_repeated_or_forgotten(tmp_path: Path) -> None:
    async with FakeSlack(manifest=MANIFEST) as slack:
        here = await office(slack)
        keys = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token}
        server = Server(tmp_path, {**keys, "SLACK_API_URL": slack.api_url})
        await asyncio.to_thread(server.start)
        await slack.connected(2)
        await _set_up(here)
        async with beside(server) as shop:
            for number in range(3):
                slack.slow(3)
                await shop.customer(f"ana{number}").writes(f"question {number}")
                await slack.until(lambda number=number: _posts(here, f"question {number}"), within_s=15)
                server.end(signal.SIGKILL)
                slack.slow(0)
                await shop.customer(f"ana{number}").writes(f"more {number}")
                await asyncio.to_thread(server.start)
                await slack.connected(2)
                await slack.until(lambda number=number: _posts(here, f"more {number}"), within_s=15)
        assert [len([m for m in _posts(here, f"question {n}") if not m.is_reply]) for n in range(3)] == [1, 1, 1]
        assert [len([m for m in _posts(here, f"question {n}") if m.is_reply]) for n in range(3)] == [1, 1, 1]
        assert [len(_posts(here, f"more {n}")) for n in range(3)] == [1, 1, 1]
        assert slack.bot_token not in server.said()
        assert slack.app_token not in server.said()
        await asyncio.to_thread(server.end)


async def test_signed_requests_work_and_all_others_are_refused(tmp_path: Path) -> None:
    port = free_port()
    made = json.loads(manifest(command="helpdesk", by_socket=False, address=f"http://127.0.0.1:{port}"))
    async with FakeSlack(manifest=made) as slack:
        here, url = await office(slack), made["settings"]["event_subscriptions"]["request_url"]
        keys = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_SIGNING_SECRET": "shh-deskbell"}
        server = Server(tmp_path, {**keys, "SLACK_API_URL": slack.api_url}, port=port)
        await asyncio.to_thread(server.start)
        await slack.until(lambda: slack.calls("auth.test"))
        await asyncio.sleep(0.3)
        signed = await slack.deliver_by_http(url)
        boss = slack.user("boss")
        assert "Support" in (await boss.types("support", "/helpdesk desk setup", look_s=15)).text
        slack.sends_twice(1)
        assert "is yours" in (await boss.types("support", "/helpdesk new internal Lamp")).text
        await slack.until(lambda: _posts(here, "Lamp"))
        assert len([m for m in _posts(here, "Lamp") if not m.is_reply]) == 1

        signed.is_forged = True
        assert (await boss.types("support", "/helpdesk new internal Forged", look_s=0.3)).failed
        signed.is_forged, signed.skew_s = False, 400
        assert (await boss.types("support", "/helpdesk new internal Late", look_s=0.3)).failed
        async with aiohttp.ClientSession() as web:
            for body in ({"type": "event_callback"}, {"ssl_check": "1", "command": "/helpdesk", "text": "list"}):
                async with web.post(url, data=body) as answer:
                    assert answer.status == 401 or await answer.text() == ""
        assert not _posts(here, "Forged")
        assert not _posts(here, "Late")
        await asyncio.to_thread(server.ends_well)
