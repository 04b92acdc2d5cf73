"""One open page of the room: sends the regions that changed, does what is typed and pressed."""

import asyncio
import json
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot import saying
from bot.commands.call import Call, Here
from bot.commands.completing import complete
from bot.commands.registry import Command
from bot.commands.running import run
from bot.console import places
from bot.console.places import Fragment, Looking, ThreadHtml
from bot.console.signin import SignedIn
from bot.console.words import voice
from core import dialogs, notices, teams
from core.bus import EVERYTHING, Bus, Ear
from core.desk import Desk
from core.errors import DeskbellError, NotFound, StoreBusy
from core.files import Store
from core.render import Voice
from core.show import Answer, Text, Tone, text
from core.store import Desks
from core.typing import LASTS_S, Typing, Typist

_AROUND_S = 0.3
"""The sidebar and the feed are sent at most so often; a thread's words at once."""
_SEEN_S = 40
_LONGEST = 64 * 1024


@dataclass(frozen=True, slots=True)
class Shared:
    """What all pages of the room share."""

    desks: Desks
    bus: Bus
    typing: Typing
    store: Store
    commands: Sequence[Command]


class Page:
    """One browser tab of one agent."""

    def __init__(self, websocket: WebSocket, shared: Shared, who: SignedIn) -> None:
        self._websocket, self._shared, self._who = websocket, shared, who
        self._looking = Looking()
        self._marks: dict[str, str] = {}
        self._thread: ThreadHtml | None = None
        self._typists: list[str] = []
        self._around_at = 0.0

    async def run(self) -> None:
        """Serves the page until it goes away or its session is revoked."""
        await self._websocket.accept()
        async with self._shared.bus.listening("queue") as ear:
            parts = (self._tell(ear), self._hear(ear), self._be_seen())
            tasks = [asyncio.create_task(part) for part in parts]
            done, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)
            for task in done:
                task.result()

    async def _be_seen(self) -> None:
        """Notes that the agent is there, and ends the page when they were signed out."""
        while True:
            actor = await self._shared.desks.change(self._who.actor, self._still_signed_in)
            if actor is None:
                await self._websocket.close(4401)
                return
            self._who = SignedIn(actor, self._who.secret)
            await asyncio.sleep(_SEEN_S)

    def _still_signed_in(self, desk: Desk) -> Any:
        actor = teams.signed_in(desk, self._who.secret)
        if actor is not None and actor.id is not None:
            teams.saw(desk, actor.id)
        return actor

    # telling

    async def _tell(self, ear: Ear) -> None:
        moved: frozenset[str] = frozenset((EVERYTHING,))
        while True:
            try:
                await self._send_what_moved(moved)
            except StoreBusy:
                await asyncio.sleep(1)
                continue
            if self._shared.bus.move(ear, self._topics()):
                moved = frozenset((EVERYTHING,))  # what happened there before we listened is read now
                continue
            wait_s = LASTS_S if self._typists else None
            if self._around_at < 0:
                wait_s = _AROUND_S
            moved = await ear.wait(wait_s)

    def _topics(self) -> tuple[str, ...]:
        of_thread = self._thread.topics if self._thread is not None else ()
        return ("queue", "quarantine", f"agent:{self._who.actor.id}", *of_thread)

    async def _send_what_moved(self, moved: frozenset[str]) -> None:
        if self._thread is not None and (EVERYTHING in moved or moved & set(self._thread.topics)):
            await self._send_thread()
        await self._send_typing()
        if moved & {EVERYTHING, "queue", "quarantine", f"agent:{self._who.actor.id}"} or self._around_at < 0:
            await self._send_around()

    async def _send_around(self) -> None:
        """The sidebar, the feed and the news; when they were sent a moment ago, a moment later."""
        since = time.monotonic() - abs(self._around_at)
        if since < _AROUND_S and self._around_at > 0:
            self._around_at = -self._around_at
            return
        if since < _AROUND_S:
            await asyncio.sleep(_AROUND_S - since)
        self._around_at = time.monotonic()
        for fragment in await self._shared.desks.read(self._who.actor, self._read_around):
            await self._send_fragment(fragment)

    def _read_around(self, desk: Desk) -> list[Fragment]:
        return [places.side(desk, self._looking), places.feed(desk, self._looking), places.told(desk)]

    async def _send_fragment(self, fragment: Fragment) -> None:
        if self._marks.get(fragment.region) != fragment.mark:
            self._marks[fragment.region] = fragment.mark
            await self._send({"type": "html", "region": fragment.region, "html": fragment.html})

    async def _send_thread(self) -> None:
        """What the thread's page lacks; a dialog that became a ticket is shown as that."""
        assert self._thread is not None
        known = self._thread
        try:
            found = await self._read_thread(known.key, known.seq)
            if found.key != known.key:
                found = await self._read_thread(found.key, 0)
        except NotFound as error:
            await self._close_thread(error)
            return
        self._thread = found
        if found.as_frame(whole=False) | {"items": ""} != known.as_frame(whole=False) | {"items": ""} or found.items:
            await self._send(found.as_frame(whole=found.key != known.key))

    async def _read_thread(self, key: str, after: int) -> ThreadHtml:
        return await self._shared.desks.read(
            self._who.actor, lambda desk: places.thread(desk, key, self._shared.store, after=after)
        )

    async def _close_thread(self, error: DeskbellError) -> None:
        self._thread = None
        await self._send({"type": "closed"})
        await self._answer(Answer(error.said, tone=Tone.BAD), "")

    async def _send_typing(self) -> None:
        dialog = self._thread.dialog if self._thread is not None else None
        names: list[str] = []
        if dialog is not None:
            found = self._shared.typing.in_dialog(dialog, besides=self._who.actor.key, now_s=time.monotonic())
            names = [who.name or self._voice().say(text("The customer")) for who in found]
        if names != self._typists:
            self._typists = names
            await self._send({"type": "typing", "names": ", ".join(names)})

    async def _send(self, frame: dict[str, Any]) -> None:
        await self._websocket.send_text(json.dumps(frame, ensure_ascii=False))

    def _voice(self) -> Voice:
        return voice(self._who.actor, self._shared.desks.clock())

    async def _answer(self, answer: Answer, key: str, *, in_thread: bool = False) -> None:
        said = places.answer(answer, self._who.actor, self._voice())
        await self._send({"type": "answer", "key": key, "html": said, "thread": in_thread, "go": answer.go})

    # hearing

    async def _hear(self, ear: Ear) -> None:
        while True:
            try:
                raw = await self._websocket.receive_text()
            except (WebSocketDisconnect, KeyError):
                return
            frame = _parsed(raw)
            handler = _HANDLERS.get(str(frame.get("type")))
            if handler is not None:
                await self._handled(handler(self, frame), str(frame.get("key", "")), frame)
                ear.tell("queue")

    async def _handled(self, doing: Coroutine[None, None, None], key: str, frame: dict[str, Any]) -> None:
        """Trouble is told to the one who caused it, and to nobody else."""
        try:
            await doing
        except DeskbellError as error:
            answer = Answer(error.said, buttons=error.buttons, tone=Tone.BAD)
            await self._send({"type": "refused", "key": key})
            await self._answer(answer, key, in_thread=bool(frame.get("thread")))
        except (ValueError, TypeError):
            await self._send({"type": "refused", "key": key})

    async def open(self, frame: dict[str, Any]) -> None:
        """The page looks at another view or thread, or has just come (back)."""
        self._looking = Looking(str(frame.get("view") or places.LIVE)[:200], str(frame.get("thread") or "")[:40])
        self._marks.pop("feed", None)
        self._marks.pop("side", None)
        self._around_at = 0.0
        if not self._looking.thread:
            self._thread = None
            return
        self._thread = await self._read_thread(self._looking.thread, 0)
        self._looking = Looking(self._looking.view, self._thread.key)
        await self._send(self._thread.as_frame(whole=True))
        await self._saw()

    async def _saw(self) -> None:
        thread = self._thread
        if thread is not None and thread.dialog is not None and thread.key.startswith("dialog:"):
            dialog, seq = thread.dialog, thread.seq
            await self._shared.desks.change(self._who.actor, lambda desk: dialogs.agent_saw(desk, dialog, seq))

    async def line(self, frame: dict[str, Any]) -> None:
        """A line typed at the bottom, or in the thread."""
        here = self._here(frame)
        words, key = str(frame.get("text", "")), str(frame.get("key", ""))[:64]
        if not here.is_thread:
            await self._do(words, here, key)
            return
        files = tuple(int(each) for each in frame.get("files") or ())[:50]
        leads_inside = _leads_inside(words, self._websocket.headers.get("host", ""))
        line = saying.Line(words, here, "console", f"{self._who.actor.id}:{key}", files, leads_inside)
        spoken = await saying.say(self._shared.desks, self._who.actor, line, self._shared.commands)
        await self._send({"type": "done", "key": key})
        if spoken.answer is not None:
            await self._answer(spoken.answer, key, in_thread=True)

    def _here(self, frame: dict[str, Any]) -> Here:
        """The thread a frame names, whatever the page shows by now: a repeated line must not change its place."""
        kind, _, number = str(frame.get("thread") or "").partition(":")
        if not (number.isascii() and number.isdigit() and len(number) < 16):
            return Here()
        seen = frame.get("seq")
        seq = seen if isinstance(seen, int) else None
        return Here(ticket=int(number), seen_seq=seq) if kind == "ticket" else Here(dialog=int(number), seen_seq=seq)

    async def press(self, frame: dict[str, Any]) -> None:
        """A button: its command line."""
        await self._do(str(frame.get("line", ""))[:4000], self._here(frame), str(frame.get("key", ""))[:64])

    async def _do(self, words: str, here: Here, key: str) -> None:
        def make(desk: Desk) -> Call:
            return Call(desk, here, "console", f"{self._who.actor.id}:{key}" if key else "")

        answer = await run(self._shared.desks, self._who.actor, words, self._shared.commands, make)
        await self._send({"type": "done", "key": key})
        await self._answer(answer, key, in_thread=here.is_thread)

    async def complete(self, frame: dict[str, Any]) -> None:
        """What may come next in a command line."""
        words, here = str(frame.get("text", ""))[:400], self._here(frame)
        found = await self._shared.desks.read(
            self._who.actor, lambda desk: complete(desk, words, self._shared.commands, here)
        )
        speaker = self._voice()
        choices = [(one.line, one.label, speaker.say(Text(one.meaning)) if one.meaning else "") for one in found]
        await self._send({"type": "choices", "for": words, "thread": bool(frame.get("thread")), "choices": choices})

    async def typing(self, frame: dict[str, Any]) -> None:
        """The agent types in the thread; a customer sees it only from those whose words reach them."""
        thread = self._thread
        if thread is None or thread.dialog is None or not thread.is_relay:
            return
        actor = self._who.actor
        name = await self._shared.desks.read(actor, lambda desk: teams.agent_by_id(desk, actor.id or 0).public_name)
        typist = Typist(actor.key, name)
        self._shared.typing.note(thread.dialog, typist, on=frame.get("on") is True, now_s=time.monotonic())

    async def saw(self, frame: dict[str, Any]) -> None:
        """The agent has the thread before their eyes."""
        await self._saw()

    async def read_notices(self, frame: dict[str, Any]) -> None:
        """The agent has read their news up to there."""
        actor, upto = self._who.actor, int(frame.get("id") or 0)
        await self._shared.desks.change(actor, lambda desk: notices.saw(desk, actor.id or 0, upto))


def _leads_inside(words: str, host: str) -> bool:
    return bool(host) and f"{host}/room" in words


def _parsed(raw: str) -> dict[str, Any]:
    try:
        found = json.loads(raw) if len(raw) <= _LONGEST else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


_HANDLERS: dict[str, Callable[[Page, dict[str, Any]], Coroutine[None, None, None]]] = {
    "open": Page.open,
    "line": Page.line,
    "press": Page.press,
    "complete": Page.complete,
    "typing": Page.typing,
    "saw": Page.saw,
    "read": Page.read_notices,
}
