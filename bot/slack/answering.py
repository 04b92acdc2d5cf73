"""Brings answers to the one they are for: before their eyes alone in the thread, behind a press, or directly."""

import logging
from collections.abc import Sequence

import aiohttp

from bot.carrying import Parcel
from bot.commands.registry import Command
from bot.hearing import Heard
from bot.slack import blocks, carrying
from bot.slack.blocks import PAGE, Asked, Post
from bot.slack.deeds import Press
from bot.slack.lines import reads
from bot.slack.sending import SIGNS, Sending
from bot.slack.web import Web, asking
from bot.slack.words import Wire
from core.errors import DeskbellError
from core.render import Voice
from core.room import Mark
from core.show import Answer, text

log = logging.getLogger(__name__)


class Answering:
    """Answers for one person. None of it is a delivery: what fails here is tried another way, then let go."""

    def __init__(self, web: Web, sending: Sending, commands: Sequence[Command]) -> None:
        self._web, self._sending, self._commands = web, sending, commands

    async def post(self, account: str, heard: Heard, line: str, page: int = 0) -> Post:
        """What somebody is shown of an answer; a document comes to them as a file."""
        answer = heard.answer or Answer(text("Done."))
        asked = Asked(line if reads(line, self._commands) else "", page)
        if answer.file_name or (len(answer.lines) > PAGE and not asked.line):
            answer = await self.document(account, answer, heard.voice)
        return blocks.answer(answer, heard.voice, asked)

    async def whisper(self, place: str, root: str, account: str, post: Post) -> None:
        """Shows a post to one member of a channel, in a thread of it if there is one; else directly."""
        if not place or place.startswith("D"):
            await self.directly(account, post)
            return
        try:
            async with asking():
                await self._web.client.chat_postEphemeral(
                    channel=place, user=account, text=post.text, blocks=list(post.blocks), thread_ts=root or None
                )
        except DeskbellError:
            await self.directly(account, post)

    async def received(self, place: str, ts: str) -> None:
        """A sign on a message that it has come to who asked for it."""
        async with asking():
            await self._web.client.reactions_add(channel=place, timestamp=ts, name=SIGNS[Mark.SENT])

    async def directly(self, account: str, post: Post) -> None:
        """A direct message."""
        place = await self._sending.dm(account)
        async with asking():
            await self._web.client.chat_postMessage(channel=place, text=post.text, blocks=list(post.blocks))

    async def by_url(self, url: str, post: Post, *, replaces: bool = False) -> bool:
        """Answers an interaction at the address it came with; False where that is used up or too old."""
        said = as_payload(post) | {"replace_original": replaces}
        try:
            async with self._web.session.post(url, json=said) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def reach(self, who: Press, post: Post, *, replaces: bool = False) -> None:
        """Answers at the address that came with it, else in the channel, else directly."""
        if not (who.url and await self.by_url(who.url, post, replaces=replaces)):
            await self.whisper(who.place, who.root, who.account, post)

    async def document(self, account: str, answer: Answer, speaker: Voice) -> Answer:
        """Sends an answer's document to its asker as a file; returns what is shown in its place."""
        content = blocks.whole(answer, speaker).encode()
        parcel = Parcel(answer.file_name or "answer.txt", content)
        await carrying.bring(self._web, parcel, await self._sending.dm(account))
        said = text("{what} – sent to you as a file, see your messages with this app.", what=answer.text)
        return Answer(said, cards=answer.cards, buttons=answer.buttons, tone=answer.tone)


def as_payload(post: Post) -> Wire:
    """A post as the answer to a command, for its typist alone."""
    return {"response_type": "ephemeral", "text": post.text, "blocks": list(post.blocks)}
