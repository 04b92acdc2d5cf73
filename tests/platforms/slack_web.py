"""The HTTP side of the fake Slack: the Web API with its tokens and scopes, uploads, private files, response_urls."""

import asyncio
import json
from dataclasses import dataclass, field

from aiohttp import web

from tests.platforms import slack_chat, slack_conversations, slack_directory, slack_uploads, slack_views
from tests.platforms.slack_calls import Call, Method, need
from tests.platforms.slack_faults import ANSWER_LOST, RATELIMITED, TIMEOUT, Fault, Faults
from tests.platforms.slack_pace import Pace, RateLimited
from tests.platforms.slack_sockets import Sockets
from tests.platforms.slack_triggers import answer as answer_hook
from tests.platforms.slack_world import Refused, Wire, Workspace

METHODS: dict[str, Method] = (
    slack_chat.METHODS
    | slack_conversations.METHODS
    | slack_directory.METHODS
    | slack_uploads.METHODS
    | slack_views.METHODS
)
OPEN = Method(slack_directory.auth_test, "connections:write", tier=1, json=True)
"""apps.connections.open, which only the app token may call."""
SIGN_IN_PAGE = "<!DOCTYPE html><html><head><title>Sign in | Slack</title></head><body></body></html>"
NEVER_S = 3_600


@dataclass
class Request:
    """A call as it came; `outcome` is "ok" or the error it was answered with, empty when it was not answered."""

    method: str
    args: Wire
    at: float
    outcome: str = ""


