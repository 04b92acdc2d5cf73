"""One mailbox: listens for its mails, and sends by a server or, without one, writes mails as files."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib

from connectors.email import listener, outbound
from connectors.email.receiving import Receiving
from connectors.email.settings import Section, Server
from core.connector import Described, Finding, Found, Outgoing, Sent, Severity
from core.errors import AddressGone, PermanentError, TemporaryError
from core.files import Store
from core.pushed import SAY
from core.show import text
from core.store import Desks

_PATIENCE_S = 20
_AWAY = timedelta(seconds=30)
_NO_SUCH_MAILBOX = (550, 551, 553)


class MailLine:
    """The line of one channel."""

    def __init__(
        self, section: Section, channel: Described, desks: Desks, store: Store, secret: str, box: Path
    ) -> None:
        self._address = str(channel.settings.get("address", ""))
        if "@" not in self._address:
            raise PermanentError(text("Channel {name} has no e-mail address.", name=channel.name))
        self._name, self._url = str(channel.settings.get("from_name", "")), str(channel.settings.get("smtp_url", ""))
        self._desks, self._store, self._secret, self._box = desks, store, secret, box
        self._listens = section.listen if section.address == self._address else ""
        self._receiving = Receiving(channel, desks, store)

    async def run(self) -> None:
        """Listens until cancelled."""
        if self._listens:
            await listener.listen(self._listens, self._address, self._receiving.take)
        else:
            await asyncio.Event().wait()

    def rest(self, bucket: str) -> timedelta:
        """Mail servers have no rate we know of."""
        return timedelta()

    async def send(self, outgoing: Outgoing) -> Sent:
        """Sends a reply; what was sent by mail is neither changed nor taken back."""
        if outgoing.kind != SAY:
            raise PermanentError(text("A mail that was sent stays as it is. Send a correction instead."))
        called = outbound.message_id(outgoing, self._address, self._secret)
        made = outbound.mail(outgoing, self._address, self._name, called=called, at=self._desks.clock())
        paths = [self._store.path(each.sha256) for each in outgoing.files]
        await asyncio.to_thread(outbound.attach, made, outgoing.files, paths)
        if self._url:
            await _sent_by(Server(self._url), made)
        else:
            await asyncio.to_thread(_written, self._box, outgoing.nonce, bytes(made))
        return Sent(called)

    async def find(self, outgoing: Outgoing) -> Sent | Found:
        """A mail repeats under the same id: whoever gets it twice sees it once."""
        return Found.ABSENT

    async def try_keys(self) -> Sequence[Finding]:
        """Whether the server lets us in."""
        if not self._url:
            return (Finding(Severity.WARNING, text("Mails are written into {folder}.", folder=str(self._box))),)
        try:
            async with _client(Server(self._url)):
                pass
        except (aiosmtplib.SMTPException, OSError) as error:
            said = text("The mail server does not let us in ({why}).", why=type(error).__name__)
            return (Finding(Severity.ERROR, said, "EMAIL_SMTP_URL"),)
        return (Finding(Severity.ON, text("The mail server lets us in."), "EMAIL_SMTP_URL"),)


def _client(server: Server) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(
        hostname=server.host, port=server.port, use_tls=server.is_sealed, username=server.user or None,
        password=server.password or None, start_tls=None if server.is_sealed else server.seals, timeout=_PATIENCE_S,
    )  # fmt: skip


async def _sent_by(server: Server, made: EmailMessage) -> None:
    """Hands a mail to the server. A refusal for good is one; everything else is tried again under the same id."""
    try:
        async with _client(server) as client:
            await client.send_message(made)
    except aiosmtplib.SMTPRecipientsRefused as error:
        codes = [each.code for each in error.recipients]
        if any(code in _NO_SUCH_MAILBOX for code in codes):
            raise AddressGone(text("The mail server knows no such address.")) from None
        raise _away() from None
    except aiosmtplib.SMTPResponseException as error:
        if 500 <= error.code < 600 and not isinstance(error, aiosmtplib.SMTPAuthenticationError):
            raise PermanentError(text("The mail server refuses it ({code}).", code=error.code)) from None
        raise _away() from None
    except (aiosmtplib.SMTPException, OSError, TimeoutError):
        raise _away() from None


def _away() -> TemporaryError:
    return TemporaryError(text("The mail server cannot be reached."), retry_after=_AWAY)


def _written(box: Path, name: str, content: bytes) -> None:
    """Writes a mail as a file, whole or not at all."""
    box.mkdir(parents=True, exist_ok=True)
    new = box / f".{name}.new"
    new.write_bytes(content)
    new.replace(box / f"{name}.eml")
