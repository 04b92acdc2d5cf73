"""The fake Discord, proved with the real discord.py: messages, forum posts, rights and limits of what is written."""

from collections.abc import AsyncIterator

import discord
import pytest

from tests.platforms.discord_bot import Bot, running
from tests.platforms.discord_reading import shown
from tests.platforms.discord_typing import NotOffered
from tests.platforms.discord_world import Channel
from tests.platforms.fake_discord import FakeDiscord


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    """Discord, with a forum; nobody is connected yet."""
    async with FakeDiscord() as it:
        it.add_channel("support", "forum", tags=("billing", "urgent"))
        yield it
        assert it.confusing == []


@pytest.fixture
async def bot(fake: FakeDiscord) -> AsyncIterator[Bot]:
    """A bot that is ready."""
    async with running(fake, Bot(max_ratelimit_timeout=30)) as it:
        yield it


def general(fake: FakeDiscord, bot: Bot) -> discord.TextChannel:
    """The bot's view of #general."""
    found = bot.get_channel(fake.channel("general").id)
    assert isinstance(found, discord.TextChannel)
    return found


async def post(fake: FakeDiscord, bot: Bot, name: str = "#1 invoice") -> tuple[discord.Thread, Channel]:
    """A post the bot opened, as it sees it and as the fake keeps it."""
    forum = bot.get_channel(fake.channel("support").id)
    assert isinstance(forum, discord.ForumChannel)
    made = await forum.create_thread(name=name, content="Card", applied_tags=[forum.available_tags[0]])
    return made.thread, fake.thread(name)


async def test_a_bot_hears_what_people_say_and_reads_their_files(fake: FakeDiscord, bot: Bot) -> None:
    ines = fake.member("ines")
    await ines.posts("general", "hello", files={"a.txt": b"abc"})
    await fake.until(lambda: bot.messages)
    (message,) = bot.messages
    assert (message.content, message.author.name, message.channel.name) == ("hello", "ines", "general")
    assert await message.attachments[0].read() == b"abc"
    await fake.passes(25 * 3600)
    with pytest.raises(discord.NotFound):
        await message.attachments[0].read()


async def test_people_see_what_a_bot_sends_and_edits(fake: FakeDiscord, bot: Bot) -> None:
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Take", custom_id="t:1:take"))
    view.add_item(
        discord.ui.Select(custom_id="p", placeholder="Priority", options=[discord.SelectOption(label="high")])
    )
    sent = await general(fake, bot).send("Hi", embed=discord.Embed(title="#1"), view=view, file=discord.File(__file__))
    (message,) = fake.channel("general").messages
    assert shown(message) == "Hi\n#1\n[Take]\n<Priority: high>\n(file: test_fake_discord.py)"
    await sent.edit(content="Done", embed=None, view=None, attachments=[])
    assert shown(message) == "Done"
    await sent.delete()
    assert fake.channel("general").messages == []


async def test_a_layout_of_components_is_read_in_order(fake: FakeDiscord, bot: Bot) -> None:
    view = discord.ui.LayoutView(timeout=None)
    box = discord.ui.Container(discord.ui.TextDisplay("# Ticket 1"))
    box.add_item(discord.ui.Section("Ada writes", accessory=discord.ui.Button(label="Open", custom_id="o")))
    view.add_item(box)
    await general(fake, bot).send(view=view)
    assert shown(fake.channel("general").messages[0]) == "# Ticket 1\nAda writes\n[Open]"
    with pytest.raises(discord.HTTPException) as refused:
        await general(fake, bot).send("words", view=view)
    assert refused.value.code == 50035


async def test_history_is_paged_from_any_message(fake: FakeDiscord, bot: Bot) -> None:
    ines = fake.member("ines")
    said = [await ines.posts("general", str(number)) for number in range(7)]
    channel, third = general(fake, bot), discord.Object(said[3].id)
    assert [each.content async for each in channel.history(after=third)] == ["4", "5", "6"]
    assert [each.content async for each in channel.history(before=third, limit=2)] == ["2", "1"]
    assert [each.content async for each in channel.history(around=third, limit=3)] == ["4", "3", "2"]


async def test_edits_deletions_reactions_and_typing_are_heard(fake: FakeDiscord, bot: Bot) -> None:
    ines = fake.member("ines")
    message = await ines.posts("general", "helo")
    await ines.edits(message, "hello")
    await ines.reacts(message, "👍")
    await ines.takes_back(message, "👍")
    await ines.starts_typing("general")
    await ines.deletes(message)
    await fake.until(lambda: "MESSAGE_DELETE" in bot.heard)
    names = ["MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE", "TYPING_START"]
    assert bot.heard[-6:] == [*names, "MESSAGE_DELETE"]


