"""The fake Telegram against the real SDK: what a bot may write, and what people see of it."""

import pytest
import telegram as sdk
from telegram.constants import ReactionEmoji

from tests.platforms.fake_telegram import Bot, FakeTelegram, Person
from tests.platforms.telegram_entities import part
from tests.platforms.telegram_errors import NotOffered
from tests.platforms.telegram_product import client, refusal
from tests.platforms.telegram_reactions import REACTIONS, plain


async def test_a_bot_is_known_by_its_token(telegram: FakeTelegram, bot: Bot, api: sdk.Bot) -> None:
    me = await api.get_me()
    assert (me.id, me.username, me.first_name, me.can_read_all_group_messages) == (bot.id, "shop_bot", "Shop", False)
    for token, words in ((f"{bot.id}:{'x' * 35}", "Unauthorized"), ("not-a-token", "Not Found")):
        async with client(telegram, bot, token=token) as stranger:
            assert await refusal(stranger.get_me()) == words
    telegram.revokes_token(bot)
    assert await refusal(api.get_me()) == "Unauthorized"


async def test_a_method_nobody_knows_is_not_found(api: sdk.Bot) -> None:
    assert "the endpoint 'makeCoffee' does not exist" in await refusal(api.do_api_request("makeCoffee"))


async def test_people_read_what_a_bot_writes_in_order(bot: Bot, ana: Person, api: sdk.Bot) -> None:
    first = await api.send_message(ana.id, "  Hello Ana, see https://shop.example/a  ")
    await ana.writes(bot, "Thanks")
    second = await api.send_message(ana.id, "Anytime", reply_parameters=sdk.ReplyParameters(first.message_id))
    assert [message.text for message in ana.sees(bot)] == [
        "/start", "Hello Ana, see https://shop.example/a", "Thanks", "Anytime",
    ]  # fmt: skip
    assert ana.hears_from(bot) == ["Hello Ana, see https://shop.example/a", "Anytime"]
    assert ana.sees(bot)[-1].reply_to is ana.sees(bot)[1]
    assert second.reply_to_message is not None
    assert second.reply_to_message.message_id == first.message_id
    assert [(one.type, one.offset, one.length) for one in first.entities] == [("url", 15, 22)]


async def test_text_is_neither_empty_nor_longer_than_4096_utf16_units(ana: Person, api: sdk.Bot) -> None:
    assert await refusal(api.send_message(ana.id, " \n ")) == "Message text is empty"
    assert await refusal(api.send_message(ana.id, "x" * 4096)) == "ok"
    assert await refusal(api.send_message(ana.id, "x" * 4097)) == "Message is too long"
    assert await refusal(api.send_message(ana.id, "😀" * 2048)) == "ok"
    assert await refusal(api.send_message(ana.id, "😀" * 2049)) == "Message is too long"
    marked = "<b>" + "x" * 4096 + "</b>"
    assert await refusal(api.send_message(ana.id, marked, parse_mode="HTML")) == "ok"


@pytest.mark.parametrize(
    ("mode", "source", "words", "marks"),
    [
        ("HTML", "😀 <b>bold <i>both</i></b> &lt;", "😀 bold both <", [("bold", "bold both"), ("italic", "both")]),
        ("HTML", '<a href="https://a.example">here</a>', "here", [("text_link", "here")]),
        ("HTML", '<pre><code class="language-python">x=1</code></pre>', "x=1", [("pre", "x=1")]),
        ("HTML", "<blockquote expandable>q</blockquote>", "q", [("expandable_blockquote", "q")]),
        ("MarkdownV2", r"*b _i_* \. ||s||", "b i . s", [("bold", "b i"), ("italic", "i"), ("spoiler", "s")]),
        ("MarkdownV2", "[here](https://a.example/\\))", "here", [("text_link", "here")]),
        ("MarkdownV2", "```python\nx = `1`\n```", "x = `1`", [("pre", "x = `1`")]),
        ("MarkdownV2", ">one\n>two\nthree", "one\ntwo\nthree", [("blockquote", "one\ntwo")]),
        ("Markdown", "*b* _i_ `c` [here](https://a.example)", "b i c here",
         [("bold", "b"), ("italic", "i"), ("code", "c"), ("text_link", "here")]),
    ],
)  # fmt: skip
async def test_markup_becomes_entities(
    bot: Bot, ana: Person, api: sdk.Bot, mode: str, source: str, words: str, marks: list[tuple[str, str]]
) -> None:
    await api.send_message(ana.id, source, parse_mode=mode)
    seen = ana.sees(bot)[-1]
    assert (seen.text, [(one["type"], part(seen.text, one)) for one in seen.entities]) == (words, marks)


