"""The fake Telegram against the real SDK: groups, who hears what in them, topics, and supergroups."""

import pytest
import telegram as sdk

from tests.platforms.fake_telegram import Bot, Chat, FakeTelegram, Person
from tests.platforms.telegram_errors import NotOffered
from tests.platforms.telegram_product import client, kinds, refusal, words


@pytest.fixture
def ana(telegram: FakeTelegram) -> Person:
    """Who runs the groups."""
    return telegram.person("Ana")


@pytest.fixture
def ben(telegram: FakeTelegram) -> Person:
    """Who is in them."""
    return telegram.person("Ben")


@pytest.fixture
async def club(telegram: FakeTelegram, bot: Bot, ana: Person, ben: Person) -> Chat:
    """A group with the bot in it."""
    club = telegram.group("Club", [ana, ben])
    await ana.adds(bot, club)
    return club


@pytest.fixture
async def forum(telegram: FakeTelegram, bot: Bot, ana: Person, ben: Person) -> Chat:
    """A forum the bot runs."""
    forum = telegram.group("Forum", [ana, ben], is_forum=True)
    await ana.adds(bot, forum)
    await ana.promotes(bot, forum)
    bot.inbox.drop()
    return forum


async def heard(api: sdk.Bot) -> list[str | None]:
    """The words of what the bot has heard, which is confirmed by it."""
    updates = await api.get_updates()
    if updates:
        await api.get_updates(offset=updates[-1].update_id + 1)
    return words(tuple(update for update in updates if update.message and update.message.text))


async def test_a_bot_is_told_when_an_admin_adds_promotes_and_removes_it(
    bot: Bot, ana: Person, ben: Person, club: Chat, api: sdk.Bot
) -> None:
    with pytest.raises(NotOffered):
        await ben.removes(bot, club)
    await ana.promotes(bot, club, "can_delete_messages")
    await ana.removes(bot, club)
    updates = await api.get_updates()
    assert kinds(updates) == ["my_chat_member", "message", "my_chat_member", "my_chat_member"]
    changes = [update.my_chat_member for update in updates if update.my_chat_member]
    assert [(one.from_user.first_name, one.new_chat_member.status) for one in changes] == [
        ("Ana", "member"), ("Ana", "administrator"), ("Ana", "kicked"),
    ]  # fmt: skip
    assert updates[1].message is not None
    assert [one.id for one in updates[1].message.new_chat_members] == [bot.id]
    assert await refusal(api.send_message(club.id, "x")) == "Forbidden: bot was kicked from the group chat"


async def test_in_privacy_a_bot_hears_only_what_is_meant_for_it(
    bot: Bot, ana: Person, ben: Person, club: Chat, telegram: FakeTelegram, api: sdk.Bot
) -> None:
    await ana.adds(telegram.bot("other_bot"), club)
    for line in ("hello all", "hello @shop_bot", "hello @shop_bots", "/new@shop_bot", "/new@other_bot", "/new"):
        await ben.writes(club, line)
    assert await heard(api) == ["hello @shop_bot", "/new@shop_bot"]
    said = await api.send_message(club.id, "I am here")
    mine = club.message(said.message_id)
    assert mine is not None
    await ben.quotes(mine, "good")
    await ben.writes(club, "/new")
    await ben.quotes(await ben.writes(club, "aside"), "to myself")
    assert await heard(api) == ["good", "/new"]


async def test_an_admin_and_a_bot_without_privacy_hear_all_but_other_bots(
    bot: Bot, ana: Person, ben: Person, club: Chat, telegram: FakeTelegram, api: sdk.Bot
) -> None:
    await ana.promotes(bot, club)
    other = telegram.bot("other_bot", has_privacy=False)
    await ana.adds(other, club)
    await ben.writes(club, "hello all")
    await api.send_message(club.id, "I am here")
    assert await heard(api) == ["hello all"]
    async with client(telegram, other) as second:
        assert await heard(second) == ["hello all"]
    await ana.demotes(bot, club)
    await ben.writes(club, "again")
    assert await heard(api) == []


async def test_reactions_in_groups_reach_admins_that_ask_for_them(
    bot: Bot, ana: Person, ben: Person, club: Chat, api: sdk.Bot
) -> None:
    await api.get_updates(allowed_updates=["message_reaction"])
    said = await ben.writes(club, "hello")
    await ana.reacts(said, "👍")
    await ana.promotes(bot, club)
    await ana.reacts(said, "❤️")
    (update,) = (await api.get_updates())[-1:]
    assert update.message_reaction is not None
    assert [one.to_dict()["emoji"] for one in update.message_reaction.new_reaction] == ["❤"]


async def test_a_bot_cannot_answer_another_bot(
    bot: Bot, ana: Person, club: Chat, telegram: FakeTelegram, api: sdk.Bot
) -> None:
    other = telegram.bot("other_bot")
    await ana.adds(other, club)
    async with client(telegram, other) as second:
        said = await second.send_message(club.id, "I am a bot")
        mine = sdk.ReplyParameters(said.message_id)
        refused = "Message to be replied not found"
        assert await refusal(api.send_message(club.id, "Me too", reply_parameters=mine)) == refused
        assert await refusal(second.send_message(club.id, "Really", reply_parameters=mine)) == "ok"