@dataclass
class Web:
    """Answers requests."""

    world: Workspace
    sockets: Sockets
    pace: Pace
    faults: Faults
    requests: list[Request] = field(default_factory=list)

    def application(self) -> web.Application:
        """The routes."""
        application = web.Application(client_max_size=slack_uploads.LARGEST)
        application.add_routes(
            [
                web.route("*", "/api/{method}", self.api),
                web.get("/link/", self.sockets.serve),
                web.post("/actions/{team}/{name}", self.hook),
                web.post("/upload/v1/{file}", self.upload),
                web.get("/files-pri/{team_file}/{name}", self.download),
                web.get("/files-pri/{team_file}/download/{name}", self.download),
                web.get("/signin", self.sign_in),
            ]
        )
        return application

    async def api(self, request: web.Request) -> web.StreamResponse:
        """One call of the Web API, or the trouble scripted for it."""
        method = request.match_info["method"]
        args, token = await self._read(request, METHODS.get(method))
        asked = Request(method, args, self.world.clock())
        self.requests.append(asked)
        fault = self.faults.next(method)
        if broken := await self._break(fault):
            return broken
        status, headers = 200, {"x-oauth-scopes": ",".join(sorted(self._scopes(token)))}
        try:
            body = {"ok": True, **self._answer(asked, token, fault)}
        except RateLimited as limit:
            status, headers["Retry-After"] = 429, str(limit.retry_after_s)
            body = {"ok": False, "error": limit.error}
        except Refused as refusal:
            body = {"ok": False, "error": refusal.error, **refusal.more}
        asked.outcome = "ok" if body["ok"] else str(body["error"])
        return await self._send(request, fault, web.json_response(body, status=status, headers=headers))

    async def _read(self, request: web.Request, method: Method | None) -> tuple[Wire, str]:
        """The arguments and the token, from wherever they were sent."""
        args: Wire = dict(request.query)
        if request.content_type == "application/json":
            sent = await request.text()
            args |= json.loads(sent) if sent and (method is None or method.json) else {}
        elif request.method == "POST":
            args |= dict(await request.post())
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return args, token or str(args.pop("token", ""))

    def _scopes(self, token: str) -> set[str]:
        return self.world.app.app_scopes if token.startswith("xapp-") else self.world.app.scopes

    def _answer(self, asked: Request, token: str, fault: Fault | None) -> Wire:
        name, channel = asked.method, self._channel(str(asked.args.get("channel", "")))
        opens = name == "apps.connections.open"
        method = OPEN if opens else METHODS.get(name)
        if method is None:
            raise Refused("unknown_method", req_method=name)
        self._check_token(token, self.world.app.app_token if opens else self.world.app.bot_token)
        self.pace.admit(name, method.tier, channel)
        if fault is not None and fault.with_ == RATELIMITED:
            raise self.pace.bar(self.pace.key(name, channel), fault.retry_after_s)
        if fault is not None and isinstance(fault.with_, str) and fault.with_ != ANSWER_LOST:
            raise Refused(fault.with_)
        need(self._scopes(token), method.scope)
        return {"url": self.sockets.new_url()} if opens else method.answer(self.world, Call(asked.args))

    def _channel(self, which: str) -> str:
        """The id of what a call names, so that a name and an id share a limit."""
        try:
            return self.world.channel(which).id
        except Refused:
            return which

    def _check_token(self, token: str, right: str) -> None:
        app = self.world.app
        if not token:
            raise Refused("not_authed")
        if token not in (app.bot_token, app.app_token):
            raise Refused("invalid_auth")
        if token != right:
            raise Refused("not_allowed_token_type")
        if app.is_revoked:
            raise Refused("token_revoked")

    async def _break(self, fault: Fault | None) -> web.StreamResponse | None:
        """What comes instead of any effect: an HTTP error, or nothing at all."""
        if fault is None:
            return None
        if fault.with_ == TIMEOUT:
            await asyncio.sleep(NEVER_S)
        if isinstance(fault.with_, int):
            return web.Response(status=fault.with_, text="Internal Server Error")
        return None

    async def _send(self, request: web.Request, fault: Fault | None, response: web.Response) -> web.Response:
        """Sends an answer, late or not at all; what it tells of has happened."""
        if self.faults.slow_s:
            await asyncio.sleep(self.faults.slow_s)
        if fault is not None and fault.with_ == ANSWER_LOST and request.transport is not None:
            request.transport.abort()
        return response

    async def hook(self, request: web.Request) -> web.StreamResponse:
        """A post to a response_url; its troubles are scripted as of the method "response_url"."""
        body = json.loads(await request.text() or "{}")
        asked = Request("response_url", body, self.world.clock())
        self.requests.append(asked)
        fault = self.faults.next("response_url")
        if broken := await self._break(fault):
            return broken
        try:
            answer_hook(self.world, request.match_info["name"], body)
            response = web.json_response({"ok": True})
        except Refused as refusal:
            status = 404 if refusal.error.endswith("_url") else 400
            response = web.json_response({"ok": False, "error": refusal.error, **refusal.more}, status=status)
            asked.outcome = refusal.error
        asked.outcome = asked.outcome or "ok"
        return await self._send(request, fault, response)

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """The bytes of an announced file, raw or as a form; as many as were announced."""
        file = self.world.files.get(request.match_info["file"])
        content = await _bytes(request)
        if file is None or file.content is not None:
            return web.Response(status=404, text="not found")
        if len(content) != file.size:
            return web.Response(status=400, text="size mismatch")
        file.content = content
        return web.Response(text=f"OK - {len(content)}")

    async def download(self, request: web.Request) -> web.StreamResponse:
        """A private file; without a right token and scope a redirect to the sign-in page, as on Slack."""
        await asyncio.sleep(self.faults.slow_files_s)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not slack_uploads.may_download(self.world, token):
            raise web.HTTPFound(f"/signin?redir={request.path}")
        file = self.world.files.get(request.match_info["team_file"].rpartition("-")[2])
        if file is None or file.content is None:
            return web.Response(status=404, text="not found")
        return web.Response(body=file.content, content_type="application/octet-stream")

    async def sign_in(self, request: web.Request) -> web.StreamResponse:
        """The page Slack shows to whoever has no right to a file: HTML, with status 200."""
        return web.Response(text=SIGN_IN_PAGE, content_type="text/html")


async def _bytes(request: web.Request) -> bytes:
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    form = await request.post()
    sent = next((part for part in form.values() if isinstance(part, web.FileField)), None)
    return sent.file.read() if sent else b""