async def test_a_bots_reaction_stands_on_the_message(fake: FakeDiscord, bot: Bot) -> None:
    message = await fake.member("ines").posts("general", "hello")
    seen = await general(fake, bot).fetch_message(message.id)
    await seen.add_reaction("✅")
    assert list(message.reactions) == ["✅"]
    await seen.remove_reaction("✅", bot.user)
    assert message.reactions == {}


async def test_an_enforced_nonce_gives_back_the_first_message(fake: FakeDiscord, bot: Bot) -> None:
    first = await general(fake, bot).send("once", nonce="d-17")
    again = await general(fake, bot).send("once", nonce="d-17")
    await fake.passes(3600)
    later = await general(fake, bot).send("once", nonce="d-17")
    assert first.id == again.id != later.id


async def test_allowed_mentions_decide_who_is_notified(fake: FakeDiscord, bot: Bot) -> None:
    agents = fake.add_role("agents", mentionable=True)
    ines, tom = fake.member("ines", agents), fake.member("tom")
    first = await tom.posts("general", "hi")
    seen = await general(fake, bot).fetch_message(first.id)
    text = f"{ines.mention} {tom.mention} <@&{agents.id}> @everyone"
    for allowed in (
        discord.AllowedMentions(),
        discord.AllowedMentions(users=[tom.account]),
        discord.AllowedMentions.none(),
    ):
        await general(fake, bot).send(text, allowed_mentions=allowed)
    await seen.reply("you")
    await seen.reply("you", mention_author=False)
    messages = fake.channel("general").messages[1:]
    assert [fake.pings(message) for message in messages] == [["ines", "tom"], ["ines", "tom"], [], ["tom"], []]
    assert shown(messages[0]) == "@ines @tom @agents @everyone"


async def test_a_forums_post_is_tagged_renamed_and_archived(fake: FakeDiscord, bot: Bot) -> None:
    thread, kept = await post(fake, bot)
    assert (kept.name, kept.tags, kept.messages[0].content) == ("#1 invoice", ["billing"], "Card")
    urgent = thread.parent.available_tags[1]
    await thread.edit(name="#1 refund", applied_tags=[urgent], locked=True, archived=True)
    assert (kept.name, kept.tags, kept.archived, kept.locked) == ("#1 refund", ["urgent"], True, True)
    assert [each.name async for each in thread.parent.archived_threads()] == ["#1 refund"]
    assert await bot.get_guild(fake.guild_id).active_threads() == []
    await thread.delete()
    assert fake.channel("support").posts == []


async def test_writing_into_an_archived_post_revives_it_unless_it_is_locked(fake: FakeDiscord, bot: Bot) -> None:
    thread, kept = await post(fake, bot)
    await fake.passes(8 * 24 * 3600)
    assert kept.archived
    with pytest.raises(discord.HTTPException, match="50083"):
        await thread.get_partial_message(kept.messages[0].id).edit(content="Card 2")
    await thread.send("again")
    assert not kept.archived
    await thread.edit(archived=True, locked=True)
    with pytest.raises(discord.HTTPException, match="50083"):
        await thread.send("again")


async def test_no_thread_opens_at_the_cap(fake: FakeDiscord, bot: Bot) -> None:
    fake.world.active_threads_cap = 1
    thread, _ = await post(fake, bot)
    with pytest.raises(discord.HTTPException, match="160006"):
        await post(fake, bot, "#2")
    await thread.edit(archived=True)
    await post(fake, bot, "#2")


async def test_the_third_name_in_ten_minutes_has_to_wait(fake: FakeDiscord, bot: Bot) -> None:
    thread, kept = await post(fake, bot)
    for name in ("a", "b"):
        await thread.edit(name=name)
    with pytest.raises(discord.RateLimited) as refused:
        await thread.edit(name="c")
    assert refused.value.retry_after > 300
    await thread.edit(archived=True)
    assert (kept.name, kept.archived, fake.violations) == ("b", True, [])
    assert [message.type for message in kept.messages] == [0, 4, 4]