async def test_who_is_in_a_group(bot: Bot, ana: Person, ben: Person, club: Chat, api: sdk.Bot) -> None:
    assert (await api.get_chat(club.id)).title == "Club"
    assert await api.get_chat_member_count(club.id) == 3
    assert (await api.get_chat_member(club.id, ana.id)).status == "creator"
    assert (await api.get_chat_member(club.id, ben.id)).status == "member"
    await ben.leaves(club)
    assert (await api.get_chat_member(club.id, ben.id)).status == "left"
    assert await refusal(api.get_chat_member(club.id, 4711)) == "User not found"
    assert [one.user.id for one in await api.get_chat_administrators(club.id)] == [ana.id]
    await api.leave_chat(club.id)
    assert await refusal(api.send_message(club.id, "x")) == "Forbidden: bot is not a member of the group chat"
    assert await refusal(api.get_chat(-4711)) == "Chat not found"


async def test_others_messages_are_deleted_and_pinned_by_right(
    bot: Bot, ana: Person, ben: Person, club: Chat, api: sdk.Bot
) -> None:
    said = await ben.writes(club, "spam")
    assert await refusal(api.delete_message(club.id, said.id)) == "Message can't be deleted"
    assert await refusal(api.pin_chat_message(club.id, said.id)) == "Not enough rights to pin a message"
    await ana.promotes(bot, club)
    await api.pin_chat_message(club.id, said.id)
    assert club.pinned == [said]
    await api.unpin_chat_message(club.id)
    await api.delete_message(club.id, said.id)
    assert ana.sees(club) == []


async def test_a_muted_bot_and_a_muted_person_write_nothing(
    bot: Bot, ana: Person, ben: Person, club: Chat, api: sdk.Bot
) -> None:
    await ana.mutes(bot, club)
    refused = "Not enough rights to send text messages to the chat"
    assert await refusal(api.send_message(club.id, "x")) == refused
    assert (await api.get_chat_member(club.id, bot.id)).status == "restricted"
    await ana.mutes(ben, club)
    with pytest.raises(NotOffered):
        await ben.writes(club, "x")
    await ana.demotes(bot, club)
    assert await refusal(api.send_message(club.id, "x")) == "ok"


async def test_a_group_that_became_a_supergroup_has_another_id(
    bot: Bot, ana: Person, ben: Person, club: Chat, api: sdk.Bot
) -> None:
    old, said = club.id, await ben.writes(club, "hello @shop_bot")
    await ana.upgrades(club)
    left, come = (update.message for update in (await api.get_updates())[-2:])
    assert left is not None
    assert (left.chat.id, left.migrate_to_chat_id) == (old, club.id)
    assert come is not None
    assert (come.chat.id, come.migrate_from_chat_id) == (club.id, old)
    assert await refusal(api.send_message(old, "x")) == f"Group migrated to supergroup. New chat id: {club.id}"
    assert await refusal(api.send_message(club.id, "x")) == "ok"
    assert [message.text for message in ana.sees(club)] == ["hello @shop_bot", "x"]
    assert club.message(said.id) is not said


async def test_answers_in_a_supergroup_name_the_first_message(
    telegram: FakeTelegram, bot: Bot, ana: Person, api: sdk.Bot
) -> None:
    group = telegram.group("Big club", [ana], is_supergroup=True)
    await ana.adds(bot, group)
    first = await ana.writes(group, "hello @shop_bot")
    await ana.quotes(await ana.quotes(first, "and @shop_bot"), "you there, @shop_bot")
    last = (await api.get_updates())[-1].message
    assert last is not None
    assert (last.message_thread_id, last.is_topic_message) == (first.id, None)


async def test_a_topics_messages_name_it_and_quote_its_beginning(
    bot: Bot, ana: Person, ben: Person, forum: Chat, api: sdk.Bot
) -> None:
    topic = await ana.opens_topic(forum, "Orders")
    await ben.writes(forum, "in the topic", topic=topic)
    await ben.writes(forum, "in general")
    opened, inside, outside = (update.message for update in await api.get_updates())
    assert opened is not None
    assert opened.forum_topic_created is not None
    assert inside is not None
    assert (inside.message_thread_id, inside.is_topic_message) == (topic.id, True)
    assert inside.reply_to_message is not None
    assert inside.reply_to_message.forum_topic_created is not None
    assert outside is not None
    assert (outside.message_thread_id, outside.reply_to_message, outside.chat.is_forum) == (None, None, True)


async def test_a_bot_opens_topics_and_writes_until_they_are_gone(
    bot: Bot, ana: Person, ben: Person, forum: Chat, api: sdk.Bot
) -> None:
    made = await api.create_forum_topic(forum.id, "Ticket 7")
    number = made.message_thread_id
    said = await api.send_message(forum.id, "Hello", message_thread_id=number)
    assert said.message_thread_id == number
    assert await refusal(api.send_message(forum.id, "x", message_thread_id=1)) == "Message thread not found"
    await api.edit_forum_topic(forum.id, number, "Ticket 7, done")
    await api.close_forum_topic(forum.id, number)
    topic = forum.topics[number]
    assert (topic.name, topic.is_closed) == ("Ticket 7, done", True)
    with pytest.raises(NotOffered):
        await ben.writes(forum, "still here?", topic=topic)
    await ana.demotes(bot, forum)
    assert await refusal(api.send_message(forum.id, "x", message_thread_id=number)) == "Topic_closed"
    assert await refusal(api.create_forum_topic(forum.id, "No")) == "Not enough rights to manage topics"
    await ana.deletes_topic(topic)
    assert await refusal(api.send_message(forum.id, "x", message_thread_id=number)) == "Message thread not found"
    assert ana.sees(forum) == []
