"""The fake Telegram against the real SDK: rate limits, calls that fail or lose answers, updates that misbehave."""

import asyncio
import sys
import time
from functools import partial

import aiohttp
import pytest
import telegram as sdk
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from tests.platforms.fake_telegram import Bot, FakeTelegram, Person
from tests.platforms.telegram_product import client, refusal, words

pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
"""The SDK warns whenever it is asked to wait, of a way of writing pauses."""

ECHO = """
import sys
from telegram.ext import Application, MessageHandler, filters

async def echo(update, context):
    await update.message.reply_text(f"You said: {update.message.text}")

url, token = sys.argv[1:]
app = Application.builder().token(token).base_url(f"{url}/bot").base_file_url(f"{url}/file/bot").build()
app.add_handler(MessageHandler(filters.TEXT & ~filters.COMMAND, echo))
app.run_polling(timeout=2)
"""


def wait(seconds: int) -> str:
    """What the SDK says of a 429."""
    return f"Flood control exceeded. Retry in {seconds} seconds"


async def test_a_chat_takes_one_message_a_second_after_a_small_burst() -> None:
    async with FakeTelegram(limits=True) as telegram:
        bot, ana, ben = telegram.bot("shop_bot"), telegram.person("Ana"), telegram.person("Ben")
        await ana.starts(bot)
        await ben.starts(bot)
        async with client(telegram, bot) as api:
            assert [await refusal(api.send_message(ana.id, "x")) for _ in range(4)] == ["ok"] * 3 + [wait(1)]
            assert await refusal(api.send_message(ben.id, "x")) == "ok"
            assert await refusal(api.get_chat(ana.id)) == "ok"
            assert telegram.violations == []
            assert await refusal(api.send_message(ana.id, "x")) == wait(1)
            assert len(telegram.violations) == 1
            telegram.passes(1.1)
            assert await refusal(api.send_message(ana.id, "x")) == "ok"
        assert len(telegram.violations) == 1


async def test_a_group_takes_20_messages_a_minute_and_a_bot_sends_30_a_second() -> None:
    async with FakeTelegram(limits=True) as telegram:
        bot, people = telegram.bot("shop_bot"), [telegram.person(f"P{number}") for number in range(40)]
        club = telegram.group("Club", people)
        await people[0].adds(bot, club)
        async with client(telegram, bot) as api:
            answers = [await refusal(api.send_message(club.id, "x")) for _ in range(21)]
            assert answers == ["ok"] * 20 + [wait(3)]
            telegram.passes(60)
            for one in people:
                await one.starts(bot)
            all_at_once = await asyncio.gather(*[refusal(api.send_message(one.id, "x")) for one in people])
            assert set(all_at_once) == {"ok", wait(1)}
            assert 30 <= all_at_once.count("ok") < 40


async def test_limits_can_be_wider() -> None:
    async with FakeTelegram(limits=True, pace=10) as telegram:
        bot, ana = telegram.bot("shop_bot"), telegram.person("Ana")
        await ana.starts(bot)
        async with client(telegram, bot) as api:
            assert {await refusal(api.send_message(ana.id, "x")) for _ in range(30)} == {"ok"}


async def test_a_flood_is_over_when_its_time_is(telegram: FakeTelegram, bot: Bot, ana: Person, api: sdk.Bot) -> None:
    telegram.faults.flood("sendMessage", retry_after=7)
    assert await refusal(api.send_message(ana.id, "one")) == wait(7)
    assert await refusal(api.send_message(ana.id, "one")) == wait(7)
    assert len(telegram.violations) == 1
    telegram.passes(7)
    assert await refusal(api.send_message(ana.id, "one")) == "ok"
    assert ana.hears_from(bot) == ["one"]


async def test_a_flood_of_any_method_may_be_scripted(telegram: FakeTelegram, ana: Person, api: sdk.Bot) -> None:
    telegram.faults.flood(retry_after=5)
    assert await refusal(api.get_me()) == wait(5)
    assert await refusal(api.send_message(ana.id, "x")) == "ok"
    assert await refusal(api.get_me()) == wait(5)
    assert len(telegram.violations) == 1