async def test_threads_are_opened_under_messages_and_alone(fake: FakeDiscord, bot: Bot) -> None:
    ines, channel = fake.member("ines"), general(fake, bot)
    message = await channel.send("Question")
    thread = await message.create_thread(name="under")
    private = await channel.create_thread(name="alone", type=discord.ChannelType.private_thread)
    await private.add_user(discord.Object(ines.id))
    await fake.until(lambda: "THREAD_MEMBERS_UPDATE" in bot.heard)
    assert thread.id == message.id
    assert [each.name for each in fake.channel("general").posts] == ["under", "alone"]
    with pytest.raises(NotOffered):
        await fake.member("tom").posts(fake.thread("alone"), "hello")
    await ines.posts(fake.thread("alone"), "hello")
    with pytest.raises(discord.HTTPException, match="160004"):
        await message.create_thread(name="twice")


async def test_rights_are_computed_from_roles_and_overwrites(fake: FakeDiscord, bot: Bot) -> None:
    thread, kept = await post(fake, bot)
    channel = general(fake, bot)
    fake.overwrite(fake.channel("general"), None, deny=("send_messages",))
    fake.overwrite(fake.channel("support"), None, deny=("send_messages_in_threads",))
    for refused in (channel.send("x"), thread.send("x")):
        with pytest.raises(discord.Forbidden, match="50013"):
            await refused
    fake.overwrite(fake.channel("general"), fake.bot, deny=("view_channel",))
    with pytest.raises(discord.Forbidden, match="50001"):
        await channel.send("x")
    fake.bot_may()
    with pytest.raises(discord.Forbidden, match="50013"):
        await thread.edit(locked=True)
    await thread.edit(name="its own")
    assert kept.name == "its own"


async def test_a_bot_learns_of_threads_it_comes_to_see(fake: FakeDiscord, bot: Bot) -> None:
    ines = fake.member("ines")
    private = fake.add_channel("private", private_to=(ines,))
    await ines.opens_thread(private, "secret")
    fake.overwrite(private, fake.bot, allow=("view_channel",))
    await fake.until(lambda: "THREAD_LIST_SYNC" in bot.heard)
    assert [thread.name for thread in bot.get_guild(fake.guild_id).threads] == ["secret"]


async def test_direct_messages_reach_those_who_take_them(fake: FakeDiscord, bot: Bot) -> None:
    ines = fake.member("ines")
    user = await bot.fetch_user(ines.id)
    await user.send("hello")
    await ines.writes("hi")
    await fake.until(lambda: "hi" in bot.said)
    assert [shown(message) for message in fake.dms_of(ines)] == ["hello", "hi"]
    ines.refuses_dms()
    with pytest.raises(discord.Forbidden, match="50007"):
        await user.send("hello")


async def test_people_come_change_and_go(fake: FakeDiscord, bot: Bot) -> None:
    guild, agents = bot.get_guild(fake.guild_id), fake.add_role("agents")
    ines = fake.member("ines")
    await ines.gets_role(agents)
    await fake.until(lambda: "GUILD_MEMBER_UPDATE" in bot.heard)
    assert [role.name for role in (await guild.fetch_member(ines.id)).roles] == ["@everyone", "agents"]
    assert [member.name for member in await guild.query_members("in")] == ["ines"]
    await ines.leaves()
    await fake.until(lambda: "GUILD_MEMBER_REMOVE" in bot.heard)
    with pytest.raises(discord.NotFound, match="10007"):
        await guild.fetch_member(ines.id)


async def test_a_bot_with_the_right_makes_channels_forums_and_webhooks(fake: FakeDiscord, bot: Bot) -> None:
    guild = bot.get_guild(fake.guild_id)
    desk = await guild.create_category("Desk")
    forum = await guild.create_forum("VIP support", category=desk, available_tags=[discord.ForumTag(name="new")])
    await forum.edit(available_tags=[*forum.available_tags, discord.ForumTag(name="old")])
    kept = fake.channel("vip-support")
    assert (kept.parent.name, [tag.name for tag in kept.available_tags]) == ("Desk", ["new", "old"])
    with pytest.raises(discord.Forbidden, match="50013"):
        await general(fake, bot).create_webhook(name="Ada")
    fake.bot_may("manage_webhooks")
    webhook = await general(fake, bot).create_webhook(name="Ada")
    await webhook.send("hello", username="Ada (customer)")
    await fake.until(lambda: bot.messages)
    assert (bot.messages[-1].author.name, bot.messages[-1].webhook_id) == ("Ada (customer)", webhook.id)
    with pytest.raises(discord.Forbidden, match="50013"):
        await guild.create_text_channel("more")