@pytest.mark.parametrize(
    ("mode", "source", "words"),
    [
        ("HTML", "<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("HTML", "ä<h1>x</h1>", 'Unsupported start tag "h1" at byte offset 2'),
        ("HTML", "<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("HTML", "x</b>", "Unexpected end tag at byte offset 1"),
        ("HTML", "1 < 2", "Unclosed start tag at byte offset 2"),
        ("HTML", "1 < 2 > 1", 'Unsupported start tag "" at byte offset 2'),
        ("MarkdownV2", "Hi.", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("MarkdownV2", "ä *x", "Can't find end of Bold entity at byte offset 3"),
        ("MarkdownV2", "`x", "Can't find end of Code entity at byte offset 0"),
        ("Markdown", "a_b", "Can't find end of the entity starting at byte offset 1"),
    ],
)
async def test_wrong_markup_is_refused(
    telegram: FakeTelegram, ana: Person, api: sdk.Bot, mode: str, source: str, words: str
) -> None:
    assert (await refusal(api.send_message(ana.id, source, parse_mode=mode))).startswith("Can't parse entities: ")
    assert telegram.requests[-1].outcome == f"Bad Request: can't parse entities: {words}"


async def test_a_parse_mode_that_is_none_is_refused(ana: Person, api: sdk.Bot) -> None:
    assert await refusal(api.send_message(ana.id, "x", parse_mode="BBCode")) == "Unsupported parse_mode"


async def test_entities_move_with_trimmed_text_and_no_more_than_100_are_kept(
    bot: Bot, ana: Person, api: sdk.Bot
) -> None:
    said = await api.send_message(ana.id, " 😀 bold ", entities=[sdk.MessageEntity("bold", 4, 4)])
    assert [(one.type, one.offset, one.length) for one in said.entities] == [("bold", 3, 4)]
    many = [sdk.MessageEntity("bold", 2 * number, 1) for number in range(120)]
    assert len((await api.send_message(ana.id, "x " * 120, entities=many)).entities) == 100
    beyond = [sdk.MessageEntity("bold", 2, 9)]
    assert "ends after the end of text" in await refusal(api.send_message(ana.id, "abc", entities=beyond))


async def test_an_answer_needs_its_message_unless_it_may_go_without(bot: Bot, ana: Person, api: sdk.Bot) -> None:
    lost = sdk.ReplyParameters(999)
    assert await refusal(api.send_message(ana.id, "x", reply_parameters=lost)) == "Message to be replied not found"
    without = sdk.ReplyParameters(999, allow_sending_without_reply=True)
    assert await refusal(api.send_message(ana.id, "x", reply_parameters=without)) == "ok"
    asked = await ana.writes(bot, "Where is my order, and when?")
    quoting = sdk.ReplyParameters(asked.id, quote="my order")
    assert (await api.send_message(ana.id, "Here", reply_parameters=quoting)).quote is not None
    wrong = sdk.ReplyParameters(asked.id, quote="your order")
    assert await refusal(api.send_message(ana.id, "Here", reply_parameters=wrong)) == "Quote_text_invalid"


async def test_who_cannot_be_written_to(telegram: FakeTelegram, bot: Bot, ana: Person, api: sdk.Bot) -> None:
    assert await refusal(api.send_message(4711, "x")) == "Chat not found"
    ben = telegram.person("Ben")
    assert await refusal(api.send_message(ben.id, "x")) == "Chat not found"
    club = telegram.group("Club", [ana, ben])
    await ana.adds(bot, club)
    assert await refusal(api.send_message(ben.id, "x")) == "Forbidden: bot can't initiate conversation with a user"
    await ana.blocks(bot)
    assert await refusal(api.send_message(ana.id, "x")) == "Forbidden: bot was blocked by the user"
    assert await refusal(api.send_chat_action(ana.id, "typing")) == "Forbidden: bot was blocked by the user"
    await ana.unblocks(bot)
    await api.send_chat_action(ana.id, "typing")
    assert ana.sees_actions(bot) == ["typing"]
    await ana.leaves_telegram()
    assert await refusal(api.send_message(ana.id, "x")) == "Forbidden: user is deactivated"
    other = telegram.bot("other_bot")
    assert await refusal(api.send_message(other.id, "x")) == "Forbidden: bots can't send messages to bots"


async def test_people_must_press_start_before_they_write(telegram: FakeTelegram, bot: Bot) -> None:
    ben = telegram.person("Ben")
    with pytest.raises(NotOffered):
        await ben.writes(bot, "hello")
    with pytest.raises(NotOffered):
        await ben.starts(bot, "no spaces")
    await ben.starts(bot, "ref-1_a")
    await ben.blocks(bot)
    with pytest.raises(NotOffered):
        await ben.writes(bot, "hello")
    assert [message.text for message in ben.sees(bot)] == ["/start ref-1_a"]


async def test_a_bot_edits_its_own_words_and_nothing_else(bot: Bot, ana: Person, api: sdk.Bot) -> None:
    keyboard = sdk.InlineKeyboardMarkup([[sdk.InlineKeyboardButton("Yes", callback_data="yes")]])
    said = await api.send_message(ana.id, "one", reply_markup=keyboard)
    assert not ana.sees(bot)[-1].is_edited
    same = api.edit_message_text("one", ana.id, said.message_id, reply_markup=keyboard)
    assert (await refusal(same)).startswith("Message is not modified: specified new message content")
    changed = await api.edit_message_text("two", ana.id, said.message_id)
    assert isinstance(changed, sdk.Message)
    assert changed.edit_date is not None
    seen = ana.sees(bot)[-1]
    assert (seen.text, seen.is_edited, seen.buttons) == ("two", True, [])
    await api.edit_message_reply_markup(ana.id, said.message_id, reply_markup=keyboard)
    assert seen.buttons == ["Yes"]
    hers = await ana.writes(bot, "mine")
    assert await refusal(api.edit_message_text("yours", ana.id, hers.id)) == "Message can't be edited"
    assert await refusal(api.edit_message_text("x", ana.id, 999)) == "Message to edit not found"
    assert await refusal(api.edit_message_text("x" * 4097, ana.id, said.message_id)) == "Message_too_long"
    no_caption = api.edit_message_caption(ana.id, said.message_id, caption="x")
    assert await refusal(no_caption) == "There is no caption in the message to edit"


async def test_messages_can_be_deleted_for_48_hours(
    telegram: FakeTelegram, bot: Bot, ana: Person, api: sdk.Bot
) -> None:
    first, second = await api.send_message(ana.id, "one"), await api.send_message(ana.id, "two")
    await api.delete_message(ana.id, first.message_id)
    assert ana.hears_from(bot) == ["two"]
    assert await refusal(api.delete_message(ana.id, first.message_id)) == "Message to delete not found"
    telegram.passes(48 * 3600 + 1)
    assert await refusal(api.delete_message(ana.id, second.message_id)) == "Message can't be deleted"
    assert await api.delete_messages(ana.id, [second.message_id, 999])
    assert ana.hears_from(bot) == ["two"]


async def test_a_reaction_is_one_of_telegrams(bot: Bot, ana: Person, api: sdk.Bot) -> None:
    hers = await ana.writes(bot, "hello")
    await api.set_message_reaction(ana.id, hers.id, "👀")
    assert hers.reactions == {bot.id: ["👀"]}
    assert await refusal(api.set_message_reaction(ana.id, hers.id, "✅")) == "Reaction_invalid"
    assert await refusal(api.set_message_reaction(ana.id, hers.id, ["👀", "👍"])) == "Reactions_too_many"
    assert await refusal(api.set_message_reaction(ana.id, 999, "👀")) == "Message to react not found"
    await api.set_message_reaction(ana.id, hers.id, [])
    assert hers.reactions == {}
    assert {plain(one) for one in ReactionEmoji} == REACTIONS


async def test_the_menu_of_commands_speaks_the_persons_language(bot: Bot, ana: Person, api: sdk.Bot) -> None:
    await api.set_my_commands([("new", "New question")])
    await api.set_my_commands([("new", "Neue Frage")], language_code="de")
    assert ana.sees_commands(bot) == {"new": "Neue Frage"}
    assert [one.description for one in await api.get_my_commands()] == ["New question"]
    await api.set_my_commands([("end", "Ende")], scope=sdk.BotCommandScopeAllPrivateChats(), language_code="de")
    assert ana.sees_commands(bot) == {"end": "Ende"}
    assert await refusal(api.set_my_commands([("New", "x")])) == "Bot_command_invalid"
    assert await refusal(api.set_my_commands([("new", "")])) == "Bot_command_description_invalid"
    await api.set_my_description("We help", language_code="de")
    assert (await api.get_my_description("de")).description == "We help"
    assert (await api.get_my_name()).name == "Shop"
