"""Customers of three kinds: at a page of the shop, at their Telegram, at their mail program."""

import asyncio
import email
import json
import smtplib
import uuid
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any, Protocol, Self

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from core import wordings
from core.render import Voice
from core.show import Text
from tests.connectors.webchat.page import visitor
from tests.contracts.desk import eventually
from tests.platforms.fake_telegram import Bot, FakeTelegram, Person
from tests.post import words_of
from tests.server import Server, free_port

ADDRESS = "support@shop.example"


class Customer(Protocol):
    """Somebody who writes to the shop; what they use is there for the time of a block."""

    is_by_letter: bool
    """Whether they write letters, which are tickets, and do not chat."""

    async def __aenter__(self) -> Self:
        """Has it."""

    async def __aexit__(self, *error: object) -> None:
        """Has it no longer."""

    def environment(self) -> dict[str, str]:
        """What a desk must know to be reached."""

    async def comes(self, desk: Server) -> None:
        """Finds the desk."""

    async def writes(self, words: str) -> None:
        """Writes a first line, or answers."""

    async def read(self) -> list[str]:
        """What a person has written to them, in order; a machine's sentences are not among it."""

    async def hears_the_end(self) -> bool:
        """Whether they know that their agent ended the conversation, where their way of writing has one."""


@dataclass
class AtThePage:
    """A page with the web chat, by its protocol; one socket stays open."""

    is_by_letter = False
    open: AsyncExitStack = field(default_factory=AsyncExitStack)
    shown: dict[tuple[int, int], dict[str, Any]] = field(default_factory=dict)
    """The messages by their places."""
    state: str = ""
    stored: set[str] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.open.aclose()

    def environment(self) -> dict[str, str]:
        """The web chat needs nothing."""
        return {}

    async def comes(self, desk: Server) -> None:
        """Opens the page."""
        page = await visitor(desk)
        self._socket = await self.open.enter_async_context(page.socket())
        reading = asyncio.create_task(self._reads(self._socket))
        self.open.callback(reading.cancel)

    async def _reads(self, socket: ClientConnection) -> None:
        try:
            async for raw in socket:
                self._sees(json.loads(raw))
        except ConnectionClosed:
            return

    def _sees(self, frame: dict[str, Any]) -> None:
        match frame["type"]:
            case "messages":
                self.shown |= {(each["dialog"], each["seq"]): each for each in frame["messages"]}
            case "dialog":
                self.state = frame["state"]
            case "said":
                self.stored.add(frame["client_id"])

    async def writes(self, words: str) -> None:
        """Says it, and is told that it is stored."""
        client_id = uuid.uuid4().hex
        await self._socket.send(json.dumps({"type": "say", "client_id": client_id, "text": words, "files": []}))
        await comes_true(lambda: client_id in self.stored)

    async def read(self) -> list[str]:
        """The agent's messages."""
        return [each["text"] for _, each in sorted(self.shown.items()) if each["from"] == "agent"]

    async def hears_the_end(self) -> bool:
        """The page shows it."""
        return self.state == "ended"


@dataclass
class AtTelegram:
    """Somebody who writes to the shop's bot."""

    is_by_letter = False
    telegram: FakeTelegram = field(default_factory=FakeTelegram)

    async def __aenter__(self) -> Self:
        await self.telegram.comes_up()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.telegram.goes_down()
        assert self.telegram.confusing == []

    @property
    def _bot(self) -> Bot:
        return self.telegram.bot("shop_bot")

    @property
    def _ana(self) -> Person:
        return self.telegram.person("Ana")

    def environment(self) -> dict[str, str]:
        """The bot's token, and where its Telegram is."""
        here = {"TELEGRAM_API_URL": self.telegram.base_url, "TELEGRAM_FILE_URL": self.telegram.base_file_url}
        return here | {"TELEGRAM_BOT_TOKEN": self._bot.token}

    async def comes(self, desk: Server) -> None:
        """Presses Start and is welcomed."""
        await self._ana.starts(self._bot)
        await comes_true(lambda: self._heard(wordings.WELCOME))

    def _heard(self, text: Text) -> bool:
        return self._ana.reads(self._bot, Voice().say(text))

    async def writes(self, words: str) -> None:
        """Writes to the bot."""
        await self._ana.writes(self._bot, words)

    async def read(self) -> list[str]:
        """What the bot wrote."""
        by_itself = [Voice().say(each) for each in (wordings.WELCOME, wordings.HOW_WAS_IT)]
        return [words for words in self._ana.hears_from(self._bot) if words not in by_itself]

    async def hears_the_end(self) -> bool:
        """The bot asks how it was."""
        return self._heard(wordings.HOW_WAS_IT)


@dataclass
class ByMail:
    """Somebody with a mail program; their mail server hands over to the desk's, whose mails lie in its outbox."""

    is_by_letter = True
    port: int = field(default_factory=free_port)
    written: int = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        """They stay as they are."""

    def environment(self) -> dict[str, str]:
        """The mailbox, and where it takes mails."""
        return {"EMAIL_ADDRESS": ADDRESS, "EMAIL_LISTEN": f"127.0.0.1:{self.port}"}

    async def comes(self, desk: Server) -> None:
        """Knows the address; waits until mails are taken there."""
        self._outbox = desk.folder / "data" / "outbox"

        async def is_open() -> bool:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                return False
            writer.close()
            return True

        assert await eventually(is_open, bool)

    async def writes(self, words: str) -> None:
        """Writes a mail, or answers the last one as mail programs do: with its words beneath."""
        self.written += 1
        made, last = EmailMessage(), self._got()[-1:]
        made["From"], made["To"] = "Ana <ana@example.com>", ADDRESS
        made["Subject"], made["Message-ID"] = "My lamp is broken", f"<{self.written}@example.com>"
        for mail in last:
            made["In-Reply-To"] = mail["Message-ID"]
            quoted = "".join(f"> {line}\n" for line in words_of(mail).splitlines())
            words += f"\n\nOn Mon, 2 Nov 2026 at 09:00, Ines wrote:\n{quoted}"
        made.set_content(words)
        await asyncio.to_thread(self._hand_over, bytes(made))

    def _hand_over(self, content: bytes) -> None:
        with smtplib.SMTP("127.0.0.1", self.port, timeout=20) as server:
            server.sendmail("ana@example.com", [ADDRESS], content)

    def _got(self) -> list[EmailMessage]:
        """The mails of people, the oldest first."""
        paths = sorted(self._outbox.glob("*.eml"), key=lambda path: int(path.stem.rpartition("-")[2]))
        mails: Any = [email.message_from_bytes(path.read_bytes(), policy=default) for path in paths]
        return [mail for mail in mails if mail["To"] == "ana@example.com" and "Auto-Submitted" not in mail]

    async def read(self) -> list[str]:
        """The mails' words, without what stands beneath all of them."""
        return [words_of(mail).partition("\n\n-- \n")[0] for mail in self._got()]

    async def hears_the_end(self) -> bool:
        """A closed ticket is told nobody."""
        return True


async def comes_true(question: Callable[[], object]) -> None:
    """Waits until something is so."""

    async def look() -> object:
        return question()

    assert await eventually(look, bool)
