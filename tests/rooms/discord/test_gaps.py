"""Nothing lost, nothing doubled: kills, gaps, lost answers, rates, a Discord that is away, keys worth nothing."""

import asyncio
import signal
from pathlib import Path

import httpx
import pytest
from sqlalchemy import delete, select, update

from core import threads
from core.desk import Desk
from core.models import Bucket, Delivery
from tests.contracts.desk import eventually
from tests.platforms.discord_intents import Intent
from tests.rooms.discord.guild import Guild, Team, plain
from tests.server import Server

POST = "POST", "/channels/*/messages"


def _said(team: Team, words: str) -> list[str]:
    """The bot's messages in the post with these words."""
    bot = team.guild.discord.world.bot
    return [m.content for m in team.post.messages if m.author is bot and words in plain(m.content)]


async def test_what_was_written_while_nobody_listened_is_read_once_in_its_order(team: Team) -> None:
    team.desk.end(signal.SIGKILL)
    for words in ("one while away", "two while away"):
        await team.does(team.ines.person.posts(team.post, words))
    team.desk.start()
    await team.says_eventually(("note", "two while away"))
    found = [words for _, words in await team.shop.said() if "while away" in words]
    assert found == ["one while away", "two while away"]
    team.desk.end(signal.SIGKILL)
    team.desk.start()
    await team.does(team.guild.discord.connected())
    await team.line("three here", "note")
    assert [words for _, words in await team.shop.said() if "while away" in words] == found


async def test_a_line_in_a_post_that_was_archived_meanwhile_is_read_too(team: Team) -> None:
    team.desk.end(signal.SIGKILL)
    await team.does(team.ines.person.posts(team.post, "just before it slept"))
    await team.does(team.guild.discord.owner.changes(team.post, archived=True))
    team.desk.start()
    await team.says_eventually(("note", "just before it slept"))


async def test_only_threads_past_their_cursor_are_read(team: Team) -> None:
    await team.line("a note to begin with", "note")
    await _all_read(team)
    team.desk.end(signal.SIGTERM)
    asked = len(team.guild.discord.requests)
    await team.does(team.ines.person.posts(team.post, "the only one unread"))
    team.desk.start()
    await team.says_eventually(("note", "the only one unread"))
    reads = [each.path for each in team.guild.discord.requests[asked:] if each.method == "GET"]
    assert [path for path in reads if path.endswith("/messages")] == [f"/channels/{team.post.id}/messages"]


async def _all_read(team: Team) -> None:
    """Waits until the cursors of all active threads stand at their last message."""

    async def unread() -> list[str]:
        ours = await team.shop.read(lambda desk: threads.cursors(desk, "discord"))
        cursors = {each.root: each.cursor for each in ours}
        active = [post for post in team.guild.discord.world.active_threads() if str(post.id) in cursors]
        return [post.name for post in active if int(cursors[str(post.id)] or 0) < (post.last_message_id or 0)]

    assert await eventually(unread, lambda found: not found) == []


@pytest.mark.parametrize("how", ["drop", "reconnect", "resumable", "invalid"])
async def test_lines_typed_in_a_gap_of_the_gateway_arrive_once(team: Team, how: str) -> None:
    discord = team.guild.discord

    async def body() -> None:
        match how:
            case "drop":
                discord.drops_gateway()
            case "reconnect":
                discord.asks_to_reconnect()
            case _:
                discord.invalidates_session(resumable=how == "resumable")
        await team.ines.person.posts(team.post, f"in the gap of a {how}")

    await team.does(body())
    await team.says_eventually(("note", f"in the gap of a {how}"))
    await team.does(discord.connected())
    await team.line(f"after the {how}", "note")
    assert [w for _, w in await team.shop.said()].count(f"in the gap of a {how}") == 1


async def test_an_event_delivered_twice_is_taken_once(team: Team) -> None:
    team.guild.discord.duplicates("MESSAGE_CREATE")
    await team.line("only once, please", "note")
    assert [w for _, w in await team.shop.said()].count("only once, please") == 1


@pytest.mark.parametrize("how", ["answer_lost", 500, 502])
async def test_a_post_whose_answer_was_lost_stands_once(team: Team, how: str) -> None:
    team.guild.discord.fails(*POST, with_=how)  # type: ignore[arg-type]
    await team.customer.writes(f"once, whatever {how}")
    await team.says(f"once, whatever {how}")
    await team.customer.writes("and then")
    await team.says("and then")
    assert len(_said(team, f"once, whatever {how}")) == 1


async def test_a_post_is_opened_once_though_its_answer_was_lost(team: Team, guild: Guild) -> None:
    guild.discord.fails("POST", "/channels/*/threads", with_="answer_lost")
    other = await Team.gathered(guild, team.desk, team.shop)
    assert len(other.posts(other.post.name)) == 1
    await other.line("Hello", "note")


