"""A Telegram bot passes the contract of channels."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.connectors.telegram.elsewhere import Elsewhere, elsewhere
from tests.contracts.connector import ConnectorContract, Customer
from tests.platforms.fake_telegram import Bot, Person
from tests.platforms.telegram_errors import Json, NotOffered
from tests.server import Server

PATIENCE_S = 3.0
"""An update that is not confirmed by then was not taken: Telegram keeps it, and brings it again."""


@dataclass
class WithAnApp:
    """A customer with a Telegram app; the same key again is the same message, brought once more."""

    there: Elsewhere
    bot: Bot
    person: Person
    sent: dict[str, Json] = field(default_factory=dict)

    async def says(self, words: str, *, key: str = "") -> bool:
        return await self.there.do(self._says(words, key))

    async def _says(self, words: str, key: str) -> bool:
        inbox = self.bot.inbox
        if key in self.sent:
            inbox.put_raw(self.sent[key])
        else:
            try:
                await self.person.writes(self.bot, _typed(words))
            except NotOffered:
                return False
            if key:
                self.sent[key] = inbox.waiting[-1].body
        number = inbox.last_id
        try:
            await self.there.telegram.until(
                lambda: all(each.id > number for each in inbox.waiting), within_s=PATIENCE_S
            )
        except TimeoutError:
            return False
        return True

    async def screen(self) -> list[str]:
        return await self.there.do(self._screen())

    async def _screen(self) -> list[str]:
        return [post.text for post in self.person.sees(self.bot)]


def _typed(words: str) -> str:
    """Apps send no halves of a sign."""
    return words.encode("utf-8", "replace").decode()


@pytest.mark.xdist_group("telegram-contract")
class TestTelegram(ConnectorContract):
    there: Elsewhere
    people = 0

    @pytest.fixture(scope="class")
    @classmethod
    def desk(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
        """A desk of its own with a bot, which ends well and without a word of trouble."""
        with elsewhere() as cls.there:
            running = Server(tmp_path_factory.mktemp("contract"), {"PRESENT": "2h"} | cls.there.environment())
            running.start()
            yield running
            running.ends_well()

    async def newcomer(self, desk: Server) -> Customer:
        type(self).people += 1
        customer = WithAnApp(
            self.there, self.there.telegram.bot("shop_bot"), self.there.telegram.person(f"P{self.people}")
        )
        await self.there.do(customer.person.starts(customer.bot))
        return customer
