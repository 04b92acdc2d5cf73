"""Where requests come in: noted, perhaps met by a misfortune, authorised, held to the limits, answered in JSON."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.platforms.discord_calls import Backend, Call, read_body
from tests.platforms.discord_errors import Json, Refused
from tests.platforms.discord_faults import Fault, Faults, failure
from tests.platforms.discord_limits import INVALID, Asked, Limits, majors
from tests.platforms.discord_routes_commands import ROUTES as COMMANDS
from tests.platforms.discord_routes_interactions import ROUTES as INTERACTIONS
from tests.platforms.discord_routes_messages import ROUTES as MESSAGES
from tests.platforms.discord_routes_server import ROUTES as SERVER
from tests.platforms.discord_routes_threads import ROUTES as THREADS
from tests.platforms.discord_threads import RenamedTooOften

API = "/api/v10"
ROUTES = (*MESSAGES, *THREADS, *SERVER, *COMMANDS, *INTERACTIONS)
_WITHOUT_TOKEN = ("/interactions/", "/webhooks/")
_LOST = -1


@dataclass
class Asking:
    """A request as it was written down; `status` is 0 until it is answered, -1 when the answer was lost."""

    method: str
    path: str
    route: str
    body: Any = None
    files: list[str] = field(default_factory=list)
    status: int = 0


@dataclass
class Door:
    """Answers REST requests."""

    backend: Backend
    limits: Limits
    faults: Faults
    requests: list[Asking] = field(default_factory=list)
    confusing: list[str] = field(default_factory=list)
    """Bodies the fake could make nothing of."""
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def open(self, app: web.Application) -> None:
        """Adds all routes; what is none of them is answered with 404."""
        for method, route, answer in ROUTES:
            app.router.add_route(method, f"{API}{route}", self._through(route, answer))
        app.router.add_route("*", "/api/{rest:.*}", self._through("(unknown)", _unknown))

    def _through(self, route: str, answer: Callable[[Call], Any]) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            asking = Asking(request.method, request.path.removeprefix(API), f"{request.method} {route}")
            self.requests.append(asking)
            fault = self.faults.take(asking.method, asking.path)
            if self.faults.slow_s:
                await asyncio.sleep(self.faults.slow_s)
            if fault is not None and fault.with_ == "timeout":
                return await self._hang(request)
            response = await self._answer(request, asking, fault, answer)
            if fault is not None and fault.with_ == "answer_lost":
                return self._lose(request, asking)
            asking.status = response.status
            self.limits.invalid_requests += response.status in INVALID
            return response

        return handle

    async def _answer(
        self, request: web.Request, asking: Asking, fault: Fault | None, answer: Callable[[Call], Any]
    ) -> web.Response:
        headers: dict[str, str] = {}
        try:
            self._authorise(request, asking.path)
            body, files = await read_body(request)
            asking.body, asking.files = body, [file.filename for file in files]
            asked = _asked(request, asking)
            headers = self.limits.headers(asked)
            if refusal := self._refusal(asked, fault):
                return _json(refusal[0], 429, self.limits.headers(asked) | refusal[1])
            headers = self.limits.headers(asked)
            if fault is not None:
                _fail(fault)
            said = answer(Call(self.backend, request.match_info, request.query, body, files))
        except Refused as refused:
            return _json(refused.body(), refused.status, headers)
        except RenamedTooOften as often:
            return _json(*_wait(self.limits.ask_to_wait(asked, often.retry_after_s, naming=True), headers))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            self.confusing.append(f"{asking.route}: {error!r}")
            return _json({"message": f"The fake cannot read it: {error!r}", "code": 50035}, 400, headers)
        except _Broken as broken:
            return _json(failure(broken.status), broken.status, headers)
        status, body = said if isinstance(said, tuple) else (200, said)
        return _json(body, status, headers)

    def _authorise(self, request: web.Request, path: str) -> None:
        if path.startswith(_WITHOUT_TOKEN):
            return
        if request.headers.get("Authorization") != f"Bot {self.backend.gateway.token}":
            raise Refused(0)

    def _refusal(self, asked: Asked, fault: Fault | None) -> tuple[Json, dict[str, str]] | None:
        refusal = self.limits.refuse(asked)
        if refusal is None and fault is not None and fault.with_ == 429:
            return self.limits.ask_to_wait(asked, fault.retry_after_s)
        return refusal

    async def _hang(self, request: web.Request) -> web.Response:
        await self.stopping.wait()
        return web.Response()

    def _lose(self, request: web.Request, asking: Asking) -> web.Response:
        asking.status = _LOST
        if request.transport is not None:
            request.transport.close()
        return web.Response()


class _Broken(Exception):
    def __init__(self, status: int) -> None:
        self.status = status


def _asked(request: web.Request, asking: Asking) -> Asked:
    renames = isinstance(asking.body, dict) and "name" in asking.body
    major = majors(dict(request.match_info))
    return Asked(asking.route, asking.path, major, hash(json.dumps(asking.body)), renames)


def _fail(fault: Fault) -> None:
    match fault.with_:
        case int(status):
            raise _Broken(status)
        case (status, code):
            raise Refused(code, status)
        case _:
            return


def _wait(refusal: tuple[Json, dict[str, str]], headers: dict[str, str]) -> tuple[Json, int, dict[str, str]]:
    return refusal[0], 429, headers | refusal[1]


def _unknown(call: Call) -> tuple[int, Json]:
    return 404, {"message": "404: Not Found", "code": 0}


def _json(body: Any, status: int, headers: dict[str, str]) -> web.Response:
    if body is None:
        return web.Response(status=204, headers=headers)
    return web.Response(body=json.dumps(body).encode(), status=status, headers=headers, content_type="application/json")
