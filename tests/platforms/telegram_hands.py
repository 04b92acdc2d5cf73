"""What people do with messages: write, quote, edit, send files, react, delete."""

from dataclasses import dataclass
from typing import Any

from tests.platforms import telegram_deeds as deeds
from tests.platforms import telegram_entities as entities
from tests.platforms import telegram_files as files
from tests.platforms.telegram_errors import Json, NotOffered
from tests.platforms.telegram_reactions import REACTIONS, plain
from tests.platforms.telegram_sending import CAPTION_MOST, TEXT_MOST
from tests.platforms.telegram_world import ADMIN, MEMBER, OWNER, Account, Bot, Chat, Message, Topic, World

Place = Bot | Chat
"""Where somebody writes: privately to a bot, or in a group."""


@dataclass(frozen=True)
class Hands:
    """Somebody who can write."""

    world: World
    account: Account

    def chat(self, where: Place) -> Chat:
        """The chat somebody means."""
        return self.world.private(where, self.account) if isinstance(where, Bot) else where

    async def writes(
        self, where: Place, text: str, *, quotes: Message | None = None, topic: Topic | None = None, quote: str = "",
        marks: list[Json] | None = None,
    ) -> Message:  # fmt: skip
        """Writes words; `quotes` is the message answered, `quote` the words of it, `marks` bold words and the like."""
        words, given = entities.trimmed(text, marks or [])
        if not words or entities.units(words) > TEXT_MOST:
            raise NotOffered(f"{self.account.first_name} cannot send {entities.units(words)} characters")
        draft = deeds.Draft(words, entities.detected(words, given), reply_to=quotes, quote=quote, topic=topic)
        return self._puts(where, draft)

    async def quotes(self, message: Message, text: str, *, quote: str = "") -> Message:
        """Answers a message."""
        where = message.chat.bot or message.chat
        return await self.writes(where, text, quotes=message, quote=quote)

    def _puts(self, where: Place, draft: deeds.Draft) -> Message:
        chat = self.chat(where)
        self._must_write(chat, draft)
        if draft.reply_to is not None and draft.topic is None:
            draft.topic = draft.reply_to.topic
        return deeds.write(self.world, chat, self.account, draft)

    def _must_write(self, chat: Chat, draft: deeds.Draft) -> None:
        name = self.account.first_name
        if self.account.is_deleted:
            raise NotOffered(f"{name} has no account any more")
        if chat.is_private and (not chat.is_open or chat.is_blocked):
            raise NotOffered(f"{name} must press Start first")
        if not chat.is_private and chat.status(self.account) not in (OWNER, ADMIN, MEMBER):
            raise NotOffered(f"{name} cannot write in {chat.title}")
        if draft.topic is not None and (draft.topic.is_deleted or draft.topic.is_closed):
            raise NotOffered(f"Nobody can write in {draft.topic.name}")
        if draft.reply_to is not None and (draft.reply_to.is_deleted or draft.reply_to.chat is not chat):
            raise NotOffered("That message is not there to be quoted")

    async def sends_photo(self, where: Place, content: bytes | None = None, caption: str = "", **more: Any) -> Message:
        """Sends a picture; Telegram draws it anew, in sizes."""
        return self._sends(where, "photo", ("", content or files.picture()), caption, more)

    async def sends_document(
        self, where: Place, name: str = "file.txt", content: bytes = b"words", caption: str = "", **more: Any
    ) -> Message:
        """Sends a file; `size=` claims more bytes than there are, `mime=` another kind."""
        return self._sends(where, "document", (name, content), caption, more)

    async def sends_voice(self, where: Place, content: bytes = b"OggS", duration: int = 3, **more: Any) -> Message:
        """Sends spoken words."""
        return self._sends(where, "voice", ("", content), "", {"duration": duration} | more)

    async def sends_audio(self, where: Place, name: str = "song.mp3", content: bytes = b"ID3", **more: Any) -> Message:
        """Sends music."""
        return self._sends(where, "audio", (name, content), "", more)

    async def sends_video(
        self, where: Place, content: bytes = b"video", caption: str = "", name: str = "video.mp4", **more: Any
    ) -> Message:
        """Sends a film."""
        shape = {"width": 640, "height": 480, "duration": 5}
        return self._sends(where, "video", (name, content), caption, shape | more)

    async def sends_animation(self, where: Place, content: bytes = b"gif", caption: str = "", **more: Any) -> Message:
        """Sends a film without sound."""
        shape = {"width": 320, "height": 240, "duration": 2}
        return self._sends(where, "animation", ("fun.mp4", content), caption, shape | more)

    async def sends_video_note(self, where: Place, content: bytes = b"round", **more: Any) -> Message:
        """Sends a round film."""
        return self._sends(where, "video_note", ("", content), "", {"length": 240, "duration": 4} | more)

    async def sends_sticker(self, where: Place, emoji: str = "👋", content: bytes = b"RIFF", **more: Any) -> Message:
        """Sends a sticker."""
        shape = {"emoji": emoji, "width": 512, "height": 512}
        return self._sends(where, "sticker", ("", content), "", shape | more)

    async def sends_location(self, where: Place, latitude: float, longitude: float) -> Message:
        """Sends a place."""
        content: Json = {"location": {"latitude": latitude, "longitude": longitude}}
        return self._puts(where, deeds.Draft(kind="location", content=content))

    async def sends_contact(self, where: Place, phone: str, first_name: str = "") -> Message:
        """Sends a telephone number, their own unless another name is given."""
        mine = {} if first_name else {"user_id": self.account.id}
        said = {"phone_number": phone, "first_name": first_name or self.account.first_name}
        return self._puts(where, deeds.Draft(kind="contact", content={"contact": said | mine}))

    async def sends_album(
        self, where: Place, *contents: bytes | tuple[str, bytes], caption: str = "", **more: Any
    ) -> list[Message]:
        """Sends 2 to 10 pictures, or files with names, together; the caption is the first one's."""
        if not 2 <= len(contents) <= 10:
            raise NotOffered(f"An album has 2 to 10 parts, not {len(contents)}")
        group = str(self.world.new_id() + 13_000_000_000)
        sent: list[Message] = []
        for content in contents:
            kind, named = ("document", content) if isinstance(content, tuple) else ("photo", ("", content))
            words = caption if not sent else ""
            sent.append(self._sends(where, kind, named, words, more | {"media_group_id": group}))
        return sent

    def _sends(self, where: Place, kind: str, named: tuple[str, bytes], caption: str, more: Json) -> Message:
        """Sends a file; `more` says of the message what a draft knows, and of the file the rest."""
        if entities.units(caption) > CAPTION_MOST:
            raise NotOffered(f"A caption has up to {CAPTION_MOST} characters, not {entities.units(caption)}")
        said = {"reply_to": more.pop("quotes", None)}
        said |= {key: more.pop(key) for key in ("topic", "media_group_id") if key in more}
        own = {key: more[key] for key in ("size", "mime") if key in more}
        file = files.keep(self.world, kind, named[1], named[0], **files.traits(kind, more), **own)
        draft = deeds.Draft(caption, entities.detected(caption, []), kind, file, **said)
        return self._puts(where, draft)

    async def edits(self, message: Message, text: str) -> Message:
        """Edits their own words or caption."""
        if message.sender is not self.account or message.is_deleted or message.origin:
            raise NotOffered(f"{self.account.first_name} cannot edit it")
        words = text.strip()
        message.text, message.entities = words, entities.detected(words, [])
        deeds.edited(self.world, message)
        return message

    async def deletes(self, message: Message) -> None:
        """Deletes a message for all; no bot is ever told."""
        chat = message.chat
        if message.sender is not self.account and not chat.is_private and not chat.is_admin(self.account):
            raise NotOffered(f"{self.account.first_name} cannot delete it")
        deeds.delete(message)

    async def reacts(self, message: Message, *emoji: str) -> None:
        """Sets their reaction; none takes it away."""
        signs = [plain(sign) for sign in emoji]
        if not set(signs) <= REACTIONS:
            raise NotOffered(f"Telegram has no reaction {emoji}")
        deeds.react(self.world, message, self.account, signs)
