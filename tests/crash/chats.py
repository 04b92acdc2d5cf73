"""Kills a desk that works in two team chats at once; they live on, and keep what was said in them meanwhile."""

import asyncio
import random
import re
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select, update

from core import accounts
from core.actor import SYSTEM
from core.desk import Desk
from core.models import HeldReply, Lane, Lease, Message, Thread
from core.pace import Pace
from core.store import Desks, open_driver
from tests.crash.chatters import Chatter, DiscordChat, SlackChat
from tests.crash.counting import Outcome, compared
from tests.crash.desk import Server, server_in
from tests.crash.people import Customer
from tests.platforms.fake_discord import FakeDiscord
from tests.platforms.fake_slack import FakeSlack
from tests.rooms.slack.conftest import MANIFEST

CUSTOMERS = 4
PAUSE_S = 0.8
"""Two channels take a post a second each, so people talk slower here."""
PATIENCE_S, QUIET_S = 45.0, 3.0
"""After so long without anything new what is missing is lost; and how long is waited whether anything comes twice."""
_LINE = re.compile(r"\w+ (says|writes) \d+")


async def crash_in_chats(url: str, rounds: int, chance: random.Random) -> Outcome:
    """Runs customers and two agents, one in each chat, and counts in the store and in both chats."""
    with tempfile.TemporaryDirectory() as folder:
        async with _open(Path(folder), url, chance) as (server, agents):
            customers = [
                Customer(server.base, f"C{n}", random.Random(chance.random()), PAUSE_S) for n in range(CUSTOMERS)
            ]
            tasks = [asyncio.create_task(each.live()) for each in (*agents, *customers)]
            await _all_work(agents)
            for _ in range(rounds):
                await asyncio.sleep(0.3 + chance.random() * 1.5)
                await server.end(signal.SIGKILL)
                await free(server)
                await server.start()
            lost, doubled = await _settled(server, agents, customers)
            for task in tasks:
                task.cancel()
            await server.end(signal.SIGTERM)
            outcome = await compared(server.url, (), customers, rounds)
            outcome.answered = sum(len(agent.lines) for agent in agents)
            outcome.lost += lost
            outcome.doubled += doubled
            return outcome


async def free(server: Server) -> None:
    """Lets the minute or two pass for which the killed desk still holds its team chats and what it was sending.

    On SQLite the next one knows that it is alone and takes them at once.
    """

    def body(desk: Desk) -> None:
        desk.execute(update(Lease).values(until=desk.now))
        desk.execute(update(Lane).values(leased_until=desk.now))

    if server.url.startswith("sqlite"):
        return
    desks = Desks(open_driver(server.url), pace=Pace())
    try:
        await desks.change(SYSTEM, body)
    finally:
        await desks.close()


async def _all_work(agents: Sequence[Chatter]) -> None:
    """Waits until every agent has found a dialog to write in."""
    async with asyncio.timeout(60):
        while not all(each.lines for each in agents):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


@asynccontextmanager
async def _open(folder: Path, url: str, chance: random.Random) -> AsyncIterator[tuple[Server, list[Chatter]]]:
    """A desk whose team has a channel in Slack and a forum in Discord, and an agent in each."""
    async with FakeSlack(manifest=MANIFEST, retry_waits_s=(0.0, 2.0, 8.0)) as slack, FakeDiscord() as discord:
        server = server_in(folder, url, more=_keys(slack) | discord.environment())
        slack.add_user("boss", is_admin=True)
        ines, omar, role = slack.add_user("ines"), discord.member("omar"), discord.add_role("Agents")
        slack.add_channel("support", "boss", "ines")
        await omar.gets_role(role)
        forum = discord.add_channel("support", "forum", private_to=(role, discord.bot))
        await server.start()
        await slack.connected(2)
        said = (await slack.user("boss").types("support", "/ticket desk setup", look_s=15)).text
        assert "Support" in said, said
        await _same_admin(server, slack.user("boss").id, str(discord.owner.id))
        await discord.connected()
        await discord.until(lambda: discord.backend.commands.named(1, "desk"))
        said = (await discord.owner.types("/desk setup", "general", channel=forum)).text
        assert "is Support's now" in said, said
        chats = (SlackChat(slack, ines), "ines"), (DiscordChat(forum, omar), "omar")
        yield server, [Chatter(chat, name, random.Random(chance.random())) for chat, name in chats]


