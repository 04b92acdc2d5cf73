"""The fake Discord, proved with the real discord.py: sessions, intents, rate limits and misfortunes."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator

import aiohttp
import discord
import pytest

from tests.platforms.discord_bot import Bot, running
from tests.platforms.discord_intents import Intent
from tests.platforms.fake_discord import FakeDiscord

MESSAGES = "/channels/*/messages"


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    """Discord, with nobody connected yet."""
    async with FakeDiscord() as it:
        yield it
        assert it.confusing == []


@pytest.fixture
async def bot(fake: FakeDiscord) -> AsyncIterator[Bot]:
    """A bot that is ready."""
    async with running(fake, Bot()) as it:
        yield it


def general(fake: FakeDiscord, bot: Bot) -> discord.TextChannel:
    """The bot's view of #general."""
    found = bot.get_channel(fake.channel("general").id)
    assert isinstance(found, discord.TextChannel)
    return found


async def test_a_lost_line_is_resumed_and_nothing_is_missed(fake: FakeDiscord, bot: Bot) -> None:
    ines = fake.member("ines")
    fake.drops_gateway()
    await ines.posts("general", "meanwhile")
    await fake.until(lambda: bot.said)
    fake.drops_gateway(4000)
    await ines.posts("general", "and now")
    await fake.until(lambda: len(bot.said) > 1)
    fake.asks_to_reconnect()
    await fake.until(lambda: fake.gateway.resumes == 3)
    assert (bot.said, fake.gateway.identifies) == (["meanwhile", "and now"], 1)


async def test_an_invalid_session_identifies_anew_and_misses_what_happened(fake: FakeDiscord, bot: Bot) -> None:
    fake.invalidates_session()
    await fake.member("ines").posts("general", "meanwhile")
    await fake.until(lambda: fake.gateway.identifies == 2 and fake.gateway.connected)
    await fake.member("ines").posts("general", "and now")
    await fake.until(lambda: bot.said)
    assert bot.said == ["and now"]


async def test_a_new_process_hears_only_what_happens_from_then_on(fake: FakeDiscord) -> None:
    ines = fake.member("ines")
    async with running(fake, Bot()):
        pass
    await ines.posts("general", "meanwhile")
    async with running(fake, Bot()) as again:
        await ines.posts("general", "and now")
        await fake.until(lambda: again.said)
        assert again.said == ["and now"]


_PRODUCT = """
import discord, os, yarl
discord.http.Route.BASE = os.environ["DISCORD_API_URL"]
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["DISCORD_GATEWAY_URL"])
discord.Client(intents=discord.Intents.all()).run(os.environ["DISCORD_TOKEN"])
"""


async def test_a_product_that_is_killed_comes_back_to_the_same_discord(fake: FakeDiscord) -> None:
    for life in (1, 2):
        product = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _PRODUCT, env=os.environ | fake.environment(), stderr=asyncio.subprocess.DEVNULL
        )
        await fake.connected()
        assert fake.gateway.identifies == life
        product.kill()
        await product.wait()
        await fake.until(lambda: not fake.gateway.connected)


async def test_an_event_can_come_twice(fake: FakeDiscord, bot: Bot) -> None:
    fake.duplicates("MESSAGE_CREATE")
    await fake.member("ines").posts("general", "once")
    await fake.member("ines").posts("general", "more")
    await fake.until(lambda: "more" in bot.said)
    assert bot.said == ["once", "once", "more"]


async def test_without_the_intent_only_what_is_meant_for_the_bot_is_read(fake: FakeDiscord) -> None:
    fake.grants(Intent(0))
    ines = fake.member("ines")
    async with running(fake, Bot(discord.Intents.default())) as bot:
        await ines.posts("general", "hello all")
        await ines.posts("general", f"hello {fake.bot.mention}")
        await ines.writes("hello bot")
        await fake.until(lambda: len(bot.said) == 3)
        assert bot.said == ["", f"hello {fake.bot.mention}", "hello bot"]
        assert [message.content async for message in general(fake, bot).history()] == [f"hello {fake.bot.mention}", ""]


async def test_an_intent_that_is_not_granted_closes_the_line(fake: FakeDiscord) -> None:
    fake.grants(Intent.MESSAGE_CONTENT)
    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with running(fake, Bot()):
            pass
    assert fake.gateway.closes == [4014]


