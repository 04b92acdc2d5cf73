"""A fake provider of access tokens: gives them for a refresh token, and tells mail servers which ones are good."""

import asyncio
import socket
import threading
from typing import Any

from aiohttp import web

from tests.platforms.dovecot import USER


class Provider:
    """The provider, in a thread of its own, so that a server which asks it holds up no test."""

    def __init__(self) -> None:
        self.refresh_token = "refresh-1"
        self.good: set[str] = set()
        """The access tokens that are good."""
        self.given = 0
        self.asked: list[dict[str, str]] = []
        self.rotates = False
        """Whether each refresh token is good once."""
        self.lasts_s = 3600
        self.refuses = ""
        """The error it answers with."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._is_open = threading.Event()

    @property
    def token_url(self) -> str:
        """Where tokens are fetched."""
        return f"http://127.0.0.1:{self.port}/token"

    @property
    def told_at(self) -> str:
        """Where a mail server asks whether a token is good, which it adds."""
        return f"http://127.0.0.1:{self.port}/tokeninfo?access_token="

    def start(self) -> None:
        """Starts it."""
        self._thread.start()
        assert self._is_open.wait(10)

    def end(self) -> None:
        """Ends it."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _serve(self) -> None:
        made = web.Application()
        made.add_routes([web.post("/token", self._token), web.get("/tokeninfo", self._told)])
        runner = web.AppRunner(made)
        self._loop.run_until_complete(runner.setup())
        self._loop.run_until_complete(web.TCPSite(runner, "127.0.0.1", self.port).start())
        self._loop.call_soon(self._is_open.set)
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        self._loop.close()

    async def _token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.asked.append(form)
        if self.refuses or form.get("refresh_token") != self.refresh_token:
            return web.json_response({"error": self.refuses or "invalid_grant"}, status=400)
        self.given += 1
        token = f"access-{self.given}"
        self.good.add(token)
        told: dict[str, Any] = {"access_token": token, "expires_in": self.lasts_s, "token_type": "Bearer"}
        if self.rotates:
            self.refresh_token = f"refresh-{self.given + 1}"
            told["refresh_token"] = self.refresh_token
        return web.json_response(told)

    async def _told(self, request: web.Request) -> web.Response:
        if request.query.get("access_token") not in self.good:
            return web.json_response({"error": "invalid_token"}, status=400)
        return web.json_response({"email": USER})
