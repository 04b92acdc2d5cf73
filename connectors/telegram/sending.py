"""Sends to Telegram: posts, edits and takes back, call by call; what was cut short goes on where it stopped."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from telegram import Bot

from connectors.telegram import markup, outbound, progress
from connectors.telegram.addresses import Place, chat_of, id_of, key_of, place_of
from connectors.telegram.gate import Gate
from connectors.telegram.markup import Marked
from connectors.telegram.outbound import LONGEST_CAPTION, LONGEST_TEXT, Files, Post, Words
from connectors.telegram.posting import Posting, entities
from connectors.telegram.troubles import Moved, PostGone, TelegramAway, TopicGone, asking
from core.connector import Outgoing, Sent
from core.errors import PermanentError, TemporaryError
from core.files import Store
from core.show import text
from core.store import Desks


class Sending:
    """The way out by one bot."""

    def __init__(self, bot: Bot, gate: Gate, desks: Desks, store: Store) -> None:
        self._bot, self._gate, self._desks = bot, gate, desks
        self._posting = Posting(bot, store)

    async def send(self, outgoing: Outgoing) -> Sent:
        """Sends one thing. Raises as `troubles.asking`."""
        match outgoing.kind:
            case "edit":
                return await self._edit(outgoing)
            case "retract":
                return await self._retract(outgoing)
            case _:
                return await self._say(outgoing)

    async def _say(self, outgoing: Outgoing) -> Sent:
        posts = outbound.posts(outgoing)
        if not posts:
            raise PermanentError(text("There is nothing to send."))
        is_long = len(posts) > 1
        said = await progress.read(self._desks, outgoing.delivery_id) if is_long else []
        try:
            for post in posts[len(said) :]:
                said.append(await self._there(place_of(outgoing.address), post, "" if said else outgoing.answers))
        except Exception:
            await progress.keep(self._desks, outgoing.delivery_id, said)
            raise
        if is_long:
            await progress.forget(self._desks, outgoing.delivery_id)
        first, *more = (key for keys in said for key in keys)
        return Sent(first, more_ids=tuple(more))

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
        """Puts other words into the posts there are; further ones are added, spare ones taken away.

        Each file is a post of its own, behind the words; where there are no others, the first one's caption has them.
        """
        place, marked = place_of(outgoing.address), markup.read(outgoing.words.text)
        there, files = list(outgoing.earlier_ids), len(outgoing.files)
        if files and len(there) <= files:
            head, *rest = markup.split(marked, LONGEST_CAPTION)
            await self._caption(there[0], head)
            return Sent(there[0], more_ids=(*there[1:], *await self._more(place, rest)))
        worded, filed = there[: len(there) - files], there[len(there) - files :]
        parts = list(markup.split(marked, LONGEST_TEXT))
        for key, part in zip(worded, parts, strict=False):
            await self._reword(key, part)
        for key in worded[len(parts) :]:
            await self._delete(key)
        more = await self._more(place, parts[len(worded) :])
        first, *others = [*worded[: len(parts)], *filed, *more]
        return Sent(first, more_ids=tuple(others))

    async def _more(self, place: Place, parts: Sequence[Marked]) -> list[str]:
        return [key for part in parts for key in await self._there(place, Words(part), "")]

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
