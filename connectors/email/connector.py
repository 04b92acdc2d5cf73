"""E-mail's wiring: a line for each mailbox. No decision."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from connectors.email.line import MailLine
from connectors.email.settings import Section
from core.connector import Described, Finding, Line, Severity
from core.files import Store
from core.show import text
from core.store import Desks


class Email:
    """All mailboxes of the desk."""

    kind = "email"

    def __init__(self, desks: Desks, store: Store, secret: str, folder: Path) -> None:
        self.section = Section()
        self._desks, self._store, self._secret, self._folder = desks, store, secret, folder

    def routes(self) -> Sequence[Any]:
        """Mails do not come by HTTP."""
        return ()

    async def run(self) -> None:
        """Each mailbox has a line of its own."""

    async def check(self) -> Sequence[Finding]:
        """How the mailbox `.env` describes hears and speaks."""
        section = self.section
        if not section.on:
            return ()
        found = [Finding(Severity.ON, text("E-mail is on for {address}.", address=section.address), "EMAIL_ADDRESS")]
        if section.listen:
            said = text("Mails are taken at {where}.", where=section.listen)
            found.append(Finding(Severity.ON, said, "EMAIL_LISTEN"))
        if not section.smtp_url:
            said = text("No mail leaves: replies are written as files into {folder}.", folder=str(self._folder))
            found.append(Finding(Severity.WARNING, said, "EMAIL_SMTP_URL"))
        return tuple(found)

    def own(self) -> tuple[str, Mapping[str, Any]] | None:
        """The mailbox `.env` describes."""
        return (self.section.name, self.section.given()) if self.section.on else None

    def line(self, channel: Described) -> Line:
        """The line of one mailbox."""
        return MailLine(self.section, channel, self._desks, self._store, self._secret, self._folder)