async def test_killed_between_effect_and_answer_it_neither_repeats_nor_forgets(team: Team) -> None:
    discord = team.guild.discord
    with discord.slow(0.5):
        await team.customer.writes("said before the kill")
        await team.until(lambda: [asked for asked in discord.requests if _asks(asked.body, "before the kill")])
        await asyncio.sleep(0.55)
        team.desk.end(signal.SIGKILL)
    team.desk.start()
    await team.says("said before the kill")
    await team.customer.writes("said afterwards")
    await team.says("said afterwards")
    assert len(_said(team, "said before the kill")) == 1


def _asks(body: object, words: str) -> bool:
    return isinstance(body, dict) and words in str(body.get("content"))


async def test_one_threads_rate_stalls_no_other_and_is_kept(team: Team, guild: Guild) -> None:
    other = await Team.gathered(guild, team.desk, team.shop)
    guild.discord.fails("POST", f"/channels/{team.post.id}/messages", with_=429, retry_after_s=20)
    await team.customer.writes("has to wait")
    await other.customer.writes("need not wait")
    await other.says("need not wait")
    assert _said(team, "has to wait") == []
    assert guild.discord.violations == []

    async def errors() -> list[str]:
        return await team.shop.read(lambda desk: list(desk.session.scalars(select(Delivery.error))))

    assert "Discord asks to wait." in await eventually(errors, lambda found: "Discord asks to wait." in found)


async def test_after_discord_was_away_everything_arrives_in_order(team: Team, guild: Guild) -> None:
    await team.does(guild.discord.goes_down())
    for number in range(3):
        await team.customer.writes(f"while down {number}")
    async with httpx.AsyncClient() as web:
        assert (await web.get(f"{team.desk.base}/healthz")).status_code == 200
    await team.does(guild.discord.comes_back())
    await team.says("while down 2")
    words = "\n".join(_said(team, "while down"))
    assert [words.index(f"while down {number}") for number in range(3)] == sorted(
        words.index(f"while down {number}") for number in range(3)
    )
    assert words.count("while down") == 3


async def test_a_missing_permission_is_named(team: Team, guild: Guild) -> None:
    guild.discord.overwrite(guild.forum, guild.discord.bot, deny=("send_messages_in_threads",), allow=("view_channel",))
    await team.customer.writes("nobody may say this")

    async def look() -> list[str]:
        errors = await team.shop.read(lambda desk: list(desk.session.scalars(select(Delivery.error))))
        return [each for each in errors if "permission" in each]

    found = await eventually(look, bool)
    guild.discord.overwrite(guild.forum, guild.discord.bot, allow=("view_channel",))
    assert "“Send Messages in Threads”" in found[0]
    await team.shop.change(_waits_no_longer)
    await team.says("nobody may say this")


def _waits_no_longer(desk: Desk) -> None:
    """What was put off may go now."""
    desk.execute(update(Delivery).where(Delivery.is_due).values(not_before=None))
    desk.execute(delete(Bucket))


async def test_a_token_that_is_worth_nothing_is_named_and_the_rest_goes_on(tmp_path: Path, guild: Guild) -> None:
    wrong = Server(tmp_path / "wrong", guild.discord.environment(DISCORD_TOKEN="not-the-token-of-anybody"))
    wrong.start()
    async with httpx.AsyncClient() as web:
        assert (await web.get(f"{wrong.base}/room/sign-in")).status_code == 200
    await _until_said(wrong, "does not know the bot's token")
    wrong.end()
    assert "not-the-token-of-anybody" not in wrong.said()


async def test_intents_that_are_off_are_named(tmp_path: Path, guild: Guild) -> None:
    guild.discord.grants(Intent(0))
    blind = Server(tmp_path / "blind", guild.discord.environment())
    blind.start()
    await _until_said(blind, "Server Members Intent")
    blind.end()
    guild.discord.grants(Intent.GUILD_MEMBERS | Intent.MESSAGE_CONTENT | Intent.PRESENCES)


async def test_a_revoked_token_is_named_and_the_rest_goes_on(tmp_path: Path, guild: Guild) -> None:
    discord, token = guild.discord, guild.discord.token
    shut = Server(tmp_path / "shut", discord.environment())
    before = len(discord.gateway.sessions)
    shut.start()
    await guild.do(discord.until(lambda: len(discord.gateway.sessions) > before))
    await guild.do(_revoked(guild))
    await _until_said(shut, "does not know the bot's token")
    async with httpx.AsyncClient() as web:
        assert (await web.get(f"{shut.base}/room/sign-in")).status_code == 200
    discord.token = discord.gateway.token = token
    shut.end()
    assert token not in shut.said()


async def _revoked(guild: Guild) -> None:
    guild.discord.revokes_token()


async def _until_said(desk: Server, words: str) -> None:
    async with asyncio.timeout(20):
        while words not in desk.said():  # noqa: ASYNC110 - a process of its own writes it
            await asyncio.sleep(0.1)
