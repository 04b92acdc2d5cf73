"""Where calls come in: noted, perhaps met by a trouble, known by their token, held to the limits, answered in JSON."""

import asyncio
import inspect
import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any

from aiohttp import web

from tests.platforms import telegram_methods_changes as changes
from tests.platforms import telegram_methods_chats as chats
from tests.platforms import telegram_methods_media as media
from tests.platforms import telegram_methods_messages as messages
from tests.platforms import telegram_methods_profile as profile
from tests.platforms import telegram_methods_updates as updates
from tests.platforms.telegram_calls import Call, Method, read
from tests.platforms.telegram_errors import Json, Refused, not_found, too_large, unauthorized
from tests.platforms.telegram_faults import Fault, Faults
from tests.platforms.telegram_files import MB
from tests.platforms.telegram_limits import Limits, Sent
from tests.platforms.telegram_webhooks import Webhooks
from tests.platforms.telegram_world import Bot, World

_TOKEN = re.compile(r"\d+:[\w-]{30,}")
REQUEST_MOST = 60 * MB


@dataclass
class Asked:
    """A call as it was written down; `outcome` is "ok", what was refused, or "lost"."""

    method: str
    bot: str
    at: float
    params: dict[str, str] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    outcome: str = ""


@dataclass
class Door:
    """Answers calls of methods and requests for files."""

    world: World
    webhooks: Webhooks
    limits: Limits
    faults: Faults
    requests: list[Asked] = field(default_factory=list)
    confusing: list[str] = field(default_factory=list)
    """Calls the fake could make nothing of."""

    def application(self) -> web.Application:
        """A server to run."""
        app = web.Application(client_max_size=REQUEST_MOST)
        app.router.add_route("*", "/bot{token:[^/]*}/{method}", self._called)
        app.router.add_get("/file/bot{token:[^/]*}/{path:.+}", self._fetched)
        return app

    @cached_property
    def methods(self) -> dict[str, Method]:
        """All methods; their names may be written in any case."""
        all_of_them = (
            messages.METHODS, media.METHODS, changes.METHODS, chats.METHODS, profile.METHODS,
            updates.methods(self.webhooks),
        )  # fmt: skip
        return {name.lower(): method for some in all_of_them for name, method in some.items()}

    def bot(self, token: str) -> Bot:
        """Whose token it is; raises 404 for what does not look like one and 401 for what is nobody's."""
        if not _TOKEN.fullmatch(token):
            raise not_found()
        for bot in self.world.bots.values():
            if bot.token == token:
                return bot
        raise unauthorized()

    async def _called(self, request: web.Request) -> web.StreamResponse:
        asked = Asked(request.match_info["method"], "", self.world.clock())
        self.requests.append(asked)
        fault = self.faults.next(asked.method)
        if fault is not None and fault.trouble == "dropped":
            return _hung_up(request, asked)
        answer = await self._answer(request, asked, fault)
        if fault is not None and fault.trouble == "slow":
            await asyncio.sleep(fault.number)
        if fault is not None and fault.trouble == "answer_lost":
            return _hung_up(request, asked)
        return answer

    async def _answer(self, request: web.Request, asked: Asked, fault: Fault | None) -> web.Response:
        try:
            said: Json = {"ok": True, "result": await self._result(request, asked, fault)}
            status, asked.outcome = 200, "ok"
        except Refused as refused:
            said, status, asked.outcome = refused.body(), refused.code, refused.words
        except web.HTTPRequestEntityTooLarge:
            said, status, asked.outcome = too_large().body(), 413, "Request Entity Too Large"
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            asked.outcome = f"Bad Request: the fake cannot read it: {error!r}"
            self.confusing.append(f"{asked.method}: {error!r}")
            said, status = Refused(400, asked.outcome).body(), 400
        return _json(said, status)

    async def _result(self, request: web.Request, asked: Asked, fault: Fault | None) -> Any:
        bot = self.bot(request.match_info["token"])
        asked.bot = bot.username
        method = self.methods.get(asked.method.lower())
        if method is None:
            raise not_found()
        params, uploads = await read(request)
        asked.params, asked.files = params, [one.name for one in uploads.values()]
        if fault is not None and fault.trouble == "status":
            raise Refused(int(fault.number), HTTPStatus(int(fault.number)).phrase)
        sent = _sent(bot, asked)
        if fault is not None and fault.trouble == "flood":
            raise self.limits.ask_to_wait(sent, fault.number)
        self.limits.check(sent)
        result = method(Call(self.world, bot, params, uploads))
        return await result if inspect.isawaitable(result) else result

    async def _fetched(self, request: web.Request) -> web.StreamResponse:
        """A file's bytes, for the hour its link lasts."""
        where = request.match_info["path"]
        try:
            bot = self.bot(request.match_info["token"])
            link = self.world.links.get((bot.id, where))
            if link is None or link.until < self.world.clock():
                raise not_found()
        except Refused as refused:
            return _json(refused.body(), refused.code)
        fault = self.faults.next("file")
        if fault is not None and fault.trouble == "status":
            return web.Response(status=int(fault.number))
        if fault is not None and fault.trouble == "slow":
            await asyncio.sleep(fault.number)
        elif fault is not None:
            return _hung_up(request, Asked("file", bot.username, self.world.clock()))
        return web.Response(body=link.file.content, content_type="application/octet-stream")


def _sent(bot: Bot, asked: Asked) -> Sent:
    said = json.dumps(asked.params, sort_keys=True)
    count = 1
    if asked.method.lower() == "sendmediagroup":
        count = asked.params.get("media", "").count('"media"')
    return Sent(bot.id, asked.params.get("chat_id", ""), asked.method, said, max(1, count))


def _hung_up(request: web.Request, asked: Asked) -> web.Response:
    asked.outcome = "lost"
    if request.transport is not None:
        request.transport.close()
    return web.Response()


def _json(body: Any, status: int) -> web.Response:
    return web.json_response(body, status=status)
