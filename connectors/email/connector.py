"""E-mail's wiring: a line for each mailbox, and one listener for all of them. No decision."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from connectors.email import listener, standing
from connectors.email.account import Account
from connectors.email.boxes import KIND, Boxes
from connectors.email.line import MailLine
from connectors.email.settings import Section
from core import channels, schema
from core.actor import SYSTEM
from core.connector import Described, Finding, Line, Severity
from core.desk import Desk
from core.errors import DeskbellError, TemporaryError
from core.files import Store
from core.show import text
from core.store import Desks


class Email:
    """All mailboxes of the desk."""

    kind = KIND

    def __init__(self, desks: Desks, store: Store, secret: str, folder: Path) -> None:
        self.section = Section()
        self._desks, self._store, self._secret, self._folder = desks, store, secret, folder

    def routes(self) -> Sequence[Any]:
        """Mails do not come by HTTP."""
        return ()

    async def run(self) -> None:
        """Takes what is handed over for any of the mailboxes, until cancelled."""
        boxes, room = Boxes(self.section, self._desks, self._store, self._secret), asyncio.Semaphore(listener.AT_ONCE)
        doors = ((self.section.listen, False), (self.section.lmtp_listen, True))
        try:
            async with asyncio.TaskGroup() as group:
                for where, by_lmtp in doors:
                    if where:
                        group.create_task(listener.listen(where, boxes, room, by_lmtp=by_lmtp))
        except* DeskbellError as errors:
            raise errors.exceptions[0] from None

    async def check(self) -> Sequence[Finding]:
        """How the mailbox `.env` describes hears and speaks, and how those that are read stand."""
        found = [*self._of_env()]
        try:
            found += await self._desks.read(SYSTEM, _of_mailboxes)
        except TemporaryError:
            return found
        return found

    def _of_env(self) -> Sequence[Finding]:
        section = self.section
        if not section.on:
            return ()
        found = [Finding(Severity.ON, text("E-mail is on for {address}.", address=section.address), "EMAIL_ADDRESS")]
        imap = Account.of(section.given()).imap
        if imap is not None:
            found.append(Finding(Severity.ON, text("Mails are read from {host}.", host=imap.host), "EMAIL_IMAP_URL"))
        for where, setting in ((section.listen, "EMAIL_LISTEN"), (section.lmtp_listen, "EMAIL_LMTP_LISTEN")):
            if where:
                found.append(Finding(Severity.ON, text("Mails are taken at {where}.", where=where), setting))
        if not section.smtp_url:
            said = text("No mail leaves: replies are written as files into {folder}.", folder=str(self._folder))
            found.append(Finding(Severity.WARNING, said, "EMAIL_SMTP_URL"))
        return tuple(found)

    def own(self) -> tuple[str, Mapping[str, Any]] | None:
        """The mailbox `.env` describes."""
        return (self.section.name, self.section.given()) if self.section.on else None

    def line(self, channel: Described) -> Line:
        """The line of one mailbox."""
        return MailLine(channel, self._desks, self._store, self._secret, self._folder)


def _of_mailboxes(desk: Desk) -> list[Finding]:
    found: list[Finding] = []
    if not schema.has_tables(desk):
        return found
    for channel in channels.described(desk, (KIND,)):
        found += standing.findings(desk, channel.id, channel.name)
    return found
