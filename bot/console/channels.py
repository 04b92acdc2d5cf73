"""The page “Channels”: admins see how each channel and team chat stands, enter its keys, try them, switch it."""

from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot import guides, standings
from bot.connecting import Connection, Connections, is_well
from bot.console import deeds, keys, papers, provider
from bot.console.deeds import Asked
from bot.console.keys import Entered, Subject
from bot.console.provider import Provider, Way
from bot.console.signin import HEADERS, SignedIn, is_from_us, signed_in
from bot.console.words import html, voice
from bot.oauth import PRESETS
from core import channels, policy, roomkeys, teams
from core.actor import Actor
from core.desk import Desk
from core.errors import DeskbellError, NotFound, UserError
from core.models import Role
from core.show import Text, text
from core.store import Desks
from core.vault import Vault

_LARGEST = 64 * 1024
_SAID = {
    "added": text("Added. Now enter its keys."),
    "saved": text("Saved. It takes effect at once."),
    "kept": text("Saved. The channel is still off: switch it on when you are ready."),
    "on": text("Switched on."),
    "off": text("Switched off. What customers send meanwhile comes in when it is on again."),
    "signed": text("Signed in at the provider. The mailbox is opened by that from now on."),
    "left": text("The keys are gone; the desk leaves this team chat."),
    "moved": text("From now on what comes in by it belongs to that team."),
}
_IN_ENV = text("This is described in .env, which wins: change it there, then start the desk again.")
_FOREIGN = text("This form did not come from the team room. Open the page again.")


