"""Customers' words in a team's chat: how soon they stand in their thread, and how a rush of them goes out."""

import asyncio
import itertools
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from core import channels, teams
from core.actor import SYSTEM
from core.desk import Desk
from tests.bench.live import customer, drain, say
from tests.bench.tables import Row, at_most, limit
from tests.contracts.desk import beside
from tests.platforms.fake_discord import FakeDiscord
from tests.platforms.fake_slack import FakeSlack, Message
from tests.rooms.discord.guild import plain
from tests.rooms.slack.conftest import MANIFEST
from tests.server import Server

RATE, MESSAGES = 2, 40
TEAMS = ("shop", "bills", "parts")
"""Each with a channel of its own: two messages a second are more than Slack takes in one."""
CUSTOMERS, EACH = 30, 4
_PATIENT = {"PRESENT": "5h", "CALL_OUT": "5h", "GIVE_UP": "5h", "MESSAGES_PER_MINUTE": "100000"}
_CLOCKS_S = 0.5
"""How far apart the desk's and the fake's moments may be."""


def measured() -> list[Row]:
    """The desk beside a fake Slack, then a fake Discord."""
    slack, rush, discord = (_on_a_desk(measure) for measure in (_soon_in_slack, _rush, _soon_in_discord))
    return [_soon("a Slack thread", slack), rush, _soon("a Discord post", discord)]


def _on_a_desk(measure: Callable[[Path], Any]) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(measure(Path(folder)))


def _soon(where: str, delays_ms: list[float]) -> Row:
    p95 = statistics.quantiles(delays_ms, n=20)[-1]
    return limit(f"Customers' words in {where}, p95 beyond the server's own answer", p95, 150, " ms")


async def _soon_in_slack(folder: Path) -> list[float]:
    async with FakeSlack(manifest=MANIFEST) as slack:
        server = _server(folder, _keys(slack))
        await asyncio.to_thread(server.start)
        for name in TEAMS:
            await _slack_team(server, slack, name)
        delays = await _delays(server, TEAMS, lambda: _stood_in_slack(slack))
        server.end()
        return delays


async def _soon_in_discord(folder: Path) -> list[float]:
    async with FakeDiscord() as discord:
        forum = discord.add_channel("support", "forum", private_to=(discord.bot,))
        server = _server(folder, discord.environment())
        await asyncio.to_thread(server.start)
        await discord.connected()
        await discord.until(lambda: discord.backend.commands.named(1, "desk"))
        assert "is Support's now" in (await discord.owner.types("/desk setup", "general", channel=forum)).text

        def stood() -> dict[str, float]:
            said = [message for post in forum.posts for message in post.messages]
            return {line: _at(m.at) for m in said for line in plain(m.content).split("\n")}

        delays = await _delays(server, ("shop",), stood)
        server.end()
        return delays


def _server(folder: Path, keys: dict[str, str]) -> Server:
    return Server(folder, _PATIENT | keys)


def _keys(slack: FakeSlack) -> dict[str, str]:
    return {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token, "SLACK_API_URL": slack.api_url}


def _at(stamp: str) -> float:
    return datetime.fromisoformat(stamp).timestamp()


async def _slack_team(server: Server, slack: FakeSlack, name: str) -> None:
    """A team with a web chat and a channel in Slack, all by the same name."""
    if name == TEAMS[0]:
        slack.add_user("boss", is_admin=True)

    def body(desk: Desk) -> None:
        channels.add(desk, "webchat", name, teams.add_team(desk, name))

    async with beside(server) as shop:
        await shop.desks.change(SYSTEM, body)
    slack.add_channel(name, "boss")
    await slack.connected(2)
    line = "desk setup" if name == TEAMS[0] else f"desk setup {name}"
    said = (await slack.user("boss").types(name, f"/ticket {line}", look_s=15)).text
    assert "now" in said, said


def _replies(slack: FakeSlack) -> list[Message]:
    return [m for c in slack.world.channels.values() for m in c.messages if m.app_id and m.is_reply]


def _stood_in_slack(slack: FakeSlack) -> dict[str, float]:
    """Since when each line stands in a thread, by Slack's own stamp: before it answers the desk."""
    return {line: float(m.ts) for m in _replies(slack) for line in slack.shown(m).split("\n")}


