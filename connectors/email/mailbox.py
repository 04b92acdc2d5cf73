"""Watches a mailbox: takes what came, waits until the server says that something did, and looks for itself."""

import asyncio
import logging
import random
import time
from datetime import timedelta

from connectors.email.account import Account, Server
from connectors.email.connection import Connection, connected
from connectors.email.folder import Folder, Reading
from connectors.email.standing import Standing
from connectors.email.taking import Taking
from connectors.email.tokens import Tokens
from core.connector import Described
from core.errors import TemporaryError
from core.store import Desks

log = logging.getLogger(__name__)

IDLE_S, POLL_S, SENT_S = 9 * 60.0, 20.0, 60.0
"""Servers cut who waits longer than some minutes; those that do not tell are asked; sent mails are looked for."""
_QUIET_TRIES = 3
"""A server that starts anew is away for a moment: only then it is said to be."""
_SOON = timedelta(minutes=1)
"""What cannot pass within this time is said at once."""
_FIRST_S, _LONGEST_S = 1.0, 300.0


class Mailbox:
    """The mailbox of one channel."""

    def __init__(self, channel: Described, account: Account, server: Server, tokens: Tokens | None, desks: Desks,
                 taking: Taking) -> None:  # fmt: skip
        self._account, self._server, self._tokens, self._desks = account, server, tokens, desks
        self._channel_id, self._taking = channel.id, taking
        self._standing = Standing(desks, channel.id, channel.name)
        inbox = Reading(channel.id, account.folder, taking.take, account.since, account.mark_seen)
        self._inbox = Folder(inbox, taking, desks, self._standing.took)
        self._failed = 0

    async def run(self) -> None:
        """Watches until cancelled. Raises TemporaryError where it cannot: running it again goes on from there."""
        while True:
            try:
                async with connected(self._account, self._server, self._tokens) as connection:
                    await self._watch(connection)
            except TemporaryError as error:
                self._failed += 1
                rest = timedelta(seconds=pause_s(self._failed, random.random()))
                if self._failed >= _QUIET_TRIES or error.retry_after > _SOON:
                    error.retry_after = max(error.retry_after, rest)
                    raise
                log.warning("channel %s: %s", self._channel_id, error)
                await asyncio.sleep(rest.total_seconds())

    async def _watch(self, connection: Connection) -> None:
        """The inbox comes first: what one of us has answered is known by then."""
        sent = await self._sent(connection)
        looked_at = -SENT_S
        while True:
            await self._inbox.look(connection)
            await self._standing.reached()
            self._failed = 0
            if sent is not None and time.monotonic() - looked_at >= SENT_S:
                looked_at = time.monotonic()
                if await sent.is_moved(connection):
                    await sent.look(connection)
                    await self._inbox.look(connection)  # the one that is open is the one the server tells of
            await self._wait(connection, IDLE_S if sent is None else SENT_S)

    async def _wait(self, connection: Connection, most_s: float) -> None:
        if connection.idles:
            await connection.do(lambda link: link.idle(most_s))
        else:
            await asyncio.sleep(POLL_S)

    async def _sent(self, connection: Connection) -> Folder | None:
        """The folder of sent mails, where there is one and it is not the one that is read anyway."""
        name = self._account.sent_folder or await connection.do(lambda link: link.sent_folder())
        if not name or name == self._account.folder:
            return None
        reading = Reading(self._channel_id, name, self._taking.take_sent, notes_large=False)
        return Folder(reading, self._taking, self._desks, _nobody_told)


async def _nobody_told(mails: int, waiting: int) -> None:
    """Sent mails are no news of customers."""


def pause_s(failed: int, chance: float) -> float:
    """How long is waited after so many failures: from a second to five minutes, each a little different."""
    return min(_FIRST_S * 2.0 ** min(failed - 1, 10), _LONGEST_S) * (0.5 + chance / 2)
