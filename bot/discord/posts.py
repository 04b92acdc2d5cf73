"""A post or thread for each ticket or dialog: card, name, tags and people; archived when it is over, never locked."""

import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from bot.discord import shapes
from bot.discord.channels import Channels
from bot.discord.losses import ROOM
from bot.discord.rest import Rest, Wire
from bot.discord.shapes import Post
from bot.discord.troubles import (
    ARCHIVED,
    AT_CAP,
    LOCKED,
    NO_ACCESS,
    THREAD_THERE,
    UNKNOWN_MESSAGE,
    LostThread,
    Refused,
    Shut,
)
from bot.discord.words import single
from bot.wiring import Wiring
from core import kept, threads
from core.actor import SYSTEM
from core.connector import Found, Sent
from core.errors import TemporaryError
from core.render import Voice
from core.room import Board, Posting
from core.show import text

_KEPT_MINUTES = 10_080
_RENAMES, _RENAMED_WITHIN = 2, timedelta(minutes=10)
"""Discord takes two new names of a thread in ten minutes."""
_CALL_EVERY_S = 60.0
_LOOKED_AT = 30
"""The newest threads among which one is looked for whose making was not answered."""


class Posts:
    """Threads and their cards."""

    def __init__(self, rest: Rest, wiring: Wiring, channels: Channels) -> None:
        self._rest, self._desks, self._clock, self._channels = rest, wiring.desks, wiring.desks.clock, channels
        self._called_at: dict[str, float] = {}

    async def show(self, posting: Posting, board: Board) -> Sent:
        """Makes a thread with its card, or shows the card anew. Raises as `Rest.ask`."""
        speaker = Voice(posting.language, posting.zone, self._clock())
        if posting.root is not None:
            return await self._update(posting, posting.root, board, speaker)
        role = self.role(posting.place, posting.role)
        post = shapes.board(board, speaker, nonce=posting.nonce, role=role)
        try:
            made = await self._make(posting, board, speaker, post)
        except Refused as error:
            if error.code != AT_CAP or not await self._channels.make_room(posting.place):
                raise
            made = await self._make(posting, board, speaker, post)
        self.called(posting.place, role)
        await self._channels.opened(posting.place)
        return made

    def role(self, place: str, role: str) -> str:
        """The role a new post of a place calls, at most once a minute; otherwise nobody."""
        lately = time.monotonic() - self._called_at.get(place, -_CALL_EVERY_S) < _CALL_EVERY_S
        return "" if lately else role

    def called(self, place: str, role: str) -> None:
        """Notes that a place's role was called by a new post."""
        if role:
            self._called_at[place] = time.monotonic()

    async def _make(self, posting: Posting, board: Board, speaker: Voice, post: Post) -> Sent:
        opening: Wire = {"name": shapes.title(board, speaker), "auto_archive_duration": _KEPT_MINUTES}
        is_forum = await self._channels.is_forum(posting.place)
        if is_forum:
            opening |= {"applied_tags": await self._channels.tags(posting.place, board.tags), "message": post.body()}
            made = await self._rest.ask(
                "POST", "/channels/{channel_id}/threads", channel_id=posting.place, body=opening,
                needs="Create Posts / Send Messages",
            )  # fmt: skip
            root = str(made["id"])
        else:
            root = await self._under_a_message(posting, post, opening)
        return Sent(root, await self._remembered(posting, board, root, opening["name"], is_forum=is_forum))

    async def _under_a_message(self, posting: Posting, post: Post, opening: Wire) -> str:
        """Where there is no forum the card is a message of the channel, with a thread under it.

        A card that is deleted before it has its thread is said again without a nonce: under the same one Discord gives
        back the deleted message. It is still found by what a button of it bears.
        """
        once = {"nonce": posting.nonce, "enforce_nonce": True}
        said = await self._said(posting.place, post.body() | once)
        try:
            return await self._thread_under(posting.place, said, opening)
        except LostThread as error:
            if error.code != UNKNOWN_MESSAGE:
                raise
        return await self._thread_under(posting.place, await self._said(posting.place, post.body()), opening)

    async def _said(self, place: str, body: Wire) -> str:
        said = await self._rest.ask(
            "POST", "/channels/{channel_id}/messages", channel_id=place, body=body, needs="Send Messages"
        )
        return str(said["id"])

    async def _thread_under(self, place: str, message: str, opening: Wire) -> str:
        try:
            await self._rest.ask(
                "POST", "/channels/{channel_id}/messages/{message_id}/threads", channel_id=place, message_id=message,
                body=opening, needs="Create Public Threads",
            )  # fmt: skip
        except Refused as error:
            if error.code != THREAD_THERE:
                raise
        return message

    async def _remembered(self, posting: Posting, board: Board, root: str, name: str, *, is_forum: bool) -> Wire:
        facts = {"forum": is_forum, "title": name, "named": [], "tags": list(board.tags), "closed": False}
        return facts | {"called": await self._call(root, board.called, ())}

    async def _call(self, root: str, wanted: Sequence[str], already: Sequence[str]) -> list[str]:
        """Adds people to a thread, so that they follow it; who cannot be added (any more) is passed over."""
        for account in wanted:
            if account in already:
                continue
            try:
                await self._rest.ask(
                    "PUT", "/channels/{channel_id}/thread-members/{user_id}", channel_id=root, user_id=account,
                    needs="Send Messages in Threads",
                )  # fmt: skip
            except (Refused, Shut):
                continue
        return list(wanted)

    async def _update(self, posting: Posting, root: str, board: Board, speaker: Voice) -> Sent:
        is_forum = await self._is_forum(posting)
        post = shapes.board(board, speaker)
        where = root if is_forum else posting.place

        async def edit() -> None:
            await self._rest.ask(
                "PATCH", "/channels/{channel_id}/messages/{message_id}", channel_id=where, message_id=root,
                body=post.body(), needs="Send Messages in Threads",
            )  # fmt: skip

        await self.awake(root, edit)
        facts = dict(posting.facts) | {"forum": is_forum}
        if not board.is_retired:
            facts |= await self._renamed(root, shapes.title(board, speaker), facts)
            facts["called"] = await self._call_awake(root, board, facts)
        return Sent(root, facts | await self._state(posting, root, board, facts))

    async def _is_forum(self, posting: Posting) -> bool:
        known = posting.facts.get("forum")
        return bool(known) if known is not None else await self._channels.is_forum(posting.place)

    async def _call_awake(self, root: str, board: Board, facts: Wire) -> list[str]:
        already = facts.get("called", ())
        if not set(board.called) - set(already):
            return list(already)
        await self._call(root, board.called, already)
        return list(board.called)

    async def _renamed(self, root: str, title: str, facts: Wire) -> Wire:
        """Gives a thread its new name, where it may have one again; else a later card does."""
        now = self._clock()
        lately = [at for at in facts.get("named", ()) if now - datetime.fromisoformat(at) < _RENAMED_WITHIN]
        if title == facts.get("title") or len(lately) >= _RENAMES:
            return {}

        async def rename() -> None:
            await self._rest.ask(
                "PATCH", "/channels/{channel_id}", channel_id=root, body={"name": title}, needs="Manage Threads"
            )

        try:
            await self.awake(root, rename)
        except (TemporaryError, Shut, Refused):
            return {}
        return {"title": title, "named": [*lately, now.isoformat()]}

    async def _state(self, posting: Posting, root: str, board: Board, facts: Wire) -> Wire:
        """Tags and archive, in one change where there is any."""
        change: Wire = {}
        is_over = board.is_closed or board.is_retired
        if facts["forum"] and not board.is_retired and list(board.tags) != facts.get("tags"):
            change["applied_tags"] = await self._channels.tags(posting.place, board.tags)
        if is_over or facts.get("closed"):
            change["archived"] = is_over
        if not change:
            return {}

        async def alter() -> None:
            await self._rest.ask(
                "PATCH", "/channels/{channel_id}", channel_id=root, body=change, needs="Manage Threads"
            )

        await self.awake(root, alter)
        return {"tags": facts.get("tags") if board.is_retired else list(board.tags), "closed": is_over}

    async def awake(self, root: str, deed: Callable[[], Awaitable[None]]) -> None:
        """Does something in a thread, and wakes it first where it sleeps; one that stays shut counts as lost."""
        try:
            await deed()
        except Refused as error:
            match error.code:
                case code if code == ARCHIVED:
                    await self._wake(root)
                case code if code == AT_CAP and await self._channels.make_room(root):
                    pass
                case code if code == LOCKED:
                    raise LostThread(LOCKED) from None
                case _:
                    raise
            await deed()

    async def _wake(self, root: str) -> None:
        try:
            await self._rest.ask("PATCH", "/channels/{channel_id}", channel_id=root, body={"archived": False})
        except Shut as error:
            if error.code == NO_ACCESS or not await self._is_locked(root):
                raise
            raise LostThread(LOCKED) from None
        except Refused as error:
            if error.code != AT_CAP or not await self._channels.make_room(root):
                raise
            await self._rest.ask("PATCH", "/channels/{channel_id}", channel_id=root, body={"archived": False})

    async def _is_locked(self, root: str) -> bool:
        thread = await self._rest.ask("GET", "/channels/{channel_id}", channel_id=root)
        return bool((thread.get("thread_metadata") or {}).get("locked"))

    async def of_team(self, place: str, speaker: Voice) -> str:
        """Where a team is told something: in its channel; a forum has a post for that, made when it is needed."""
        if not await self._channels.is_forum(place):
            return place
        name = f"discord:team:{place}"
        known = await self._desks.read(SYSTEM, lambda desk: kept.read(desk, name))
        return known or await self._made_for_team(place, name, speaker)

    async def _made_for_team(self, place: str, name: str, speaker: Voice) -> str:
        about = shapes.note(text("Here the team is called. What is written here goes nowhere."), speaker)
        opening = {
            "name": single(speaker.say(text("Team: calls and news")), 100), "auto_archive_duration": _KEPT_MINUTES,
            "message": about.body(), "applied_tags": await self._channels.tags(place, ()),
        }  # fmt: skip
        made = await self._rest.ask(
            "POST", "/channels/{channel_id}/threads", channel_id=place, body=opening, needs="Create Posts"
        )
        root = str(made["id"])
        await self._desks.change(SYSTEM, lambda desk: kept.keep(desk, name, root))
        return root

    async def forget_team(self, place: str) -> None:
        """The team's post is gone; the next call makes a new one."""
        await self._desks.change(SYSTEM, lambda desk: kept.keep(desk, f"discord:team:{place}", ""))

    async def rest_again(self, posting: Posting) -> None:
        """What is over sleeps again after something was written in it, unless its card is about to say otherwise."""
        root = posting.root
        if root is None or not posting.facts.get("closed"):
            return
        if await self._desks.read(SYSTEM, lambda desk: threads.rests(desk, ROOM, posting.place, root)):
            await self._channels.archive(root)

    async def find(self, posting: Posting, board: Board) -> Sent | Found:
        """A thread whose making was not answered: by the nonce its first card bears."""
        speaker = Voice(posting.language, posting.zone, self._clock())
        name, is_forum = shapes.title(board, speaker), await self._channels.is_forum(posting.place)
        root = await (self._found_post(posting, name) if is_forum else self._found_card(posting, posting.place))
        if root is None:
            return Found.ABSENT
        if not is_forum:
            await self._thread_under(posting.place, root, {"name": name, "auto_archive_duration": _KEPT_MINUTES})
        return Sent(root, await self._remembered(posting, board, root, name, is_forum=is_forum))

    async def _found_post(self, posting: Posting, name: str) -> str | None:
        found = [each for each in await self._channels.active() if str(each.get("parent_id")) == posting.place]
        found.sort(key=lambda each: int(each["id"]), reverse=True)
        for each in [each for each in found if each["name"] == name][:_LOOKED_AT]:
            if await self._found_card(posting, str(each["id"])) is not None:
                return str(each["id"])
        return None

    async def _found_card(self, posting: Posting, channel: str) -> str | None:
        """The message in a channel that bears the posting's nonce as a card."""
        found = await self._rest.ask("GET", "/channels/{channel_id}/messages?limit=100", channel_id=channel)
        for each in found:
            if shapes.bears(each, posting.nonce) and each["author"]["id"] == await self._rest.me():
                return str(each["id"])
        return None
