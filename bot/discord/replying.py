"""Answers an interaction once and in time: at once, or later where it takes longer; one that expired is explained."""

import logging

from bot.discord.rest import Rest, Wire
from bot.discord.sending import Sending
from bot.discord.shapes import Post
from bot.discord.troubles import Away, Refused
from core.errors import DeskbellError

log = logging.getLogger(__name__)

_SAY, _LATER, _CHOICES, _FORM = 4, 5, 8, 9
_EPHEMERAL = 1 << 6


class Expired(Exception):
    """Discord waits for no answer to this any more."""


class Reply:
    """The one answer to an interaction; for the eyes of who did it alone."""

    def __init__(self, rest: Rest, sending: Sending, interaction: Wire) -> None:
        self._rest, self._sending = rest, sending
        self._id, self._token = str(interaction["id"]), str(interaction["token"])
        self._app = str(interaction["application_id"])
        self.is_deferred = self.is_expired = False

    async def later(self) -> None:
        """Says that the answer comes later (“is thinking”); one that expired meanwhile is noted."""
        if self.is_deferred or self.is_expired:
            return
        try:
            await self._callback({"type": _LATER, "data": {"flags": _EPHEMERAL}})
        except (Expired, Away, TimeoutError):
            self.is_expired = True
        else:
            self.is_deferred = True

    async def form(self, modal: Wire) -> None:
        """Opens a form. Raises Expired."""
        await self._callback({"type": _FORM, "data": modal})

    async def choices(self, found: list[Wire]) -> None:
        """Offers values. Raises Expired."""
        await self._callback({"type": _CHOICES, "data": {"choices": found}})

    async def say(self, post: Post) -> None:
        """Answers. Raises Expired where nobody sees it."""
        body = post.body() | {"flags": post.flags | _EPHEMERAL}
        if self.is_expired:
            raise Expired
        if not self.is_deferred:
            await self._callback({"type": _SAY, "data": body}, post)
            return
        try:
            await self._rest.ask(
                "PATCH", "/webhooks/{webhook_id}/{webhook_token}/messages/@original", webhook_id=self._app,
                webhook_token=self._token, body=body, files=post.files,
            )  # fmt: skip
        except DeskbellError as error:
            raise Expired from error

    async def _callback(self, body: Wire, post: Post | None = None) -> None:
        try:
            await self._rest.ask(
                "POST", "/interactions/{webhook_id}/{webhook_token}/callback", webhook_id=self._id,
                webhook_token=self._token, body=body, files=post.files if post is not None else (),
            )  # fmt: skip
        except Refused as error:
            log.warning("discord: interaction %s was not answered in time (%s)", self._id, error.code)
            raise Expired from error

    async def explain(self, account: str, post: Post) -> None:
        """Says directly what could not be said where it was asked."""
        try:
            channel = await self._sending.dm(account)
            body = post.body()
            await self._rest.ask(
                "POST", "/channels/{channel_id}/messages", channel_id=channel, body=body, files=post.files
            )  # fmt: skip
        except DeskbellError as error:
            log.warning("discord: interaction %s stays unexplained: %s", self._id, error)
