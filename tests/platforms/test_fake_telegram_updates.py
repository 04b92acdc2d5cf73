"""The fake Telegram against the real SDK: how updates come by polling, and pressed buttons."""

import asyncio
from typing import Any

import telegram as sdk

from tests.platforms.fake_telegram import Bot, FakeTelegram, Person
from tests.platforms.telegram_product import client, kinds, refusal, words

CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


async def test_a_message_says_who_wrote_it_and_where(bot: Bot, ana: Person, api: sdk.Bot) -> None:
    (update,) = await api.get_updates()
    said = update.message
    assert said is not None
    assert said.from_user is not None
    assert (said.chat.id, said.chat.type, said.from_user.id, said.from_user.is_bot) == (
        ana.id,
        "private",
        ana.id,
        False,
    )
    assert (said.from_user.full_name, said.from_user.username, said.from_user.language_code) == (
        "Ana Sommer", "ana_s", "de",
    )  # fmt: skip
    assert (said.text, said.entities[0].type, ana.id > 2**31) == ("/start", "bot_command", True)


async def test_updates_come_again_until_an_offset_confirms_them(bot: Bot, ana: Person, api: sdk.Bot) -> None:
    await ana.writes(bot, "one")
    await ana.writes(bot, "two")
    first = await api.get_updates(limit=2)
    assert words(first) == ["/start", "one"]
    assert await api.get_updates(limit=2) == first
    assert words(await api.get_updates(offset=first[-1].update_id + 1)) == ["two"]
    assert words(await api.get_updates()) == ["two"]
    await ana.writes(bot, "three")
    assert words(await api.get_updates(offset=-1)) == ["three"]
    assert words(await api.get_updates()) == ["three"]


async def test_a_long_poll_ends_with_the_first_update_or_its_time(bot: Bot, ana: Person, api: sdk.Bot) -> None:
    (start,) = await api.get_updates()
    assert await api.get_updates(offset=start.update_id + 1, timeout=1) == ()
    poll = asyncio.create_task(api.get_updates(offset=start.update_id + 1, timeout=30))
    while bot.inbox.poller is None:  # noqa: ASYNC110 - the poll arrives
        await asyncio.sleep(0.005)
    await ana.writes(bot, "hello")
    assert words(await poll) == ["hello"]


async def test_a_second_poller_ends_the_first_ones_wait(
    telegram: FakeTelegram, bot: Bot, ana: Person, api: sdk.Bot
) -> None:
    (start,) = await api.get_updates()
    poll = asyncio.create_task(refusal(api.get_updates(offset=start.update_id + 1, timeout=30)))
    await telegram.until(lambda: bot.inbox.poller)
    async with client(telegram, bot) as other:
        assert await other.get_updates(offset=start.update_id + 1) == ()
    assert await poll == CONFLICT


async def test_a_poller_that_hung_up_stands_in_nobodys_way(
    telegram: FakeTelegram, bot: Bot, ana: Person, api: sdk.Bot
) -> None:
    (start,) = await api.get_updates()
    poll = asyncio.create_task(api.get_updates(offset=start.update_id + 1, timeout=30))
    await telegram.until(lambda: bot.inbox.poller)
    poll.cancel()
    await asyncio.gather(poll, return_exceptions=True)
    await telegram.until(lambda: bot.inbox.poller is None)
    await ana.writes(bot, "hello")
    async with client(telegram, bot) as other:
        assert words(await other.get_updates(timeout=30)) == ["hello"]


async def test_updates_are_kept_for_24_hours(telegram: FakeTelegram, bot: Bot, ana: Person, api: sdk.Bot) -> None:
    telegram.passes(23 * 3600)
    await ana.writes(bot, "late")
    assert words(await api.get_updates()) == ["/start", "late"]
    telegram.passes(2 * 3600)
    assert words(await api.get_updates()) == ["late"]


async def test_only_the_kinds_asked_for_come_from_then_on(bot: Bot, ana: Person, api: sdk.Bot) -> None:
    said = await ana.writes(bot, "hello")
    await ana.reacts(said, "👍")
    await ana.edits(said, "hello!")
    assert kinds(await api.get_updates()) == ["message", "message", "edited_message"]
    await api.get_updates(allowed_updates=["message_reaction", "message"])
    await ana.reacts(said, "🔥")
    await ana.edits(said, "hello?")
    (update,) = (await api.get_updates())[3:]
    assert update.message_reaction is not None
    old, new = update.message_reaction.old_reaction, update.message_reaction.new_reaction
    assert [one.to_dict()["emoji"] for one in (*old, *new)] == ["👍", "🔥"]
    await api.get_updates(allowed_updates=[])
    await ana.reacts(said)
    assert len(await api.get_updates()) == 4


