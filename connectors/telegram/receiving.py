"""Takes in what a bot heard: files are fetched first, each thing is committed by itself, in its chat's order."""

import asyncio
import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from telegram import Bot
from telegram.error import TelegramError, TimedOut

from connectors.telegram.contents import FileRef
from connectors.telegram.inbound import Heard
from connectors.telegram.troubles import TelegramAway, asking
from core import files, groups, intake, telling, wordings
from core.actor import SYSTEM
from core.connector import Bounced, CallFact, Chose, Described, Met, Said
from core.desk import Desk
from core.errors import DeskbellError, PermanentError, UserError
from core.files import Store
from core.receipt import Source
from core.show import text
from core.store import Desks

log = logging.getLogger(__name__)

LARGEST = 20 * 1024 * 1024
"""Bytes of a file a bot may fetch (Bot API, getFile)."""
_FETCHES_AT_ONCE = 3


class Receiving:
    """The way in by one bot."""

    def __init__(self, bot: Bot, channel: Described, desks: Desks, store: Store) -> None:
        self._bot, self._desks, self._store = bot, desks, store
        self._source = Source(channel.id, channel.kind, channel.team_id)
        self._fetching = asyncio.Semaphore(_FETCHES_AT_ONCE)
        self._counts: dict[int, str] = {}

    async def take(self, heard: Sequence[Heard]) -> None:
        """Takes things in; returns when all are committed. Raises TemporaryError where they cannot be kept now."""
        by_lane: dict[str, list[Heard]] = {}
        for each in heard:
            by_lane.setdefault(_lane(each), []).append(each)
        done = await asyncio.gather(*(self._lane(theirs) for theirs in by_lane.values()), return_exceptions=True)
        failed = next((each for each in done if each is not None), None)
        if failed is not None:
            raise failed

    async def _lane(self, heard: Sequence[Heard]) -> None:
        for each in heard:
            await self._one(each)

    async def _one(self, heard: Heard) -> None:
        """Takes one thing in; what its sender could put right is told them."""
        if heard.group and not await self._is_allowed(heard):
            return
        if await self._desks.read(SYSTEM, lambda desk: intake.is_known(desk, self._source, heard.inbound.key)):
            await self._answer(heard)
            return
        prepared, left_out = await self._prepared(heard)
        try:
            await intake.take_in(self._desks, self._source, prepared)
        except UserError as error:
            log.info("%s: not taken in: %s", heard.inbound.key, type(error).__name__)
        if left_out:
            await self._desks.change(SYSTEM, lambda desk: self._explain(desk, heard, left_out))
        await self._answer(heard)

    async def _is_allowed(self, heard: Heard) -> bool:
        """A group is ignored until an admin allows it."""
        group = str(heard.group)
        return await self._desks.read(SYSTEM, lambda desk: groups.is_allowed(desk, self._source, group))

    async def _prepared(self, heard: Heard) -> tuple[Any, list[str]]:
        """What was said with its files fetched and, in a group, with who reads there; and what could not be fetched."""
        said = heard.inbound
        if not isinstance(said, Said):
            return said, []
        kept, left_out = await self._fetched(heard.files)
        if left_out:
            lines = "\n".join(f"[{name}]" for name in left_out)
            said = replace(said, text="\n".join(filter(None, (said.text, lines))))
        if heard.group:
            said = replace(said, audience=f"{said.audience} ({await self._members(heard.group)})")
        return replace(said, files=tuple(kept)), left_out

    async def _members(self, group: int) -> str:
        try:
            with asking():
                self._counts[group] = str(await self._bot.get_chat_member_count(group))
        except (DeskbellError, TelegramError) as error:
            log.info("group %s cannot be counted: %s", group, type(error).__name__)
        return self._counts.get(group, "?")

    async def _fetched(self, refs: Sequence[FileRef]) -> tuple[list[int], list[str]]:
        kept: list[int] = []
        left_out: list[str] = []
        for ref in refs:
            content = await self._content(ref)
            if content is None:
                left_out.append(files.clean_name(ref.name))
                continue
            taken = await asyncio.to_thread(self._store.take, content)
            name = files.clean_name(ref.name)
            kept.append(await self._desks.change(SYSTEM, lambda desk, t=taken, n=name: files.keep(desk, t, n)))  # type: ignore[misc]
        return kept, left_out

    async def _content(self, ref: FileRef) -> bytes | None:
        """A file's bytes; None where it is too large or gone. Raises TemporaryError while Telegram is away."""
        if ref.size > LARGEST:
            return None
        async with self._fetching:
            try:
                with asking():
                    found = await self._bot.get_file(ref.id)
                    return bytes(await found.download_as_bytearray(read_timeout=60))
            except PermanentError as error:
                log.info("a file cannot be fetched: %s", error)
                return None
            except TimedOut:
                raise TelegramAway from None

    def _explain(self, desk: Desk, heard: Heard, left_out: Sequence[str]) -> None:
        """Tells a customer which files did not reach us."""
        who = groups.address_of(desk, heard.inbound)
        if who is not None:
            said = text(wordings.FILE_TOO_LARGE.id, name=left_out[0], most=LARGEST // 2**20)
            telling.tell(desk, self._source.channel_id, who, said)

    async def _answer(self, heard: Heard) -> None:
        """A pressed button waits for an answer, or it goes on turning; its choices go."""
        if not heard.query or not isinstance(heard.inbound, Chose):
            return
        chat, _, message_id = heard.inbound.of.partition(":")
        try:
            with asking():
                await self._bot.answer_callback_query(heard.query)
                await self._bot.edit_message_reply_markup(int(chat), int(message_id), reply_markup=None)
        except (DeskbellError, TelegramError) as error:
            log.info("a pressed button could not be answered: %s", type(error).__name__)

    async def put_aside(self, update: dict[str, Any], error: Exception) -> None:
        """Keeps an update nobody can read raw, in quarantine."""
        log.error("update %s cannot be read: %s", update.get("update_id"), type(error).__name__)
        raw, key = json.dumps({"update": update}).encode(), f"update:{update.get('update_id')}"
        await self._desks.change(SYSTEM, lambda desk: intake.put_aside(desk, self._source, key, raw, error))


def _lane(heard: Heard) -> str:
    inbound = heard.inbound
    if isinstance(inbound, Met | Bounced | CallFact):
        return "desk"
    return inbound.sender.address
