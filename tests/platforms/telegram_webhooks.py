"""Brings updates to a bot's own address, one after the other, again and again until it answers with 2xx."""

import asyncio
import re
from dataclasses import dataclass, field

import aiohttp

from tests.platforms.telegram_errors import Json, bad
from tests.platforms.telegram_world import Bot, World

PORTS = (443, 80, 88, 8443)
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


@dataclass
class Webhook:
    """Where a bot's updates go, and how the last attempts went."""

    url: str
    secret: str = ""
    max_connections: int = 40
    last_error_at: int = 0
    last_error: str = ""


@dataclass
class Webhooks:
    """All bots' webhooks. Waits between attempts start at `first_wait_s` and double up to `longest_wait_s`."""

    world: World
    asks_for_https: bool = False
    """Telegram takes only https and four ports; servers on loopback have neither."""
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0
    patience_s: float = 60.0
    set: dict[int, Webhook] = field(default_factory=dict)
    tasks: dict[int, "asyncio.Task[None]"] = field(default_factory=dict)

    def put(self, bot: Bot, webhook: Webhook) -> None:
        """Sets a bot's webhook; raises 400 for addresses and secrets Telegram does not take."""
        scheme, _, rest = webhook.url.partition("://")
        if self.asks_for_https and scheme != "https":
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        port = re.fullmatch(r"[^/]*?:(\d+)", rest.partition("/")[0])
        if self.asks_for_https and port and int(port[1]) not in PORTS:
            raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
        if webhook.secret and not _SECRET.fullmatch(webhook.secret):
            raise bad("secret token contains unallowed characters")
        if not 1 <= webhook.max_connections <= 100:
            webhook.max_connections = 40
        self.remove(bot)
        self.set[bot.id] = webhook
        self.tasks[bot.id] = asyncio.create_task(self._bring(bot, webhook))

    def remove(self, bot: Bot) -> None:
        """Takes a bot's webhook away."""
        self.set.pop(bot.id, None)
        if task := self.tasks.pop(bot.id, None):
            task.cancel()

    async def stop(self) -> None:
        """Brings nothing any more."""
        tasks, self.tasks = list(self.tasks.values()), {}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def goes_on(self) -> None:
        """Brings again what waits, after a stop."""
        for number, webhook in self.set.items():
            self.tasks[number] = asyncio.create_task(self._bring(self.world.bots[number], webhook))

    async def _bring(self, bot: Bot, webhook: Webhook) -> None:
        wait_s, inbox = self.first_wait_s, bot.inbox
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(self.patience_s)) as session:
            while True:
                due = inbox.due(1)
                if not due:
                    inbox.arrived.clear()
                    await inbox.arrived.wait()
                elif await self._posted(session, webhook, due[0].wire()):
                    inbox.taken(due[0])
                    wait_s = self.first_wait_s
                else:
                    await asyncio.sleep(wait_s)
                    wait_s = min(2 * wait_s, self.longest_wait_s)

    async def _posted(self, session: aiohttp.ClientSession, webhook: Webhook, update: Json) -> bool:
        headers = {"X-Telegram-Bot-Api-Secret-Token": webhook.secret} if webhook.secret else {}
        try:
            async with session.post(webhook.url, json=update, headers=headers, allow_redirects=False) as answer:
                if 200 <= answer.status < 300:
                    return True
                webhook.last_error = f"Wrong response from the webhook: {answer.status} {answer.reason}"
        except TimeoutError:
            webhook.last_error = "Read timeout expired"
        except aiohttp.ClientError:
            webhook.last_error = "Connection refused"
        webhook.last_error_at = self.world.now()
        return False
