"""Answers lines typed in threads: Discord has nothing there for one person's eyes, so what harms is said directly."""

import asyncio
import logging

from bot import deciding
from bot.discord import shapes
from bot.discord.inbound import Typed
from bot.discord.rest import Rest, Wire
from bot.discord.sending import SIGNS, Sending
from bot.discord.shapes import Post
from bot.hearing import Heard, Hearing
from core.errors import DeskbellError, PermanentError
from core.room import Mark, Posting
from core.show import Answer, Text, Tone, text

log = logging.getLogger(__name__)

_CHATTER_S = 25.0
"""How long a passing word stands in a thread."""


class Lines:
    """Answers beside lines."""

    def __init__(self, rest: Rest, hearing: Hearing, sending: Sending) -> None:
        self._rest, self._hearing, self._sending = rest, hearing, sending

    async def answer(self, typed: Typed, heard: Heard, group: asyncio.TaskGroup) -> None:
        """Says what a line became, where that is worth a word."""
        answer = heard.answer
        if answer is None:
            return
        try:
            if _is_private(answer):
                await self._directly(typed, heard, answer)
                return
            message = await self._beside(typed.channel, typed.id, shapes.answer(answer, heard.voice))
        except DeskbellError as error:
            log.warning("discord: line %s was not answered: %s", typed.id, error)
            return
        if not answer.asks:
            group.create_task(self._fades(message))

    async def ask_writer(self, posting: Posting) -> None:
        """Asks the writer of a line that was stopped, beside it; where that cannot be, its mark alone says so."""
        asked = await deciding.question(self._hearing, posting)
        if asked is None or asked.heard.answer is None:
            return
        try:
            await self._beside(asked.root, asked.line, shapes.answer(asked.heard.answer, asked.heard.voice))
        except PermanentError as error:
            log.warning("discord: the writer of line %s cannot be asked: %s", asked.line, error)

    async def hint(self, typed: Typed, said: Text, group: asyncio.TaskGroup) -> None:
        """A passing word beside a line that is no command here."""
        voice = await self._hearing.voice(typed.account)
        await self.answer(typed, Heard(voice, Answer(said)), group)

    async def _beside(self, channel: str, line: str, post: Post) -> Wire:
        """A reply to a line; nobody is notified by it."""
        body = post.body() | {"message_reference": {"message_id": line, "fail_if_not_exists": False}}
        body["allowed_mentions"] = {"parse": [], "replied_user": False}
        said: Wire = await self._rest.ask(
            "POST", "/channels/{channel_id}/messages", channel_id=channel, body=body, files=post.files,
            needs="Send Messages in Threads",
        )  # fmt: skip
        return said

    async def _directly(self, typed: Typed, heard: Heard, answer: Answer) -> None:
        """What others here may not be meant to see comes as a direct message, where one is taken."""
        try:
            await self.direct(typed.account, shapes.answer(answer, heard.voice))
        except DeskbellError:
            said = text("You take no direct messages. Type the command with “/”: its answer is for your eyes alone.")
            await self._beside(typed.channel, typed.id, shapes.answer(Answer(said, tone=Tone.WARN), heard.voice))

    async def direct(self, account: str, post: Post) -> None:
        """A direct message."""
        channel = await self._sending.dm(account)
        await self._rest.ask(
            "POST", "/channels/{channel_id}/messages", channel_id=channel, body=post.body(), files=post.files
        )

    async def received(self, channel: str, line: str) -> None:
        """A sign on a message that it has come to who asked for it."""
        await self._rest.ask(
            "PUT", "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me", channel_id=channel,
            message_id=line, emoji=SIGNS[Mark.SENT],
        )  # fmt: skip

    async def _fades(self, message: Wire) -> None:
        """Takes a passing word away again."""
        await asyncio.sleep(_CHATTER_S)
        try:
            await self._rest.ask(
                "DELETE", "/channels/{channel_id}/messages/{message_id}", channel_id=message["channel_id"],
                message_id=message["id"],
            )  # fmt: skip
        except Exception as error:
            log.info("discord: message %s stays: %s", message["id"], type(error).__name__)


def _is_private(answer: Answer) -> bool:
    """Whether an answer holds more than a sentence: what its asker may see, others in the thread may not."""
    return bool(answer.cards or answer.lines or answer.document)
