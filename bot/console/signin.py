"""Who a browser belongs to: sign-in by a one-time link or a password, a session cookie, forms only from our pages."""

import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot import passwords
from bot.console.words import html
from core import teams
from core.actor import SYSTEM, Actor
from core.desk import Desk
from core.errors import NotFound, UserError
from core.limits import Limit
from core.models import Agent
from core.render import Voice, language_of
from core.show import Text, text
from core.store import Desks

COOKIE = "deskbell"
_WRONG = text("Name or password is wrong.")
_TOO_OFTEN = text("Too many tries. Please wait a minute.")
_LONGEST_FORM = 4_096

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A signed-in browser."""

    actor: Actor
    secret: str


async def signed_in(desks: Desks, request: HTTPConnection) -> SignedIn | None:
    """Who this browser is; nobody when it has no session or that was revoked."""
    secret = request.cookies.get(COOKIE, "")
    if not secret:
        return None
    actor = await desks.read(SYSTEM, lambda desk: teams.signed_in(desk, secret))
    return None if actor is None else SignedIn(actor, secret)


def is_from_us(request: HTTPConnection) -> bool:
    """Whether a form or socket was opened by one of our own pages."""
    origin = request.headers.get("origin", "")
    return bool(origin) and urlsplit(origin).netloc == request.headers.get("host", "")


class SignIn:
    """The sign-in pages."""

    def __init__(self, desks: Desks) -> None:
        self._desks = desks
        self._tries = Limit(burst=10, per_minute=10)

    def routes(self) -> list[Route]:
        """Their addresses."""
        return [
            Route("/room/sign-in", self._page, methods=["GET"]),
            Route("/room/sign-in", self._by_password, methods=["POST"]),
            Route("/room/sign-in/{secret}", self._link_page, methods=["GET"]),
            Route("/room/sign-in/{secret}", self._by_link, methods=["POST"]),
            Route("/room/sign-out", self._out, methods=["POST"]),
        ]

    async def _page(self, request: Request) -> Response:
        return self._shown(request)

    def _shown(self, request: Request, wrong: Text | None = None, *, secret: str = "", status: int = 200) -> Response:
        speaker = Voice(language_of(request.headers.get("accept-language", "")[:2]))
        page = html("signin.html", speaker, wrong=wrong, secret=secret)
        return HTMLResponse(page, status_code=status, headers=HEADERS)

    async def _link_page(self, request: Request) -> Response:
        """A page with a button: what only looks at links (a mail scanner, a chat's preview) must not spend them."""
        return self._shown(request, secret=request.path_params["secret"][:100])

    async def _by_link(self, request: Request) -> Response:
        if not is_from_us(request):
            return self._shown(request, status=403)
        secret, browser = request.path_params["secret"][:100], _browser(request)

        def body(desk: Desk) -> str:
            return teams.sign_in(desk, teams.use_sign_in_link(desk, secret), browser)

        try:
            return self._welcome(request, await self._desks.change(SYSTEM, body))
        except NotFound as error:
            return self._shown(request, error.said, status=404)

    async def _by_password(self, request: Request) -> Response:
        if not is_from_us(request):
            return self._shown(request, status=403)
        address = request.client.host if request.client else ""
        if self._tries.wait_s(address, time.monotonic()) > 0:
            return self._shown(request, _TOO_OFTEN, status=429)
        name, password = await _form(request)
        agent = await self._desks.read(SYSTEM, lambda desk: _agent(desk, name))
        kept = agent.password_hash if agent is not None else None
        if not await passwords.fits(kept or "", password) or agent is None:
            return self._shown(request, _WRONG, status=403)
        agent_id, browser = agent.id, _browser(request)
        secret = await self._desks.change(
            SYSTEM, lambda desk: teams.sign_in(desk, teams.agent_by_id(desk, agent_id), browser)
        )
        return self._welcome(request, secret)

    def _welcome(self, request: Request, secret: str) -> Response:
        response = RedirectResponse("/room", 303)
        life_s = int(teams.SIGN_IN_LIFE.total_seconds())
        is_secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, secret, max_age=life_s, httponly=True, samesite="lax", secure=is_secure)
        return response

    async def _out(self, request: Request) -> Response:
        if not is_from_us(request):
            return self._shown(request, status=403)
        found = await signed_in(self._desks, request)
        if found is not None:
            await self._desks.change(found.actor, lambda desk: teams.sign_out(desk, found.secret))
        response = RedirectResponse("/room/sign-in", 303)
        response.delete_cookie(COOKIE)
        return response


async def _form(request: Request) -> tuple[str, str]:
    if int(request.headers.get("content-length") or 0) > _LONGEST_FORM:
        return "", ""
    async with request.form(max_files=0, max_fields=4, max_part_size=_LONGEST_FORM) as form:
        return str(form.get("name", ""))[:60], str(form.get("password", ""))[:200]


def _agent(desk: Desk, name: str) -> Agent | None:
    try:
        return teams.agent_named(desk, name)
    except UserError:
        return None


def _browser(request: Request) -> str:
    return request.headers.get("user-agent", "")[:200]