async def test_an_answer_can_be_lost_after_the_effect_and_a_call_before(
    telegram: FakeTelegram, bot: Bot, ana: Person, api: sdk.Bot
) -> None:
    telegram.faults.lose_answer("sendMessage")
    assert "RemoteProtocolError" in await refusal(api.send_message(ana.id, "happened"))
    telegram.faults.drop("sendMessage")
    assert "RemoteProtocolError" in await refusal(api.send_message(ana.id, "did not happen"))
    assert ana.hears_from(bot) == ["happened"]
    assert [asked.outcome for asked in telegram.requests] == ["lost", "lost"]


async def test_calls_fail_as_often_as_scripted(telegram: FakeTelegram, bot: Bot, ana: Person, api: sdk.Bot) -> None:
    telegram.faults.fail(502, "sendMessage", times=2)
    telegram.faults.fail(500, "getMe")
    answers = [await refusal(api.send_message(ana.id, "x")) for _ in range(3)]
    assert answers == ["Bad Gateway", "Bad Gateway", "ok"]
    assert await refusal(api.get_me()) == "Internal Server Error"
    assert ana.hears_from(bot) == ["x"]


async def test_a_slow_answer_comes_after_its_effect(telegram: FakeTelegram, bot: Bot, ana: Person) -> None:
    telegram.faults.slow(30, "sendMessage")
    async with client(telegram, bot, patience_s=0.3) as hasty:
        assert await refusal(hasty.send_message(ana.id, "slow")) == "Timed out"
    assert ana.hears_from(bot) == ["slow"]


async def test_a_file_can_fail_to_come(telegram: FakeTelegram, bot: Bot, ana: Person, api: sdk.Bot) -> None:
    await ana.sends_document(bot)
    message = (await api.get_updates())[-1].message
    assert message is not None
    assert message.document is not None
    file = await api.get_file(message.document.file_id)
    telegram.faults.fail(502, "file")
    assert "Bad Gateway" in await refusal(file.download_as_bytearray())
    assert bytes(await file.download_as_bytearray()) == b"words"


async def test_telegram_is_away_for_a_while_and_keeps_what_it_had(
    telegram: FakeTelegram, bot: Bot, ana: Person, api: sdk.Bot
) -> None:
    async with telegram.down():
        assert "ConnectError" in await refusal(api.get_me())
        await ana.writes(bot, "while you were away")
    assert words(await api.get_updates()) == ["/start", "while you were away"]


async def test_a_wait_for_updates_ends_when_telegram_goes_down(
    telegram: FakeTelegram, bot: Bot, ana: Person, api: sdk.Bot
) -> None:
    (start,) = await api.get_updates()
    poll = asyncio.create_task(refusal(api.get_updates(offset=start.update_id + 1, timeout=30)))
    await telegram.until(lambda: bot.inbox.poller)
    async with telegram.down():
        assert "httpx." in await poll


async def test_updates_come_twice_under_one_number_or_two(
    telegram: FakeTelegram, bot: Bot, ana: Person, api: sdk.Bot
) -> None:
    telegram.faults.deliver_twice(bot)
    (start,) = await api.get_updates()
    assert await api.get_updates(offset=start.update_id + 1) == (start,)
    assert await api.get_updates(offset=start.update_id + 1) == ()
    telegram.faults.duplicate(bot)
    await ana.writes(bot, "twice")
    one, two = await api.get_updates(offset=start.update_id + 1)
    assert (one.message, one.update_id + 1) == (two.message, two.update_id)


