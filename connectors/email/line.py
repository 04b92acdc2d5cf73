"""One mailbox: reads it, and sends by a server or, without one, writes mails as files."""

import asyncio
from datetime import timedelta
from pathlib import Path

from connectors.email import outbound
from connectors.email.account import Account
from connectors.email.filing import Filing, Reply
from connectors.email.mailbox import Mailbox
from connectors.email.outbound import Letterhead
from connectors.email.posting import Posting
from connectors.email.proof import Proof
from connectors.email.receiving import Receiving
from connectors.email.taking import Taking
from connectors.email.tokens import Tokens
from core.connector import Described, Found, Outgoing, Sent
from core.errors import PermanentError
from core.files import Store
from core.pushed import SAY
from core.refreshtokens import Keeps
from core.show import text
from core.store import Desks
from core.vault import Vault


class MailLine:
    """The line of one channel."""

    def __init__(self, channel: Described, desks: Desks, store: Store, secret: str, box: Path) -> None:
        account = Account.of(channel.settings)
        if "@" not in account.address:
            raise PermanentError(text("Channel {name} has no e-mail address.", name=channel.name))
        self._account, self._desks, self._store, self._box = account, desks, store, box
        self._head = Letterhead(account.address, account.from_name, Proof(secret), account.plus)
        keeps = Keeps(desks, Vault(secret), channel.id)
        self._tokens = Tokens(account.oauth, keeps) if account.oauth else None
        self._posting = Posting(account, account.smtp, self._tokens) if account.smtp else None
        self._filing = Filing(account, self._tokens)
        self._mailbox: Mailbox | None = None
        if account.imap:
            taking = Taking(channel, desks, Receiving(channel, desks, store, secret))
            self._mailbox = Mailbox(channel, account, account.imap, self._tokens, desks, taking)

    async def run(self) -> None:
        """Reads the mailbox until cancelled; where there is none, mails come by the listener alone."""
        if self._mailbox is not None:
            await self._mailbox.run()
        else:
            await asyncio.Event().wait()

    def rest(self, bucket: str) -> timedelta:
        """Mail servers have no rate we know of."""
        return timedelta()

    async def send(self, outgoing: Outgoing) -> Sent:
        """Sends a reply; what was sent by mail is neither changed nor taken back.

        Who in copy was refused by the server stands in the facts, under `refused`.
        """
        if outgoing.kind != SAY:
            raise PermanentError(text("A mail that was sent stays as it is. Send a correction instead."))
        called = outbound.message_id(outgoing, self._head)
        made = outbound.mail(outgoing, self._head, at=self._desks.clock())
        paths = [self._store.path(each.sha256) for each in outgoing.files]
        await asyncio.to_thread(outbound.attach, made, outgoing.files, paths)
        if self._posting is None:
            await asyncio.to_thread(_written, self._box, outgoing.nonce, bytes(made))
            return Sent(called)
        refused = await self._posting.send(made, outbound.envelope(outgoing, self._head))
        self._filing.add(Reply(called, await asyncio.to_thread(bytes, made)))
        return Sent(called, {"refused": list(refused)} if refused else {})

    async def find(self, outgoing: Outgoing) -> Sent | Found:
        """Nobody can be asked: it is sent again under the same id, by which most programs know what came twice."""
        return Found.ABSENT

    async def close(self) -> None:
        """Nothing is filed any more."""
        await self._filing.close()


def _written(box: Path, name: str, content: bytes) -> None:
    """Writes a mail as a file, whole or not at all."""
    box.mkdir(parents=True, exist_ok=True)
    new = box / f".{name}.new"
    new.write_bytes(content)
    new.replace(box / f"{name}.eml")
