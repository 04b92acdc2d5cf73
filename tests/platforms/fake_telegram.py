"""A Telegram of our own on 127.0.0.1: the Bot API with its rules, people in it, troubles to order.

    async with FakeTelegram() as telegram:
        bot, ana = telegram.bot("shop_bot"), telegram.person("Ana", language="de")
        ...                                    # the product runs against telegram.base_url with bot.token
        await ana.starts(bot)
        await ana.writes(bot, "Where is my order?")
        await telegram.until(lambda: ana.hears_from(bot))

It lives in the event loop of the test and outlives the product, which may be killed and started again.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.platforms.telegram_door import Asked, Door
from tests.platforms.telegram_faults import Faults
from tests.platforms.telegram_files import picture
from tests.platforms.telegram_inbox import Inbox
from tests.platforms.telegram_limits import Limits
from tests.platforms.telegram_people import Person
from tests.platforms.telegram_webhooks import Webhooks
from tests.platforms.telegram_world import OWNER, Account, Bot, Chat, Clock, Member, Message, Query, Topic, World

__all__ = ["Bot", "Chat", "FakeTelegram", "Message", "Person", "Query", "Topic", "picture"]

FIRST_PERSON, FIRST_BOT, FIRST_GROUP = 5_000_000_000, 6_000_000_000, -4_000_000_000
"""People's ids are longer than 32 bits, as they are today."""


class FakeTelegram:
    """Telegram with nobody in it.

    `limits` turns rate limits on, `pace` makes them so much wider; `query_lasts_s` is how long a pressed button can be
    answered; `retry_webhook_s` how long a webhook that failed rests at first (it doubles, up to 60 times that);
    `asks_for_https` lets webhooks have only the addresses Telegram takes.
    """

    def __init__(
        self, *, limits: bool = False, pace: float = 1.0, query_lasts_s: float = 15.0, retry_webhook_s: float = 1.0,
        asks_for_https: bool = False,
    ) -> None:  # fmt: skip
        self.clock = Clock()
        self.world = World(self.clock, query_lasts_s=query_lasts_s)
        self.faults, self.limits = Faults(), Limits(self.clock, limits, pace)
        self.webhooks = Webhooks(self.world, asks_for_https, retry_webhook_s, 60 * retry_webhook_s)
        self._door = Door(self.world, self.webhooks, self.limits, self.faults)
        self._runner: web.AppRunner | None = None
        self._port = 0

    async def __aenter__(self) -> Self:
        await self.comes_up()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.goes_down()

    async def comes_up(self) -> None:
        """Listens, on the port it had before, and brings webhooks what waits."""
        application = self._door.application()
        self._runner = web.AppRunner(application, handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._port = int(self._runner.addresses[0][1])
        self.webhooks.goes_on()

    async def goes_down(self) -> None:
        """Refuses connections, cuts those there are, and brings nothing."""
        await self.webhooks.stop()
        if self._runner is not None:
            await self._runner.cleanup()
        self._runner = None

    @asynccontextmanager
    async def down(self) -> AsyncIterator[None]:
        """Is away for the time of a block."""
        await self.goes_down()
        yield
        await self.comes_up()

    # Where it is.

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def base_url(self) -> str:
        """What python-telegram-bot takes as base_url; the token follows."""
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        """What python-telegram-bot takes as base_file_url; the token follows."""
        return f"{self.url}/file/bot"

    # Who is there.

    def bot(self, username: str, *, name: str = "", has_privacy: bool = True) -> Bot:
        """A bot by its username, made by BotFather when there is none."""
        for bot in self.world.bots.values():
            if bot.username == username:
                return bot
        number = FIRST_BOT + self.world.new_id()
        shown = name or username.removesuffix("_bot").title()
        inbox = Inbox(self.clock, last_id=100_000 * self.world.last_id)
        bot = Bot(number, shown, username, token=_token(number, 0), has_privacy=has_privacy, inbox=inbox)
        self.world.bots[number] = bot
        return bot

    def revokes_token(self, bot: Bot) -> None:
        """Gives a bot another token; the old one is nobody's."""
        bot.token = _token(bot.id, self.world.new_id())

    def person(self, name: str, *, language: str = "en", username: str = "", last_name: str = "") -> Person:
        """A person by first name, new when there is none."""
        for account in self.world.people.values():
            if account.first_name == name:
                return Person(self.world, account)
        account = Account(FIRST_PERSON + self.world.new_id(), name, username, last_name, language)
        self.world.people[account.id] = account
        return Person(self.world, account)

    def group(self, title: str, people: list[Person], *, is_supergroup: bool = False, is_forum: bool = False) -> Chat:
        """A group of people, the first its owner; forums are supergroups."""
        number, is_super = self.world.new_id(), is_supergroup or is_forum
        chat_id = -1_000_000_000_000 - number if is_super else FIRST_GROUP - number
        chat = Chat(chat_id, "supergroup" if is_super else "group", title, is_forum=is_forum)
        chat.members = {one.id: Member(one.account) for one in people}
        chat.members[people[0].id].status = OWNER
        self.world.groups[chat.id] = chat
        return chat

    # What is seen.

    @property
    def requests(self) -> list[Asked]:
        """All calls: method, bot, params, files, at, outcome."""
        return self._door.requests

    def calls(self, method: str) -> list[dict[str, str]]:
        """The parameters of all calls of a method."""
        return [asked.params for asked in self.requests if asked.method.lower() == method.lower()]

    @property
    def confusing(self) -> list[str]:
        """Calls the fake could make nothing of; they were answered with 400."""
        return self._door.confusing

    @property
    def violations(self) -> list[str]:
        """Calls that went ahead though a retry_after ran."""
        return self.limits.violations

    async def until(self, true: Callable[[], object], *, within_s: float = 10.0) -> None:
        """Waits until something is so."""
        async with asyncio.timeout(within_s):
            while not true():  # noqa: ASYNC110 - anything may change it
                await asyncio.sleep(0.005)

    async def settled(self, bot: Bot, *, within_s: float = 10.0) -> None:
        """Waits until a bot has confirmed all its updates."""
        await self.until(lambda: not bot.inbox.waiting and not bot.inbox.again, within_s=within_s)

    def passes(self, seconds: float) -> None:
        """Lets Telegram's time pass: updates, links and pressed buttons grow old, rate limits end."""
        self.clock.ahead_s += seconds


def _token(number: int, serial: int) -> str:
    return f"{number}:AA{serial:033d}"
