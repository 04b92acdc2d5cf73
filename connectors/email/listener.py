"""Takes mails by SMTP, from a mail server or a program beside us; a mail is accepted when it is committed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from core.errors import TemporaryError

log = logging.getLogger(__name__)

LARGEST = 35 * 1024 * 1024
_PATIENCE_S = 300

Take = Callable[[bytes], Awaitable[object]]


class Handler:
    """What aiosmtpd asks for each mail."""

    def __init__(self, address: str, take: Take) -> None:
        self._address, self._take = address, take

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Only mails for the mailbox are taken; what stands behind a plus is its own."""
        local, _, domain = address.lower().rpartition("@")
        if f"{local.partition('+')[0]}@{domain}" != self._address:
            return "550 5.1.1 No such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Accepted after the commit; else the sender keeps it and tries again."""
        content = envelope.content
        raw = content if isinstance(content, bytes) else (content or "").encode("utf-8", "surrogateescape")
        try:
            await self._take(raw)
        except TemporaryError as error:
            log.warning("a mail has to come again: %s", error)
            return "451 4.3.0 Please try again"
        return "250 OK"


class _Patient(SMTP):
    """Takes longer lines than the 1,000 bytes of RFC 5321: mails that have them are sent every day."""

    line_length_limit = 1_000_000


async def listen(where: str, address: str, take: Take) -> None:
    """Listens until cancelled."""
    host, _, port = where.rpartition(":")
    handler = Handler(address, take)

    def made() -> Any:
        return _Patient(handler, data_size_limit=LARGEST, enable_SMTPUTF8=True, timeout=_PATIENCE_S, ident="Deskbell")

    server = await asyncio.get_running_loop().create_server(made, host, int(port))
    async with server:
        await server.serve_forever()