def _keys(slack: FakeSlack) -> dict[str, str]:
    return {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token, "SLACK_API_URL": slack.api_url}


async def _same_admin(server: Server, in_slack: str, in_discord: str) -> None:
    """Who set the desk up in Slack is the one who owns the Discord server."""

    def body(desk: Desk) -> None:
        agent = accounts.agent_at(desk, "slack", in_slack)
        assert agent is not None
        accounts.attach(desk, agent, "discord", in_discord)

    desks = Desks(open_driver(server.url), pace=Pace())
    try:
        await desks.change(SYSTEM, body)
    finally:
        await desks.close()


async def _settled(
    server: Server, agents: Sequence[Chatter], customers: Sequence[Customer]
) -> tuple[list[str], list[str]]:
    """Lets everything arrive, then waits whether anything comes twice; returns what is lost and doubled."""
    for each in (*agents, *customers):
        each.talks = False
    missing, since = -1, time.monotonic()
    desks = Desks(open_driver(server.url), pace=Pace())
    try:
        while time.monotonic() - since < PATIENCE_S:
            await asyncio.sleep(0.3)
            is_told = not any(each.unsent for each in customers) and all(each.chat.is_told() for each in agents)
            kept = await desks.read(SYSTEM, _kept)
            if (now := len(_differences(kept, agents)[0])) != missing:
                missing, since = now, time.monotonic()
            if is_told and not kept.is_holding and not missing:
                break
        await asyncio.sleep(QUIET_S)
        return _differences(await desks.read(SYSTEM, _kept), agents)
    finally:
        await desks.close()


@dataclass(frozen=True)
class Kept:
    """What the store has: the words of each thread, those that are held, and whether some of these will still go."""

    threads: dict[tuple[str, str], list[str]]
    held: list[str]
    is_holding: bool


def _kept(desk: Desk) -> Kept:
    said = desk.session.scalars(select(Message).order_by(Message.id)).all()
    threads: dict[tuple[str, str], list[str]] = {}
    for thread in desk.session.scalars(select(Thread)):
        theirs = [m for m in said if _is_in(m, thread)]
        threads[thread.room, thread.root or ""] = [m.body for m in theirs if _LINE.fullmatch(m.body)]
    held = desk.session.scalars(select(HeldReply)).all()
    return Kept(threads, [each.body for each in held], any(not each.stopped_because for each in held))


def _is_in(message: Message, thread: Thread) -> bool:
    if thread.ticket_id is not None:
        return message.ticket_id == thread.ticket_id
    return message.dialog_id == thread.dialog_id


def _differences(kept: Kept, agents: Sequence[Chatter]) -> tuple[list[str], list[str]]:
    """What is in the store and not in a chat, in a chat and not in the store, or twice in either."""
    lost: list[str] = []
    doubled: list[str] = []
    for agent in agents:
        for thread in agent.chat.threads():
            _compare(kept, agent, thread, lost, doubled)
        for thread, words in agent.lines:
            times = kept.threads.get((agent.chat.name, thread), []).count(words) + kept.held.count(words)
            lost += [f"{words} is not stored"] * (times == 0)
            doubled += [f"{words} is stored {times} times"] * (times > 1)
    roots = {(agent.chat.name, thread) for agent in agents for thread in agent.chat.threads()}
    lost += [f"{room}'s thread {root or '(none)'} is not there" for room, root in kept.threads.keys() - roots]
    doubled += [f"{room}'s thread {root} is nobody's" for room, root in roots - kept.threads.keys()]
    return lost, doubled


def _compare(kept: Kept, agent: Chatter, thread: str, lost: list[str], doubled: list[str]) -> None:
    stored, shown = kept.threads.get((agent.chat.name, thread), []), agent.chat.lines(thread)
    where = f"in {agent.chat.name}'s {thread}"
    lost += [f"{words} is not {where}" for words in stored if not shown[words]]
    doubled += [f"{words} is {shown[words]} times {where}" for words in stored if shown[words] > 1]
    unknown = {words for words in shown if _LINE.fullmatch(words)} - {*stored, *kept.held}
    doubled += [f"{words} is {where}, where it was not said" for words in unknown]
