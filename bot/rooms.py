"""Keeps the desk in the team chats whose keys were entered in the team room: joined and left as it runs."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.routing import Router

from bot.discord.settings import Section as DiscordSection
from bot.slack.settings import Section as SlackSection
from bot.supervise import Part, keep_running
from bot.wiring import Wiring
from core import outages, parts, roomkeys
from core.actor import SYSTEM
from core.desk import Desk
from core.errors import DeskbellError, TemporaryError
from core.room import Room
from core.show import Text, text
from core.vault import Vault

log = logging.getLogger(__name__)

_LOOK_S = 30.0
"""Changes are told by the bus; a look now and then finds what was not."""


@dataclass(frozen=True, slots=True)
class _Joined:
    """A team chat the desk is in: by which keys, sealed, and what runs for it; nothing where they cannot work."""

    keys: Mapping[str, Any]
    routes: Sequence[Any] = ()
    tasks: tuple[asyncio.Task[None], ...] = ()


Made = Callable[[Wiring, Mapping[str, Any]], Room]
"""Makes a room of its keys in the clear."""


class Rooms:
    """The team chats whose keys do not stand in `.env`."""

    def __init__(
        self, wiring: Wiring, vault: Vault, kinds: Mapping[str, Made], serving: Callable[[Room], Sequence[Part]],
        watch: Callable[[Part], None],
    ) -> None:  # fmt: skip
        self._wiring, self._desks, self._bus, self._vault = wiring, wiring.desks, wiring.bus, vault
        self._kinds, self._serving, self._watch = kinds, serving, watch
        self._joined: dict[str, _Joined] = {}
        self.router = Router()
        """Where platforms call the rooms that are called."""

    async def run(self) -> None:
        """Joins and leaves until cancelled, then leaves all."""
        async with self._bus.listening(roomkeys.TOPIC) as ear:
            try:
                while True:
                    await self._settle()
                    await ear.wait(_LOOK_S)
            finally:
                await asyncio.gather(*(self._leave(name) for name in list(self._joined)))

    async def _settle(self) -> None:
        """Leaves where keys were changed or taken out, joins where there are some."""

        def known(desk: Desk) -> dict[str, dict[str, Any]]:
            return {name: roomkeys.known(desk, name) for name in self._kinds}

        try:
            wanted = await self._desks.read(SYSTEM, known)
        except TemporaryError as error:
            log.warning("the keys of team chats cannot be read now: %s", error)
            return
        for name, joined in list(self._joined.items()):
            if wanted[name] != joined.keys or not joined.tasks:
                await self._leave(name)
                if not wanted[name]:
                    await self._desks.change(SYSTEM, lambda desk, name=name: outages.unexpected(desk, name))  # type: ignore[misc]
        for name, keys in wanted.items():
            if keys and name not in self._joined:
                await self._join(name, keys)

    async def _join(self, name: str, keys: Mapping[str, Any]) -> None:
        try:
            room = self._kinds[name](self._wiring, self._vault.opened(keys))
        except DeskbellError as error:
            await self._cannot(name, error.said)
            self._joined[name] = _Joined(keys)
            return
        except ValueError:
            await self._cannot(name, text("The keys do not look right. Enter them again."))
            self._joined[name] = _Joined(keys)
            return
        await self._desks.change(SYSTEM, lambda desk: outages.expect(desk, name))
        routes = room.routes()
        self.router.routes.extend(routes)
        tasks = tuple(self._task(part) for part in (Part(name, room.run), *self._serving(room)))
        self._joined[name] = _Joined(keys, routes, tasks)

    async def _cannot(self, name: str, said: Text) -> None:
        log.warning("the team chat %s cannot be joined: %s", name, said.id)
        await self._desks.change(SYSTEM, lambda desk: parts.failed(desk, name, said.id, said))

    def _task(self, part: Part) -> asyncio.Task[None]:
        self._watch(part)
        return asyncio.create_task(keep_running(part), name=part.name)

    async def _leave(self, name: str) -> None:
        was = self._joined.pop(name)
        for route in was.routes:
            self.router.routes.remove(route)
        for task in was.tasks:
            task.cancel()
        await asyncio.gather(*was.tasks, return_exceptions=True)


def joinable(only: Sequence[str]) -> dict[str, Made]:
    """The team chats that are not set in `.env`, made of keys that were entered in the team room."""

    def slack(wiring: Wiring, keys: Mapping[str, Any]) -> Room:
        from bot.slack.room import SlackRoom

        return SlackRoom(wiring, SlackSection(**keys))

    def discord(wiring: Wiring, keys: Mapping[str, Any]) -> Room:
        from bot.discord.room import DiscordRoom

        return DiscordRoom(wiring, DiscordSection(**keys))

    found: dict[str, Made] = {}
    if "slack" in only and not SlackSection().on:
        found["slack"] = slack
    if "discord" in only and not DiscordSection().on:
        found["discord"] = discord
    return found
