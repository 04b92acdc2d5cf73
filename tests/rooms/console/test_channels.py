"""The page “Channels” at the wire: keys are entered, tried, kept sealed and used at once, never shown again."""

import asyncio
import json
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from bot.slack.manifest import manifest
from tests.contracts.desk import beside, eventually
from tests.platforms.fake_discord import FakeDiscord
from tests.platforms.fake_slack import FakeSlack
from tests.platforms.fake_telegram import FakeTelegram
from tests.rooms.console.page import Element, cookie_of, read
from tests.server import Server

pytestmark = pytest.mark.xdist_group("channels-page")
WRONG_TOKEN = "123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


@dataclass
class Admin:
    """Somebody at the page."""

    web: httpx.AsyncClient

    async def opens(self, path: str = "/room/channels") -> Element:
        """Reads a page."""
        answer = await self.web.get(path)
        assert answer.status_code == 200, answer.text
        return read(answer.text)

    async def sends(self, path: str, **form: str) -> Element:
        """Sends a form; returns the page it leads to."""
        return read((await self.web.post(path, data=form, follow_redirects=True)).text)

    async def adds(self, name: str, kind: str) -> Element:
        """Adds a channel of the first team."""
        return await self.sends("/room/channels", name=name, kind=kind, team="support")


@asynccontextmanager
async def at(desk: Server, name: str = "admin", **headers: str) -> AsyncIterator[Admin]:
    """An agent signed in, whose browser says where a form comes from."""
    cookies, said = {"deskbell": await cookie_of(desk, name)}, {"Origin": desk.base, **headers}
    async with httpx.AsyncClient(base_url=desk.base, headers=said, cookies=cookies, timeout=30) as web:
        yield Admin(web)


@asynccontextmanager
async def running(folder: Path, **settings: str) -> AsyncIterator[Server]:
    """A desk of its own."""
    desk = Server(folder, settings)
    await asyncio.to_thread(desk.start)
    try:
        yield desk
    finally:
        await asyncio.to_thread(desk.ends_well)


def findings(page: Element) -> list[str]:
    """What was found, each with how bad it is."""
    found = [each for listed in page.all("ul", "findings") for each in listed.all("li")]
    return [f"{each.attributes['class']}: {each.text}" for each in found]


def told(page: Element) -> str:
    """What was just done, or why not."""
    return " ".join(each.text for each in page.all("p", "said"))


def values(page: Element) -> dict[str, str]:
    """The fields of the form and what stands in them."""
    return {
        each.attributes["name"]: each.attributes.get("value", "")
        for each in page.all("input")
        if each.attributes.get("name", "").isupper()
    }


def states(page: Element) -> dict[str, str]:
    """How each channel and team chat stands."""
    return {each.all("a")[0].text: each.all("span", "state")[0].text for each in page.all("li", "place")}


def holds(desk: Server, words: str) -> bool:
    """Whether these words lie in a file of the data folder."""
    return any(words.encode() in path.read_bytes() for path in (desk.folder / "data").rglob("*") if path.is_file())


async def test_a_telegram_bot_is_connected_with_nothing_but_the_page(tmp_path: Path) -> None:
    async with FakeTelegram() as telegram:
        bot, ana = telegram.bot("shop_bot"), telegram.person("Ana")
        urls = {"TELEGRAM_API_URL": telegram.base_url, "TELEGRAM_FILE_URL": telegram.base_file_url}
        async with running(tmp_path, **urls) as desk, at(desk) as admin:
            await admin.adds("bot", "telegram")
            place = "/room/channels/bot"
            wrong = await admin.sends(place, do="try", TELEGRAM_BOT_TOKEN=WRONG_TOKEN)
            assert findings(wrong) == [
                "error: Telegram does not accept the bot's token. Ask @BotFather for it: /mybots, API Token."
            ]
            tried = await admin.sends(place, do="try", TELEGRAM_BOT_TOKEN=bot.token)
            assert findings(tried) == ["on: The bot is @shop_bot."]
            carried = next(each for each in tried.all("input") if each.attributes.get("name") == "carried")
            saved = await admin.sends(place, do="start", TELEGRAM_BOT_TOKEN="", carried=carried.attributes["value"])
            assert told(saved) == "Saved. It takes effect at once."
            assert "set on" in saved.all("p", "set")[0].text
            await ana.starts(bot)
            await ana.writes(bot, "Where is my lamp?")
            async with beside(desk) as shop:
                await eventually(shop.said, lambda said: ("contact", "Where is my lamp?") in said)
            for page in (wrong, tried, saved, await admin.opens(), await admin.opens(place)):
                assert bot.token not in _html(page)
            assert states(await admin.opens())["bot"] == "on"
            exported = await asyncio.to_thread(desk.does, "export")
            assert "channel bot = telegram team:support on" in exported.stdout
            assert bot.token not in exported.stdout + desk.said()
        assert not holds(desk, bot.token)


