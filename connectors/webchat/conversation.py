"""One page's conversation with the desk, whichever way its frames travel: each frame has an effect and an answer."""

import asyncio
import logging
import time
import uuid
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar, assert_never

from connectors.webchat import inbound, outbound, reading
from connectors.webchat.inbound import Refused
from connectors.webchat.reading import Cursor, Page
from connectors.webchat.visitors import Visitors
from core import contacts, dialogs, ending, intake
from core.actor import Actor, ActorKind
from core.bus import Bus
from core.connector import Claims, Left, Said
from core.desk import Desk
from core.errors import DeskbellError, TemporaryError, UserError
from core.limits import Limit
from core.models import Dialog, DialogState, EndReason
from core.render import Voice
from core.show import Text, text
from core.store import Desks
from core.typing import Typing, Typist

_BACK_S = 8.0
"""A page that is back within this time (a reload, the next poll) had never left."""
CUSTOMER = "customer"

log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Works:
    """What all conversations of the desk share."""

    desks: Desks
    bus: Bus
    typing: Typing
    visitors: Visitors
    said_limit: Limit
    present: "Present"
    leaving: "Leaving"


class Present:
    """Which visitors have a page open, so that one who closes it for good is noticed."""

    def __init__(self) -> None:
        self._open: dict[tuple[int, str], int] = {}

    def come(self, channel_id: int, address: str) -> bool:
        """Counts one more open page; True for the first."""
        key = (channel_id, address)
        self._open[key] = self._open.get(key, 0) + 1
        return self._open[key] == 1

    def go(self, channel_id: int, address: str) -> None:
        """Counts one page fewer."""
        key = (channel_id, address)
        self._open[key] -= 1
        if not self._open[key]:
            del self._open[key]

    def is_here(self, channel_id: int, address: str) -> bool:
        """Whether any page is open."""
        return (channel_id, address) in self._open

    @property
    def count(self) -> int:
        """How many visitors are here."""
        return len(self._open)


class Leaving:
    """Pages that have just closed, until it is clear whether they come back; owned by the connector's `run`."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, going: Coroutine[None, None, None]) -> None:
        """Lets a page's leaving run on after its socket is gone."""
        task = asyncio.create_task(going)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.warning("a page's leaving was not noted: %r", task.exception())

    def cancel(self) -> None:
        """The desk stops: nobody has left because of that."""
        for task in self._tasks:
            task.cancel()


