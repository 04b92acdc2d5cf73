"""Carries files from a team chat into the desk's store; what cannot be carried is said to who sent it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import aiohttp

from bot.wiring import Wiring
from core import accounts, files
from core.actor import SYSTEM, Actor
from core.errors import PermanentError, UserError
from core.show import Answer, Tone, text

PATIENCE = aiohttp.ClientTimeout(total=60)
_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file somebody sent along, still with the platform."""

    name: str
    size: int
    address: str
    id: str = ""
    """What the platform calls it, where its address has to be asked for."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file on its way."""

    name: str
    content: bytes


Fetch = Callable[[FileRef, int], Awaitable[Parcel]]
"""Fetches a file of at most so many bytes from the platform.

Raises UserError for one that is too large, gone, or not for us to read; TemporaryError while the platform is away.
"""


class Carrying:
    """The way of files into the desk."""

    def __init__(self, wiring: Wiring, room: str, fetch: Fetch) -> None:
        self._desks, self._store, self._room, self._fetch = wiring.desks, wiring.store, room, fetch

    async def take(self, account: str, refs: Sequence[FileRef]) -> tuple[tuple[int, ...], list[Answer]]:
        """The files of a line, taken in, and what could not be; nothing from who is no agent."""
        actor = await self._desks.read(SYSTEM, lambda desk: accounts.actor_at(desk, self._room, account))
        if not refs or actor.agent_id is None:
            return (), []
        kept: list[int] = []
        trouble: list[Answer] = []
        for ref in refs:
            try:
                parcel = await self._fetched(ref)
            except (UserError, PermanentError) as error:
                said = text("The file {name} did not come along: {why}", name=ref.name, why=error.said)
                trouble.append(Answer(said, tone=Tone.BAD))
                continue
            kept.append(await self._kept(actor, parcel))
        return tuple(kept), trouble

    async def _fetched(self, ref: FileRef) -> Parcel:
        largest = self._desks.pace.largest_file
        if ref.size > largest:
            raise too_large(largest)
        return await self._fetch(ref, largest)

    async def _kept(self, actor: Actor, parcel: Parcel) -> int:
        taken = await asyncio.to_thread(self._store.take, parcel.content)
        name, agent_id = files.clean_name(parcel.name), actor.agent_id
        return await self._desks.change(actor, lambda desk: files.keep(desk, taken, name, agent_id=agent_id))


async def content_of(answer: aiohttp.ClientResponse, largest: int) -> bytes:
    """The bytes of an answer. Raises UserError where there are too many, without reading on."""
    content = b""
    async for part in answer.content.iter_chunked(_PIECE):
        content += part
        if len(content) > largest:
            raise too_large(largest)
    return content


def too_large(largest: int) -> UserError:
    """What is said of a file that is too large."""
    return UserError(text("A file may have at most {most} MB.", most=largest // 2**20))