def _html(page: Element) -> str:
    return page.text + json.dumps([each.attributes for tag in ("input", "p", "a") for each in page.all(tag)])


async def test_a_token_that_lies_open_is_sealed_at_the_start_and_a_new_secret_key_asks_for_it_again(
    tmp_path: Path,
) -> None:
    async with FakeTelegram() as telegram:
        bot = telegram.bot("shop_bot")
        urls = {"TELEGRAM_API_URL": telegram.base_url, "TELEGRAM_FILE_URL": telegram.base_file_url}
        async with running(tmp_path, **urls) as desk, at(desk) as admin:
            await admin.adds("bot", "telegram")
        _write_open(desk, bot.token)
        assert holds(desk, bot.token)
        async with running(tmp_path, **urls) as desk, at(desk) as admin:
            page = await admin.opens("/room/channels/bot")
            assert "set on" in page.all("p", "set")[0].text
            assert findings(await admin.sends("/room/channels/bot", do="try")) == ["on: The bot is @shop_bot."]
        assert not holds(desk, bot.token)
        another = urls | {"SECRET_KEY": "another-key-of-this-desk-0123456789"}
        async with running(tmp_path, **another) as desk, at(desk) as admin:
            page = await admin.opens("/room/channels/bot")
            assert "enter it again" in page.all("p", "set")[0].text
            await admin.sends("/room/channels/bot", do="on")
            listed = await eventually(admin.opens, lambda page: states(page)["bot"] == "failing")
            why = listed.all("p", "why")[0].text
            assert why == "bot_token was kept under another SECRET_KEY and cannot be read any more. Enter it again."
            await admin.sends("/room/channels/bot", do="save", TELEGRAM_BOT_TOKEN=bot.token)
            assert findings(await admin.sends("/room/channels/bot", do="try")) == ["on: The bot is @shop_bot."]


def _write_open(desk: Server, token: str) -> None:
    """Puts a token into its row as it was kept before keys were sealed."""
    with closing(sqlite3.connect(desk.folder / "data" / "deskbell.db")) as store, store:
        store.execute("UPDATE channel SET settings = ? WHERE name = 'bot'", (json.dumps({"bot_token": token}),))


async def test_slack_is_joined_and_left_at_once_by_keys_from_the_page(tmp_path: Path) -> None:
    made = json.loads(manifest(command="ticket", by_socket=True, address=""))
    async with FakeSlack(manifest=made) as slack:
        async with running(tmp_path, SLACK_API_URL=slack.api_url) as desk, at(desk) as admin:
            place = "/room/team-chats/slack"
            assert states(await admin.opens())["Slack"] == "off"
            keys = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token}
            tried = await admin.sends(place, do="try", **keys)
            assert [each.partition(":")[0] for each in findings(tried)] == ["on", "on"]
            await admin.sends(place, do="save", **keys)
            await slack.connected()
            await eventually(admin.opens, lambda page: states(page)["Slack"] == "on")
            assert told(await admin.sends(place, do="leave")) == "The keys are gone; the desk leaves this team chat."
            await slack.until(lambda: not slack.sockets.open)
            assert states(await admin.opens())["Slack"] == "off"
            changes = (await admin.opens()).all("ul", "changes")[0].text
            assert "Admin: changed slack: app token, bot token" in changes
            await admin.sends(place, do="save", **keys | {"SLACK_BOT_TOKEN": "xoxb-not-the-right-one"})
            page = await eventually(admin.opens, lambda page: states(page)["Slack"] == "failing")
            assert "Slack" in page.all("p", "why")[0].text
        assert not holds(desk, slack.bot_token)
        assert not holds(desk, slack.app_token)


