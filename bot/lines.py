"""Keeps a line open for every channel that is sent to: opened, closed and opened anew while the desk runs."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bot.alone import Alone
from bot.sender import Sender
from bot.supervise import Part, keep_running
from bot.wiring import Wiring
from core import channels, groups, outgoing, parts
from core.actor import SYSTEM
from core.connector import Described, Line, Outgoing, Sending
from core.errors import DeskbellError, TemporaryError
from core.show import text
from core.vault import Vault

log = logging.getLogger(__name__)

_LOOK_S = 30.0
"""Changes are told by the bus; a look now and then finds what was not."""

_ELSEWHERE = text("Another process of this desk hears it.")

_BYTES_A_SECOND = 50_000
"""As slow as a way out may be for large files: a mail makes them a third larger."""

Tune = Callable[[Part], None]
"""Takes a part into what is watched."""


@dataclass(frozen=True, slots=True)
class _Open:
    """A channel as its line was opened for it, and what runs for it; no line where its settings cannot work."""

    channel: Described
    line: Line | None = None
    tasks: tuple[asyncio.Task[None], ...] = ()


class Lines:
    """The lines of all channels that are on."""

    def __init__(
        self,
        wiring: Wiring,
        vault: Vault,
        kinds: Mapping[str, Callable[[], Sending]],
        watch: Tune,
        *,
        running: set[str],
    ) -> None:
        """`running` are the kinds whose common part runs from the beginning; that of the others does once there is one
        of their channels.
        """
        self._running, self._common = running, list[asyncio.Task[None]]()
        self._wiring, self._desks, self._bus = wiring, wiring.desks, wiring.bus
        self._vault, self._kinds, self._watch = vault, kinds, watch
        self._open: dict[int, _Open] = {}

    async def run(self) -> None:
        """Opens and closes until cancelled, then closes all."""
        async with self._bus.listening(channels.TOPIC) as ear:
            try:
                while True:
                    await self._settle()
                    await ear.wait(_LOOK_S)
            finally:
                await asyncio.gather(*(self._close(each) for each in list(self._open)))
                for task in self._common:
                    task.cancel()
                await asyncio.gather(*self._common, return_exceptions=True)

    async def _settle(self) -> None:
        """Closes what is off or was changed, opens what is on; what cannot work is tried again each time."""
        try:
            rows = await self._desks.read(SYSTEM, lambda desk: channels.described(desk, self._kinds))
        except TemporaryError as error:
            log.warning("the channels cannot be read now: %s", error)
            return
        wanted = {each.id: self._with_own(_as_set_up(each)) for each in rows}
        for channel_id, is_open in list(self._open.items()):
            if wanted.get(channel_id) != is_open.channel or is_open.line is None:
                await self._close(channel_id)
        for channel in wanted.values():
            if channel.id not in self._open:
                await self._start(channel)

    def _with_own(self, channel: Described) -> Described:
        """What `.env` says of a channel wins over what is kept of it, where keys stay sealed until a line is opened."""
        own = self._kinds[channel.kind]().own()
        if own is None or own[0] != channel.name:
            return channel
        return replace(channel, settings={**channel.settings, **own[1]})

    async def _start(self, channel: Described) -> None:
        if channel.kind not in self._running:
            self._running.add(channel.kind)
            self._common.append(self._task(Part(channel.kind, self._kinds[channel.kind]().run)))
        try:
            line = self._kinds[channel.kind]().line(self._in_the_clear(channel))
        except DeskbellError as error:
            why, said = str(error), error.said
            log.warning("channel %s cannot work: %s", channel.name, why)
            await self._desks.change(SYSTEM, lambda desk: parts.failed(desk, channel.name, why, said))
            self._open[channel.id] = _Open(channel)
            return
        tasks = tuple(self._task(part) for part in self._parts(channel, line))
        self._open[channel.id] = _Open(channel, line, tasks)

    def _in_the_clear(self, channel: Described) -> Described:
        """A channel with its keys as its line uses them. Raises Lost."""
        return replace(channel, settings=self._vault.opened(channel.settings))

    def _parts(self, channel: Described, line: Line) -> tuple[Part, Part]:
        is_alone = self._wiring.is_embedded
        sender = Sender(
            self._desks, self._bus, f"channel:{channel.id}", line, outgoing.read, rest=line.rest, longer=_longer,
            alone=is_alone,
        )  # fmt: skip
        return Part(channel.name, lambda: self._hear(channel, line)), Part(f"{channel.name} sender", sender.run)

    async def _hear(self, channel: Described, line: Line) -> None:
        """One process hears a channel at a time; each may send by it."""
        alone = Alone(self._wiring, f"channel:{channel.id}", _ELSEWHERE)
        await alone.take(_LOOK_S / 3, lambda said: log.info("channel %s: %s", channel.name, said.id))
        try:
            async with asyncio.TaskGroup() as group:
                keeping = group.create_task(alone.keep())
                try:
                    await line.run()
                finally:
                    keeping.cancel()
        except* DeskbellError as errors:
            raise first_of(errors) from None
        finally:
            await alone.give_back()

    def _task(self, part: Part) -> asyncio.Task[None]:
        self._watch(part)
        return asyncio.create_task(keep_running(part), name=part.name)

    async def _close(self, channel_id: int) -> None:
        """Stops hearing and sending by a line, then closes it."""
        was = self._open.pop(channel_id)
        for task in was.tasks:
            task.cancel()
        await asyncio.gather(*was.tasks, return_exceptions=True)
        if was.line is not None:
            await was.line.close()


def _longer(thing: Outgoing) -> float:
    """How much longer than usual its files let something take."""
    return sum(each.size for each in thing.files) / _BYTES_A_SECOND


def _as_set_up(channel: Described) -> Described:
    """A channel without what is only noted beside its settings: a line need not be opened anew for it."""
    return replace(channel, settings={name: value for name, value in channel.settings.items() if name != groups.NOTED})


def first_of(errors: BaseExceptionGroup[DeskbellError]) -> DeskbellError:
    """The error a group holds first."""
    first = errors.exceptions[0]
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return first
