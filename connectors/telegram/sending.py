"""Sends to Telegram: posts, edits and takes back, call by call; what was cut short goes on where it stopped."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from telegram import Bot

from connectors.telegram import outbound, progress
from connectors.telegram.addresses import Place, chat_of, id_of, key_of, place_of
from connectors.telegram.gate import A_CHAT_S, Gate, asked_to_wait
from connectors.telegram.markup import Marked
from connectors.telegram.outbound import Files, Post, There, Words
from connectors.telegram.posting import Posting, entities
from connectors.telegram.troubles import Moved, PostGone, TelegramAway, TopicGone, asking
from core.connector import Outgoing, Sent
from core.errors import PermanentError, TemporaryError
from core.files import Store
from core.pushed import EDIT, RETRACT
from core.show import text
from core.store import Desks

_A_TURN_S = 5.0
"""So long one thing may begin with further posts before its sender is to come again: the last one has time to go."""


class Sending:
    """The way out by one bot."""

    def __init__(self, bot: Bot, gate: Gate, desks: Desks, store: Store) -> None:
        self._bot, self._gate, self._desks = bot, gate, desks
        self._posting = Posting(bot, store)

    async def send(self, outgoing: Outgoing) -> Sent:
        """Sends one thing. Raises as `troubles.asking`, and NotKept."""
        match outgoing.kind:
            case "edit":
                return await self._edit(outgoing)
            case "retract":
                return await self._retract(outgoing)
            case _:
                return await self._say(outgoing)

    async def _say(self, outgoing: Outgoing) -> Sent:
        there, posts = outbound.begun(outgoing), outbound.posts(outgoing)
        if not posts and not there.ids:
            raise PermanentError(text("There is nothing to send."))
        reply = "" if there.ids else outgoing.answers
        return _sent(await self._post(outgoing, there, posts, reply, is_whole=not there.ids and len(posts) == 1))

    async def _post(
        self, outgoing: Outgoing, there: There, posts: Sequence[Post], reply: str, *, is_whole: bool = False
    ) -> There:
        """Adds posts to what is there; each is kept as soon as it is, but for the last one of what then is whole."""
        began = time.monotonic()
        for number, post in enumerate(posts):
            if number and time.monotonic() - began > _A_TURN_S:
                raise asked_to_wait(A_CHAT_S)
            said = tuple(await self._there(place_of(outgoing.address), post, "" if number else reply))
            if isinstance(post, Files):
                there = replace(there, files=(*there.files, *said))
            else:
                there = replace(there, words=(*there.words, *said))
            if not is_whole:
                await progress.keep(self._desks, outgoing.delivery_id, there)
        return there

    async def _there(self, place: Place, post: Post, reply: str) -> list[str]:
        """Sends a post where it belongs, also where the group has another id by now, or its topic is gone."""
        try:
            return await self._once(place, post, reply)
        except Moved as moved:
            return await self._once(Place(moved.chat_id, place.topic), post, "")
        except TopicGone:
            return await self._once(Place(place.chat), post, "")

    async def _once(self, place: Place, post: Post, reply: str) -> list[str]:
        await self._gate.turn(place.chat, len(post.files) if isinstance(post, Files) else 1)
        with self._held(place.chat), asking():
            said = await self._posting.post(place, post, reply)
        return [key_of(each.chat_id, each.message_id) for each in said]

    @contextmanager
    def _held(self, chat: int) -> Iterator[None]:
        """Where Telegram asks to wait, nobody else goes on meanwhile."""
        try:
            yield
        except TemporaryError as error:
            if not isinstance(error, TelegramAway):
                self._gate.hold(chat, error.retry_after)
            raise

    async def _edit(self, outgoing: Outgoing) -> Sent:
        """Puts other words into the posts there are, as often as it is tried. What is added is kept at once."""
        change = outbound.change(outgoing)
        if change.caption is not None:
            await self._caption(change.there.files[0], change.caption)
        for key, part in change.reworded:
            await self._reword(key, part)
        for key in change.spare:
            await self._delete(key)
        return _sent(await self._post(outgoing, change.there, [Words(part) for part in change.added], ""))

    async def _reword(self, key: str, part: Marked) -> None:
        await self._gate.turn(chat_of(key))
        with self._held(chat_of(key)), asking():
            await self._bot.edit_message_text(part.text, chat_of(key), id_of(key), entities=entities(part))

    async def _caption(self, key: str, part: Marked) -> None:
        await self._gate.turn(chat_of(key))
        with self._held(chat_of(key)), asking():
            await self._bot.edit_message_caption(
                chat_of(key), id_of(key), caption=part.text, caption_entities=entities(part)
            )

    async def _retract(self, outgoing: Outgoing) -> Sent:
        """Takes all posts away; one that stays is said."""
        kept: PermanentError | None = None
        for key in outgoing.earlier_ids:
            try:
                await self._delete(key)
            except PermanentError as error:
                kept = error
        if kept is not None:
            raise kept
        return Sent(outgoing.earlier_ids[0] if outgoing.earlier_ids else "")

    async def _delete(self, key: str) -> None:
        try:
            with asking():
                await self._bot.delete_message(chat_of(key), id_of(key))
        except PostGone:
            return


def _sent(there: There) -> Sent:
    first, *more = there.ids
    return Sent(first, more_ids=tuple(more))


def may_repeat(outgoing: Outgoing) -> bool:
    """Whether trying once more what was perhaps done does no harm: other words and nothing new, or nothing at all."""
    return outgoing.kind == RETRACT or (outgoing.kind == EDIT and not outbound.change(outgoing).added)