async def test_discord_is_joined_at_once_by_a_token_from_the_page(tmp_path: Path) -> None:
    async with FakeDiscord() as discord:
        settings = discord.environment()
        token = settings.pop("DISCORD_TOKEN")
        settings.pop("DISCORD_GUILD_ID", None)
        async with running(tmp_path, **settings) as desk, at(desk) as admin:
            place = "/room/team-chats/discord"
            wrong = await admin.sends(place, do="try", DISCORD_TOKEN="not-the-token-at-all")
            assert findings(wrong)[0].startswith("error: ")
            tried = await admin.sends(place, do="try", DISCORD_TOKEN=token)
            assert {each.partition(":")[0] for each in findings(tried)} == {"on"}
            await admin.sends(place, do="save", DISCORD_TOKEN=token)
            await discord.connected()
            await eventually(admin.opens, lambda page: states(page)["Discord"] == "on")
        assert not holds(desk, token)


async def test_what_stands_in_env_wins_and_is_shown_without_its_words(tmp_path: Path) -> None:
    async with FakeTelegram() as telegram:
        bot = telegram.bot("shop_bot")
        settings = {
            "TELEGRAM_BOT_TOKEN": bot.token, "TELEGRAM_API_URL": telegram.base_url,
            "TELEGRAM_FILE_URL": telegram.base_file_url,
        }  # fmt: skip
        async with running(tmp_path, **settings) as desk, at(desk) as admin:
            page = await admin.opens("/room/channels/telegram")
            assert page.all("p", "env")[0].text == "from .env: TELEGRAM_BOT_TOKEN"
            assert values(page) == {}
            assert bot.token not in _html(page)
            refused = await admin.sends("/room/channels/telegram", do="save", TELEGRAM_BOT_TOKEN=WRONG_TOKEN)
            assert "This is described in .env, which wins" in told(refused)
            assert findings(await admin.sends("/room/channels/telegram", do="try")) == ["on: The bot is @shop_bot."]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> "AsyncIterator[Server]":
    """A desk for what needs no platform."""
    made = Server(tmp_path_factory.mktemp("channels"))
    made.start()
    assert made.does("do", "--as", "admin", "desk agent-add ines supervisor").returncode == 0
    yield made
    made.ends_well()


async def test_a_mailbox_is_asked_for_its_address_then_servers_are_proposed(desk: Server) -> None:
    async with at(desk) as admin:
        asked = await admin.adds("mail", "email")
        assert list(values(asked)) == ["EMAIL_ADDRESS"]
        odd = await admin.sends("/room/channels/mail", do="propose", EMAIL_ADDRESS="support")
        assert findings(odd) == ["error: “Address” does not look right. The address customers write to."]
        proposed = await admin.sends("/room/channels/mail", do="propose", EMAIL_ADDRESS="shop@gmx.de")
        assert values(proposed)["EMAIL_IMAP_URL"] == "imaps://imap.gmx.net"
        assert values(proposed)["EMAIL_SMTP_URL"] == "smtps://mail.gmx.net"
        assert "At GMX the mailbox lets programs in only once you switch that on" in findings(proposed)[0]
        assert values(await admin.opens("/room/channels/mail")) == {"EMAIL_ADDRESS": ""}


async def test_older_mails_come_in_only_after_a_yes(desk: Server) -> None:
    async with at(desk) as admin:
        await admin.adds("old-mail", "email")
        form = {"EMAIL_ADDRESS": "a@shop.example", "EMAIL_SINCE": "2026-01-31", "do": "save"}
        asked = await admin.sends("/room/channels/old-mail", **form)
        assert "Mails since 2026-01-31 will be taken in as history." in findings(asked)[0]
        assert any(each.attributes.get("name") == "confirmed" for each in asked.all("input"))
        kept = await admin.sends("/room/channels/old-mail", confirmed="2026-01-31", **form)
        assert told(kept) == "Saved. The channel is still off: switch it on when you are ready."
        assert values(kept)["EMAIL_SINCE"] == "2026-01-31"


