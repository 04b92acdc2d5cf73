"""Puts one post into a chat: words with buttons, an album of photos, a file."""

from collections.abc import Sequence
from typing import Any

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, Message, MessageEntity
from telegram import ReplyParameters as Reply

from connectors.telegram import outbound
from connectors.telegram.addresses import Place, id_of
from connectors.telegram.markup import Marked
from connectors.telegram.outbound import LARGEST_FILE, Files, Post, Words
from core.connector import Attached, Choice
from core.errors import PermanentError
from core.files import Store
from core.show import text

_UPLOAD_S = 20.0


class Posting:
    """What a bot posts."""

    def __init__(self, bot: Bot, store: Store) -> None:
        self._bot, self._store = bot, store

    async def post(self, place: Place, post: Post, reply: str) -> Sequence[Message]:
        """Posts it, as an answer to the message of this key where there is one."""
        where: dict[str, Any] = {"chat_id": place.chat, "message_thread_id": place.topic}
        if reply:
            where["reply_parameters"] = Reply(id_of(reply), allow_sending_without_reply=True)
        match post:
            case Words(marked, choices):
                marks, buttons = entities(marked), keyboard(choices)
                return [await self._bot.send_message(text=marked.text, entities=marks, reply_markup=buttons, **where)]
            case Files() as files if files.are_photos and len(files.files) > 1:
                return await self._bot.send_media_group(media=self._album(files), **where)
            case Files():
                return [await self._file(post.files[0], post.caption, where)]

    def _album(self, files: Files) -> list[InputMediaPhoto]:
        captions = [files.caption, *[None] * (len(files.files) - 1)]
        return [
            InputMediaPhoto(
                self._content(each), caption=caption.text if caption else None,
                caption_entities=entities(caption) if caption else None, filename=each.name,
            )
            for each, caption in zip(files.files, captions, strict=True)
        ]  # fmt: skip

    async def _file(self, file: Attached, caption: Marked | None, where: dict[str, Any]) -> Message:
        about: dict[str, Any] = {"filename": file.name, "write_timeout": _UPLOAD_S}
        if caption is not None:
            about |= {"caption": caption.text, "caption_entities": entities(caption)}
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


def entities(marked: Marked) -> list[MessageEntity]:
    """The stretches of a text, as Telegram counts them."""
    return [MessageEntity(each.kind, each.offset, each.length, url=each.url or None) for each in marked.spans]


def keyboard(choices: Sequence[Choice]) -> InlineKeyboardMarkup | None:
    """Choices as buttons."""
    if not choices:
        return None
    rows = outbound.rows(choices)
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(c.label, callback_data=c.value[:64]) for c in row] for row in rows]
    )