async def test_a_revoked_token_ends_the_session_and_every_request(fake: FakeDiscord, bot: Bot) -> None:
    fake.revokes_token()
    await fake.until(bot.is_closed)
    with pytest.raises(discord.LoginFailure):
        await Bot().login("the old one")
    assert (fake.gateway.closes, fake.invalid_requests) == ([4004], 1)


async def test_the_real_client_keeps_the_limits() -> None:
    async with FakeDiscord(limits=True) as fake:
        fake.limit("POST /channels/{channel_id}/messages", 3, 0.3)
        async with running(fake, Bot()) as bot:
            await asyncio.gather(*(general(fake, bot).send(str(number)) for number in range(7)))
        assert (len(fake.channel("general").messages), fake.violations, fake.invalid_requests) == (7, [], 0)


async def test_an_impatient_client_is_told_to_wait_and_written_down() -> None:
    async with FakeDiscord(limits=True) as fake, aiohttp.ClientSession() as session:
        url = f"{fake.api_url}/channels/{fake.channel('general').id}/messages"
        statuses = []
        for _ in range(7):
            async with session.post(
                url, json={"content": "x"}, headers={"Authorization": f"Bot {fake.token}"}
            ) as answer:
                statuses.append(answer.status)
                said = await answer.json()
        assert said["retry_after"] > 0
        assert {"Retry-After", "Via", "X-RateLimit-Bucket"} <= set(answer.headers)
        assert (statuses, len(fake.violations), fake.invalid_requests) == ([200] * 5 + [429] * 2, 1, 2)


async def test_requests_over_fifty_a_second_meet_the_global_limit() -> None:
    async with FakeDiscord(limits=True) as fake, aiohttp.ClientSession() as session:
        fake.limit("GET /users/@me", 1_000, 1)
        for _ in range(51):
            async with session.get(
                f"{fake.api_url}/users/@me", headers={"Authorization": f"Bot {fake.token}"}
            ) as answer:
                said = await answer.json()
        assert (answer.status, said["global"], answer.headers["X-RateLimit-Global"]) == (429, True, "true")


async def test_a_scripted_429_is_waited_for(fake: FakeDiscord, bot: Bot) -> None:
    fake.fails("POST", MESSAGES, with_=429, retry_after_s=0.05)
    await general(fake, bot).send("x")
    assert [asking.status for asking in fake.asked("POST /channels/{channel_id}/messages")] == [429, 200]
    assert fake.violations == []


async def test_failures_come_as_scripted_and_as_often(fake: FakeDiscord, bot: Bot) -> None:
    fake.fails("POST", MESSAGES, with_=503)
    fake.fails("POST", "/channels/{channel_id}/messages", with_=(403, 50013))
    with pytest.raises(discord.DiscordServerError):
        await general(fake, bot).send("x")
    with pytest.raises(discord.Forbidden, match="50013"):
        await general(fake, bot).send("x")
    await general(fake, bot).send("x")
    assert len(fake.channel("general").messages) == 1


async def test_a_lost_answer_has_its_effect_and_a_nonce_finds_it(fake: FakeDiscord, bot: Bot) -> None:
    fake.fails("POST", MESSAGES, with_="answer_lost")
    with pytest.raises(aiohttp.ClientError):
        await general(fake, bot).send("once", nonce="d-1")
    await general(fake, bot).send("once", nonce="d-1")
    assert len(fake.channel("general").messages) == 1


async def test_a_request_that_times_out_has_no_effect(fake: FakeDiscord, bot: Bot) -> None:
    fake.fails("POST", MESSAGES, with_="timeout")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(general(fake, bot).send("x"), 0.1)
    assert fake.channel("general").messages == []


async def test_a_slow_api_answers_all_the_same(fake: FakeDiscord, bot: Bot) -> None:
    with fake.slow(0.05):
        await general(fake, bot).send("x")
    assert len(fake.channel("general").messages) == 1


async def test_what_was_written_outlives_an_outage(fake: FakeDiscord, bot: Bot) -> None:
    await general(fake, bot).send("before")
    await fake.goes_down()
    with pytest.raises(aiohttp.ClientError):
        await general(fake, bot).send("during")
    await fake.comes_back()
    assert [message.content async for message in general(fake, bot).history()] == ["before"]
    await fake.connected()