async def test_an_edit_comes_with_its_date_and_a_deletion_never(bot: Bot, ana: Person, api: sdk.Bot) -> None:
    said = await ana.writes(bot, "helo")
    await ana.edits(said, "hello")
    await ana.deletes(said)
    updates = await api.get_updates()
    assert kinds(updates) == ["message", "message", "edited_message"]
    edited = updates[-1].edited_message
    assert edited is not None
    assert (edited.text, edited.message_id, edited.edit_date is not None) == ("hello", said.id, True)
    assert [message.text for message in ana.sees(bot)] == ["/start"]


async def test_a_block_is_told_and_starting_again_ends_it(bot: Bot, ana: Person, api: sdk.Bot) -> None:
    await ana.blocks(bot)
    await ana.starts(bot)
    changes = [update.my_chat_member for update in (await api.get_updates())[1:]]
    assert [one and (one.old_chat_member.status, one.new_chat_member.status) for one in changes] == [
        ("member", "kicked"), ("kicked", "member"), None,
    ]  # fmt: skip


async def test_a_pressed_button_is_answered_once_and_soon(
    telegram: FakeTelegram, bot: Bot, ana: Person, api: sdk.Bot
) -> None:
    row = [
        sdk.InlineKeyboardButton("Yes", callback_data="solved:yes"),
        sdk.InlineKeyboardButton("Shop", url="https://a.example"),
    ]
    await api.send_message(ana.id, "Solved?", reply_markup=sdk.InlineKeyboardMarkup([row]))
    (question,) = ana.sees(bot)[1:]
    assert question.buttons == ["Yes", "Shop"]
    pressing = asyncio.create_task(ana.presses(question, "Yes"))
    await telegram.until(lambda: len(bot.inbox.waiting) == 2)
    query = (await api.get_updates())[-1].callback_query
    assert query is not None
    assert (query.data, query.from_user.id, isinstance(query.message, sdk.Message)) == ("solved:yes", ana.id, True)
    assert await api.answer_callback_query(query.id, "Glad to hear!", show_alert=True)
    pressed = await pressing
    assert (pressed.text, pressed.is_alert, pressed.is_answered) == ("Glad to hear!", True, True)
    too_old = "Query is too old and response timeout expired or query id is invalid"
    assert await refusal(api.answer_callback_query(query.id)) == too_old
    late = await ana.presses(question, "Yes", within_s=0)
    telegram.passes(16)
    assert await refusal(api.answer_callback_query(late.id)) == too_old
    assert not late.is_answered


async def test_buttons_bear_1_to_64_bytes_and_do_something(ana: Person, api: sdk.Bot) -> None:
    async def sends(**button: Any) -> str:
        markup = sdk.InlineKeyboardMarkup([[sdk.InlineKeyboardButton("Yes", **button)]])
        return await refusal(api.send_message(ana.id, "Solved?", reply_markup=markup))

    assert await sends(callback_data="x" * 64) == "ok"
    assert await sends(callback_data="x" * 65) == "Button_data_invalid"
    assert await sends(callback_data="ü" * 33) == "Button_data_invalid"
    assert "text buttons are unallowed" in await sends()
    assert "wrong http url" in await sends(url="ftp://a.example")


async def test_a_reply_keyboard_writes_its_words(bot: Bot, ana: Person, api: sdk.Bot) -> None:
    markup = sdk.ReplyKeyboardMarkup([["Orders", sdk.KeyboardButton("My number", request_contact=True)]])
    await api.send_message(ana.id, "What is it about?", reply_markup=markup)
    assert (await ana.taps(bot, "Orders")).text == "Orders"
    assert (await ana.taps(bot, "My number")).content["contact"]["user_id"] == ana.id
    await api.send_message(ana.id, "Thanks", reply_markup=sdk.ReplyKeyboardRemove())
    assert ana.chat(bot).keyboard == []


async def test_two_bots_number_their_chats_with_one_person_alike(telegram: FakeTelegram, ana: Person, bot: Bot) -> None:
    other = telegram.bot("other_bot")
    await ana.starts(other)
    async with client(telegram, bot) as one, client(telegram, other) as two:
        (first,), (second,) = await one.get_updates(), await two.get_updates()
    assert first.message is not None
    assert second.message is not None
    assert (first.message.chat.id, first.message.message_id) == (second.message.chat.id, second.message.message_id)
    assert first.update_id != second.update_id
