"""Takes in what a bot heard: files are fetched first, each thing is committed by itself, in its chat's order."""

import asyncio
import contextlib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace

from telegram import Bot
from telegram.error import TelegramError

from connectors.telegram.addresses import chat_of, id_of
from connectors.telegram.fetching import LARGEST, Fetching
from connectors.telegram.gate import Gate
from connectors.telegram.inbound import Heard, grouped
from connectors.telegram.members import Members
from connectors.telegram.troubles import asking
from core import groups, intake, telling, wordings
from core.actor import SYSTEM
from core.connector import Bounced, CallFact, Chose, Described, Edited, Inbound, Met, Said
from core.desk import Desk
from core.errors import DeskbellError, TemporaryError, UserError
from core.files import Store
from core.receipt import Source
from core.show import text
from core.store import Desks

log = logging.getLogger(__name__)


class Receiving:
    """The way in by one bot."""

    def __init__(self, bot: Bot, gate: Gate, channel: Described, desks: Desks, store: Store) -> None:
        self._bot, self._gate, self._desks = bot, gate, desks
        self._source = Source(channel.id, channel.kind, channel.team_id)
        self._fetching, self._members = Fetching(bot, desks, store), Members(bot)

    async def take(self, heard: Iterable[Heard]) -> None:
        """Takes things in; returns when all are committed. Raises TemporaryError where they cannot be kept now."""
        by_lane: dict[str, list[Heard]] = {}
        for each in grouped([each for each in heard if not each.album or not await self._is_known(each.inbound.key)]):
            by_lane.setdefault(_lane(each), []).append(each)
        await self._have_moved(by_lane.pop(_MOVES, []))
        done = await asyncio.gather(*(self._in_order(theirs) for theirs in by_lane.values()), return_exceptions=True)
        failed = next((each for each in done if each is not None), None)
        if failed is not None:
            raise failed

    async def _have_moved(self, heard: Sequence[Heard]) -> None:
        """A group's new id is known before anything is taken in that was said under it."""
        for each in heard:
            was, to = str(each.was), each.inbound.group if isinstance(each.inbound, Met) else ""
            await self._desks.change(SYSTEM, lambda desk, w=was, t=to: groups.moved(desk, self._source, w, t))  # type: ignore[misc]

    async def _in_order(self, heard: Sequence[Heard]) -> None:
        for each in heard:
            try:
                await self._one(each)
            except (TemporaryError, OSError):
                raise
            except Exception as error:  # one thing that breaks us must not hide all that comes behind it
                log.exception("%s cannot be taken in", each.inbound.key)
                await self._refuse(each, error)

    async def _refuse(self, heard: Heard, error: Exception) -> None:
        """Kept for admins, with the files that can be fetched."""
        inbound = heard.inbound
        if isinstance(inbound, Said) and heard.files:
            with contextlib.suppress(DeskbellError, TelegramError):
                inbound, _ = await self._prepared(heard, inbound)
        await self._desks.change(SYSTEM, lambda desk: intake.refuse(desk, self._source, inbound, error))

    async def _is_known(self, key: str) -> bool:
        return await self._desks.read(SYSTEM, lambda desk: intake.is_known(desk, self._source, key))

    async def _one(self, heard: Heard) -> None:
        """Takes one thing in; what its sender could put right is told them."""
        if heard.group and not await self._is_allowed(heard.group):
            return
        inbound = await self._meant(heard)
        if inbound is not None and not await self._is_known(inbound.key):
            await self._take_in(heard, inbound)
        await self._answer(heard)

    async def _is_allowed(self, group: int) -> bool:
        """A group is ignored until an admin allows it."""
        return await self._desks.read(SYSTEM, lambda desk: groups.is_allowed(desk, self._source, str(group)))

    async def _meant(self, heard: Heard) -> Inbound | None:
        """An edit of what has never come is said anew; in a group, only if it speaks to us by now."""
        inbound = heard.inbound
        if not isinstance(inbound, Edited) or await self._is_known(inbound.of):
            return inbound
        return heard.instead if heard.is_for_us else None

    async def _take_in(self, heard: Heard, inbound: Inbound) -> None:
        left_out: list[str] = []
        if isinstance(inbound, Said):
            inbound, left_out = await self._prepared(heard, inbound)
        try:
            await intake.take_in(self._desks, self._source, inbound)
        except UserError as error:
            log.info("%s: not taken in: %s", inbound.key, type(error).__name__)
        if left_out:
            await self._desks.change(SYSTEM, lambda desk: self._explain(desk, inbound, left_out))

    async def _prepared(self, heard: Heard, said: Said) -> tuple[Said, list[str]]:
        """What was said with its files fetched and, in a group, with who reads there; and what could not be fetched."""
        kept, left_out = await self._fetching.fetch(heard.files)
        if left_out:
            lines = "\n".join(f"[{name}]" for name in left_out)
            said = replace(said, text="\n".join(filter(None, (said.text, lines))))
        if heard.group:
            said = replace(said, audience=f"{said.audience} ({await self._members.count(heard.group)})")
        return replace(said, files=tuple(kept)), left_out

    def _explain(self, desk: Desk, inbound: Inbound, left_out: Sequence[str]) -> None:
        """Tells a customer which files did not reach us."""
        who = groups.address_of(desk, inbound)
        if who is not None:
            said = text(wordings.FILE_TOO_LARGE.id, name=", ".join(left_out), most=LARGEST // 2**20)
            telling.tell(desk, self._source.channel_id, who, said)

    async def _answer(self, heard: Heard) -> None:
        """A pressed button waits for an answer, or it goes on turning; in private its choices go then."""
        if not heard.query or not isinstance(heard.inbound, Chose):
            return
        of = heard.inbound.of
        try:
            with asking():
                await self._bot.answer_callback_query(heard.query)
            if not heard.group:
                await self._gate.turn(chat_of(of))
                with asking():
                    await self._bot.edit_message_reply_markup(chat_of(of), id_of(of), reply_markup=None)
        except (DeskbellError, TelegramError) as error:
            log.info("a pressed button could not be answered: %s", type(error).__name__)


_DESK, _MOVES = "desk", "moves"


def _lane(heard: Heard) -> str:
    """What is taken in one after the other: all of one sender's."""
    inbound = heard.inbound
    if heard.was:
        return _MOVES
    return _DESK if isinstance(inbound, Met | Bounced | CallFact) else inbound.sender.address
