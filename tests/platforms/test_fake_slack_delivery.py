"""The fake Slack against the real SDK: events by sockets or by signed requests, once or again."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web as server
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from tests.platforms.fake_slack import SIGNING_SECRET, FakeSlack
from tests.platforms.slack_product import Product, client, product


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    """A workspace with an agent and a channel, that does not wait long to try again."""
    async with FakeSlack(retry_waits_s=(0, 0.3, 1)) as fake:
        fake.add_user("ines")
        fake.add_channel("support", "ines")
        yield fake


@pytest.fixture
def app(slack: FakeSlack) -> Product:
    """A product that notes what it hears."""
    return product(slack)


async def test_the_app_hears_what_happens_in_its_channels(slack: FakeSlack, app: Product) -> None:
    ines, away = slack.user("ines"), slack.add_channel("away", "ines", has_bot=False)
    async with app.connected():
        await ines.posts(away, "not for you")
        said = await ines.posts("support", "hello @deskbell")
        await slack.settled()
        await app.app.client.chat_postMessage(channel=said.channel, text="hello", thread_ts=said.ts)
        await ines.edits(said, "hello there")
        await ines.reacts("support", said, "eyes")
        await ines.unreacts("support", said, "eyes")
        await ines.deletes(said)
        await slack.settled()
    told = {(event["type"], event.get("subtype", "")) for event in app.heard}
    assert told == {
        ("message", ""), ("message", "message_changed"), ("app_mention", ""), ("reaction_added", ""),
        ("reaction_removed", ""),
    }  # fmt: skip
    mine = next(event for event in app.told("message") if event.get("bot_id"))
    assert (mine["app_id"], mine["user"], mine["thread_ts"]) == ("A0DESKBELL0", "U0DESKBELL0", said.ts)
    stone = next(e["message"] for e in app.told("message") if e.get("message", {}).get("subtype") == "tombstone")
    assert stone["text"] == "This message was deleted."


async def test_a_message_without_replies_is_gone_when_deleted(slack: FakeSlack, app: Product) -> None:
    async with app.connected():
        await slack.user("ines").deletes(await slack.user("ines").posts("support", "oops <b>"))
        await slack.settled()
    said, event = app.told("message")
    assert (event["subtype"], event["deleted_ts"]) == ("message_deleted", said["ts"])
    assert event["previous_message"]["text"] == "oops &lt;b&gt;"


async def test_the_app_hears_who_comes_and_goes_and_what_becomes_of_channels(slack: FakeSlack, app: Product) -> None:
    ines, lobby = slack.user("ines"), slack.add_channel("lobby", "ines", has_bot=False)
    tom = slack.add_user("tom")
    async with app.connected():
        await ines.invites(lobby, "deskbell")
        await tom.joins(lobby)
        await tom.leaves(lobby)
        await tom.changes(real_name="Thomas")
        await ines.archives(lobby)
        await ines.removes(lobby, "deskbell")
        await ines.deletes_channel("support")
        await slack.settled()
        slack.revokes_token()
        await slack.settled()
    told = [(event["type"], event.get("user", "")) for event in app.heard if event["type"] != "message"]
    assert sorted(kind for kind, _ in told) == [
        "channel_archive", "channel_deleted", "channel_left", "member_joined_channel", "member_joined_channel",
        "member_left_channel", "tokens_revoked", "user_change",
    ]  # fmt: skip
    assert ("member_joined_channel", slack.app.bot_user) in told


async def test_each_event_goes_to_one_of_several_sockets(slack: FakeSlack, app: Product) -> None:
    async with app.connected(3):
        for number in range(9):
            await slack.user("ines").posts("support", f"{number}")
        await slack.settled()
    assert sorted(event["text"] for event in app.told("message")) == [f"{n}" for n in range(9)]
    assert slack.lost == []


async def test_a_socket_url_serves_once(slack: FakeSlack) -> None:
    url = (await client(slack).apps_connections_open(app_token=slack.app_token))["url"]
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        hello = await socket.receive_json()
        assert (hello["type"], hello["num_connections"]) == ("hello", 1)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


async def test_an_event_comes_again_when_its_acknowledgement_is_lost(slack: FakeSlack, app: Product) -> None:
    slack.deliveries.patience_s = 0.3
    async with app.connected():
        slack.loses_acks()
        await slack.user("ines").posts("support", "hello")
        await slack.settled()
    assert len(app.event_ids) > len(set(app.event_ids)) == 1
    assert app.retries[0] == ("1", "timeout")


async def test_an_envelope_can_come_twice_and_events_out_of_order(slack: FakeSlack, app: Product) -> None:
    async with app.connected():
        slack.sends_twice()
        await slack.user("ines").posts("support", "one")
        await slack.settled()
        slack.reorders(2)
        said = await slack.user("ines").posts("support", "two")
        await slack.user("ines").edits(said, "three")
        await slack.settled()
        await slack.until(lambda: len(app.heard) == 4)
    assert [event.get("text", event.get("subtype")) for event in app.heard] == ["one", "one", "message_changed", "two"]


@pytest.mark.parametrize("reason", ["refresh_requested", "warning"])
async def test_a_socket_asked_to_go_in_mid_traffic_is_replaced(slack: FakeSlack, app: Product, reason: str) -> None:
    async with app.connected():
        going = asyncio.create_task(slack.disconnects(reason))
        for number in range(5):
            await slack.user("ines").posts("support", f"{number}")
            await asyncio.sleep(0)
        await going
        await slack.connected()
        await slack.settled()
    assert {event["text"] for event in app.told("message")} == {f"{number}" for number in range(5)}


async def test_a_deaf_socket_takes_events_that_never_arrive(slack: FakeSlack, app: Product) -> None:
    slack.deliveries.patience_s = 0.3
    async with app.connected(ping_s=0.2):
        slack.deafens()
        await slack.user("ines").posts("support", "hello?")
        await slack.connected()
        await slack.settled()
    assert [event["text"] for event in app.told("message")] == ["hello?"]


async def test_an_event_nobody_takes_is_lost_after_four_attempts() -> None:
    async with FakeSlack(patience_s=0.001) as slack:
        await slack.add_user("ines").posts(slack.add_channel("support", "ines"), "anybody?")
        await slack.settled()
        assert [payload["event"]["text"] for payload in slack.lost] == ["anybody?"]


async def test_a_command_does_not_come_again(slack: FakeSlack, app: Product) -> None:
    @app.app.command("/ticket")
    async def ticket(ack: Any) -> None:
        await ack()

    slack.deliveries.patience_s = 0.3
    async with app.connected():
        slack.loses_acks()
        assert (await slack.user("ines").types("support", "/ticket")).failed == "operation_timeout"


PROGRAM = """
import asyncio, sys
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

