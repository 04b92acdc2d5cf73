"""Shows postings in Discord, and asks Discord whether one arrived whose answer was lost."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot import directly
from bot.carrying import Parcel
from bot.discord import shapes
from bot.discord.channels import Channels
from bot.discord.inbound import moment
from bot.discord.losses import ROOM
from bot.discord.posts import Posts
from bot.discord.rest import Rest, Wire
from bot.discord.shapes import Post
from bot.discord.troubles import NO_DM, UNKNOWN_EMOJI, UNKNOWN_MESSAGE, LostThread, Refused, Shut
from bot.wiring import Wiring
from core import threads
from core.actor import SYSTEM
from core.connector import Found, Sent
from core.errors import PermanentError
from core.render import Voice
from core.room import Board, Line, Mark, Marked, Posting, Side, Words
from core.show import text

SIGNS = {
    Mark.NOTE: "📝",
    Mark.HELD: "⏳",
    Mark.STOPPED: "✋",
    Mark.SENT: "✅",
    Mark.FAILED: "❌",
    Mark.WITHDRAWN: "↩️",
}
"""The reaction that says what became of a line."""
_MESSAGES = "/channels/{channel_id}/messages"
_MESSAGE = "/channels/{channel_id}/messages/{message_id}"
_SAY = "Send Messages in Threads"
_MOST_PAGES = 3
_LATELY = timedelta(minutes=10)
"""How old a line may be that is known by its words alone."""


class Sending:
    """The way out."""

    def __init__(self, rest: Rest, wiring: Wiring, channels: Channels) -> None:
        self._rest, self._desks, self._store = rest, wiring.desks, wiring.store
        self.posts = Posts(rest, wiring, channels)
        self._dms: dict[str, str] = {}

    async def send(self, posting: Posting) -> Sent:
        """Shows one thing. Raises as `Rest.ask`; LostThread where what it belongs to is gone."""
        match posting.shown:
            case Board():
                return await self.posts.show(posting, posting.shown)
            case Marked():
                return await self._mark(posting, posting.shown)
            case Line() if posting.kind == "dm":
                return await self._to_person(posting, posting.shown)
            case Line():
                return await self._line(posting, posting.shown)
            case tuple() if posting.kind == "say":
                return await self._say(posting, posting.shown)
            case _:
                return await self._change(posting)

    def _voice(self, posting: Posting) -> Voice:
        return Voice(posting.language, posting.zone, self._desks.clock())

    async def _line(self, posting: Posting, shown: Line) -> Sent:
        post = shapes.line(shown, self._voice(posting), role=posting.role if shown.calls_team else "")
        if posting.root is None:
            return await self._to_team(posting, post)
        sent = await self._post(posting, post)
        await self.posts.rest_again(posting)
        return sent

    async def _to_team(self, posting: Posting, post: Post) -> Sent:
        """A line in a team's channel; where its post in a forum was deleted, in a new one."""
        where = await self.posts.of_team(posting.place, self._voice(posting))
        try:
            return await self._post(posting, post, where)
        except LostThread:
            if where == posting.place:
                raise
            await self.posts.forget_team(posting.place)
        return await self._post(posting, post, await self.posts.of_team(posting.place, self._voice(posting)))

    async def _say(self, posting: Posting, shown: Sequence[Words]) -> Sent:
        post = await self._said(posting, shown)
        sent = await self._post(posting, post)
        if shown[0].side is not Side.CUSTOMER:
            await self.posts.rest_again(posting)
        return sent

    async def _said(self, posting: Posting, shown: Sequence[Words]) -> Post:
        """Words with their files; a file that was removed meanwhile is passed over."""
        post = shapes.said(shown, self._voice(posting))
        files = await asyncio.to_thread(self._parcels, shown)
        return replace(post, files=(*post.files, *files))

    def _parcels(self, shown: Sequence[Words]) -> list[Parcel]:
        found = []
        for each in shapes.fitting_files(shown):
            try:
                found.append(Parcel(each.name, self._store.path(each.sha256).read_bytes()))
            except FileNotFoundError:
                continue
        return found

    async def _post(self, posting: Posting, post: Post, channel: str = "") -> Sent:
        """Says something once: under the same nonce Discord gives back the first message."""
        body = post.body() | {"nonce": posting.nonce, "enforce_nonce": True}
        where = channel or posting.root or posting.place
        said: list[Wire] = []

        async def say() -> None:
            needs = _SAY if posting.root else "Send Messages"
            said.append(
                await self._rest.ask("POST", _MESSAGES, channel_id=where, body=body, files=post.files, needs=needs)
            )

        await self.posts.awake(where, say)
        return Sent(str(said[0]["id"]))

    async def _change(self, posting: Posting) -> Sent:
        """Edits or takes back what stands there, with its files; what somebody has deleted there needs no change."""
        words, where = _words(posting), posting.root or posting.place
        post = shapes.said(words, self._voice(posting))
        body = post.body()
        if all(each.is_gone for each in words):
            body["attachments"] = []
        elif post.files:
            body["attachments"] += await self._kept_files(where, posting.earlier_id)

        async def edit() -> None:
            parts = {"channel_id": where, "message_id": posting.earlier_id}
            await self._rest.ask("PATCH", _MESSAGE, body=body, files=post.files, needs=_SAY, **parts)

        return await self._in_post(posting, posting.earlier_id, edit)

    async def _kept_files(self, channel: str, message: str) -> list[Wire]:
        """The files of a message that stay when its words change."""
        try:
            found = await self._rest.ask("GET", _MESSAGE, channel_id=channel, message_id=message)
        except LostThread:
            return []
        return [{"id": each["id"]} for each in found.get("attachments") or () if each["filename"] != shapes.WHOLE]

    async def _mark(self, posting: Posting, shown: Marked) -> Sent:
        """Puts the new sign before it takes the old one away: a line is never without one."""

        async def mark() -> None:
            await self._react("PUT", posting, shown.line, SIGNS[shown.mark])
            if shown.was is not None and shown.was is not shown.mark:
                await self._react("DELETE", posting, shown.line, SIGNS[shown.was])

        return await self._in_post(posting, shown.line, mark)

    async def _react(self, method: str, posting: Posting, line: str, sign: str) -> None:
        try:
            await self._rest.ask(
                method, f"{_MESSAGE}/reactions/{{emoji}}/@me", channel_id=posting.root or posting.place,
                message_id=line, emoji=sign, needs="Add Reactions",
            )  # fmt: skip
        except Refused as error:
            if method == "PUT" or error.code != UNKNOWN_EMOJI:
                raise

    async def _in_post(self, posting: Posting, line: str, deed: Callable[[], Awaitable[None]]) -> Sent:
        """Does something to a message of a thread; one that was deleted there needs nothing more."""
        try:
            await self.posts.awake(posting.root or posting.place, deed)
        except LostThread as error:
            if error.code != UNKNOWN_MESSAGE:
                raise
        else:
            await self.posts.rest_again(posting)
        return Sent(line)

    async def _to_person(self, posting: Posting, shown: Line) -> Sent:
        """A direct message; where somebody takes none, it falls back to the thread it is about."""
        try:
            return await self._post(posting, shapes.line(shown, self._voice(posting)), await self.dm(posting.place))
        except (Refused, Shut) as error:
            if error.code != NO_DM:
                raise
        if shown.link is None:
            raise PermanentError(text("They take no direct messages from the bot."))
        called = Line(shown.texts, mentions=(posting.place,))
        return await self._post(posting, shapes.line(called, self._voice(posting)), shown.link[1])

    async def dm(self, account: str) -> str:
        """The direct conversation with somebody."""
        if account not in self._dms:
            try:
                made = await self._rest.ask("POST", "/users/@me/channels", body={"recipient_id": account})
            except LostThread:
                raise PermanentError(text("They take no direct messages from the bot.")) from None
            self._dms[account] = str(made["id"])
        return self._dms[account]

    async def find(self, posting: Posting) -> Sent | Found:
        """Whether a posting arrived. What may be done twice without harm counts as absent, and is done again."""
        match posting.shown:
            case Board() if posting.root is None:
                return await self.posts.find(posting, posting.shown)
            case Line() if posting.kind == "dm":
                dm, shown = partial(self.dm, posting.place), posting.shown
                return await directly.find(shown, dm, lambda place, root: self._found(posting, root or place))
            case Line() if posting.root is None:
                return await self._found(posting, await self.posts.of_team(posting.place, self._voice(posting)))
            case Line() | tuple() if posting.kind not in ("edit", "retract"):
                return await self._found(posting, posting.root or posting.place)
            case _:
                return Found.ABSENT

    async def _found(self, posting: Posting, channel: str) -> Sent | Found:
        """By its nonce; where Discord does not tell that any more, by what it says, if nothing else stands as it."""
        said = self._content(posting)
        async for message in self._ours(channel):
            id_ = str(message["id"])
            if message.get("nonce"):
                if str(message["nonce"]) == posting.nonce:
                    return Sent(id_)
            elif message.get("content") == said and not await self._is_another(posting, id_):
                return Sent(id_)
        return Found.ABSENT

    async def _is_another(self, posting: Posting, message: str) -> bool:
        """Whether a message that reads the same is something else; of lines no copies are kept, so their age tells."""
        if isinstance(posting.shown, Line):
            return moment(message) < self._desks.clock() - _LATELY
        return await self._stands(posting, message)

    def _content(self, posting: Posting) -> str:
        match posting.shown:
            case Line():
                return shapes.line(posting.shown, self._voice(posting)).content
            case tuple():
                return shapes.said(posting.shown, self._voice(posting)).content
            case _:
                return ""

    async def _stands(self, posting: Posting, message: str) -> bool:
        """Whether the desk knows already what this message is."""
        return await self._desks.read(
            SYSTEM, lambda desk: threads.standing(desk, ROOM, posting.place, message) is not None
        )

    async def _ours(self, channel: str) -> AsyncIterator[Wire]:
        """The bot's own messages in a channel, the newest first."""
        me, before = await self._rest.me(), ""
        for _ in range(_MOST_PAGES):
            query = f"?limit=100{f'&before={before}' if before else ''}"
            page = await self._rest.ask("GET", f"{_MESSAGES}{query}", channel_id=channel)
            for message in page:
                if str(message["author"]["id"]) == me:
                    yield message
            if len(page) < 100:
                return
            before = str(page[-1]["id"])


def _words(posting: Posting) -> tuple[Words, ...]:
    """What stands in a post; where nothing is left of it, that it was taken back."""
    if isinstance(posting.shown, tuple) and posting.shown:
        return posting.shown
    raise PermanentError(text("Nothing is left to show."))
