"""The line between a browser and the desk, which may die without a word, as lines behind a router do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Page, Route

from tests.server import Server


class Line:
    """A TCP proxy on this machine. Cut, it takes everything and forwards nothing, on old and new connections."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._is_cut = False
        self._tasks: set[asyncio.Task[None]] = set()
        self.base = ""

    def cut(self) -> None:
        """Nothing gets through any more; nobody is told."""
        self._is_cut = True

    def mend(self) -> None:
        """New connections work again; the old ones stay dead."""
        self._is_cut = False

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Line"]:
        """The line, for as long as the block lasts."""
        listening = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.base = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        yield self
        listening.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        far, out = await asyncio.open_connection("127.0.0.1", self._server.port)
        dead = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass_on(near, out, dead))
                both.create_task(self._pass_on(far, back, dead))
        finally:
            self._tasks.discard(task)
            out.close()
            back.close()

    async def _pass_on(self, come: asyncio.StreamReader, go: asyncio.StreamWriter, dead: asyncio.Event) -> None:
        while some := await come.read(65_536):
            if self._is_cut:
                dead.set()
            if not dead.is_set():
                go.write(some)
                await go.drain()
        if not dead.is_set():
            go.close()


async def hurry(page: Page) -> None:
    """Lets a page notice within a second or two what takes it half a minute: in the config the desk serves with it."""

    async def session(route: Route) -> None:
        answer = await route.fetch()
        told = await answer.json()
        told["config"]["alive"] = {"ping": 1, "patience": 1}
        await route.fulfill(response=answer, json=told)

    async def room(route: Route) -> None:
        answer = await route.fetch()
        body = (await answer.text()).replace("&#34;ping&#34;: 25", "&#34;ping&#34;: 1")
        await route.fulfill(response=answer, body=body.replace("&#34;patience&#34;: 15", "&#34;patience&#34;: 1"))

    await page.route("**/chat/session", session)
    await page.route("**/room", room)