async def _delays(server: Server, channels: tuple[str, ...], stood: Callable[[], dict[str, float]]) -> list[float]:
    """Milliseconds from a customer's send to the words in the team's chat."""
    people = [await customer(server, channel) for _ in range(3) for channel in channels]
    draining = [asyncio.create_task(drain(socket)) for socket, _ in people]
    await _quiet(lambda: len(stood()))
    sent: dict[str, float] = {}
    for socket, _ in itertools.islice(itertools.cycle(people), MESSAGES):
        words = f"mark-{uuid.uuid4().hex}"
        sent[words] = time.time()
        await say(socket, words)
        await asyncio.sleep(1 / RATE)
    seen = await _all_stand(sent, stood)
    for task in draining:
        task.cancel()
    return [(seen[words] - at) * 1000 for words, at in sent.items()]


async def _quiet(count: Callable[[], int], *, for_s: float = 6.0) -> None:
    """Waits until nothing was added for a while: all hellos have been shown, and the rates are whole again."""
    known, since = -1, time.monotonic()
    while time.monotonic() - since < for_s:
        if (now := count()) != known:
            known, since = now, time.monotonic()
        await asyncio.sleep(0.1)


async def _all_stand(sent: dict[str, float], stood: Callable[[], dict[str, float]]) -> dict[str, float]:
    async with asyncio.timeout(240):
        while not sent.keys() <= (seen := stood()).keys():  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    return seen


@dataclass
class Rush:
    """Many customers in one channel at once: what they wrote when, in their order."""

    slack: FakeSlack
    sent: dict[str, float] = field(default_factory=dict)

    async def writes(self, shop: Any, name: str) -> None:
        """One customer, who does not wait for an answer."""
        who = shop.customer(name)
        for number in range(EACH):
            words = f"{name} says {number}"
            await who.writes(words)
            self.sent[words] = time.time()

    def check(self) -> None:
        """All in order, no limit overrun twice, and no customer's words waited while another's card was shown."""
        assert self.slack.violations == []
        lines = [(line, m.ts) for m in _replies(self.slack) for line in self.slack.shown(m).split("\n")]
        told = [line for line, _ in lines if line in self.sent]
        assert len(told) == len(self.sent), "words are missing or doubled"
        for name in {words.partition(" ")[0] for words in told}:
            own = [words for words in told if words.startswith(f"{name} ")]
            assert own == sorted(own), f"{name}'s words are out of order"
        assert not self.behind_a_card(), self.behind_a_card()

    def behind_a_card(self) -> list[str]:
        """Words that could have been said when a card was shown instead."""
        roots = {m.ts for m in self.slack.channel(TEAMS[0]).messages if m.app_id and not m.is_reply}
        found: list[str] = []
        for message in _replies(self.slack):
            for words in set(self.slack.shown(message).split("\n")) & self.sent.keys():
                could = max(self.sent[words], float(message.thread_ts)) + _CLOCKS_S
                found += [words for root in roots if could < float(root) < float(message.ts) - _CLOCKS_S]
        return found


async def _rush(folder: Path) -> Row:
    async with FakeSlack(manifest=MANIFEST, limits=True) as slack:
        server, rush = _server(folder, _keys(slack)), Rush(slack)
        await asyncio.to_thread(server.start)
        await _slack_team(server, slack, TEAMS[0])
        await _quiet(lambda: len(slack.calls("chat.postMessage")))
        began, before = time.time(), len(slack.calls("chat.postMessage"))
        async with beside(server) as shop:
            await asyncio.gather(*(rush.writes(shop, f"c{number}") for number in range(CUSTOMERS)))
        seen = await _all_stand(rush.sent, lambda: _stood_in_slack(slack))
        took_s = max(seen[words] for words in rush.sent) - began
        posts = len(slack.calls("chat.postMessage")) - before
        rush.check()
        server.end()
    limited = len([r for r in slack.requests if r.outcome == "ratelimited"])
    what = f"{CUSTOMERS} customers' {len(rush.sent)} messages at once in one Slack channel, {posts} posts"
    return at_most(f"{what} (429: {limited}), to one post a second", took_s, posts, 1.5, " s")
