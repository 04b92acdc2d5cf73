"""Sends to Telegram: posts, edits and takes back, one call after another."""

from collections.abc import Sequence
from typing import Any

from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    Message,
    MessageEntity,
    ReplyParameters,
)

from connectors.telegram import markup, outbound
from connectors.telegram.inbound import Place, id_of, key_of, place_of
from connectors.telegram.markup import Marked
from connectors.telegram.outbound import LARGEST_FILE, LONGEST_TEXT, Files, Post, Words
from connectors.telegram.troubles import Moved, PostGone, asking
from core.connector import Attached, Choice, Outgoing, Sent
from core.errors import PermanentError
from core.files import Store
from core.show import text

_PATIENCE_S = 20.0


class Sending:
    """The way out by one bot."""

    def __init__(self, bot: Bot, store: Store) -> None:
        self._bot, self._store = bot, store
        self._said: dict[int, list[str]] = {}
        """Of deliveries that were cut short: the posts that are there already, so that the next try goes on behind."""

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
        place, posts = place_of(outgoing.address), outbound.posts(outgoing)
        said = self._said.setdefault(outgoing.delivery_id, [])
        for post in posts[len(said) :]:
            ids = await self._there(place, post, "" if said else outgoing.answers)
            said.append(" ".join(ids))
        del self._said[outgoing.delivery_id]
        if not said:
            raise PermanentError(text("There is nothing to send."))
        first, *more = " ".join(said).split()
        return Sent(first, more_ids=tuple(more))

    async def _there(self, place: Place, post: Post, reply: str) -> list[str]:
        """Sends a post where it belongs, also where the group has another id by now."""
        try:
            with asking():
                return await self._post(place, post, reply)
        except Moved as moved:
            with asking():
                return await self._post(Place(moved.chat_id, place.topic), post, "")

    async def _post(self, place: Place, post: Post, reply: str) -> list[str]:
        where = _where(place, reply)
        match post:
            case Words(marked, choices):
                said = await self._bot.send_message(
                    text=marked.text, entities=_entities(marked), reply_markup=_keyboard(choices), **where
                )
                return [_key(said)]
            case Files() as files if files.are_photos and len(files.files) > 1:
                album = await self._bot.send_media_group(media=self._album(files), **where)
                return [_key(each) for each in album]
            case Files():
                return [_key(await self._file(post.files[0], post.caption, where))]

    def _album(self, files: Files) -> list[InputMediaPhoto]:
        captions = [files.caption, *[None] * (len(files.files) - 1)]
        return [
            InputMediaPhoto(
                self._content(each), caption=caption.text if caption else None,
                caption_entities=_entities(caption) if caption else None, filename=each.name,
            )
            for each, caption in zip(files.files, captions, strict=True)
        ]  # fmt: skip

    async def _file(self, file: Attached, caption: Marked | None, where: dict[str, Any]) -> Message:
        about: dict[str, Any] = {"filename": file.name, "write_timeout": _PATIENCE_S}
        if caption is not None:
            about |= {"caption": caption.text, "caption_entities": _entities(caption)}
        if outbound.is_photo(file):
            return await self._bot.send_photo(photo=self._content(file), **about, **where)
        return await self._bot.send_document(
            document=self._content(file), disable_content_type_detection=True, **about, **where
        )

    def _content(self, file: Attached) -> bytes:
        if file.size > LARGEST_FILE:
            most = LARGEST_FILE // 2**20
            raise PermanentError(
                text("{name} is too large for Telegram; it takes up to {most} MB.", name=file.name, most=most)
            )
        return self._store.path(file.sha256).read_bytes()

    async def _edit(self, outgoing: Outgoing) -> Sent:
        """Puts other words into the posts there are; further ones are added, spare ones taken away."""
        place, marked = place_of(outgoing.address), markup.read(outgoing.words.text)
        parts = list(markup.split(marked, LONGEST_TEXT))
        there = list(outgoing.earlier_ids)
        for key, part in zip(there, parts, strict=False):
            await self._change(key, part, is_caption=bool(outgoing.files))
        for key in () if outgoing.files else there[len(parts) :]:
            await self._delete(key)
        more = [await self._there(place, Words(part), "") for part in parts[len(there) :]]
        kept = (there if outgoing.files else there[: len(parts)]) + [key for keys in more for key in keys]
        return Sent(kept[0], more_ids=tuple(kept[1:]))

    async def _change(self, key: str, part: Marked, *, is_caption: bool) -> None:
        chat, message_id = _chat(key), id_of(key)
        try:
            with asking():
                if is_caption:
                    await self._bot.edit_message_caption(
                        chat, message_id, caption=part.text, caption_entities=_entities(part)
                    )
                else:
                    await self._bot.edit_message_text(part.text, chat, message_id, entities=_entities(part))
        except PostGone:
            return

    async def _retract(self, outgoing: Outgoing) -> Sent:
        for key in outgoing.earlier_ids:
            await self._delete(key)
        return Sent(outgoing.earlier_ids[0] if outgoing.earlier_ids else "")

    async def _delete(self, key: str) -> None:
        with asking():
            await self._bot.delete_message(_chat(key), id_of(key))


def _where(place: Place, reply: str) -> dict[str, Any]:
    where: dict[str, Any] = {"chat_id": place.chat, "message_thread_id": place.topic}
    if reply:
        where["reply_parameters"] = ReplyParameters(id_of(reply), allow_sending_without_reply=True)
    return where


def _chat(key: str) -> int:
    return int(key.partition(":")[0])


def _key(message: Message) -> str:
    return key_of(message.chat_id, message.message_id)


def _entities(marked: Marked) -> list[MessageEntity]:
    return [MessageEntity(each.kind, each.offset, each.length, url=each.url or None) for each in marked.spans]


def _keyboard(choices: Sequence[Choice]) -> InlineKeyboardMarkup | None:
    if not choices:
        return None
    rows = outbound.rows(choices)
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(c.label, callback_data=c.value[:64]) for c in row] for row in rows]
    )
