"""A connection to a mailbox as the event loop sees it: signed in, asked in a thread of its own, cut when it ends."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from connectors.email.account import Account, Server
from connectors.email.imap import Link, Login
from connectors.email.tokens import Tokens
from connectors.email.troubles import ImapRefused, MailTrouble, asking
from connectors.email.worker import Worker

T = TypeVar("T")
_GOODBYE_S = 2.0


class Connection:
    """One that is signed in."""

    def __init__(self, link: Link, worker: Worker) -> None:
        self._link, self._worker = link, worker

    async def do(self, call: Callable[[Link], T]) -> T:
        """Asks the server; raises MailTrouble."""

        def named() -> T:
            with asking():
                return call(self._link)

        return await self._worker.do(named)

    @property
    def idles(self) -> bool:
        """Whether the server tells of new mails by itself."""
        return self._link.idles


@asynccontextmanager
async def connected(account: Account, server: Server, tokens: Tokens | None) -> AsyncIterator[Connection]:
    """Connects and signs in; raises MailTrouble. At the end the connection is gone, also when it is waited for."""
    worker = Worker(f"imap {server.host}")
    links: list[Link] = []
    try:
        await _entered(worker, links, account, server, tokens)
        yield Connection(links[-1], worker)
        with suppress(MailTrouble, TimeoutError):
            async with asyncio.timeout(_GOODBYE_S):
                await Connection(links[-1], worker).do(Link.leave)
    finally:
        for link in links:
            link.cut()
        await asyncio.shield(worker.end(_GOODBYE_S))
        for link in links:  # one that was being made while it was to end
            link.cut()


async def _entered(worker: Worker, links: list[Link], account: Account, server: Server, tokens: Tokens | None) -> None:
    """Signs in; an access token that is refused is renewed once."""
    user, password = account.user_at(server), account.password_at(server)
    if password or tokens is None:
        return await _enter(worker, links, server, Login(user, password))
    token = await tokens.token()
    try:
        await _enter(worker, links, server, Login(user, "", token))
    except ImapRefused:
        await _enter(worker, links, server, Login(user, "", await tokens.token(refused=token)))


async def _enter(worker: Worker, links: list[Link], server: Server, login: Login) -> None:
    def entered() -> None:
        with asking(by_token=bool(login.token)):
            link = Link(server)
            links.append(link)
            link.enter(login)

    await worker.do(entered)