async def test_a_server_with_a_password_in_its_address_is_refused(desk: Server) -> None:
    async with at(desk) as admin:
        await admin.adds("url-mail", "email")
        refused = await admin.sends(
            "/room/channels/url-mail", do="save", EMAIL_ADDRESS="a@shop.example",
            EMAIL_IMAP_URL="imaps://a:secret-word@imap.shop.example",
        )  # fmt: skip
        assert findings(refused) == [
            "error: “Mail comes from” does not look right. The server mails are read from, such as imaps://imap.example.com"
        ]
    assert not holds(desk, "secret-word")


async def test_a_channel_is_switched_on_only_with_its_keys(desk: Server) -> None:
    async with at(desk) as admin:
        await admin.adds("no-bot", "telegram")
        refused = await admin.sends("/room/channels/no-bot", do="on")
        assert told(refused) == "It has no Bot token yet. Enter it first: /room/channels"
        assert told(await admin.adds("no-bot", "telegram")) == "There is a channel no-bot already."
        assert "is no name for a channel" in told(await admin.adds("No Bot", "telegram"))


async def test_a_web_chat_is_added_switched_and_given_to_another_team(desk: Server) -> None:
    done = await asyncio.to_thread(desk.does, "do", "--as", "admin", "desk team-add tech Technicians")
    assert done.returncode == 0
    async with at(desk) as admin:
        await admin.adds("second", "webchat")
        saved = await admin.sends("/room/channels/second", do="start", WEBCHAT_TITLE="Lamps", WEBCHAT_COLOUR="#7a2e5d")
        assert told(saved) == "Saved. It takes effect at once."
        assert values(saved)["WEBCHAT_TITLE"] == "Lamps"
        await admin.sends("/room/channels/second", do="move", team="tech")
        assert told(await admin.sends("/room/channels/second", do="off", back="1")).startswith("Switched off.")
        page = await admin.opens()
        assert states(page)["second"] == "off"
        changes = page.all("ul", "changes")[0].text
        for line in ("Admin: added the channel second", "changed second: colour, title", "switched second off"):
            assert line in changes


async def test_only_admins_come_in_and_only_with_a_form_of_ours(desk: Server) -> None:
    async with at(desk, "ines") as ines:
        for answer in (await ines.web.get("/room/channels"), await ines.web.post("/room/channels", data={"name": "x"})):
            assert (answer.status_code, "for admins only" in answer.text) == (403, True)
    async with at(desk, Origin="https://evil.example") as admin:
        answer = await admin.web.post("/room/channels/shop", data={"do": "off"})
        assert answer.status_code == 403
        assert states(await admin.opens())["shop"] == "on"
    async with httpx.AsyncClient(base_url=desk.base, headers={"Origin": desk.base}) as stranger:
        for answer in (await stranger.get("/room/channels"), await stranger.post("/room/channels/shop")):
            assert (answer.status_code, answer.headers["location"]) == (303, "/room/sign-in")
    async with at(desk) as admin:
        for path in ("/room/channels/nothing", "/room/team-chats/shop"):
            assert (await admin.web.get(path)).status_code == 404
        assert (await admin.web.post("/room/channels/shop", data={"do": "dance"})).status_code == 400


async def test_the_same_is_said_by_the_command_and_a_key_in_a_chat_is_refused(desk: Server) -> None:
    def does(line: str) -> str:
        done = desk.does("do", "--as", "admin", line)
        return done.stdout + done.stderr

    async with at(desk) as admin:
        await admin.adds("chatty", "telegram")
    listed = await asyncio.to_thread(does, "desk channels")
    assert "chatty (telegram) is off" in listed
    assert "slack (slack) is off" in listed
    refused = await asyncio.to_thread(does, f"desk channel-set chatty bot_token {WRONG_TOKEN}")
    assert "Keys do not belong into a chat" in refused
    assert "/room/channels/chatty" in refused
    assert WRONG_TOKEN not in refused
    assert not holds(desk, WRONG_TOKEN)
    assert "chatty is on." in await asyncio.to_thread(does, "desk channel-on chatty")
    assert "chatty is off." in await asyncio.to_thread(does, "desk channel-off chatty")
    assert "@BotFather" in await asyncio.to_thread(does, "desk connect telegram")
    assert re.search(r"mail.?2 is there", await asyncio.to_thread(does, "desk channel-add mail-2 email"))
    assert "Set: mail-2 from_name Lamps" in await asyncio.to_thread(does, "desk channel-set mail-2 from_name Lamps")
