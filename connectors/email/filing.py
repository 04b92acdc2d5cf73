"""Files our replies in the mailbox's folder of sent mails, beside the sending: it holds up and fails nothing.

It does its best, and no more: what waits is in memory alone, is tried three times, and is let go when the desk ends.
"""

import asyncio
import logging
from collections import deque
from dataclasses import dataclass

from connectors.email.account import Account
from connectors.email.connection import Connection, connected
from connectors.email.tokens import Tokens
from core.errors import TemporaryError

log = logging.getLogger(__name__)

_FILES_ITSELF = ("imap.gmail.com", "imap.googlemail.com", "outlook.office365.com")
"""Servers that file by themselves what is sent by them."""
MOST_BYTES = 64 * 1024 * 1024
"""As much waits at the same time; what comes then is not filed."""
_PAUSES_S = (0.0, 30.0, 300.0)
"""Before each try."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A mail that was sent."""

    message_id: str
    raw: bytes


class Filing:
    """The folder of sent mails of one mailbox, as our replies go there."""

    def __init__(self, account: Account, tokens: Tokens | None) -> None:
        self._account, self._tokens = account, tokens
        self._waiting: deque[Reply] = deque()
        self._working: asyncio.Task[None] | None = None

    def add(self, reply: Reply) -> None:
        """Has a reply filed soon, where there is room for it; returns at once."""
        server = self._account.imap
        if server is None or server.host.lower() in _FILES_ITSELF:
            return
        if sum(len(each.raw) for each in self._waiting) + len(reply.raw) > MOST_BYTES:
            log.warning("a reply is not in the folder of sent mails: too many wait to be filed")
            return
        self._waiting.append(reply)
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work(), name="filing of sent mails")

    async def close(self) -> None:
        """Files no more."""
        if self._working is not None:
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)

    async def _work(self) -> None:
        """Files all that wait; what cannot be filed after three tries is only missing in that folder."""
        for pause_s in _PAUSES_S:
            await asyncio.sleep(pause_s)
            try:
                await self._file_all()
            except TemporaryError as error:
                log.warning("replies cannot be filed now: %s", error)
                continue
            if not self._waiting:
                return
        log.warning("%d replies are not in the folder of sent mails", len(self._waiting))
        self._waiting.clear()

    async def _file_all(self) -> None:
        server = self._account.imap
        assert server is not None
        async with connected(self._account, server, self._tokens) as connection:
            folder = self._account.sent_folder or await connection.do(lambda link: link.sent_folder())
            while self._waiting:
                if folder:
                    await _filed(connection, folder, self._waiting[0])
                self._waiting.popleft()


async def _filed(connection: Connection, folder: str, reply: Reply) -> None:
    await connection.do(lambda link: link.select(folder))
    if not await connection.do(lambda link: link.has(reply.message_id)):
        await connection.do(lambda link: link.file(folder, reply.raw))
