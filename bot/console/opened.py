"""The thread a tab has open: what is new in it goes out at once, and who is typing."""

import asyncio
import time

from bot.console import places
from bot.console.places import Looking, ThreadHtml
from bot.console.tab import Tab
from core import dialogs, teams
from core.bus import EVERYTHING, Ear
from core.errors import DeskbellError, NotFound, StoreBusy
from core.show import Answer, Tone, text
from core.typing import LASTS_S, Typist


class Opened:
    """The open thread of one tab, if there is one."""

    def __init__(self, tab: Tab) -> None:
        self._tab = tab
        self._ear = Ear()
        self._thread: ThreadHtml | None = None
        self._typists: list[str] = []
        self._turn = asyncio.Lock()

    async def run(self) -> None:
        """Sends what is new in the thread, until cancelled."""
        bus = self._tab.shared.bus
        async with bus.listening() as self._ear:
            moved: frozenset[str] = frozenset((EVERYTHING,))
            while True:
                try:
                    await self._send_moved(moved)
                except StoreBusy:
                    await asyncio.sleep(1)
                    continue
                if bus.move(self._ear, self._thread.topics if self._thread is not None else ()):
                    moved = frozenset((EVERYTHING,))  # what happened there before we listened is read now
                    continue
                moved = await self._ear.wait(LASTS_S if self._typists else None)

    async def show(self, key: str) -> None:
        """Opens another thread, or none. Raises NotFound for what the agent may not see."""
        async with self._turn:
            self._thread = None
            if key:
                self._thread = await self._read(key, 0)
                self._tab.looking = Looking(self._tab.looking.view, self._thread.key)
                await self._tab.send(self._thread.as_frame(whole=True))
        self._ear.tell(EVERYTHING)
        await self.saw()

    def refresh(self) -> None:
        """Looks again: what the agent may see has changed."""
        self._ear.tell(EVERYTHING)

    async def saw(self) -> None:
        """The agent has the thread before their eyes."""
        thread = self._thread
        if thread is not None and thread.dialog is not None:
            dialog, seq = thread.dialog, thread.dialog_seq
            await self._tab.change(lambda desk: dialogs.agent_saw(desk, dialog, seq))

    async def types(self, *, on: bool) -> None:
        """The agent types; a customer sees it only from those whose words reach them."""
        thread = self._thread
        if thread is None or thread.dialog is None or not thread.is_relay:
            return
        actor = self._tab.actor
        name = await self._tab.read(lambda desk: teams.agent_by_id(desk, actor.id or 0).public_name)
        self._tab.shared.typing.note(thread.dialog, Typist(actor.key, name), on=on, now_s=time.monotonic())

    async def _send_moved(self, moved: frozenset[str]) -> None:
        async with self._turn:
            if self._thread is not None and (EVERYTHING in moved or moved & set(self._thread.topics)):
                await self._send_new(self._thread)
            await self._send_typing()

    async def _send_new(self, known: ThreadHtml) -> None:
        """What the tab lacks; a dialog that became a ticket is shown as that, what was forgotten goes."""
        try:
            found = await self._read(known.key, known.seq)
            is_anew = found.key != known.key or found.was_forgotten
            if is_anew:
                found = await self._read(found.key, 0)
        except NotFound as error:
            await self._close(error)
            return
        self._thread = found
        if found.as_frame(whole=False) | {"items": ""} != known.as_frame(whole=False) | {"items": ""} or found.items:
            await self._tab.send(found.as_frame(whole=is_anew))

    async def _read(self, key: str, after: int) -> ThreadHtml:
        return await self._tab.read(lambda desk: places.thread(desk, key, self._tab.shared.store, after=after))

    async def _close(self, error: DeskbellError) -> None:
        self._thread = None
        await self._tab.send({"type": "closed"})
        await self._tab.answer(Answer(error.said, tone=Tone.BAD), "")

    async def _send_typing(self) -> None:
        dialog = self._thread.dialog if self._thread is not None else None
        names: list[str] = []
        if dialog is not None:
            typing = self._tab.shared.typing
            found = typing.in_dialog(dialog, besides=self._tab.actor.key, now_s=time.monotonic())
            names = [who.name or self._tab.voice.say(text("The customer")) for who in found]
        if names != self._typists:
            self._typists = names
            await self._tab.send({"type": "typing", "names": ", ".join(names)})