class Conversation:
    """One open page: handles what it says, reads what it lacks."""

    def __init__(self, works: Works, page: Page, cursor: Cursor) -> None:
        self._works = works
        self._page = page
        self.cursor = cursor
        self._stand: dict[str, Any] | None = None
        self._has_spoken = False
        self._typists: list[str] = []

    @property
    def _actor(self) -> Actor:
        return Actor(ActorKind.CHANNEL, self._page.source.channel_id, name="webchat")

    @property
    def topic(self) -> str:
        """What the bus calls this visitor's pages: a dialog may begin in another tab."""
        return f"visitor:{self._page.source.channel_id}:{self._page.visitor.address}"

    def topics(self) -> tuple[str, ...]:
        """Everything this page listens to now."""
        dialog = self.cursor.dialog
        return (self.topic,) if dialog is None else (self.topic, f"dialog:{dialog}", f"typing:{dialog}")

    async def news(self) -> list[dict[str, Any]]:
        """The frames the page lacks; nothing when nothing has changed."""
        found = await self._works.desks.read(self._actor, lambda desk: reading.news(desk, self._page, self.cursor))
        frames = []
        if found.stand != self._stand:
            frames.append(found.stand)
        if found.messages is not None:
            frames.append(found.messages)
        self._stand, self.cursor = found.stand, found.cursor
        return frames + self._typing_news()

    def _typing_news(self) -> list[dict[str, Any]]:
        dialog = self.cursor.dialog
        if dialog is None:
            return []
        typists = self._works.typing.in_dialog(dialog, besides=CUSTOMER, now_s=time.monotonic())
        names = [who.name for who in typists]
        if names == self._typists:
            return []
        self._typists = names
        return [{"type": "typing", "on": bool(names), "name": ", ".join(names)}]

    async def handle(self, frame: dict[str, Any]) -> list[dict[str, Any]]:
        """Does what a frame says and answers it; trouble becomes a refusal, never an exception."""
        read = inbound.read(frame)
        try:
            return await self._do(read)
        except TemporaryError as error:
            refusal = self._refused(read, "busy", error, retry_after_s=max(1.0, error.retry_after.total_seconds()))
        except UserError as error:
            refusal = self._refused(read, "empty", error)
        return [await self.refuse(refusal)]

    def _refused(
        self, read: inbound.Frame, code: str, error: DeskbellError, retry_after_s: float | None = None
    ) -> Refused:
        client_id = read.client_id if isinstance(read, inbound.Say) else ""
        return Refused(code, error.said, client_id, retry_after_s)

    async def refuse(self, refusal: Refused) -> dict[str, Any]:
        """A refusal as a frame, in the customer's language."""
        return outbound.refused(refusal, Voice(self._page.visitor.language))

    async def _do(self, read: inbound.Frame) -> list[dict[str, Any]]:
        match read:
            case inbound.Say():
                return await self._say(read)
            case inbound.Typed(on):
                self._type(on=on)
            case inbound.Ack():
                await self._change(lambda desk: self._acknowledge(desk, read))
            case inbound.End():
                await self._change(self._end)
            case inbound.Rate(dialog, score):
                await self._change(lambda desk: self._rate(desk, dialog, score))
            case inbound.Details(claims):
                await self._change(lambda desk: self._claim(desk, claims))
            case inbound.Ping():
                return [{"type": "pong"}]
            case Refused():
                return [await self.refuse(read)]
            case inbound.Hello():
                return []
            case _:
                assert_never(read)
        return []

    async def _change(self, work: Any) -> Any:
        return await self._works.desks.change(self._actor, work)

    async def _say(self, say: inbound.Say) -> list[dict[str, Any]]:
        wait_s = self._works.said_limit.wait_s(self._page.visitor.address, time.monotonic())
        if wait_s > 0:
            said = text("That was a lot at once. It will be sent in a moment.")
            return [await self.refuse(Refused("too_many", said, say.client_id, max(1.0, round(wait_s, 1))))]
        refusal = self._too_much(say)
        if refusal is not None:
            return [await self.refuse(refusal)]
        ids = [self._works.visitors.file_id(token, self._page.visitor) for token in say.files]
        if None in ids:
            lost = text("A file is no longer there. Please add it again.")
            return [await self.refuse(Refused("file", lost, say.client_id))]
        self._has_spoken = True
        receipt = await self._take_in(say, tuple(id_ for id_ in ids if id_ is not None))
        self._works.bus.publish((self.topic,))
        return [{"type": "said", "client_id": say.client_id, "dialog": receipt.dialog_id, "seq": receipt.seq}]

    async def _take_in(self, say: inbound.Say, file_ids: tuple[int, ...]) -> intake.Receipt:
        said = Said(
            key=f"{self._page.visitor.address}:{say.client_id}", sender=self._page.visitor.sender, text=say.text,
            at=self._works.desks.clock(), files=file_ids, claims=_without_bad_address(say.claims), afresh=say.afresh,
        )  # fmt: skip
        return await intake.take_in(self._works.desks, self._page.source, said)

    def _too_much(self, say: inbound.Say) -> Refused | None:
        pace = self._works.desks.pace
        if len(say.text) > pace.longest_text:
            said = text("That is too long for one message: at most {most} characters.", most=pace.longest_text)
            return Refused("too_long", said, say.client_id)
        if len(say.files) > pace.files_per_message:
            said = text("At most {most} files fit into one message.", most=pace.files_per_message)
            return Refused("file", said, say.client_id)
        if not say.text.strip() and not say.files:
            return Refused("empty", text("There is nothing to send yet: write a few words."), say.client_id)
        return None

    def _type(self, *, on: bool) -> None:
        dialog = self.cursor.dialog
        if dialog is not None and (self._stand or {}).get("state") == "live":
            self._works.typing.note(dialog, Typist(CUSTOMER, ""), on=on, now_s=time.monotonic())

    def _acknowledge(self, desk: Desk, ack: inbound.Ack) -> None:
        if reading.own(desk, self._page, ack.dialog) is not None:
            dialogs.reached(desk, ack.dialog, delivered=max(ack.delivered, ack.seen), seen=ack.seen)

    def _end(self, desk: Desk) -> None:
        dialog = reading.latest(desk, self._page)
        if dialog is not None and dialog.state is DialogState.LIVE:
            ending.end(desk, dialogs.locked(desk, dialog.id), EndReason.CUSTOMER)

    def _rate(self, desk: Desk, dialog_id: int, score: int) -> None:
        dialog = self._own(desk, dialog_id)
        if dialog.state is DialogState.ENDED:
            dialogs.rate(desk, dialog, score)

    def _own(self, desk: Desk, dialog_id: int) -> Dialog:
        if reading.own(desk, self._page, dialog_id) is None:
            raise UserError(Text(inbound.UNREADABLE.text.id))
        return dialogs.locked(desk, dialog_id)

    def _claim(self, desk: Desk, claims: Claims) -> None:
        dialog = reading.latest(desk, self._page)
        if dialog is not None:
            contacts.claim(desk, contacts.standing(desk, dialog.contact_id).id, claims)
            desk.look(f"dialog:{dialog.id}", "queue")

    async def come(self) -> None:
        """Notes that this page is open."""
        source, visitor = self._page.source, self._page.visitor
        if self._works.present.come(source.channel_id, visitor.address):
            await self._tell_presence(left=False)

    async def go(self) -> None:
        """Notes that this page was closed; when it was the last one and none comes back, the dialog's grace begins."""
        source, visitor = self._page.source, self._page.visitor
        self._works.present.go(source.channel_id, visitor.address)
        if self.cursor.dialog is None and not self._has_spoken:
            return  # nothing was begun that could be left: most visitors only look
        await asyncio.sleep(_BACK_S)
        if not self._works.present.is_here(source.channel_id, visitor.address):
            await self._tell_presence(left=True)

    async def _tell_presence(self, *, left: bool) -> None:
        at = self._works.desks.clock()
        told = Left(f"presence:{uuid.uuid4()}", self._page.visitor.sender, left, at)

        def body(desk: Desk) -> bool:
            dialog = reading.latest(desk, self._page)
            is_live = dialog is not None and dialog.state is DialogState.LIVE
            return is_live and (dialog.customer_left_at is not None) != left if dialog is not None else False

        if await self._works.desks.read(self._actor, body):
            await intake.take_in(self._works.desks, self._page.source, told)


def _without_bad_address(claims: Claims) -> Claims:
    """A mistyped address must not cost the customer's words: it is left out."""
    try:
        contacts.normal_address("email", claims.email)
    except UserError:
        return Claims(name=claims.name)
    return claims


__all__ = ["Conversation", "Works"]
