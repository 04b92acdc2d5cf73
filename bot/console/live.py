"""One open page of the room: does what is typed and pressed, while its parts tell what changed."""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot import saying
from bot.commands.call import Call, Here
from bot.commands.completing import complete
from bot.commands.running import run
from bot.console import places
from bot.console.around import Around
from bot.console.opened import Opened
from bot.console.places import Looking
from bot.console.signin import SignedIn
from bot.console.tab import Shared, Tab
from core import notices, teams
from core.desk import Desk
from core.errors import DeskbellError, StoreBusy
from core.show import Answer, Tone, text

log = logging.getLogger(__name__)

_SEEN_S = 40
ALIVE = {"ping": 25, "patience": 15}
"""Every how many seconds a page asks whether it is still heard, and how long it waits for any answer."""
_LONGEST = 64 * 1024


class Page:
    """One browser tab of one agent."""

    def __init__(self, websocket: WebSocket, shared: Shared, who: SignedIn) -> None:
        self._tab = Tab(websocket, shared, who)
        self._around, self._opened = Around(self._tab), Opened(self._tab)
        self._is_signed_out = False

    async def run(self) -> None:
        """Serves the page until it goes away or its session is revoked."""
        await self._tab.websocket.accept()
        parts = (self._around.run(), self._opened.run(), self._hear(), self._be_seen())  # who tells, listens first
        tasks = [asyncio.create_task(part) for part in parts]
        done, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        for task in done:
            with suppress(WebSocketDisconnect):  # the page went while something was on its way to it
                task.result()
        if self._is_signed_out:
            await self._tab.websocket.close(4401)

    async def _be_seen(self) -> None:
        """Notes that the agent is there; ends the page at once when they were signed out."""
        note_at_s = 0.0
        async with self._tab.shared.bus.listening(teams.pages_of(self._tab.actor.id or 0)) as ear:
            while True:
                with suppress(StoreBusy):
                    if not await self._holds():
                        return
                    if time.monotonic() >= note_at_s:
                        await self._tab.change(lambda desk: teams.saw(desk, self._tab.actor.id or 0))
                        note_at_s = time.monotonic() + _SEEN_S
                await ear.wait(max(1.0, note_at_s - time.monotonic()))

    async def _holds(self) -> bool:
        """Whether the session still holds; what its agent may see and do is what they may now."""
        secret, was = self._tab.who.secret, self._tab.actor
        actor = await self._tab.read(lambda desk: teams.signed_in(desk, secret))
        self._is_signed_out = actor is None
        if actor is None:
            return False
        actor = replace(actor, language=was.language)  # the page's own words were said in it
        if actor != was:
            self._tab.who = SignedIn(actor, secret)
            self._around.refresh()
            self._opened.refresh()
        return True

    async def _hear(self) -> None:
        while True:
            try:
                raw = await self._tab.websocket.receive_text()
            except (WebSocketDisconnect, KeyError):
                return
            frame = _parsed(raw)
            handler = _HANDLERS.get(str(frame.get("type")))
            if handler is not None:
                await self._handled(self._do_if_signed_in(handler, frame), frame)
            if self._is_signed_out:
                return

    async def _do_if_signed_in(self, handler: "Handler", frame: dict[str, Any]) -> None:
        if await self._holds():
            await handler(self, frame)

    async def _handled(self, doing: Coroutine[None, None, None], frame: dict[str, Any]) -> None:
        """Trouble is told to the one who caused it, and to nobody else; the page goes on, whatever it was."""
        key = str(frame.get("key", ""))
        try:
            await doing
        except DeskbellError as error:
            answer = Answer(error.said, buttons=error.buttons, tone=Tone.BAD)
            await self._tab.send({"type": "refused", "key": key})
            await self._tab.answer(answer, key, in_thread=bool(frame.get("thread")))
        except WebSocketDisconnect:
            raise
        except Exception:
            log.exception("frame %s of the room failed", key or frame.get("type"))
            await self._tab.send({"type": "refused", "key": key})
            failed = Answer(text("That failed here; it was logged."), tone=Tone.BAD)
            await self._tab.answer(failed, key, in_thread=bool(frame.get("thread")))

    async def open(self, frame: dict[str, Any]) -> None:
        """The page looks at another view or thread, or has just come (back)."""
        thread = str(frame.get("thread") or "")[:40]
        self._tab.looking = Looking(str(frame.get("view") or places.LIVE)[:200], thread)
        try:
            await self._opened.show(thread)
        finally:
            self._around.refresh(whole=True)

    async def line(self, frame: dict[str, Any]) -> None:
        """A line typed at the bottom, or in the thread."""
        here = _here(frame)
        words, key = str(frame.get("text", "")), str(frame.get("key", ""))[:64]
        if not here.is_thread:
            await self._do(words, here, key)
            return
        files = tuple(int(each) for each in frame.get("files") or ())[:50]
        leads_inside = _leads_inside(words, self._tab.websocket.headers.get("host", ""))
        was_relay = frame["relay"] if isinstance(frame.get("relay"), bool) else None
        line = saying.Line(words, here, "console", self._own(key), files, leads_inside, was_relay=was_relay)
        await self._opened.types(on=False)
        spoken = await saying.say(self._tab.shared.desks, self._tab.actor, line, self._tab.shared.commands)
        await self._tab.send({"type": "done", "key": key})
        if spoken.answer is not None:
            await self._tab.answer(spoken.answer, key, in_thread=True)
        self._around.refresh()

    async def press(self, frame: dict[str, Any]) -> None:
        """A button: its command line."""
        await self._do(str(frame.get("line", ""))[:4000], _here(frame), str(frame.get("key", ""))[:64])

    async def _do(self, words: str, here: Here, key: str) -> None:
        def make(desk: Desk) -> Call:
            return Call(desk, here, "console", self._own(key))

        answer = await run(self._tab.shared.desks, self._tab.actor, words, self._tab.shared.commands, make)
        await self._tab.send({"type": "done", "key": key})
        await self._tab.answer(answer, key, in_thread=here.is_thread)
        self._around.refresh()

    def _own(self, key: str) -> str:
        """A page's key among those of all agents; nothing where it gave none, and so cannot repeat itself."""
        return f"{self._tab.actor.id}:{key}" if key else ""

    async def complete(self, frame: dict[str, Any]) -> None:
        """What may come next in a command line."""
        words, here = str(frame.get("text", ""))[:400], _here(frame)
        found = await self._tab.read(lambda desk: complete(desk, words, self._tab.shared.commands, here))
        say = self._tab.voice.say
        choices = [(one.line, one.label, say(one.meaning)) for one in found]
        await self._tab.send({"type": "choices", "for": words, "thread": bool(frame.get("thread")), "choices": choices})

    async def typing(self, frame: dict[str, Any]) -> None:
        """The agent types in the thread, or has stopped."""
        await self._opened.types(on=frame.get("on") is True)

    async def saw(self, frame: dict[str, Any]) -> None:
        """The agent has the thread before their eyes."""
        await self._opened.saw()

    async def ping(self, frame: dict[str, Any]) -> None:
        """The page asks whether the desk still hears it."""
        await self._tab.send({"type": "pong"})

    async def read_notices(self, frame: dict[str, Any]) -> None:
        """The agent has read their news up to there."""
        actor, upto = self._tab.actor, int(frame.get("id") or 0)
        await self._tab.change(lambda desk: notices.saw(desk, actor.id or 0, upto))
        self._around.refresh()


def _here(frame: dict[str, Any]) -> Here:
    """The thread a frame names, whatever the page shows by now: a repeated line must not change its place."""
    kind, _, number = str(frame.get("thread") or "").partition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        return Here()
    seen = frame.get("seq")
    seq = seen if isinstance(seen, int) else None
    return Here(ticket=int(number), seen_seq=seq) if kind == "ticket" else Here(dialog=int(number), seen_seq=seq)


def _leads_inside(words: str, host: str) -> bool:
    return bool(host) and f"{host}/room" in words


def _parsed(raw: str) -> dict[str, Any]:
    try:
        found = json.loads(raw) if len(raw) <= _LONGEST else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


Handler = Callable[[Page, dict[str, Any]], Coroutine[None, None, None]]
_HANDLERS: dict[str, Handler] = {
    "open": Page.open,
    "line": Page.line,
    "press": Page.press,
    "complete": Page.complete,
    "ping": Page.ping,
    "typing": Page.typing,
    "saw": Page.saw,
    "read": Page.read_notices,
}
