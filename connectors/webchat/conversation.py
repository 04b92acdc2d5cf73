"""One page's conversation with the desk, whichever way its frames travel: each frame has an effect and an answer."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, assert_never

from connectors.webchat import available, inbound, outbound, reading
from connectors.webchat.available import Available
from connectors.webchat.inbound import Refused
from connectors.webchat.present import Key, Leaving, Present
from connectors.webchat.reading import Cursor, News, Page
from connectors.webchat.visitors import Visitors
from core import contacts, dialogs, ending, intake, presence
from core.actor import Actor, ActorKind
from core.bus import Bus
from core.connector import Claims, Left, Said
from core.desk import Desk
from core.errors import DeskbellError, TemporaryError, UserError
from core.limits import Limit
from core.models import Dialog, DialogState, EndReason
from core.receipt import Receipt
from core.render import Voice
from core.show import text
from core.store import Desks
from core.typing import Typing, Typist

_BACK_S = 8.0
"""A page that is back within this time (a reload, the next poll) had never left."""
CUSTOMER = "customer"
NO_DIALOG = text("There is no such conversation.")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Works:
    """What all conversations of the desk share."""

    desks: Desks
    bus: Bus
    typing: Typing
    visitors: Visitors
    said_limit: Limit
    present: Present
    leaving: Leaving
    available: Available


class Conversation:
    """One open page: handles what it says, reads what it lacks."""

    def __init__(self, works: Works, page: Page, cursor: Cursor, typists: str = "") -> None:
        self._works = works
        self._page = page
        self.cursor = cursor
        self._stand: dict[str, Any] | None = None
        self._earlier: tuple[int, ...] = ()
        self._has_spoken = False
        self._typists = typists
        """Whom the page shows typing."""

    @property
    def _key(self) -> Key:
        return self._page.source.channel_id, self._page.visitor.address

    @property
    def _actor(self) -> Actor:
        return Actor(ActorKind.CHANNEL, self._page.source.channel_id, name="webchat")

    @property
    def topic(self) -> str:
        """What the bus calls this visitor's pages: a dialog may begin in another tab."""
        return f"visitor:{self._page.source.channel_id}:{self._page.visitor.address}"

    def topics(self) -> tuple[str, ...]:
        """Everything this page listens to now."""
        dialog, there = self.cursor.dialog, available.topic(self._page.source.team_id)
        if dialog is None:
            return (self.topic, there)
        return (self.topic, there, f"typing:{dialog}", *(f"dialog:{each}" for each in (dialog, *self._earlier)))

    async def news(self) -> list[dict[str, Any]]:
        """The frames the page lacks; nothing when nothing has changed."""
        found = await self._works.desks.read(self._actor, lambda desk: reading.news(desk, self._page, self.cursor))
        frames = []
        if found.stand != self._stand:
            frames.append(found.stand)
        if found.messages is not None:
            frames.append(found.messages)
        self._stand, self.cursor, self._earlier = found.stand, found.cursor, found.earlier
        self._works.available.note(self._page.source.team_id, is_there=found.stand["available"])
        self._note_dialog(found)
        return frames + self._typing_news()

    def _note_dialog(self, found: News) -> None:
        """A visitor with a live dialog is held to be here for as long as a page is open."""
        if found.cursor.dialog is not None and found.stand["state"] == DialogState.LIVE:
            self._works.present.talks(self._key, found.cursor.dialog)
        else:
            self._works.present.forget(self._key)

    def _typing_news(self) -> list[dict[str, Any]]:
        dialog = self.cursor.dialog
        if dialog is None:
            return []
        typists = self._works.typing.in_dialog(dialog, besides=CUSTOMER, now_s=time.monotonic())
        names = ", ".join(who.name for who in typists)
        if names == self._typists:
            return []
        self._typists = names
        return [{"type": "typing", "on": bool(names), "name": names}]

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
        client_id = read.client_id if isinstance(read, inbound.Say | inbound.Deed) else ""
        return Refused(code, error.said, client_id, retry_after_s)

    async def refuse(self, refusal: Refused) -> dict[str, Any]:
        """A refusal as a frame, in the customer's language."""
        return outbound.refused(refusal, Voice(self._page.visitor.language))

    async def _do(self, read: inbound.Frame) -> list[dict[str, Any]]:
        match read:
            case inbound.Say():
                return await self._say(read)
            case inbound.Typed(on):
                await self._type(on=on)
            case inbound.Ack():
                await self._change(lambda desk: self._acknowledge(desk, read))
            case inbound.End() | inbound.Rate() | inbound.Details():
                await self._change(lambda desk: self._once(desk, read))
                return [outbound.done(read.client_id)] if read.client_id else []
            case inbound.Ping():
                return [{"type": "pong"}]
            case Refused():
                return [await self.refuse(read)]
            case inbound.Hello():
                return []
            case _:
                assert_never(read)
        return []

    async def _change(self, work: Callable[[Desk], T]) -> T:
        return await self._works.desks.change(self._actor, work)

    def _once(self, desk: Desk, deed: inbound.Deed) -> None:
        """Does what a page asks for; the same again, which comes when its answer was lost, changes nothing."""
        key = f"{self._page.visitor.address}:{deed.client_id}"
        if deed.client_id and not intake.is_first(desk, self._page.source.key, key):
            return
        match deed:
            case inbound.End(dialog):
                ending.end(desk, self._own(desk, dialog), EndReason.CUSTOMER)
            case inbound.Rate(dialog, score):
                self._rate(desk, self._own(desk, dialog), score)
            case inbound.Details(claims):
                self._claim(desk, claims)
            case _:
                assert_never(deed)

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
        await self._type(on=False)
        receipt = await self._take_in(say, tuple(id_ for id_ in ids if id_ is not None))
        self._works.bus.publish((self.topic,))
        return [{"type": "said", "client_id": say.client_id, "dialog": receipt.dialog_id, "seq": receipt.seq}]

    async def _take_in(self, say: inbound.Say, file_ids: tuple[int, ...]) -> Receipt:
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

    async def _type(self, *, on: bool) -> None:
        dialog = await self._live_dialog()
        if dialog is not None:
            self._works.typing.note(dialog, Typist(CUSTOMER, ""), on=on, now_s=time.monotonic())

    async def _live_dialog(self) -> int | None:
        """The visitor's live dialog; over plain HTTP, where each request knows nothing yet, it is looked up."""
        if self._stand is not None:
            return self.cursor.dialog if self._stand["state"] == DialogState.LIVE else None
        found = await self._works.desks.read(self._actor, lambda desk: reading.latest(desk, self._page))
        return found.id if found is not None and found.state is DialogState.LIVE else None

    def _acknowledge(self, desk: Desk, ack: inbound.Ack) -> None:
        if reading.own(desk, self._page, ack.dialog) is not None:
            dialogs.reached(desk, ack.dialog, delivered=max(ack.delivered, ack.seen), seen=ack.seen)

    def _own(self, desk: Desk, dialog_id: int) -> Dialog:
        if reading.own(desk, self._page, dialog_id) is None:
            raise UserError(NO_DIALOG)
        return dialogs.locked(desk, dialog_id)

    def _rate(self, desk: Desk, dialog: Dialog, score: int) -> None:
        if dialog.state is DialogState.ENDED:
            dialogs.rate(desk, dialog, score)

    def _claim(self, desk: Desk, claims: Claims) -> None:
        dialog = reading.latest(desk, self._page)
        if dialog is None:
            raise UserError(NO_DIALOG)
        contacts.claim(desk, contacts.standing(desk, dialog.contact_id).id, claims)
        desk.look(f"dialog:{dialog.id}", "queue")

    def come(self) -> None:
        """Notes that this page is open."""
        self._works.present.come(self._key)

    async def go(self) -> None:
        """Notes that this page was closed; when it was the last one and none comes back, the dialog's grace begins."""
        present = self._works.present
        present.go(self._key)
        if self.cursor.dialog is None and not self._has_spoken:
            return  # nothing was begun that could be left: most visitors only look
        await asyncio.sleep(_BACK_S)
        if present.is_here(self._key):
            return
        dialog_id = present.forget(self._key)
        if dialog_id is not None or self._has_spoken:
            await self._change(lambda desk: self._leave(desk, dialog_id))

    def _leave(self, desk: Desk, dialog_id: int | None) -> None:
        if dialog_id is not None:
            presence.let_go(desk, dialog_id, self._works.present.holder)
        left = Left(f"presence:{desk.new_key()}", self._page.visitor.sender, True, desk.now)
        intake.receive(desk, self._page.source, left)


def _without_bad_address(claims: Claims) -> Claims:
    """A mistyped address must not cost the customer's words: it is left out."""
    try:
        contacts.normal_address("email", claims.email)
    except UserError:
        return Claims(name=claims.name)
    return claims


__all__ = ["Conversation", "Works"]
