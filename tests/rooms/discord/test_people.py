"""Who comes to and leaves the team's role or the server; channels that go; keys that are tried; a second instance."""

import asyncio
import signal
from pathlib import Path

import pytest

from bot.commands import COMMANDS
from bot.discord import connecting
from bot.discord.room import DiscordRoom
from bot.discord.settings import Section
from bot.wiring import Wiring
from core import files, leases, teams
from core.connector import Severity
from core.render import Voice
from tests.contracts.desk import eventually
from tests.platforms.discord_intents import Intent
from tests.platforms.discord_server import delete_channel
from tests.rooms.discord.guild import Guild, Team
from tests.server import Server
from tests.shop import Shop


async def _active(team: Team, name: str) -> bool:
    async def look() -> bool:
        return name in await team.shop.read(lambda desk: [agent.name for agent in teams.agents(desk)])

    return await look()


async def _is_off(team: Team) -> None:
    name = team.ines.person.name
    assert not await eventually(lambda: _active(team, name), lambda active: not active)


async def test_who_loses_the_role_is_off_the_desk_at_once_and_the_dialog_is_called_out(team: Team) -> None:
    await team.takes()
    await team.does(team.ines.person.loses_role(team.guild.agents))
    await _is_off(team)
    assert "no agent" in (await team.does(team.ines.person.types("/ticket list", "general"))).text


async def test_who_leaves_the_server_is_off_the_desk_and_comes_back_only_when_accepted(team: Team) -> None:
    person = team.ines.person
    await team.does(person.leaves())
    await _is_off(team)
    await team.does(person.comes_back())
    await team.does(person.gets_role(team.guild.agents))
    calls = await team.until(lambda: [p for p in team.guild.forum.posts if p.name == "Team: calls and news"])
    name = person.name.title()
    asked = await team.until(lambda: [m for m in calls.messages if f"{name} came to this channel" in m.content])
    reply = await team.does(team.guild.discord.owner.presses(asked, "Accept"))
    assert f"is an agent now: @{person.name}" in reply.text.replace("\\", "")
    assert "no agent" not in (await team.does(person.types("/ticket list", "general"))).text
    welcome = await team.until(lambda: [m for m in person.dms if "Welcome to the desk" in m.content])
    assert "is for practice" in (await team.does(person.presses(welcome, "Get a practice ticket"))).text


async def test_a_role_lost_while_nobody_listened_counts_too(team: Team) -> None:
    team.desk.end(signal.SIGKILL)
    await team.does(team.ines.person.loses_role(team.guild.agents))
    team.desk.start()
    await _is_off(team)


async def test_an_agent_whose_other_roles_change_stays(team: Team) -> None:
    other = team.guild.discord.add_role("Bakers")
    await team.does(team.ines.person.gets_role(other))
    await team.does(team.ines.person.loses_role(other))
    await team.line("Still here", "note")


async def test_a_deleted_channel_is_no_teams_any_more_and_admins_hear_of_it(team: Team, guild: Guild) -> None:
    channel = guild.discord.add_channel("spare", private_to=(guild.agents, guild.discord.bot))
    await team.does(guild.discord.owner.types("/desk setup", channel))
    before = len(guild.discord.owner.dms)

    async def body() -> None:
        delete_channel(guild.discord.world, channel)

    await team.does(body())
    await team.until(lambda: [m for m in guild.discord.owner.dms[before:] if "#spare was deleted" in m.content])


@pytest.fixture
def section(guild: Guild, monkeypatch: pytest.MonkeyPatch) -> Section:
    """The settings of a bot on the fake."""
    for name, value in guild.discord.environment().items():
        monkeypatch.setenv(name, value)
    return Section()


async def _found(values: dict[str, str]) -> list[tuple[Severity, str]]:
    return [(each.severity, Voice().say(each.text)) for each in await connecting.tried(values)]


async def test_a_trial_names_what_lacks_and_invites_with_just_what_is_needed(guild: Guild, section: Section) -> None:
    values = {"DISCORD_TOKEN": section.token}
    guild.discord.bot_may("manage_threads")
    guild.discord.grants(Intent.MESSAGE_CONTENT)
    found = await _found(values)
    assert (Severity.ERROR, "“Server Members Intent” is off. Switch it on in the Developer Portal under Bot.") in found
    guild.discord.grants(Intent.GUILD_MEMBERS | Intent.MESSAGE_CONTENT | Intent.PRESENCES)
    assert (Severity.ON, "It is on the server Acme.") in await _found(values)
    guild.discord.bot_may()
    lacks = [said for severity, said in await _found(values) if severity is Severity.ERROR]
    assert lacks == ["It lacks permissions there: Manage Threads. Invite it again."]
    guild.discord.bot_may("manage_threads", "manage_channels")
    assert any("permissions=" in said and "scope=bot+applications.commands" in said for _, said in found)
    wrong = await _found({"DISCORD_TOKEN": "worth-nothing"})
    assert [severity for severity, _ in wrong] == [Severity.ERROR]
    assert "worth-nothing" not in wrong[0][1]


async def test_the_command_line_writes_the_token_only_where_it_works(tmp_path: Path, guild: Guild) -> None:
    desk = Server(tmp_path, guild.discord.environment(DISCORD_TOKEN=""))
    wrong = await asyncio.to_thread(desk.does, "connect", "discord", "--key", "DISCORD_TOKEN=a-token-of-nobody")
    assert (wrong.returncode, (tmp_path / ".env").exists()) == (1, False)
    right = await asyncio.to_thread(desk.does, "connect", "discord", "--key", f"DISCORD_TOKEN={guild.discord.token}")
    assert right.returncode == 0, right.stdout
    assert "permissions=" in right.stdout
    assert guild.discord.token not in right.stdout
    assert (tmp_path / ".env").read_text() == f"DISCORD_TOKEN={guild.discord.token}\n"


async def test_a_second_instance_says_so_and_waits(shop: Shop, section: Section, tmp_path: Path) -> None:
    await shop.change(lambda desk: leases.hold(desk, "room:discord", "the first"))
    store = files.Store(tmp_path, "secret")
    room = DiscordRoom(Wiring(shop.desks, shop.bus, store, COMMANDS, "http://desk", is_embedded=False), section)
    running = asyncio.create_task(room.run())

    async def look() -> str:
        return Voice().say((await room.check())[0].text)

    said = await eventually(look, lambda said: "Another instance" in said)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert said == "Another instance of this desk listens in Discord; this one waits until it stops."
    assert await shop.read(lambda desk: leases.is_held(desk, "room:discord"))
