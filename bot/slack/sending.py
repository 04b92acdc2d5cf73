"""Shows postings in Slack, and asks Slack whether one arrived whose answer was lost."""

from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any

from slack_sdk.errors import SlackApiError

from bot import directly
from bot.carrying import Parcel
from bot.slack import blocks, carrying
from bot.slack.blocks import Post
from bot.slack.troubles import GONE, NO_DM, LostThread, MissingScope, code_of
from bot.slack.web import Me, Web, asking, pages
from bot.slack.words import Wire
from bot.wiring import Wiring
from core.connector import Found, Sent
from core.errors import PermanentError
from core.render import Voice
from core.room import Board, Line, Mark, Marked, Posting, Words
from core.show import text

EVENT = "deskbell"
"""What our posts are known by: the type of their metadata; its payload bears the delivery's nonce."""
SIGNS = {
    Mark.NOTE: "memo",
    Mark.HELD: "hourglass_flowing_sand",
    Mark.STOPPED: "raised_hand",
    Mark.SENT: "white_check_mark",
    Mark.FAILED: "x",
    Mark.WITHDRAWN: "leftwards_arrow_with_hook",
}
"""The reaction that says what became of a line."""
_MOST_PAGES = 10


class Sending:
    """The way out."""

    def __init__(self, web: Web, wiring: Wiring) -> None:
        self._web, self._store, self._clock = web, wiring.store, wiring.desks.clock
        self._dms: dict[str, str] = {}

    async def send(self, posting: Posting, me: Me) -> Sent:
        """Shows one thing. Raises as `web.asking`; LostThread where what it belongs to is gone."""
        match posting.shown:
            case Board():
                return await self._card(posting, posting.shown)
            case Marked():
                return await self._mark(posting, posting.shown)
            case Line() if posting.kind == "dm":
                return await self._to_person(posting, posting.shown, me)
            case Line():
                return await self._post(posting, self._line(posting, posting.shown, me))
            case tuple() if posting.kind == "say":
                return await self._say(posting, posting.shown, me)
            case _:
                return await self._change(posting, blocks.said(_words(posting), self._voice(posting)))

    def _voice(self, posting: Posting) -> Voice:
        return Voice(posting.language, posting.zone, self._clock())

    async def _card(self, posting: Posting, board: Board) -> Sent:
        post = blocks.board(board, self._voice(posting))
        if posting.root is None:
            return await self._post(posting, post)
        return await self._update(posting, posting.root, post)

    def _line(self, posting: Posting, shown: Line, me: Me) -> Post:
        link = "" if shown.link is None else me.link(*shown.link)
        return blocks.line(shown, self._voice(posting), team=posting.role, link=link)

    async def _post(self, posting: Posting, post: Post, place: str = "") -> Sent:
        try:
            return await self._posted(posting, post, place)
        except MissingScope as error:
            if "chat:write.customize" not in error.scope or not post.username:
                raise
            return await self._posted(posting, blocks.named(post), place)

    async def _posted(self, posting: Posting, post: Post, place: str) -> Sent:
        async with asking():
            answer = await self._web.client.chat_postMessage(
                channel=place or posting.place, thread_ts=posting.root, text=post.text, blocks=list(post.blocks),
                username=post.username or None, icon_emoji=post.icon or None, metadata=_metadata(posting),
                unfurl_links=False, unfurl_media=False,
            )  # fmt: skip
        return Sent(str(answer["ts"]))

    async def _update(self, posting: Posting, ts: str, post: Post) -> Sent:
        async with asking():
            await self._web.client.chat_update(
                channel=posting.place, ts=ts, text=post.text, blocks=list(post.blocks), metadata=_metadata(posting)
            )
        return Sent(ts)

    async def _change(self, posting: Posting, post: Post) -> Sent:
        """Edits or takes back what stands there, with its files; what somebody has deleted there needs no change."""
        if all(each.is_gone for each in _words(posting)):
            for file_id in posting.facts.get(f"files:{posting.earlier_id}", ()):
                await carrying.remove(self._web, file_id)
        try:
            return await self._update(posting, posting.earlier_id, post)
        except LostThread:
            return Sent(posting.earlier_id)

    async def _mark(self, posting: Posting, shown: Marked) -> Sent:
        """Puts the new sign before it takes the old one away: a line is never without one."""
        await self._react("add", posting.place, shown.line, SIGNS[shown.mark])
        if shown.was is not None and shown.was is not shown.mark:
            await self._react("remove", posting.place, shown.line, SIGNS[shown.was])
        return Sent(shown.line)

    async def _react(self, how: str, place: str, ts: str, emoji: str) -> None:
        react = self._web.client.reactions_add if how == "add" else self._web.client.reactions_remove
        async with asking():
            try:
                await react(channel=place, timestamp=ts, name=emoji)
            except SlackApiError as error:
                if code_of(error) not in _AS_WANTED | GONE:
                    raise

    async def _say(self, posting: Posting, shown: tuple[Words, ...], me: Me) -> Sent:
        sent = await self._post(posting, blocks.said(shown, self._voice(posting)))
        return await self._with_files(posting, sent, self._parcels(posting, shown), {})

    async def _with_files(
        self, posting: Posting, sent: Sent, wanted: Sequence[Parcel], arrived: dict[str, str]
    ) -> Sent:
        """Brings the files of a post that have not arrived, and remembers them: they are removed with its words."""
        ids: list[str] = []
        for parcel in wanted:
            known = arrived.pop(parcel.name, "")
            ids.append(known or await carrying.bring(self._web, parcel, posting.place, posting.root or ""))
        return Sent(sent.external_id, {f"files:{sent.external_id}": ids} if ids else {})

    def _parcels(self, posting: Posting, shown: Sequence[Words]) -> list[Parcel]:
        """The files of a post, and as files its words that are too long to be shown."""
        long = blocks.overlong(shown, self._voice(posting))
        found = [Parcel(f"message-{posting.delivery_id}-{n}.txt", each.encode()) for n, each in enumerate(long, 1)]
        for each in (file for words in shown for file in words.files):
            try:
                found.append(Parcel(each.name, self._store.path(each.sha256).read_bytes()))
            except FileNotFoundError:
                continue  # it was removed meanwhile
        return found

    async def _to_person(self, posting: Posting, shown: Line, me: Me) -> Sent:
        """A direct message; where somebody takes none, it falls back to the thread it is about."""
        post = self._line(posting, shown, me)
        try:
            return await self._post(posting, post, await self.dm(posting.place))
        except PermanentError as error:
            if shown.link is None:
                raise
            return await self._in_thread(posting, shown, error)

    async def _in_thread(self, posting: Posting, shown: Line, why: PermanentError) -> Sent:
        if shown.link is None:
            raise why
        place, root = shown.link
        called = Line(shown.texts, mentions=(posting.place,))
        post = blocks.line(called, self._voice(posting))
        async with asking():
            answer = await self._web.client.chat_postMessage(
                channel=place, thread_ts=root, text=post.text, blocks=list(post.blocks), metadata=_metadata(posting)
            )
        return Sent(str(answer["ts"]))

    async def dm(self, account: str) -> str:
        """The direct conversation with somebody. Raises PermanentError where they take none."""
        if account not in self._dms:
            async with asking():
                try:
                    answer = await self._web.client.conversations_open(users=account)
                except SlackApiError as error:
                    if code_of(error) in NO_DM:
                        raise PermanentError(text("They take no direct messages.")) from None
                    raise
            self._dms[account] = str(answer["channel"]["id"])
        return self._dms[account]

    async def find(self, posting: Posting, me: Me) -> Sent | Found:
        """Whether a posting arrived. What may be done twice without harm counts as absent, and is done again."""
        if is_repeatable(posting):
            return Found.ABSENT
        match posting.shown:
            case Line() if posting.kind == "dm":
                look = partial(self._found, posting)
                return await directly.find(posting.shown, partial(self.dm, posting.place), look)
            case tuple():
                return await self._find_said(posting, posting.shown, me)
            case _:
                return await self._found(posting, posting.place, posting.root or "")

    async def _find_said(self, posting: Posting, shown: tuple[Words, ...], me: Me) -> Sent | Found:
        """Where the words arrived, and the files with them: those that did not are brought now."""
        found = await self._found(posting, posting.place, posting.root or "")
        if not isinstance(found, Sent):
            return found
        wanted = self._parcels(posting, shown)
        arrived = await self._shared(posting, me, after=found.external_id) if wanted else {}
        return await self._with_files(posting, found, wanted, arrived)

    async def _shared(self, posting: Posting, me: Me, *, after: str) -> dict[str, str]:
        """The files we shared in a thread since then: names and ids."""
        found: dict[str, str] = {}
        async for message in self._messages(posting.place, posting.root or ""):
            if message["ts"] > after and me.is_ours(message):
                found |= {str(file.get("title") or file.get("name")): file["id"] for file in message.get("files", ())}
        return found

    async def _found(self, posting: Posting, place: str, root: str) -> Sent | Found:
        async for message in self._messages(place, root):
            if nonce_of(message) == posting.nonce:
                return Sent(str(message["ts"]))
        return Found.ABSENT

    async def _messages(self, place: str, root: str) -> AsyncIterator[Wire]:
        method: Any = self._web.client.conversations_replies if root else self._web.client.conversations_history
        where = {"channel": place, "ts": root} if root else {"channel": place}
        try:
            reading = pages(method, "messages", most=_MOST_PAGES, limit=200, include_all_metadata=True, **where)
            async for page in reading:
                for message in page:
                    yield message
        except LostThread:
            return


_AS_WANTED = frozenset(("already_reacted", "no_reaction", "too_many_reactions", "is_archived"))


def is_repeatable(posting: Posting) -> bool:
    """Whether a posting may be done twice without harm: what changes something that stands there already."""
    return posting.kind in ("mark", "edit", "retract") or (posting.kind == "card" and posting.root is not None)


def _words(posting: Posting) -> tuple[Words, ...]:
    """What stands in a post; where nothing is left of it, that it was taken back."""
    if isinstance(posting.shown, tuple) and posting.shown:
        return posting.shown
    raise PermanentError(text("Nothing is left to show."))


def _metadata(posting: Posting) -> Wire:
    return {"event_type": EVENT, "event_payload": {"nonce": posting.nonce}}


def nonce_of(message: Wire) -> str:
    """The nonce a message of ours bears."""
    metadata = message.get("metadata") or {}
    return str((metadata.get("event_payload") or {}).get("nonce", "")) if metadata.get("event_type") == EVENT else ""