async def test_confirmed_updates_come_again_after_a_restart_of_telegram(
    telegram: FakeTelegram, bot: Bot, ana: Person, api: sdk.Bot
) -> None:
    for number in range(3):
        await ana.writes(bot, str(number))
    last = (await api.get_updates())[-1]
    assert await api.get_updates(offset=last.update_id + 1) == ()
    await ana.writes(bot, "new")
    telegram.faults.replay(bot, 2)
    assert words(await api.get_updates(offset=last.update_id + 1)) == ["1", "2", "new"]
    assert words(await api.get_updates(offset=last.update_id + 1)) == ["new"]


async def test_an_edit_can_come_before_its_message(telegram: FakeTelegram, bot: Bot, ana: Person, api: sdk.Bot) -> None:
    telegram.faults.edit_first(bot)
    said = await ana.writes(bot, "helo")
    await ana.edits(said, "hello")
    edited, original = (await api.get_updates())[1:]
    assert edited.edited_message is not None
    assert original.message is not None
    assert (edited.edited_message.text, original.message.text) == ("hello", "helo")
    assert edited.update_id < original.update_id


async def test_updates_can_be_unknown_enormous_or_broken(
    telegram: FakeTelegram, bot: Bot, ana: Person, api: sdk.Bot
) -> None:
    said = await ana.writes(bot, "hello")
    telegram.faults.unknown_kind(bot)
    telegram.faults.unknown_content(bot, said)
    telegram.faults.huge(bot, said)
    unknown, strange, huge = (await api.get_updates())[2:]
    assert unknown.effective_message is None
    assert isinstance(strange.effective_message, sdk.Message)
    assert strange.effective_message.text is None
    assert len(str(words((huge,))[0])) == 1_000_000
    telegram.faults.missing_fields(bot)
    with pytest.raises(KeyError):
        await api.get_updates(offset=huge.update_id + 1)


async def test_an_application_of_the_sdk_runs_against_it(telegram: FakeTelegram, bot: Bot, ana: Person) -> None:
    async def echo(update: sdk.Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.effective_message is not None
        await update.effective_message.reply_text(f"You said: {update.effective_message.text}")

    builder = Application.builder().token(bot.token)
    app = builder.base_url(telegram.base_url).base_file_url(telegram.base_file_url).build()
    app.add_handler(MessageHandler(filters.TEXT, echo))
    async with app:
        await app.start()
        assert app.updater is not None
        await app.updater.start_polling(timeout=5)
        await ana.writes(bot, "hello")
        await telegram.until(lambda: len(ana.hears_from(bot)) == 2)
        await app.updater.stop()
        await app.stop()
    assert ana.hears_from(bot) == ["You said: /start", "You said: hello"]
    assert bot.inbox.waiting == []


async def test_a_product_of_another_process_may_be_killed_and_started_again(
    telegram: FakeTelegram, bot: Bot, ana: Person
) -> None:
    for number in range(2):
        product = await asyncio.create_subprocess_exec(sys.executable, "-c", ECHO, telegram.url, bot.token)
        await ana.writes(bot, f"hello {number}")
        said = f"You said: hello {number}"
        await telegram.until(partial(ana.reads, bot, said), within_s=60)
        await telegram.settled(bot, within_s=60)
        product.kill()
        await product.wait()
    assert ana.hears_from(bot) == ["You said: hello 0", "You said: hello 1"]


async def test_time_that_passes_for_telegram_is_on_its_messages(
    telegram: FakeTelegram, bot: Bot, ana: Person, api: sdk.Bot
) -> None:
    telegram.passes(3600)
    said = await api.send_message(ana.id, "x")
    assert said.date.timestamp() > time.time() + 3000


async def test_calls_may_come_as_json_and_what_the_fake_cannot_read_is_noted(telegram: FakeTelegram, bot: Bot) -> None:
    address = f"{telegram.base_url}{bot.token}/setmycommands"
    async with aiohttp.ClientSession() as session:
        async with session.post(address, json={"commands": [{"command": "new", "description": "New"}]}) as answer:
            assert await answer.json() == {"ok": True, "result": True}
        async with session.post(address, json={"commands": ["new"]}) as answer:
            assert answer.status == 400
    assert len(telegram.confusing) == 1
