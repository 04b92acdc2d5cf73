"""The people of the server, by their deeds: they write, react, open posts, come and go."""

import dataclasses

from tests.platforms import discord_deeds as deeds
from tests.platforms.discord_calls import uploaded
from tests.platforms.discord_changes import alter_thread
from tests.platforms.discord_errors import Json
from tests.platforms.discord_hands import Hands
from tests.platforms.discord_mentions import address
from tests.platforms.discord_permissions import May, permissions
from tests.platforms.discord_rules import CONTENT, Upload
from tests.platforms.discord_server import dm_between, give_roles, join, leave
from tests.platforms.discord_threads import Opening, delete_thread, open_thread
from tests.platforms.discord_typing import NotOffered
from tests.platforms.discord_world import Attachment, Channel, Kind, Message, Role

Files = dict[str, bytes]


@dataclasses.dataclass(frozen=True)
class Person(Hands):
    """A member of the server (or one who left)."""

    @property
    def name(self) -> str:
        """Their name."""
        return self.account.name

    @property
    def id(self) -> int:
        """Their user id."""
        return self.account.id

    @property
    def mention(self) -> str:
        """What mentions them in a text."""
        return f"<@{self.account.id}>"

    @property
    def dms(self) -> list[Message]:
        """Their conversation with the bot."""
        channel = self.backend.world.dms.get(self.account.id)
        return channel.messages if channel else []

    async def posts(
        self, where: Channel | str, text: str = "", *, files: Files | None = None, reply_to: Message | None = None
    ) -> Message:
        """Writes a message."""
        return self._write(self.place(where), text, files or {}, reply_to)

    async def writes(self, text: str = "", *, files: Files | None = None) -> Message:
        """Writes to the bot directly."""
        return self._write(dm_between(self.backend.world, self.account), text, files or {}, None)

    def _write(self, channel: Channel, text: str, files: Files, reply_to: Message | None) -> Message:
        self._must_write(channel)
        if len(text) > CONTENT or (not text.strip() and not files):
            raise NotOffered(f"{self.name} cannot send {len(text)} characters and {len(files)} files")
        attachments = self._attached(files)
        draft = deeds.Draft(text.strip(), attachments=attachments, reply_to=reply_to.id if reply_to else None)
        return deeds.write(self.backend.world, channel, self.account, draft)

    def _attached(self, files: Files) -> list[Attachment]:
        uploads = (Upload(str(index), name, content) for index, (name, content) in enumerate(files.items()))
        return uploaded(self.backend.world, tuple(uploads), [])

    def _must_write(self, channel: Channel) -> None:
        if channel.kind in (Kind.FORUM, Kind.CATEGORY):
            raise NotOffered(f"Nobody writes into #{channel.name} itself: open a post")
        self.must(May.SEND_MESSAGES_IN_THREADS if channel.is_thread else May.SEND_MESSAGES, channel)
        if channel.locked and not self._moderates(channel):
            raise NotOffered(f"#{channel.name} is locked")

    def _moderates(self, channel: Channel) -> bool:
        return May.MANAGE_THREADS in permissions(self.backend.world, self.account, channel)

    async def edits(self, message: Message, text: str) -> None:
        """Edits their own message; nobody is notified by that."""
        self._must_own(message)
        notified = message.notified
        message.content = text.strip()
        address(self.backend.world, message, None)
        message.notified = notified
        deeds.changed(self.backend.world, message)

    async def deletes(self, message: Message) -> None:
        """Deletes their message, or another's where they may."""
        if message.author is not self.account:
            self.must(May.MANAGE_MESSAGES, message.channel)
        deeds.delete(self.backend.world, message)

    def _must_own(self, message: Message) -> None:
        if message.author is not self.account or message.deleted or message.channel.archived:
            raise NotOffered(f"{self.name} cannot edit it")

    async def reacts(self, message: Message, emoji: str) -> None:
        """Adds a reaction."""
        if emoji not in message.reactions:
            self.must(May.ADD_REACTIONS, message.channel)
        deeds.react(self.backend.world, message, self.account, emoji)

    async def takes_back(self, message: Message, emoji: str) -> None:
        """Removes their reaction."""
        deeds.take_back(self.backend.world, message, self.account, emoji)

    async def starts_typing(self, where: Channel | str) -> None:
        """Is seen typing."""
        deeds.types_in(self.backend.world, self.place(where), self.account)

    async def opens_post(
        self, forum: Channel | str, name: str, text: str, *, tags: tuple[str, ...] = (), files: Files | None = None
    ) -> Channel:
        """Opens a post in a forum."""
        channel = self.place(forum)
        self.must(May.SEND_MESSAGES, channel)
        opening = Opening(name, self.account, tags=_tags(channel, tags))
        thread = open_thread(self.backend.world, channel, opening)
        draft = deeds.Draft(text, attachments=self._attached(files or {}), message_id=thread.id)
        deeds.write(self.backend.world, thread, self.account, draft)
        return thread

    async def opens_thread(self, where: Channel | str | Message, name: str, *, private: bool = False) -> Channel:
        """Opens a thread in a channel or under a message."""
        starter = where if isinstance(where, Message) else None
        channel = where.channel if isinstance(where, Message) else self.place(where)
        kind = Kind.PRIVATE_THREAD if private else Kind.PUBLIC_THREAD
        self.must(May.CREATE_PRIVATE_THREADS if private else May.CREATE_PUBLIC_THREADS, channel)
        return open_thread(self.backend.world, channel, Opening(name, self.account, kind=kind, starter=starter))

    async def changes(self, thread: Channel, **change: object) -> None:
        """Changes a thread: `name=`, `archived=`, `locked=`, `tags=(names)`; others' only as a moderator."""
        if thread.owner is not self.account or "locked" in change or thread.locked:
            self.must(May.MANAGE_THREADS, thread)
        body: Json = dict(change)
        if "tags" in change and thread.parent is not None:
            body["applied_tags"] = _tags(thread.parent, body.pop("tags"))
        alter_thread(self.backend.world, thread, self.account, body)

    async def deletes_thread(self, thread: Channel) -> None:
        """Deletes a thread."""
        self.must(May.MANAGE_THREADS, thread)
        delete_thread(self.backend.world, thread)

    async def gets_role(self, role: Role) -> None:
        """Is given a role."""
        give_roles(self.backend.world, self.account, self.account.roles | {role.id})

    async def loses_role(self, role: Role) -> None:
        """A role is taken from them."""
        give_roles(self.backend.world, self.account, self.account.roles - {role.id})

    async def leaves(self) -> None:
        """Leaves the server."""
        leave(self.backend.world, self.account)

    async def comes_back(self) -> None:
        """Joins the server again, without their roles."""
        join(self.backend.world, self.account)

    def refuses_dms(self) -> None:
        """Takes no direct messages from now on."""
        self.account.refuses_dms = True


def _tags(forum: Channel, names: tuple[str, ...]) -> list[int]:
    known = {tag.name: tag.id for tag in forum.available_tags}
    if unknown := set(names) - set(known):
        raise NotOffered(f"#{forum.name} has no tags {sorted(unknown)}, only {sorted(known)}")
    return [known[name] for name in names]