async def main(url, bot, app_token):
    app = AsyncApp(client=AsyncWebClient(bot, base_url=url))

    @app.event("message")
    async def hears(event, say):
        await say(f"heard {event['text']}", thread_ts=event["ts"])

    await AsyncSocketModeHandler(app, app_token).start_async()

asyncio.run(main(*sys.argv[1:]))
"""


async def test_a_product_killed_and_started_again_is_told_what_it_missed(slack: FakeSlack, tmp_path: Path) -> None:
    slack.deliveries.retry_waits_s = (0, 1, 2, 4, 8)
    (tmp_path / "product.py").write_text(PROGRAM)
    command = [sys.executable, str(tmp_path / "product.py"), slack.api_url, slack.bot_token, slack.app_token]

    def start() -> "subprocess.Popen[bytes]":
        return subprocess.Popen(command, env=dict(os.environ), stderr=subprocess.DEVNULL)

    running = start()
    await slack.connected()
    running.send_signal(signal.SIGKILL)
    running.wait()
    await slack.until(lambda: not slack.sockets.open)
    said = await slack.user("ines").posts("support", "one")
    running = start()
    await slack.until(lambda: len(slack.thread(said)) == 2, within_s=20)
    running.kill()
    running.wait()
    assert [message.text for message in slack.thread(said)] == ["one", "heard one"]


async def receive(app: Product, port_taken: "asyncio.Future[int]") -> server.AppRunner:
    """Serves bolt at /slack/events of a free port."""

    async def events(request: server.Request) -> server.Response:
        headers: dict[str, str | Sequence[str]] = dict(request.headers.items())
        answer = await app.app.async_dispatch(AsyncBoltRequest(body=await request.text(), headers=headers))
        content_type = answer.headers.get("content-type", ["text/plain"])[0].split(";")[0]
        return server.Response(status=answer.status, text=answer.body, content_type=content_type)

    application = server.Application()
    application.add_routes([server.post("/slack/events", events)])
    runner = server.AppRunner(application)
    await runner.setup()
    await server.TCPSite(runner, "127.0.0.1", 0).start()
    port_taken.set_result(runner.addresses[0][1])
    return runner


async def test_events_commands_and_buttons_come_by_signed_requests(slack: FakeSlack) -> None:
    app = product(slack, signing_secret=SIGNING_SECRET)

    @app.app.command("/ticket")
    async def ticket(ack: Any, command: dict[str, Any]) -> None:
        await ack(f"you typed {command['text']}")

    @app.app.shortcut("new")
    async def new(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        view = {"type": "modal", "title": {"type": "plain_text", "text": "New"}, "blocks": []}
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    port = asyncio.get_running_loop().create_future()
    runner = await receive(app, port)
    signed = await slack.deliver_by_http(f"http://127.0.0.1:{port.result()}/slack/events")
    ines = slack.user("ines")
    await ines.posts("support", "hello")
    await slack.settled()
    assert (await ines.types("support", "/ticket list")).text == "you typed list"
    assert (await ines.uses_shortcut("new")).text == "New"
    signed.is_forged = True
    assert (await ines.types("support", "/ticket list")).failed == "dispatch_failed"
    signed.is_forged, signed.skew_s = False, 301
    assert (await ines.types("support", "/ticket list")).failed == "dispatch_failed"
    assert [event["text"] for event in app.told("message")] == ["hello"]
    await runner.cleanup()


async def test_a_request_that_fails_is_sent_again_with_its_number_and_reason(slack: FakeSlack) -> None:
    came: list[tuple[str, str]] = []

    async def events(request: server.Request) -> server.Response:
        body = await request.json()
        came.append((request.headers.get("X-Slack-Retry-Num", ""), request.headers.get("X-Slack-Retry-Reason", "")))
        return server.Response(text=body.get("challenge", ""), status=500 if len(came) == 2 else 200)

    application = server.Application()
    application.add_routes([server.post("/slack/events", events)])
    runner = server.AppRunner(application)
    await runner.setup()
    await server.TCPSite(runner, "127.0.0.1", 0).start()
    await slack.deliver_by_http(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    await slack.user("ines").posts("support", "hello")
    await slack.settled()
    assert came == [("", ""), ("", ""), ("1", "http_error")]
    await runner.cleanup()