class ChannelPages:
    """The pages on which channels and team chats are set up."""

    def __init__(self, desks: Desks, connections: Connections, vault: Vault) -> None:
        self._desks, self._connections, self._vault = desks, connections, vault
        self._provider = Provider(desks, vault)

    def routes(self) -> list[Route]:
        """Their addresses."""
        return [
            Route(provider.PATH, self._back, methods=["GET"]),
            Route("/room/channels", self._list, methods=["GET"]),
            Route("/room/channels", self._add, methods=["POST"]),
            Route("/room/channels/{name}", self._show, methods=["GET"]),
            Route("/room/channels/{name}", self._do, methods=["POST"]),
            Route("/room/team-chats/{name}", self._show, methods=["GET"]),
            Route("/room/team-chats/{name}", self._do, methods=["POST"]),
        ]

    async def _who(self, request: Request) -> SignedIn | Response:
        """The admin who asks; whoever is none is shown where to go."""
        who = await signed_in(self._desks, request)
        if who is None:
            return RedirectResponse("/room/sign-in", 303)
        if not policy.is_at_least(who.actor, Role.ADMIN):
            return self._refused(who.actor, text("{what} is for {role}s only. Ask one of them.",
                                                 what=text("Channels"), role="admin"))  # fmt: skip
        if request.method == "POST" and not is_from_us(request):
            return self._refused(who.actor, _FOREIGN)
        return who

    def _refused(self, actor: Actor, said: Text, status: int = 403) -> Response:
        page = html("refused.html", voice(actor, self._desks.clock()), refused=said)
        return HTMLResponse(page, status_code=status, headers=HEADERS)

    async def _list(self, request: Request) -> Response:
        who = await self._who(request)
        return who if isinstance(who, Response) else await self._listed(request, who.actor)

    async def _listed(self, request: Request, actor: Actor, refused: Text | None = None) -> Response:
        in_env = {kind: self._connections[kind]().from_env() for kind in guides.GUIDES}
        own = {said.channel for kind, said in in_env.items() if said is not None and kind in guides.CHANNELS}
        chats = [name for name in guides.ROOMS if in_env[name] is not None]

        def body(desk: Desk) -> dict[str, Any]:
            return {
                "channels": standings.of_channels(desk), "chats": standings.of_rooms(desk, chats),
                "teams": teams.known(desk), "changes": standings.changes(desk),
            }  # fmt: skip

        known = await self._desks.read(actor, body)
        page = html(
            "channels.html", voice(actor, self._desks.clock()), own=own, in_env=chats, refused=refused,
            kinds=[guides.GUIDES[kind] for kind in guides.CHANNELS], said=_said(request), **known,
        )  # fmt: skip
        return HTMLResponse(page, status_code=200 if refused is None else 422, headers=HEADERS)

    async def _add(self, request: Request) -> Response:
        who = await self._who(request)
        if isinstance(who, Response):
            return who
        form = await _form(request)

        def body(desk: Desk) -> None:
            team = teams.team_named(desk, form.get("team", ""))
            channels.add_new(desk, guides.of_channel(form.get("kind", "")).name, form.get("name", "").strip(), team)

        try:
            await self._desks.change(who.actor, body)
        except DeskbellError as error:
            return await self._listed(request, who.actor, error.said)
        return RedirectResponse(f"/room/channels/{form['name'].strip()}?said=added", 303)

    async def _show(self, request: Request) -> Response:
        asked = await self._asked(request)
        return (
            asked
            if isinstance(asked, Response)
            else await self._shown(asked, deeds.as_kept(asked.subject, self._vault))
        )

    async def _asked(self, request: Request) -> Asked | Response:
        """Who asks what of which channel or team chat; whoever may not, or asks for none, is told."""
        who = await self._who(request)
        if isinstance(who, Response):
            return who
        form = await _form(request) if request.method == "POST" else {}
        try:
            subject = await self._subject(request, who.actor)
            return Asked(who.actor, subject, form, _said(request), str(request.base_url).rstrip("/"))
        except DeskbellError as error:
            return self._refused(who.actor, error.said, 404)

    async def _subject(self, request: Request, actor: Actor) -> Subject:
        """What the address names. Raises NotFound or UserError where there is none."""
        name = request.path_params["name"]
        if request.url.path.startswith("/room/team-chats/"):
            if name not in guides.ROOMS:
                names = ", ".join(guides.ROOMS)
                raise NotFound(text("“{typed}” is not one of {names}.", typed=name[:40], names=names))
            kept = await self._desks.read(actor, lambda desk: roomkeys.known(desk, name))
            return Subject(name, guides.GUIDES[name], kept, self._connections[name]().from_env())
        kind, settings = await self._desks.read(actor, lambda desk: deeds.row(desk, name))
        guide = guides.of_channel(kind)
        env = self._connections[kind]().from_env()
        return Subject(name, guide, settings, env if env is not None and env.channel == name else None)

    async def _shown(self, asked: Asked, entered: Entered, way: Way | None = None) -> Response:
        subject, guide, vault = asked.subject, asked.subject.guide, self._vault
        known = await self._desks.read(asked.actor, lambda desk: deeds.around(desk, subject))
        connection, speaker = self._connections[guide.name](), voice(asked.actor, self._desks.clock())
        fields = keys.fields(subject, entered, vault)
        first = connection.first if connection.first and not entered.values.get(connection.first) else ""
        page = html(
            "channel.html", speaker, date=replace(speaker, now=None).moment, subject=subject, guide=guide,
            entered=entered, paper=papers.of(subject, asked.base), first=first,
            fields=[each for each in fields if first in ("", each.key.setting)],
            proposes=bool(connection.first), carried=keys.carry(subject, entered, vault, asked.actor.id),
            preset=provider.preset_of(entered.values), redirect=provider.redirect_of(asked.base), way=way,
            said=asked.said, since=entered.changed.get("EMAIL_SINCE", ""), **known,
        )  # fmt: skip
        is_odd = entered.refused is not None or not is_well(entered.findings)
        return HTMLResponse(page, status_code=422 if is_odd else 200, headers=HEADERS)

    async def _do(self, request: Request) -> Response:
        asked = await self._asked(request)
        if isinstance(asked, Response):
            return asked
        try:
            match asked.what:
                case "try":
                    return await self._tried(asked)
                case "propose":
                    return await self._proposed(asked)
                case "save" | "start":
                    return await self._saved(asked)
                case "signin" | "code" | "pasted" | "coded" if asked.subject.guide.name == "email":
                    return await self._signed_in(asked)
                case what if what.startswith("use.") and asked.subject.guide.name == "email":
                    return await self._uses(asked)
                case what if what in _DONE:
                    await self._desks.change(asked.actor, lambda desk: deeds.switch(desk, asked))
                case _:
                    return self._refused(asked.actor, _FOREIGN, 400)
        except DeskbellError as error:
            return await self._shown(asked, replace(deeds.as_kept(asked.subject, self._vault), refused=error.said))
        back = "/room/channels" if asked.form.get("back") else asked.subject.path
        return RedirectResponse(f"{back}?said={_DONE[asked.what]}", 303)

    def _read(self, asked: Asked) -> tuple[Connection, Entered]:
        entered = keys.read(asked.subject, asked.form, self._vault, asked.actor.id)
        return self._connections[asked.subject.guide.name](), entered

    async def _tried(self, asked: Asked) -> Response:
        """Asks the platform; nothing is kept."""
        connection, entered = self._read(asked)
        if asked.subject.guide.name == "email":
            return await self._shown(asked, await self._provider.tried(asked, connection, entered))
        is_whole = asked.subject.is_whole
        findings = await (connection.tried_as_set() if is_whole else connection.tried(dict(entered.values)))
        return await self._shown(asked, replace(entered, findings=findings))

    async def _proposed(self, asked: Asked) -> Response:
        """Proposes what can be told from the first field; nothing is kept."""
        connection, entered = self._read(asked)
        first = next(key for key in asked.subject.guide.keys if key.setting == connection.first)
        odd = [each for each in connection.checked(entered.values) if each.setting == first.setting]
        if odd:
            typed = {**entered.values, first.setting: ""}
            return await self._shown(asked, Entered(typed, findings=odd))
        found = await connection.proposed(entered.values)
        return await self._shown(asked, replace(entered, values={**entered.values, **found.values}, notes=found.notes))

    async def _saved(self, asked: Asked) -> Response:
        """Keeps what was entered; the channel is switched on where that was asked for."""
        odd, is_on = await self._keep(asked)
        if odd is not None:
            return await self._shown(asked, odd)
        return RedirectResponse(f"{asked.subject.path}?said={'saved' if is_on else 'kept'}", 303)

    async def _keep(self, asked: Asked) -> tuple[Entered | None, bool]:
        """Keeps what was entered, keys sealed, unless something is wrong with it; says whether that is in use now."""
        if asked.subject.is_whole:
            raise UserError(_IN_ENV)
        connection, entered = self._read(asked)
        findings = [*connection.checked(entered.values), *keys.to_be_confirmed(entered, asked.form)]
        if findings:
            return replace(entered, findings=findings), False

        def body(desk: Desk) -> bool:
            return deeds.keep(desk, asked, keys.sealed(connection, entered, self._vault, desk.now))

        return None, await self._desks.change(asked.actor, body)

    async def _uses(self, asked: Asked) -> Response:
        """Fills in what is known of a provider where one signs in; nothing is kept."""
        _, entered = self._read(asked)
        preset = PRESETS.get(asked.what.removeprefix("use."))
        values = {**entered.values, **(preset.values if preset is not None else {})}
        return await self._shown(asked, replace(entered, values=values))

    async def _signed_in(self, asked: Asked) -> Response:
        """Begins to sign in at the provider, by what was entered and is kept first; or takes what came of it."""
        match asked.what:
            case "pasted":
                await self._provider.pasted(asked.actor, asked.form.get("pasted", ""))
            case "coded":
                await self._provider.coded(asked.actor, asked.form.get("way", ""))
            case what:
                odd, _ = await self._keep(asked)
                if odd is not None:
                    return await self._shown(asked, odd)
                settings = await self._desks.read(asked.actor, lambda desk: deeds.row(desk, asked.subject.name)[1])
                now = replace(asked, subject=replace(asked.subject, kept=settings))
                values = now.subject.known(self._vault)
                by_link = what == "signin"
                way = self._provider.by_link(now, values) if by_link else await self._provider.by_code(now, values)
                return await self._shown(now, Entered(values), way)
        return RedirectResponse(f"{asked.subject.path}?said=signed", 303)

    async def _back(self, request: Request) -> Response:
        """The browser comes back from the mailbox's provider."""
        who = await self._who(request)
        if isinstance(who, Response):
            return who
        try:
            name = await self._provider.came_back(who.actor, request.query_params)
        except DeskbellError as error:
            return self._refused(who.actor, error.said, 400)
        return RedirectResponse(f"/room/channels/{name}?said=signed", 303)


_DONE = {"on": "on", "off": "off", "leave": "left", "move": "moved"}


def _said(request: Request) -> Text | None:
    return _SAID.get(request.query_params.get("said", "")) if request.method == "GET" else None


async def _form(request: Request) -> dict[str, str]:
    """What a form says; nothing of one that says too much."""
    if int(request.headers.get("content-length") or 0) > _LARGEST:
        return {}
    async with request.form(max_files=0, max_fields=80, max_part_size=_LARGEST) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}
