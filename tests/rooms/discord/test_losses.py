"""What was deleted while it was made, what only reads the same, and how long an interaction may wait."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.commands import COMMANDS
from bot.discord.inbound import moment
from bot.discord.modals import Context, Sent
from bot.discord.replying import Reply
from bot.discord.rest import Rest
from bot.discord.room import DiscordRoom
from bot.discord.sending import Sending
from bot.discord.settings import Section
from bot.discord.troubles import LostThread, MadeAgain, Shut
from bot.wiring import Wiring
from core import files, kept, places, pressed
from core.connector import Found
from core.connector import Sent as Shown
from core.errors import TemporaryError
from core.room import Board, Line, Posting
from core.show import Card, verbatim
from tests.platforms import discord_deeds as deeds
from tests.platforms.discord_server import delete_channel
from tests.platforms.discord_world import EPOCH_MS, Channel
from tests.rooms.discord.guild import Guild, Team
from tests.shop import Shop

UNKNOWN_MESSAGE = 404, 10008
UNDER_A_MESSAGE = "POST", "/channels/*/messages/*/threads"
LAMP = Board(verbatim("A lamp"), (Card(verbatim("A lamp")),))


@pytest.fixture
async def room(guild: Guild, shop: Shop, tmp_path: Path) -> AsyncIterator[DiscordRoom]:
    """The way out of a desk at the same server."""
    store = files.Store(tmp_path, "secret")
    environment = guild.discord.environment()
    section = Section(
        token=environment["DISCORD_TOKEN"], guild_id=str(guild.discord.guild_id),
        api_url=environment["DISCORD_API_URL"],
    )  # fmt: skip
    made = DiscordRoom(Wiring(shop.desks, shop.bus, store, COMMANDS, "http://desk", is_embedded=False), section)
    yield made
    await made._rest.close()


def _posting(place: Channel, shown: Board | Line, *, number: int, root: str | None = None) -> Posting:
    kind = "card" if isinstance(shown, Board) else "line"
    return Posting(
        delivery_id=number, nonce=f"lost-{number}", kind=kind, place=str(place.id), root=root, shown=shown,
        language="en", zone="UTC",
    )  # fmt: skip


def _channel(guild: Guild, name: str) -> Channel:
    return guild.discord.add_channel(name, private_to=(guild.agents, guild.discord.bot))


async def test_a_card_deleted_before_it_has_its_thread_is_said_again(room: DiscordRoom, guild: Guild) -> None:
    channel = _channel(guild, "lamps")
    guild.discord.fails(*UNDER_A_MESSAGE, with_=UNKNOWN_MESSAGE)
    made = await room.send(_posting(channel, LAMP, number=1))
    assert [str(thread.id) for thread in channel.posts] == [made.external_id]
    assert len({message.id for message in channel.messages if message.embeds}) == 2


async def test_a_card_deleted_every_time_waits_and_its_channel_stays_the_teams(
    room: DiscordRoom, guild: Guild, team: Team
) -> None:
    channel = _channel(guild, "lamps-too")
    said = await team.does(guild.discord.owner.types("/desk setup", channel))
    assert "is Support's now" in said.text
    guild.discord.fails(*UNDER_A_MESSAGE, with_=UNKNOWN_MESSAGE, times=2)
    with pytest.raises(MadeAgain):
        await room.send(_posting(channel, LAMP, number=2))
    assert await team.shop.read(lambda desk: places.at(desk, "discord", str(channel.id))) is not None
    await team.does(guild.discord.owner.types("/desk setup", "general", channel=guild.forum))


async def test_a_card_for_a_channel_that_is_gone_is_lost(room: DiscordRoom, guild: Guild, team: Team) -> None:
    channel = _channel(guild, "lamps-gone")

    async def delete() -> None:
        delete_channel(guild.discord.world, channel)

    await team.does(delete())
    with pytest.raises(LostThread):
        await room.send(_posting(channel, LAMP, number=3))


async def test_what_the_bot_may_not_say_waits_and_is_told_of_once(room: DiscordRoom, guild: Guild, team: Team) -> None:
    channel, bot = _channel(guild, "lamps-shut"), guild.discord.bot
    said = await team.does(guild.discord.owner.types("/desk setup", channel))
    assert "is Support's now" in said.text
    guild.discord.overwrite(channel, bot, deny=("send_messages",), allow=("view_channel",))
    for number in (6, 7):
        with pytest.raises(Shut) as refused:
            await room.send(_posting(channel, Line((verbatim("Somebody is waiting"),)), number=number))
        assert isinstance(refused.value, TemporaryError)
    await team.until(lambda: [m for m in guild.discord.owner.dms if "lacks the permission" in m.content])
    guild.discord.overwrite(channel, bot, allow=("view_channel", "send_messages"))
    await room.send(_posting(channel, Line((verbatim("Somebody is waiting"),)), number=7))
    await team.does(guild.discord.owner.types("/desk setup", "general", channel=guild.forum))
    assert sum("lacks the permission" in m.content for m in guild.discord.owner.dms) == 1


async def test_a_call_whose_post_was_deleted_did_not_arrive_and_the_forum_stays(
    room: DiscordRoom, guild: Guild, team: Team
) -> None:
    name, gone = f"discord:team:{guild.forum.id}", str(guild.discord.world.new_id())
    await team.shop.change(lambda desk: kept.keep(desk, name, gone))
    call = _posting(guild.forum, Line((verbatim("Somebody is waiting"),)), number=4)
    assert await room.find(call) is Found.ABSENT
    await room.send(call)
    assert await team.shop.read(lambda desk: places.at(desk, "discord", str(guild.forum.id))) is not None
    assert await team.shop.read(lambda desk: kept.read(desk, name)) != gone


async def test_a_card_that_was_deleted_is_told_as_deleted_not_as_locked(team: Team, guild: Guild) -> None:
    await team.becomes_ticket()
    name, old = team.post.name, team.post
    guild.discord.fails("PATCH", f"/channels/{old.id}/messages/{old.id}", with_=UNKNOWN_MESSAGE)
    await team.commands("/ticket tag", changes="+lamp")
    team.post = await team.until(lambda: [post for post in team.posts(name) if post is not old])
    await team.says("was deleted in Discord")


@pytest.mark.parametrize(("minutes", "is_ours"), [(1, True), (11, False)])
async def test_only_a_line_of_lately_is_known_by_its_words(
    room: DiscordRoom, team: Team, minutes: int, is_ours: bool
) -> None:
    words, at = f"Ines took it ({minutes})", datetime.now(UTC) - timedelta(minutes=minutes)
    id_ = int(at.timestamp() * 1_000 - EPOCH_MS) << 22

    async def write() -> None:
        world = team.guild.discord.world
        deeds.write(world, team.post, world.bot, deeds.Draft(words, message_id=id_))

    await team.does(write())
    line = Line((verbatim(words),))
    found = await room.find(_posting(team.guild.forum, line, number=5, root=str(team.post.id)))
    assert found == (Shown(str(id_)) if is_ours else Found.ABSENT)


async def test_a_form_whose_command_is_gone_is_answered_kindly(team: Team) -> None:
    ines, world = await team.shop.agent(team.ines.person.name), team.guild.discord.world
    old = Sent(Context("ticket of-yore")).kept()
    key = await team.shop.desks.change(ines.actor, lambda desk: pressed.ask(desk, old))
    button = {"type": 2, "style": 1, "label": "Open the form again", "custom_id": f"again:{key}"}

    async def write() -> deeds.Message:
        draft = deeds.Draft("Not right", components=[{"type": 1, "components": [button]}])
        return deeds.write(world, team.post, world.bot, draft)

    reply = await team.does(team.ines.person.presses(await team.does(write()), "Open the form again"))
    assert "too old" in reply.text


@pytest.mark.parametrize(
    ("age_s", "left_s"), [(0.0, 1.5), (1.0, 0.5), (2.0, 0.0), (-5.0, 1.5), (600.0, 1.5)],
)  # fmt: skip
def test_an_interaction_waits_from_when_it_was_made_unless_the_clock_is_wrong(
    room_rest: tuple[Rest, Sending], age_s: float, left_s: float
) -> None:
    id_ = "1300000000000000000"
    wire = {"id": id_, "token": "t", "application_id": "1"}
    reply = Reply(*room_rest, wire, now=moment(id_) + timedelta(seconds=age_s))
    assert reply.left_s() == pytest.approx(left_s, abs=0.2)


@pytest.fixture
def room_rest(room: DiscordRoom) -> tuple[Rest, Sending]:
    """What answers go out by."""
    return room._rest, room._sending
