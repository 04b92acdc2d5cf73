"""A browser tab of the team room, by hand: its sign-in, its socket, and its HTML read back into what people see."""

import asyncio
import json
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect

from tests.contracts.desk import PATIENCE_S
from tests.contracts.room import Answer, Item, Shown
from tests.server import Server

_ALONE = frozenset(("img", "br", "input", "meta", "link"))


@dataclass
class Element:
    """A part of a page: its tag, its attributes, and what is in it."""

    tag: str
    attributes: dict[str, str]
    within: list["Element | str"] = field(default_factory=list)

    def all(self, tag: str, kind: str = "") -> list["Element"]:
        """Every part with this tag (and this class), in order."""
        found = [self] if self.tag == tag and kind in ("", *self.attributes.get("class", "").split()) else []
        for part in self.within:
            found += part.all(tag, kind) if isinstance(part, Element) else []
        return found

    @property
    def text(self) -> str:
        """The words in it, as they stand."""
        return "".join(part if isinstance(part, str) else part.text for part in self.within)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].within.append(element)
        if tag not in _ALONE:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, "the room's HTML is not well-formed"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].within.append(data)


def read(html: str) -> Element:
    """HTML as elements."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.open[0]


async def cookie_of(desk: Server, name: str) -> str:
    """Signs an agent in with a one-time link."""
    async with httpx.AsyncClient(headers={"Origin": desk.base}) as web:
        return (await web.post(desk.sign_in_link(name))).cookies["deskbell"]


class Tab:
    """One open tab; reads what it is sent in the background."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._regions: dict[str, str] = {}
        self._opened: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._seq: int | None = None
        self._answers: dict[str, asyncio.Future[Answer]] = {}
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def of(cls, desk: Server, name: str) -> "Tab":
        """A tab of this agent that shows what is live."""
        headers = {"Cookie": f"deskbell={await cookie_of(desk, name)}", "Origin": desk.base}
        address = f"{desk.base.replace('http', 'ws')}/room/ws"
        tab = cls(await connect(address, additional_headers=headers, max_size=None))
        await tab._send(type="open", view="live", thread="")
        return tab

    async def leaves(self) -> None:
        """Closes the tab."""
        await self._socket.close()
        with suppress(asyncio.CancelledError):
            await self._reading

    async def cards(self) -> list[Shown]:
        """The cards of the feed."""
        return [_card(article) for article in read(self._regions.get("feed", "")).all("article", "card")]

    async def thread(self, name: str) -> list[Item]:
        """What stands in a thread, held words at its end."""
        self._opened = asyncio.get_running_loop().create_future()
        await self._send(type="open", view="live", thread=name)
        async with asyncio.timeout(PATIENCE_S):
            frame = await self._opened
        self._seq = frame["seq"]
        return [_item(article) for article in read(frame["items"] + frame["held"]).all("article", "said")]

    async def says(self, thread: str, words: str, *, key: str = "") -> Answer | None:
        """Writes in a thread."""
        return await self._do(key, type="line", thread=thread, text=words, seq=self._seq, files=[])

    async def types_in_thread(self) -> None:
        """Begins to type in the open thread."""
        await self._send(type="typing", on=True)

    async def types(self, line: str) -> Answer:
        """Types into the command line."""
        return await self._do("", type="line", text=line)

    async def presses(self, button: str, *, key: str = "") -> Answer:
        """Presses a button."""
        return await self._do(key, type="press", line=button)

    async def _do(self, key: str, **frame: Any) -> Answer:
        """Hands something in; a line that needs no answer is answered with nothing."""
        key = key or uuid.uuid4().hex
        self._answers[key] = asyncio.get_running_loop().create_future()
        await self._send(key=key, **frame)
        async with asyncio.timeout(PATIENCE_S):
            return await self._answers[key]

    async def _send(self, **frame: Any) -> None:
        await self._socket.send(json.dumps(frame))

    async def _read(self) -> None:
        async for raw in self._socket:
            frame = json.loads(raw)
            match frame["type"]:
                case "html":
                    self._regions[frame["region"]] = frame["html"]
                case "thread" if frame["whole"] and not self._opened.done():
                    self._opened.set_result(frame)
                case "answer":
                    self._settle(frame["key"], _answer(frame["html"]))
                case "done":
                    asyncio.get_running_loop().call_later(0.3, self._settle, frame["key"], Answer(""))

    def _settle(self, key: str, answer: Answer) -> None:
        waiting = self._answers.get(key)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)


def _card(article: Element) -> Shown:
    facts = {row.all("dt")[0].text: row.all("dd")[0].text for row in article.all("div") if row.all("dt")}
    return Shown(article.all("h3")[0].text, facts, _buttons(article), article.attributes.get("data-link", ""))


def _buttons(part: Element) -> dict[str, str]:
    return {
        button.text: button.attributes["data-line"] for button in part.all("button") if "data-line" in button.attributes
    }


def _item(article: Element) -> Item:
    kinds, mark = article.attributes["class"].split(), article.all("span", "mark")
    words = article.all("div", "words")[0].text
    return Item(kinds[1], mark[0].text.lower() if mark else "", article.all("b")[0].text, words)


def _answer(html: str) -> Answer:
    part = read(html)
    said = [*part.all("p", "told"), *part.all("li"), *part.all("h3"), *part.all("p", "cardline")]
    return Answer("\n".join(each.text for each in said), _buttons(part))
