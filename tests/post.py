"""A desk's mailbox in tests that tell a story: mails come in as bytes, what goes out lies in a folder."""

import email
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from bot.sender import Sender
from connectors.email.line import MailLine
from connectors.email.receiving import Receiving
from core import channels, outgoing, teams
from core.connector import Described
from core.desk import Desk
from core.files import Store
from core.receipt import Receipt
from tests.shop import Shop

SECRET = "a secret of this desk"


@dataclass
class Mailbox:
    """One mailbox of the desk."""

    shop: Shop
    address: str
    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)
    count: int = 0
    name: str = "email"
    secret: str = SECRET

    async def open(self, team: str = "") -> "Mailbox":
        """Makes its channel."""
        known = {"address": self.address, "from_name": "Lamp Shop", "ack": False, **self.settings}

        def make(desk: Desk) -> Described:
            whose = teams.team_named(desk, team) if team else teams.first_team(desk)
            channel = channels.add(desk, "email", self.name, whose)
            channels.configure(desk, channel, known)
            desk.flush()
            return Described(channel.id, channel.kind, channel.name, channel.team_id, channel.settings)

        self.channel = await self.shop.change(make)
        store = Store(self.folder / "files", self.secret, self.shop.clock)
        self.receiving = Receiving(self.channel, self.shop.desks, store, self.secret)
        self.box = self.folder / self.name
        line = MailLine(self.channel, self.shop.desks, store, self.secret, self.box)
        self.sender = Sender(
            self.shop.desks, self.shop.bus, f"channel:{self.channel.id}", line, outgoing.read, rest=line.rest
        )  # fmt: skip
        return self

    async def gets(self, words: str = "", *, raw: bytes = b"", **headers: str) -> Receipt:
        """A mail comes; where nothing else is said it is Ana's about her lamp."""
        return await self.receiving.take(raw or self.letter(words, **headers))

    def letter(self, words: str, **headers: str) -> bytes:
        """A plain mail; `in_reply_to` is its header In-Reply-To."""
        self.count += 1
        made = EmailMessage()
        said = {
            "from": "Ana Pérez <ana@example.com>", "to": self.address, "subject": "My lamp",
            "message_id": f"<{self.name}{self.count}@example.com>",
        }  # fmt: skip
        for name, value in (said | headers).items():
            made[name.replace("_", "-").title()] = value
        made.set_content(words)
        return bytes(made)

    async def sent(self) -> list[EmailMessage]:
        """All mails that have gone out so far, the oldest first."""
        while await self.sender.send_some():
            pass
        found = sorted(self.box.glob("*.eml"), key=lambda path: int(path.stem.rpartition("-")[2]))
        return [email.message_from_bytes(path.read_bytes(), policy=default) for path in found]  # type: ignore[misc]


def words_of(mail: EmailMessage) -> str:
    """What a mail says as plain text."""
    body = mail.get_body(("plain",))
    return "" if body is None else str(body.get_content()).replace("\r\n", "\n")
